//! `lotwise explain`: why orders are late or left out, what would help, and where an order is.

mod words;

use super::Files;
use super::wording::price;
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Destination};
use crate::cli::solve;
use crate::cli::text::{Format, say, shell_word};
use clap::Args;
use lotwise::desk::explain::{Cause, CauseCode};
use lotwise::desk::{ExplainOptions, Explanations, apply_change, explain};
use lotwise::model::Instance;
use lotwise::report::text::{count, counted};
use lotwise::solution::OrderStatus;
use lotwise::units::Money;
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
    super::answer(arguments.format, &explanations, || words(arguments, &instance, &explanations))?;
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

fn words(arguments: &Arguments, instance: &Instance, explanations: &Explanations) -> String {
    let orders = &explanations.orders;
    let mut text = String::new();
    if orders.is_empty() {
        text.push_str("Every order is on time.\n");
    }
    if orders.len() > 1 {
        text.push_str(&summary(instance, explanations));
        text.push('\n');
    }
    for (index, explanation) in orders.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        text.push_str(&words::order_words(instance, explanation, orders.len() == 1));
    }
    if let Some(one) = orders.iter().find(|one| !one.remedies.is_empty()) {
        let [instance, plan] = [&arguments.instance, &arguments.plan].map(|path| shell_word(&path.to_string_lossy()));
        let _ = writeln!(
            text,
            "\nto see a remedy at work: lotwise explain {instance} {plan} {} --try 1 --instance-output changed.json -o changed-plan.json",
            shell_word(&one.order)
        );
    }
    text
}

/// How many orders are late and left out, what that costs, and what is in their way most often.
fn summary(instance: &Instance, explanations: &Explanations) -> String {
    let orders = &explanations.orders;
    let counts = [
        (OrderStatus::Late, "late"),
        (OrderStatus::Rejected, "turned down"),
        (OrderStatus::Unplanned, "not in the plan"),
    ]
    .map(|(status, name)| (orders.iter().filter(|one| one.status == status).count(), name));
    let counts: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| format!("{} {name}", count(*number)))
        .collect();
    let cost = Money(orders.iter().map(|one| one.cost.0).sum());
    let mut text = format!(
        "{} of {}: {}, in all\n",
        counts.join(", "),
        counted(instance.orders.len(), "order"),
        price(instance, cost)
    );
    let whats = [
        (CauseCode::LineFull, "other orders"),
        (CauseCode::ClosedTime, "closing times"),
        (CauseCode::Changeovers, "changeovers"),
        (CauseCode::StageBefore, "waiting for the step before"),
        (CauseCode::MaterialLate, "waiting for material"),
        (CauseCode::ReleaseLate, "the release"),
        (CauseCode::LineUnavailable, "lines that are not there yet"),
    ];
    let alone = |code: CauseCode| {
        let decides = |cause: &Cause| cause.code == code && cause.decides_alone;
        orders.iter().filter(|one| one.status == OrderStatus::Late && one.causes.iter().any(decides)).count()
    };
    let mut deciding: Vec<(usize, &str)> = whats.iter().map(|&(code, what)| (alone(code), what)).collect();
    deciding.retain(|(number, _)| *number > 0);
    deciding.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    if !deciding.is_empty() {
        let told: Vec<String> =
            deciding.iter().map(|(number, what)| format!("{what} for {}", count(*number))).collect();
        let _ = writeln!(text, "taken away alone these would do: {}", told.join(", "));
    }
    text
}
