//! What several tests are made of.

pub mod instances;
pub mod schema_walk;
pub mod tiny_shop;
