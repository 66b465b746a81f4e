//! One explanation in words: causes, remedies, what the delivery waited for, its lots.

use crate::cli::desk::wording::{listed, price, signed, when};
use lotwise::desk::explain::{Alternative, Cause, CauseCode, ChainStep, Explanation, HeldBy, Remedy};
use lotwise::desk::{Change, OpenedWindow};
use lotwise::model::Instance;
use lotwise::report::text::{count, counted, span};
use lotwise::solution::OrderStatus;
use lotwise::units::Seconds;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Overtime in more windows is summed up.
const WINDOWS: usize = 4;

/// An order's explanation; with more where it is the only one asked for.
pub fn order_words(instance: &Instance, explanation: &Explanation, only: bool) -> String {
    let mut text = headline(instance, explanation);
    for cause in &explanation.causes {
        let _ = writeln!(text, "  {} {}", if cause.decides_alone { "why " } else { "why+" }, cause_words(cause));
    }
    for (index, made) in explanation.alternatives.iter().enumerate() {
        let how = if index == 0 { "made where it costs least" } else { "made as early as it can be" };
        let _ = writeln!(text, "  if   {how}: {}", alternative_words(instance, made));
    }
    for (index, remedy) in explanation.remedies.iter().enumerate() {
        let _ = writeln!(text, "  {:>2}.  {}", index + 1, remedy_words(instance, remedy));
    }
    if !explanation.in_full {
        text.push_str("  (ask for this order alone, or with a larger --most, for what would help)\n");
    }
    if only && !explanation.chain.is_empty() {
        text.push_str("  waited, last first:\n");
        for step in &explanation.chain {
            let _ = writeln!(text, "    {}", step_words(step));
        }
    }
    if only && !explanation.timeline.is_empty() {
        text.push_str("  its lots:\n");
        for entry in &explanation.timeline {
            let operation = entry.operation.as_ref().map_or_else(String::new, |name| format!(" {name}"));
            let _ = writeln!(
                text,
                "    {} to {}  {:<12} item {} lot {}{operation}: {} of {}",
                when(entry.start),
                when(entry.end),
                entry.line,
                entry.item,
                entry.lot,
                count(entry.quantity),
                entry.variant
            );
        }
    }
    text
}

fn headline(instance: &Instance, explanation: &Explanation) -> String {
    let due = explanation.due.map_or_else(|| "no promise".to_string(), |due| format!("promised for {}", when(due)));
    let delivery = explanation.delivery.map_or_else(String::new, |at| format!(", delivered {}", when(at)));
    let order = &explanation.order;
    match explanation.status {
        OrderStatus::OnTime => format!("{order} is on time: {due}{delivery}\n"),
        OrderStatus::Late => format!(
            "{order} is late by {}, for {}: {due}{delivery}\n",
            span(explanation.lateness.0),
            price(instance, explanation.cost)
        ),
        OrderStatus::Rejected => format!("{order} is turned down, for {}: {due}\n", price(instance, explanation.cost)),
        OrderStatus::Unplanned => {
            let reason = explanation.reason.as_ref().map_or("", |reason| reason.message.as_str());
            format!("{order} is not in the plan: {due}. {reason}\n")
        }
    }
}

fn cause_words(cause: &Cause) -> String {
    let lines = || listed(&cause.lines, 6);
    let said = match cause.code {
        CauseCode::MaterialLate => format!("material comes late: {}", listed(&cause.materials, 6)),
        CauseCode::ReleaseLate => "it is released too late".to_string(),
        CauseCode::LineUnavailable => format!("not there in time: {}", lines()),
        CauseCode::StageBefore => format!("it waits for {} on {}", listed(&cause.parts, 4), lines()),
        CauseCode::Changeovers => format!("changeovers take {} on its way, on {}", span(cause.time.0), lines()),
        CauseCode::LineFull => {
            let material = match cause.materials.len() {
                0 => String::new(),
                _ => format!(", and {} before it,", listed(&cause.materials, 3)),
            };
            match (cause.orders.len(), cause.each_enough.len()) {
                (0, _) => format!("other orders hold its place on {}{material}", lines()),
                (1, _) | (_, 0) => {
                    format!("its place on {}{material} is held by {}", lines(), listed(&cause.orders, 6))
                }
                _ => format!(
                    "its place on {}{material} is held by {}; without one of these it is on time: {}",
                    lines(),
                    listed(&cause.orders, 6),
                    listed(&cause.each_enough, 6)
                ),
            }
        }
        CauseCode::KitLastItem => format!("only these of its items are late: {}", listed(&cause.parts, 6)),
        CauseCode::ClosedTime => format!("closing time of {} on its way, {} in all", lines(), span(cause.time.0)),
        CauseCode::LinesChosen => {
            format!("it stands on too few lines: alone on {} it is late, alone on others not", lines())
        }
        CauseCode::OwnLots => format!("its own lots fill the time on {}: even alone there it is late", lines()),
        CauseCode::NoOpenTime => format!("even alone it has not open time enough before its promise, on {}", lines()),
        CauseCode::TooLittleTime => "even alone, on lines that never close, it takes longer than there is".to_string(),
        CauseCode::KeptBack => {
            "it could start earlier at its place: the plan waits because that costs less".to_string()
        }
        CauseCode::CheaperToRefuse => "to make it costs more than to turn it down".to_string(),
        CauseCode::SearchMissed => {
            "the search has missed a cheaper plan with it in time: search on with solve --start".to_string()
        }
        CauseCode::Deadline => "beside the others it cannot be delivered by its deadline".to_string(),
        CauseCode::Impossible => "not even with its deadline taken away is there a place for it".to_string(),
        CauseCode::SetAside => "it has a fault of its own".to_string(),
        // The list may grow.
        _ => format!("{:?}", cause.code),
    };
    match cause.delivery_without {
        // What is left out has no delivery that another one would be earlier than.
        Some(delivery) if cause.gain.0 == Seconds::ZERO => format!("{said} (without it: {})", when(delivery)),
        Some(delivery) => format!("{said} (without: {}, {} earlier)", when(delivery), span(cause.gain.0)),
        None => said,
    }
}

