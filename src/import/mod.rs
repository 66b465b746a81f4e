//! From files other programs wrote to an instance: order dumps and public benchmarks today, spreadsheets beside them.
//!
//! An importer is a function from bytes to a model and a report of what it did; it reads no files, prints nothing and
//! does not judge the result (that is `validate`'s work). What it leaves out it says, with line numbers.

pub mod orders;
pub mod public;

pub use orders::{ImportOptions, ImportReport, Imported, Mapping, Start, import_orders, read_mapping, read_plant};
