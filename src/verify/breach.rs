//! Breaches as they are found, each with the remedy that goes with its code.

use crate::diagnostic::{Diagnostic, codes};

/// Every breach found so far, in the order it was found.
#[derive(Default)]
pub(super) struct Breaches(pub(super) Vec<Diagnostic>);

impl Breaches {
    /// Notes a breach of the plan file at `pointer`.
    pub(super) fn add(&mut self, code: &'static str, pointer: impl Into<String>, message: impl Into<String>) {
        self.0.push(Diagnostic::error(code, pointer, message, remedy(code)));
    }
}

/// What to do about a breach.
fn remedy(code: &str) -> &'static str {
    match code {
        codes::BREACH_FORMAT | codes::BREACH_INSTANCE => "Check the plan against the instance it was made for.",
        codes::BREACH_UNKNOWN_ORDER
        | codes::BREACH_UNKNOWN_ITEM
        | codes::BREACH_UNKNOWN_LINE
        | codes::BREACH_VARIANT
        | codes::BREACH_OPERATIONS => "Use the names of the instance, each operation of the route once.",
        codes::BREACH_ORDER_MISSING | codes::BREACH_ORDER_TWICE | codes::BREACH_LINE_TWICE | codes::BREACH_OVERTIME => {
            "List each order, line and overtime window that is meant once."
        }
        codes::BREACH_QUANTITY | codes::BREACH_LOT_NUMBER | codes::BREACH_MINIMUM_LOT | codes::BREACH_MAXIMUM_LOTS => {
            "Divide what is left of the item into lots the item allows, numbered from 0."
        }
        codes::BREACH_LEFT_OUT_LOT | codes::BREACH_REJECT | codes::BREACH_REASON | codes::BREACH_FROZEN_REJECTED => {
            "Make the order, or leave it out whole where that is allowed, and say why."
        }
        codes::BREACH_FROZEN_CHANGED | codes::BREACH_FROZEN_MISSING | codes::BREACH_FROZEN_LINE => {
            "Keep what the baseline starts before `frozen_until` exactly as it is, and plan after it."
        }
        codes::BREACH_STAGE
        | codes::BREACH_REQUIRES
        | codes::BREACH_RATE
        | codes::BREACH_TRANSIT
        | codes::BREACH_MATERIAL_SITE
        | codes::BREACH_DELIVERY_REGION => "Use a line that can do it.",
        codes::BREACH_COST
        | codes::BREACH_ORDER_STATUS
        | codes::BREACH_ORDER_DELIVERY
        | codes::BREACH_ORDER_LATENESS
        | codes::BREACH_ORDER_COST => "State what the plan comes to.",
        codes::BREACH_STATUS | codes::BREACH_BOUND | codes::BREACH_GAP => "State no more than is proved.",
        codes::BREACH_CHANGEOVER_NEEDLESS => "Leave `setup_start` out.",
        codes::BREACH_LEFT_SHIFT => "Start it as early as it can.",
        codes::BREACH_MATERIAL => "Start it later, or make less before the next arrival.",
        _ => "Move the work to a time at which it can be done.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_breach_says_what_to_do_about_it() {
        let begins = |code: &str| match code.trim_start_matches("breach-") {
            "format" | "instance" => "Check",
            "unknown-order" | "unknown-item" | "unknown-line" | "variant" | "operations" => "Use the names",
            "order-missing" | "order-twice" | "line-twice" | "overtime" => "List each",
            "quantity" | "lot-number" | "minimum-lot" | "maximum-lots" => "Divide",
            "left-out-lot" | "reject" | "reason" | "frozen-rejected" => "Make the order, or",
            "frozen-changed" | "frozen-missing" | "frozen-line" => "Keep what the baseline",
            "stage" | "requires" | "rate" | "transit" | "material-site" | "delivery-region" => "Use a line",
            "cost" | "order-status" | "order-delivery" | "order-lateness" | "order-cost" => "State what",
            "status" | "bound" | "gap" => "State no more",
            "changeover-needless" => "Leave `setup_start` out",
            "left-shift" => "Start it as early",
            "material" => "Start it later, or make less",
            _ => "Move the work",
        };
        let breaches = codes::ALL.iter().filter(|(code, _)| code.starts_with("breach-"));
        for (code, summary) in breaches {
            assert!(remedy(code).starts_with(begins(code)), "{code}, {summary} {}", remedy(code));
        }
        let by_time = codes::ALL.iter().filter(|(code, _)| remedy(code).starts_with("Move the work"));
        assert!(by_time.filter(|(code, _)| code.starts_with("breach-")).count() >= 10, "most breaches are of times");
    }
}