fn alternative_words(instance: &Instance, made: &Alternative) -> String {
    let late = if made.lateness.0.0 > 0 { format!(", {} late", span(made.lateness.0)) } else { String::new() };
    let terms: Vec<String> =
        made.terms.iter().map(|(name, amount)| format!("{} {}", name.replace('_', " "), signed(*amount))).collect();
    let harmed = match made.harmed.len() {
        0 => String::new(),
        _ => format!("; no longer on time because of it: {}", listed(&made.harmed, 6)),
    };
    format!(
        "delivered {}{late}, for {} = {}{harmed}",
        when(made.delivery),
        price(instance, made.cost),
        terms.join(", ")
    )
}

fn remedy_words(instance: &Instance, remedy: &Remedy) -> String {
    let change = match &remedy.change {
        Change::Promise { due, .. } => format!("promise it for {}", when(*due)),
        Change::Deadline { deadline, .. } => format!("allow its delivery until {}", when(*deadline)),
        Change::Release { release, .. } => format!("release it by {}", when(*release)),
        Change::Overtime { windows } => overtime_words(windows),
        Change::Material { material, site, more } => {
            let site = site.as_ref().map_or_else(String::new, |site| format!(" at {site}"));
            format!("have {more} more of {material}{site} at the start")
        }
        Change::Capability { line, offers } => format!("let {line} offer {}", offers.join(", ")),
        Change::RejectCost { reject_cost, .. } => {
            format!("it pays to make it on time from a refusal price of {} on", price(instance, *reject_cost))
        }
        Change::Ahead { .. } => "put it ahead of others".to_string(),
        // The list may grow.
        other => format!("{other:?}"),
    };
    let harmed = match remedy.harmed.len() {
        0 => String::new(),
        number => format!("; {} then no longer on time: {}", counted(number, "order"), listed(&remedy.harmed, 4)),
    };
    format!("{change} (plan cost {}{harmed})", signed(remedy.plan_cost))
}

/// The windows, or how many they are.
fn overtime_words(windows: &[OpenedWindow]) -> String {
    let length = |window: &OpenedWindow| window.to.seconds - window.from.seconds;
    if windows.len() > WINDOWS {
        let lines: BTreeSet<&str> = windows.iter().map(|window| window.line.as_str()).collect();
        let sum = windows.iter().fold(Seconds::ZERO, |sum, window| sum + length(window));
        let lines = counted(lines.len(), "line");
        return format!("open {} windows on {lines}, {} in all (JSON lists them)", windows.len(), span(sum));
    }
    let shown = windows.iter().map(|window| {
        let known = if window.existing { "the overtime of " } else { "" };
        format!("{known}{} from {} for {}", window.line, when(window.from), span(length(window)))
    });
    format!("open {}", shown.collect::<Vec<_>>().join(" and "))
}

fn step_words(step: &ChainStep) -> String {
    let operation = step.operation.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    let changeover =
        if step.changeover.0.0 > 0 { format!(", changeover {}", span(step.changeover.0)) } else { String::new() };
    let held = match step.held_by {
        HeldBy::Line => "after the lot before it on the line".to_string(),
        HeldBy::Available => "the line's first".to_string(),
        HeldBy::Route => "after its own step before".to_string(),
        HeldBy::Material => format!("when {} came", step.material.as_deref().unwrap_or("its material")),
        HeldBy::Release => "when it was released".to_string(),
        HeldBy::Fact => "begun already".to_string(),
        // The list may grow.
        _ => String::new(),
    };
    format!(
        "{} to {}  {:<12} {} item {} lot {}{operation}{changeover}, {held}",
        when(step.start),
        when(step.end),
        step.line,
        step.order,
        step.item,
        step.lot
    )
}
