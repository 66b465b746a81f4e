//! `lotwise partition`: an instance in parts that can be planned anywhere.

use super::exit::{Exit, Failure};
use super::files::{self, Destination};
use super::solve;
use super::text::{Format, printable};
use clap::Args;
use lotwise::partition::{Cut, PartitionError, partition};
use lotwise::report::text::{count, counted, span};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Cuts an instance into parts, each an instance of its own that any machine can plan.
///
/// What never meets is told apart first; what is left is cut along sites, stages and who can make what, into parts of about the
/// same work. The answer says what the cut severs. `lotwise merge` puts the parts' plans together.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise partition network.json --parts 8 -o parts
  lotwise solve parts/part-1.json --time-limit 5m -o plans/part-1.json     # each, anywhere
  lotwise merge network.json plans/part-*.json -o plan.json

  lotwise partition network.json --parts 8 -o parts.ndjson
  lotwise solve --ndjson parts.ndjson --time-limit 5m -o plans.ndjson
  lotwise merge network.json plans.ndjson -o plan.json

docs/scale.md says what is lost against planning the whole.")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// How many parts at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    parts: u16,
    /// Where the parts go: a folder, or a file that ends in .ndjson for one part a line.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Text on a terminal, else JSON: what the cut severs.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

/// Whether a path is of a file of one document a line.
pub fn is_lines(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "ndjson")
}

/// What a partition or a merge that came to nothing fails with; `parts` is what messages call the plans.
pub fn refuse(fault: PartitionError, instance: &Path, parts: &str) -> Failure {
    match fault {
        PartitionError::Instance(issues) => Failure::bad_file(&files::name(instance), issues),
        PartitionError::Parts(issues) => {
            let errors = counted(issues.len(), "error");
            Failure::new(Exit::BadInput, "bad-input", format!("{parts}: {errors}.")).with_issues(issues)
        }
        PartitionError::Internal(message) => Failure::internal(message),
        // The enum may grow: whatever else there is, is the program's to explain.
        other => Failure::internal(other.to_string()),
    }
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let instance = solve::instance(&arguments.instance)?;
    let made = partition(&instance, usize::from(arguments.parts))
        .map_err(|fault| refuse(fault, &arguments.instance, "The parts"))?;
    if is_lines(&arguments.output) {
        let destination = Destination::prepare(Some(&arguments.output), &[&arguments.instance])?;
        destination.write(|out| {
            made.parts.iter().try_for_each(|part| {
                serde_json::to_writer(&mut *out, part)?;
                out.write_all(b"\n")
            })
        })?;
    } else {
        files::make_folder(&arguments.output)?;
        let digits = made.parts.len().to_string().len();
        for (index, part) in made.parts.iter().enumerate() {
            // Numbers of one length, so that a shell lists them in their order.
            let path = arguments.output.join(format!("part-{:0digits$}.json", index + 1));
            Destination::prepare(Some(&path), &[&arguments.instance])?.write_json(part)?;
        }
    }
    match Format::on_stdout(arguments.format) {
        Format::Text => files::answer(&text(&made.cut))?,
        Format::Json => Destination::Stdout.write_json(&made.cut)?,
    }
    Ok(Exit::Done)
}

fn text(cut: &Cut) -> String {
    let mut text = String::new();
    let of = if cut.parts.len() < cut.asked { format!(" of {} asked for", cut.asked) } else { String::new() };
    let _ = writeln!(
        text,
        "{}{of}; {} in the instance",
        counted(cut.parts.len(), "part"),
        counted(cut.components, "independent component")
    );
    for part in &cut.parts {
        let _ = writeln!(
            text,
            "  {:>4}  {:>9} orders  {:>5} lines  {:>4} sites  {} of work",
            part.number,
            count(part.orders),
            part.lines,
            part.sites,
            span(part.work.0)
        );
    }
    let per_cent = |share: f64| format!("{:.1} %", share * 100.0);
    let _ = writeln!(text, "imbalance         {} of the mean work", per_cent(cut.imbalance));
    let _ = writeln!(text, "on the border     {}", counted(cut.border_orders, "order"));
    let _ = writeln!(text, "eligibility lost  {} of the choices of a line, by work", per_cent(cut.eligibility_lost));
    let _ = writeln!(text, "rough loss        {}, by a clock without changeovers", per_cent(cut.rough_loss));
    if !cut.homeless_orders.is_empty() {
        let _ =
            writeln!(text, "for the merge     {} no part can make whole", counted(cut.homeless_orders.len(), "order"));
    }
    for material in &cut.shared_materials {
        let site = material.site.as_ref().map_or_else(String::new, |site| format!(" at {site}"));
        let name = printable(&format!("{}{site}", material.id)).into_owned();
        let _ = writeln!(text, "shared out        {name} among {}", counted(material.parts.len(), "part"));
    }
    text
}
