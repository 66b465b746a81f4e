//! The published JSON Schemas are those of the types. `UPDATE_SCHEMAS=1 cargo test --test library schema::` rewrites them.

use lotwise::desk::actuals::actuals_schema;
use lotwise::model::schema::instance_schema;
use lotwise::solution::plan_schema;
use std::path::Path;

fn assert_published(name: &str, schema: &schemars::Schema) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(name);
    let drawn = format!("{}\n", serde_json::to_string_pretty(schema).unwrap());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &drawn).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == drawn, "docs/schema/{name} is not the schema of the types: run with UPDATE_SCHEMAS=1");
}

#[test]
fn the_instance_schema_is_that_of_the_types() {
    assert_published("instance.schema.json", &instance_schema());
}

#[test]
fn the_plan_schema_is_that_of_the_types() {
    assert_published("plan.schema.json", &plan_schema());
}

#[test]
fn the_schema_of_actuals_is_that_of_the_types() {
    assert_published("actuals.schema.json", &actuals_schema());
}
