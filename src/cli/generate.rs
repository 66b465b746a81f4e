//! `lotwise generate`: seeded instances, of a size one can ask for.

use super::exit::{Exit, Failure};
use super::files::{self, Destination};
use super::percent;
use clap::Args;
use lotwise::generate::{GENERATORS, Generator, Parameters, generate};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Makes an instance: same generator, parameters and seed, same bytes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise generate --list
  lotwise generate plant --orders 1000 --lines 20 --seed 7 -o plant.json
  lotwise generate xunxi --orders 600 --days 7 --seed 3 --set minimum=1000 --set promise_days=15 -o classic.json
  lotwise generate by-you --surge 25% -o surge.json
  lotwise generate parallel --orders 50 --lines 5 --set families=4 | lotwise solve - -o plan.json")]
pub struct Arguments {
    /// Which generator; --list names them.
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// Lists the generators with their parameters.
    #[arg(long, conflicts_with_all = ["name", "orders", "days", "lines", "surge", "set", "output"])]
    list: bool,
    /// How many orders.
    #[arg(long, value_name = "N")]
    orders: Option<usize>,
    /// Over how many days they come in.
    #[arg(long, value_name = "D")]
    days: Option<usize>,
    /// Seed of every random stream.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many lines.
    #[arg(long, value_name = "L")]
    lines: Option<usize>,
    /// Unplanned demand from day 3 on, on top of the planned orders; short for `--set surge_percent=`.
    #[arg(long, value_name = "PERCENT", value_parser = percent::parse)]
    surge: Option<u32>,
    /// Any other parameter of the generator; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Where the instance goes; stdout without it.
    #[arg(short, long, value_name = "INSTANCE")]
    output: Option<PathBuf>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not of the form KEY=VALUE"))?;
    Ok((key.trim().to_string(), value.trim().to_string()))
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let Some(name) = arguments.name.as_deref().filter(|_| !arguments.list) else {
        files::answer(&listing())?;
        return Ok(Exit::Done);
    };
    let destination = Destination::prepare(arguments.output.as_deref(), &[])?;
    let Arguments { seed, orders, lines, days, .. } = *arguments;
    let surge = arguments.surge.iter().map(|percent| ("surge_percent".to_string(), percent.to_string()));
    let set = arguments.set.iter().cloned().chain(surge).collect();
    let parameters = Parameters { seed, orders, lines, days, set };
    let instance = generate(name, &parameters).map_err(|issues| {
        let message = format!("The generator `{name}` cannot make that.");
        Failure::new(Exit::BadInput, "bad-input", message).with_issues(issues)
    })?;
    destination.write_json(&instance)?;
    Ok(Exit::Done)
}

fn listing() -> String {
    let mut text = String::new();
    for Generator { name, summary, parameters, .. } in GENERATORS.iter().filter(|generator| !generator.hidden) {
        let _ = writeln!(text, "{name}\n  {summary}");
        for parameter in *parameters {
            let (name, summary) = (parameter.name, parameter.summary);
            let _ = writeln!(text, "    {name:<18} {summary} ({}; preset {})", parameter.range, parameter.preset);
        }
    }
    text
}
