//! The library from outside. One program for all of it: thirty would be linked one by one, and run one after another.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

mod agreement;
mod brute_force;
mod checker;
mod desk;
mod diagnostics;
mod docs;
mod factories;
mod fuzz_bodies;
mod generate;
mod import;
mod instances;
mod partition;
mod public;
mod quality;
mod real_dump;
mod relations;
mod report;
mod schema;
mod waiting;
#[cfg(feature = "spreadsheet")]
mod workbooks;
