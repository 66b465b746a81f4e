//! `lotwise explain`: why orders are late or left out, what would help, and where an order is.

use super::Files;
use super::wording::{listed, price, signed, when};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Destination};
use crate::cli::solve;
use crate::cli::text::{Format, say};
use clap::Args;
use lotwise::desk::explain::{Alternative, Cause, CauseCode, ChainStep, Explanation, HeldBy, Remedy};
use lotwise::desk::{Change, ExplainOptions, Explanations, apply_change, explain};
use lotwise::model::Instance;
use lotwise::report::text::{count, counted, span};
use lotwise::solution::OrderStatus;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Says why orders are late or left out, and the smallest changes that would make them on time.
///
/// Each cause has been taken away and the plan timed anew; each remedy has been applied and the order found on time.
/// Of one order, also where its lots are.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise explain instance.json plan.json
  lotwise explain instance.json plan.json SO-1001 --format text
  lotwise explain instance.json plan.json SO-1001 --try 2 --instance-output changed.json -o changed-plan.json")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The plan; - for stdin.
    plan: PathBuf,
    /// One order; without it, all that are late or left out.
    order: Option<String>,
    /// So many orders, the dearest first, get remedies and alternatives; the others their causes.
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: usize,
    /// Applies the order's remedy of that number, from 1, and writes what follows.
    #[arg(long = "try", value_name = "N", requires = "order", requires = "instance_output", requires = "output")]
    remedy: Option<usize>,
    /// Where the changed instance goes.
    #[arg(long, value_name = "INSTANCE", requires = "remedy")]
    instance_output: Option<PathBuf>,
    /// Where its plan goes.
    #[arg(short, long, value_name = "PLAN", requires = "remedy")]
    output: Option<PathBuf>,
    /// Threads to use [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Runs it.
///
/// # Errors
/// Exits 1, 2 and 5.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let inputs = [arguments.instance.as_path(), arguments.plan.as_path()];
    files::at_most_one_stdin(&inputs)?;
    let destinations = [arguments.instance_output.as_deref(), arguments.output.as_deref()]
        .map(|path| path.map(|path| Destination::prepare(Some(path), &inputs)).transpose());
    let [instance_output, output] = destinations;
    let (instance_output, output) = (instance_output?, output?);
    let instance = solve::instance(&arguments.instance)?;
    let plan = solve::plan(&arguments.plan)?;
    let files = Files { instance: &arguments.instance, plan: Some(&arguments.plan), question: None };
    let options = ExplainOptions {
        order: arguments.order.clone(),
        most: arguments.most,
        threads: arguments.threads.map(usize::from),
    };
    let explanations = explain(&instance, &plan, &options).map_err(|fault| files.refuse(fault))?;
    super::answer(arguments.format, &explanations, || words(&instance, &explanations))?;
    if let (Some(number), Some(instance_output), Some(output)) = (arguments.remedy, instance_output, output) {
        let explanation = explanations.orders.first();
        let remedy = explanation.and_then(|one| one.remedies.get(number.checked_sub(1)?));
        let Some((explanation, remedy)) = explanation.zip(remedy) else {
            return Err(Failure::usage(format!("There is no remedy {number}.")).answered(true));
        };
        let (changed, plan) = apply_change(&instance, &plan, &explanation.order, &remedy.change)
            .map_err(|fault| files.refuse(fault).answered(true))?;
        instance_output.write_json(&changed)?;
        output.write_json(&plan)?;
        say(&format!("lotwise: remedy {number} is applied.\n"));
    }
    Ok(Exit::Done)
}

fn words(instance: &Instance, explanations: &Explanations) -> String {
    let mut text = String::new();
    if explanations.orders.is_empty() {
        text.push_str("Every order is on time.\n");
    }
    for (index, explanation) in explanations.orders.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&order_words(instance, explanation, explanations.orders.len() == 1));
    }
    text
}

fn order_words(instance: &Instance, explanation: &Explanation, only: bool) -> String {
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
        CauseCode::LineFull if cause.orders.is_empty() => format!("other orders hold {}", lines()),
        CauseCode::LineFull => {
            let each = match cause.each_enough.len() {
                0 => String::new(),
                _ => format!("; each alone would make room: {}", listed(&cause.each_enough, 6)),
            };
            format!("its place on {} is held by {}{each}", lines(), listed(&cause.orders, 6))
        }
        CauseCode::KitLastItem => format!("all but these items would be on time: {}", listed(&cause.parts, 6)),
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
            "there is a cheaper plan with it: the search has missed it; search on with --start".to_string()
        }
        CauseCode::Deadline => "beside the others it cannot be delivered by its deadline".to_string(),
        CauseCode::Impossible => "not even with its deadline taken away is there a place for it".to_string(),
        CauseCode::SetAside => "it has a fault of its own".to_string(),
        // The list may grow.
        _ => format!("{:?}", cause.code),
    };
    match cause.delivery_without {
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
        _ => format!("; late because of it: {}", listed(&made.harmed, 6)),
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
        Change::Overtime { windows } => {
            let shown: Vec<String> = windows
                .iter()
                .map(|window| {
                    let known = if window.existing { " (overtime the calendar has)" } else { "" };
                    let length = span(window.to.seconds - window.from.seconds);
                    format!("{} from {} for {length}{known}", window.line, when(window.from))
                })
                .collect();
            format!("open {}", shown.join(" and "))
        }
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
        number => format!("; {} then late: {}", counted(number, "order"), listed(&remedy.harmed, 4)),
    };
    format!("{change} (plan cost {}{harmed})", signed(remedy.plan_cost))
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
