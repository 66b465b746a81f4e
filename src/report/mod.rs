//! A plan told to people: the page with its Gantt, the picture, the tables, the figures, and how numbers are written.
//!
//! Reads an instance and a plan and trusts both; whether the plan keeps the rules is for `verify`. Times are the plan's,
//! costs and working hours of single runs are computed by the rules. Customers are named only where that is asked for.

pub mod html;
pub mod kpis;
mod markup;
mod palette;
pub mod register;
pub mod svg;
pub mod tables;
pub mod text;

pub use kpis::{Kpis, Tolerance};
pub use register::Register;
