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

use std::panic;
use std::sync::Once;

/// What the parser breaks off at is caught where it is used, and a fault of the file; libFuzzer's hook would end the run.
fn workbook(bytes: &[u8]) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let end = panic::take_hook();
        panic::set_hook(Box::new(move |fault| {
            if !fault.location().is_some_and(|at| at.file().contains("/calamine-")) {
                end(fault);
            }
        }));
    });
    bodies::workbook(bytes);
}

target_of_bytes!(workbook);
