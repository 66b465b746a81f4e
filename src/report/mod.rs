//! A plan told to people: the Gantt picture, and how numbers are written for them.
//!
//! Reads an instance and a plan and trusts both; whether the plan keeps the rules is for `verify`. Customers are never
//! named. It computes nothing a plan does not say.

pub mod svg;
pub mod text;
