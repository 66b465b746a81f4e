//! What several tests are made of.

pub mod instances;
pub mod schema_walk;
pub mod tiny_shop;

/// How many random cases a test tries: so many, or as `LOTWISE_CASES` says.
pub fn cases(usually: u64) -> u64 {
    std::env::var("LOTWISE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usually)
}
