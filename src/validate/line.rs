//! Lines: what they refer to, their rates and minimum runs.

use super::names::Names;
use crate::diagnostic::{Diagnostic, Severity, codes, join_pointer};
use crate::model::{Instance, Line, Rate};
use crate::units::MICRO;
use rustc_hash::FxHashSet;

/// Judges every line.
pub(super) fn check(instance: &Instance, names: &Names<'_>, faults: &mut Vec<Diagnostic>) {
    let mut matches = Matches::new(instance, names);
    for (index, line) in instance.lines.iter().enumerate() {
        let base = format!("/lines/{index}");
        let references = [
            (&names.sites, codes::UNKNOWN_SITE, "site", &line.site),
            (&names.calendars, codes::UNKNOWN_CALENDAR, "calendar", &line.calendar),
            (&names.changeovers, codes::UNKNOWN_CHANGEOVERS, "changeovers", &line.changeovers),
        ];
        for (index, code, field, reference) in references {
            let reference = reference.as_deref();
            faults.extend(reference.and_then(|id| index.refer(code, format!("{base}/{field}"), id)));
        }
        if line.rates.is_empty() {
            let message = format!("The line \"{}\" has no rates and can run nothing.", line.id);
            faults.push(
                Diagnostic::error(codes::LINE_WITHOUT_RATES, format!("{base}/rates"), message, "Add a rate.")
                    .with_severity(Severity::Warning),
            );
        }
        for (at, rate) in line.rates.iter().enumerate() {
            let base = format!("{base}/rates/{at}");
            check_rate(rate, &base, faults);
            matches.check(rate, &base, faults);
        }
        check_minimum_run(instance, names, line, &base, faults);
    }
}

fn check_rate(rate: &Rate, base: &str, faults: &mut Vec<Diagnostic>) {
    let speed = |message: &str, remedy: &str| Diagnostic::error(codes::RATE_SPEED, base, message, remedy);
    match (rate.units_per_hour, rate.seconds_per_unit) {
        (Some(_), Some(_)) => {
            faults.push(speed("The rate has both `units_per_hour` and `seconds_per_unit`.", "Keep one of the two."));
        }
        (None, None) => {
            faults.push(speed("The rate has no speed.", "Add `units_per_hour` or `seconds_per_unit`."));
        }
        (Some(units), None) if units.0 <= 0 => {
            faults.push(speed("A rate of no units per hour never ends.", "Write a rate above 0, or remove the rate."));
        }
        _ => {}
    }
    // `seconds_per_unit` may be 0: a job whose time is all in `fixed_time`.
    if !(1..=MICRO).contains(&rate.yield_share.0) {
        faults.push(Diagnostic::error(
            codes::YIELD_RANGE,
            format!("{base}/yield"),
            format!("A yield of {} is not above 0 and at most 1.", rate.yield_share),
            "Write the share of good pieces, such as 0.98.",
        ));
    }
}

fn check_minimum_run(instance: &Instance, names: &Names<'_>, line: &Line, base: &str, faults: &mut Vec<Diagnostic>) {
    let Some(run) = &line.minimum_run else { return };
    let known = run.by == "variant" || names.attributes.contains(&run.by);
    // A plant file has lines before it has variants.
    if !known && (!instance.variants.is_empty() || matches!(run.by.as_str(), "" | "meta" | "operation")) {
        faults.push(Diagnostic::error(
            codes::MINIMUM_RUN,
            format!("{base}/minimum_run/by"),
            format!("Runs go by \"{}\", which is no attribute of any variant.", run.by),
            names.attributes.remedy(&run.by),
        ));
    }
    let pointer = format!("{base}/minimum_run/quantity");
    if run.quantity < 0 {
        let message = format!("The quantity {} is negative.", run.quantity);
        faults.push(Diagnostic::error(codes::NEGATIVE_NUMBER, pointer, message, "Write a number above 0."));
    } else if run.quantity == 0 {
        let fault = Diagnostic::error(
            codes::MINIMUM_RUN,
            pointer,
            "A minimum run of 0 pieces asks for nothing.",
            "Write a number above 0, or remove the minimum run.",
        );
        faults.push(fault.with_severity(Severity::Warning));
    }
}

/// The names and values rates can match, and those already noted as matching nothing.
struct Matches<'a> {
    names: &'a Names<'a>,
    values: FxHashSet<(&'a str, &'a str)>,
    noted: FxHashSet<(&'a str, &'a str)>,
    has_variants: bool,
}

impl<'a> Matches<'a> {
    fn new(instance: &'a Instance, names: &'a Names<'a>) -> Self {
        let attributes = instance.variants.iter().filter_map(|variant| variant.attributes.as_ref());
        let values = attributes.flat_map(|named| named.iter()).map(|(name, value)| (name, value.as_str())).collect();
        Self { names, values, noted: FxHashSet::default(), has_variants: !instance.variants.is_empty() }
    }

    /// Notes what no variant or route has, once per name and value: a plant may list rates for a whole range.
    fn check(&mut self, rate: &'a Rate, base: &str, faults: &mut Vec<Diagnostic>) {
        let entries = rate.matches.iter().flat_map(|named| named.iter()).filter(|_| self.has_variants);
        for (name, value) in entries {
            let value = value.as_str();
            let (known, what, remedy) = match name {
                "variant" => (self.names.variants.contains(value), "there is no such variant", None),
                "operation" => (self.names.operations.contains(value), "no route has such an operation", None),
                _ if self.names.attributes.contains(name) => {
                    (self.values.contains(&(name, value)), "no variant has that value", None)
                }
                _ => (false, "no variant has that attribute", Some(self.names.attributes.remedy(name))),
            };
            if known || !self.noted.insert((name, value)) {
                continue;
            }
            let remedy = remedy.unwrap_or_else(|| match name {
                "variant" => self.names.variants.remedy(value),
                "operation" => self.names.operations.remedy(value),
                _ => "Correct the value, or ignore this where such variants come later.".to_string(),
            });
            let pointer = join_pointer(&format!("{base}/match"), name);
            let message = format!("The rate matches {name} \"{value}\", but {what}.");
            let fault = Diagnostic::error(codes::UNMATCHED_NAME, pointer, message, remedy);
            faults.push(fault.with_severity(Severity::Warning));
        }
    }
}
