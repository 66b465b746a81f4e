//! `lotwise quote`: when an order could be delivered, and what it would cost the plan.

use super::wording::{listed, price, signed, when};
use super::{Files, instant};
use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Destination};
use crate::cli::solve;
use crate::cli::text::Format;
use clap::Args;
use lotwise::desk::quote::{Accepted, Quote};
use lotwise::desk::{QuoteOptions, Quotes, accept, quote, read_order};
use lotwise::model::{Instance, Instant};
use lotwise::report::text::{counted, span};
use lotwise::units::Seconds;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Says when an order that is not there yet could be delivered, and what it would cost the plan at several dates.
///
/// The plan stays as it is: the order is put in where it harms least, and what it harms is in its price.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise quote instance.json plan.json order.json
  lotwise quote instance.json plan.json order.json --by 2026-11-27T16:00:00Z --by 2026-11-30T16:00:00Z
  lotwise quote instance.json plan.json order.json --accept 2026-11-27T16:00:00Z \\
      --instance-output with-order.json -o with-order-plan.json

ORDER is one object as in an instance's `orders`:
  { \"id\": \"SO-9\", \"items\": [ { \"variant\": \"mug\", \"quantity\": 200 } ] }")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The plan; - for stdin.
    plan: PathBuf,
    /// The order; - for stdin.
    order: PathBuf,
    /// A promise to price; may be repeated [default: the order's `due`, and some days after the earliest].
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    by: Vec<Instant>,
    /// Accepts the order for an instant, or `earliest`, and writes instance and plan.
    #[arg(long, value_name = "INSTANT", value_parser = date, requires = "instance_output", requires = "output")]
    accept: Option<Date>,
    /// Where the instance with the order goes.
    #[arg(long, value_name = "INSTANCE", requires = "accept")]
    instance_output: Option<PathBuf>,
    /// Where its plan goes.
    #[arg(short, long, value_name = "PLAN", requires = "accept")]
    output: Option<PathBuf>,
    /// Threads to use [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// For when an order is accepted.
#[derive(Clone, Copy, Debug)]
enum Date {
    Earliest,
    By(Instant),
}

fn date(text: &str) -> Result<Date, String> {
    if text == "earliest" { Ok(Date::Earliest) } else { instant(text).map(Date::By) }
}

/// Runs it.
///
/// # Errors
/// Exits 1, 2 and 5.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let inputs = [arguments.instance.as_path(), arguments.plan.as_path(), arguments.order.as_path()];
    files::at_most_one_stdin(&inputs)?;
    let prepare =
        |path: &Option<PathBuf>| path.as_deref().map(|path| Destination::prepare(Some(path), &inputs)).transpose();
    let (instance_output, output) = (prepare(&arguments.instance_output)?, prepare(&arguments.output)?);
    let instance = solve::instance(&arguments.instance)?;
    let plan = solve::plan(&arguments.plan)?;
    let order = read_order(&files::read(&arguments.order)?)
        .map_err(|fault| Failure::bad_file(&files::name(&arguments.order), fault.faults))?;
    let files = Files { instance: &arguments.instance, plan: Some(&arguments.plan), question: Some(&arguments.order) };
    if let (Some(date), Some(instance_output), Some(output)) = (arguments.accept, instance_output, output) {
        let by = match date {
            Date::Earliest => None,
            Date::By(by) => Some(by),
        };
        let accepted = accept(&instance, &plan, &order, by).map_err(|fault| files.refuse(fault))?;
        instance_output.write_json(&accepted.instance)?;
        output.write_json(&accepted.solution)?;
        super::answer(arguments.format, &accepted, || accepted_words(&instance, &accepted))?;
        return Ok(Exit::Done);
    }
    let options = QuoteOptions { dates: arguments.by.clone(), threads: arguments.threads.map(usize::from) };
    let quotes = quote(&instance, &plan, &order, &options).map_err(|fault| files.refuse(fault))?;
    super::answer(arguments.format, &quotes, || words(&instance, &quotes, arguments.by.len()))?;
    Ok(Exit::Done)
}

fn words(instance: &Instance, quotes: &Quotes, asked: usize) -> String {
    let mut text = String::new();
    let Some(earliest) = &quotes.earliest else { return format!("{} fits nowhere into the plan.\n", quotes.order) };
    let _ = writeln!(text, "earliest  {}", quote_words(instance, earliest));
    for quote in &quotes.dates {
        let _ = writeln!(text, "by {:<17} {}", when(quote.by), quote_words(instance, quote));
    }
    if asked > quotes.dates.len() {
        let _ = writeln!(text, "{} cannot be kept.", counted(asked - quotes.dates.len(), "date"));
    }
    if let Some(cheapest) = &quotes.cheapest {
        let _ = writeln!(text, "cheapest  {}", quote_words(instance, cheapest));
    }
    text
}

fn quote_words(instance: &Instance, quote: &Quote) -> String {
    let terms: Vec<String> =
        quote.terms.iter().map(|(name, amount)| format!("{} {}", name.replace('_', " "), signed(*amount))).collect();
    let harmed: Vec<String> = quote
        .harmed
        .iter()
        .map(|harm| format!("{} ({} later)", harm.order, span(harm.lateness.0 - harm.before.0)))
        .collect();
    let harmed = if harmed.is_empty() { "harms nobody".to_string() } else { format!("harms {}", listed(&harmed, 5)) };
    let terms = if terms.is_empty() { String::new() } else { format!(" = {}", terms.join(", ")) };
    format!("delivered {}, for {}{terms}; {harmed}", when(quote.delivery), price(instance, quote.price))
}

fn accepted_words(instance: &Instance, accepted: &Accepted) -> String {
    let mut text = format!("accepted  by {}: {}\n", when(accepted.quote.by), quote_words(instance, &accepted.quote));
    let _ = writeln!(text, "moved     {}", moved_words(accepted));
    for one in accepted.moved.iter().take(20) {
        let line =
            if one.line == one.line_before { one.line.clone() } else { format!("{} to {}", one.line_before, one.line) };
        let (before, after) = (when(one.start_before), when(one.start));
        let _ =
            writeln!(text, "          {} item {} lot {} on {line}: {before} to {after}", one.order, one.item, one.lot);
    }
    if accepted.moved.len() > 20 {
        let _ = writeln!(text, "          and {} more", accepted.moved.len() - 20);
    }
    text
}

/// How many operations moved, line by line, and by how much at most.
fn moved_words(accepted: &Accepted) -> String {
    let mut lines: BTreeMap<&str, (usize, i64)> = BTreeMap::new();
    for one in &accepted.moved {
        let (number, most) = lines.entry(&one.line).or_default();
        *number += 1;
        *most = (*most).max((one.start.seconds - one.start_before.seconds).0.abs());
    }
    let each = |(line, (number, most)): (&&str, &(usize, i64))| {
        format!("{number} on {line} by up to {}", span(Seconds(*most)))
    };
    let each: Vec<String> = lines.iter().map(each).collect();
    let whole = counted(accepted.moved.len(), "operation");
    if each.is_empty() { whole } else { format!("{whole}: {}", each.join(", ")) }
}
