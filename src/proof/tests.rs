//! What the tests of proofs and of integer programs build their shops from.

use crate::model::{InstanceBuilder, Instant as At, Line};
use crate::units::Seconds;

pub(crate) fn hours(count: i64) -> Seconds {
    Seconds(count * 3_600)
}

pub(crate) fn at(hour: i64) -> At {
    let start = At::parse("2026-11-23T08:00:00Z").unwrap();
    At::utc(start.seconds + hours(hour))
}

pub(crate) fn instance() -> InstanceBuilder {
    InstanceBuilder::new(at(0)).end(at(24 * 60))
}

pub(crate) fn plain_line(id: &str, units_per_hour: i64) -> Line {
    Line::new(id).units_per_hour(units_per_hour)
}
