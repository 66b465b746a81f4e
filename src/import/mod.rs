//! From files other programs wrote to an instance: order dumps (text or workbooks), lot tables, public benchmarks.
//!
//! An importer is a function from bytes to a model and a report of what it did; it reads no files, prints nothing and
//! does not judge the result (that is `validate`'s work). What it leaves out it says, with line numbers.

pub mod orders;
pub mod plan_table;
pub mod public;

pub use plan_table::read_lots;

pub use orders::{ImportOptions, ImportReport, Imported, Mapping, Start, import_orders, read_mapping, read_plant};
