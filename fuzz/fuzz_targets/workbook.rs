//! See `bodies::workbook`.
#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code, reason = "each target runs one of the bodies")]
mod bodies;
#[path = "../mutation.rs"]
mod mutation;
#[path = "../target.rs"]
#[macro_use]
mod target;

target_of_bytes!(bodies::workbook);
