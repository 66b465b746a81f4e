//! `lotwise report`: the plan as a page, a picture, tables, figures.

use super::exit::{Exit, Failure};
use super::files::{self, Destination};
use super::solve;
use clap::Args;
use lotwise::model::{Duration, Instance};
use lotwise::report::html::{PageOptions, page};
use lotwise::report::svg::{GanttOptions, gantt_svg};
use lotwise::report::tables::{Cell, Sheet, TableOptions, sheets, workbook, write_csv};
use lotwise::report::{Kpis, Register, Tolerance};
use lotwise::solution::Solution;
use std::path::{Path, PathBuf};

/// Shows a plan: one page with its Gantt (HTML), a picture (SVG), tables (CSV, XLSX), figures (JSON).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise report instance.json plan.json -o plan.html
  lotwise report instance.json plan.json --colour-by fabric -o plan.svg
  lotwise report instance.json plan.json --csv tables --xlsx plan.xlsx
  lotwise report instance.json plan.json --json --tolerance PT4H --quantity-tolerance 0.03

Without any of -o, --csv, --xlsx and --json the picture goes to stdout. docs/report.md defines
the figures and lists the tables' columns.")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The plan; - for stdin.
    plan: PathBuf,
    /// Where the page (.html) or the picture (any other name) goes.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Writes orders.csv, lines.csv and lots.csv into a folder; a name ending in .csv gets the lots alone.
    #[arg(long, value_name = "FOLDER")]
    csv: Option<PathBuf>,
    /// Writes the figures and the three tables as one workbook.
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// Prints the figures as JSON.
    #[arg(long)]
    json: bool,
    /// The attribute lots are coloured by, or `variant` [default: the first that a changeover rule names].
    #[arg(long, value_name = "ATTRIBUTE")]
    colour_by: Option<String>,
    /// How much later than due still counts as on time and in full.
    #[arg(long, value_name = "DURATION", default_value = "PT0S", value_parser = duration)]
    tolerance: Duration,
    /// Which share of an item may be missing in an order that counts as in full, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value = "0", value_parser = share)]
    quantity_tolerance: f64,
    /// Names customers; they are left out without it.
    #[arg(long)]
    customers: bool,
}

/// An ISO 8601 duration of the command line.
pub fn duration(text: &str) -> Result<Duration, String> {
    Duration::parse(text).map_err(|fault| format!("`{text}` {}", fault.message))
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("`{text}` is not a number between 0 and 1"))
}

/// Where everything goes, tried before any work is done.
struct Destinations {
    output: Option<Destination>,
    csv: Vec<(&'static str, Destination)>,
    workbook: Option<Destination>,
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let inputs = [arguments.instance.as_path(), arguments.plan.as_path()];
    files::at_most_one_stdin(&inputs)?;
    let destinations = Destinations::prepare(arguments, &inputs)?;
    let instance = solve::instance(&arguments.instance)?;
    let plan = solve::plan(&arguments.plan)?;
    let page_wanted = arguments.output.as_deref().is_some_and(is_page);
    if let Some(output) = destinations.output.as_ref().filter(|_| !page_wanted) {
        // A picture needs no valid instance: it shows what is there.
        let options = GanttOptions { colour_by: arguments.colour_by.clone(), ..GanttOptions::default() };
        output.write(|out| out.write_all(gantt_svg(&instance, &plan, &options).as_bytes()))?;
    }
    let tables_wanted = !destinations.csv.is_empty() || destinations.workbook.is_some();
    if page_wanted || tables_wanted || arguments.json {
        told(arguments, &destinations, page_wanted, &instance, &plan)?;
    }
    Ok(Exit::Done)
}

/// Writes what needs the two files side by side.
fn told(
    arguments: &Arguments,
    destinations: &Destinations,
    page_wanted: bool,
    instance: &Instance,
    plan: &Solution,
) -> Result<(), Failure> {
    let register =
        Register::new(instance, plan).map_err(|issues| Failure::bad_file(&files::name(&arguments.instance), issues))?;
    let tolerance = Tolerance { time: arguments.tolerance, quantity: arguments.quantity_tolerance };
    let customers = arguments.customers;
    if let Some(output) = destinations.output.as_ref().filter(|_| page_wanted) {
        let options = PageOptions { colour_by: arguments.colour_by.clone(), tolerance, customers };
        output.write(|out| out.write_all(page(&register, &options).as_bytes()))?;
    }
    if !destinations.csv.is_empty() || destinations.workbook.is_some() {
        let sheets = sheets(&register, &TableOptions { tolerance, customers });
        for (name, destination) in &destinations.csv {
            let sheet = sheets.iter().find(|sheet| sheet.name == *name);
            destination.write(|out| sheet.map_or(Ok(()), |sheet| write_csv(sheet, out)))?;
        }
        if let Some(destination) = &destinations.workbook {
            write_workbook(destination, plan, &Kpis::of(&register, &tolerance), &sheets)?;
        }
    }
    if arguments.json {
        Destination::Stdout.write_json(&Kpis::of(&register, &tolerance))?;
    }
    Ok(())
}

fn write_workbook(destination: &Destination, plan: &Solution, kpis: &Kpis, sheets: &[Sheet]) -> Result<(), Failure> {
    let mut figures = vec![("cost".to_string(), Cell::Money(plan.cost.total))];
    figures
        .extend(plan.cost.terms().map(|(name, cost)| (format!("cost: {}", name.replace('_', " ")), Cell::Money(cost))));
    figures.extend(kpis.entries().into_iter().map(|(name, value)| (name.replace('_', " "), Cell::Number(value))));
    let bytes = workbook(&figures, sheets).map_err(|fault| Failure::usage(format!("With --xlsx, {fault}.")))?;
    destination.write(|out| out.write_all(&bytes))
}

impl Destinations {
    fn prepare(arguments: &Arguments, inputs: &[&Path]) -> Result<Self, Failure> {
        let nothing_asked = arguments.csv.is_none() && arguments.xlsx.is_none() && !arguments.json;
        let output = match arguments.output.as_deref() {
            None if !nothing_asked => None,
            path => Some(Destination::prepare(path, inputs)?),
        };
        if arguments.json && output.as_ref().is_some_and(Destination::is_stdout) {
            return Err(Failure::usage("--json prints to stdout; -o needs the name of a file beside it."));
        }
        let csv = match arguments.csv.as_deref() {
            None => Vec::new(),
            Some(path) if has_ending(path, &["csv"]) || path.as_os_str() == "-" => {
                vec![("lots", Destination::prepare(Some(path), inputs)?)]
            }
            Some(folder) => {
                files::make_folder(folder)?;
                let table = |name: &'static str| {
                    Destination::prepare(Some(&folder.join(name).with_extension("csv")), inputs)
                        .map(|file| (name, file))
                };
                ["orders", "lines", "lots"].into_iter().map(table).collect::<Result<_, _>>()?
            }
        };
        let workbook = arguments.xlsx.as_deref().map(|path| Destination::prepare(Some(path), inputs)).transpose()?;
        Ok(Self { output, csv, workbook })
    }
}

fn is_page(path: &Path) -> bool {
    has_ending(path, &["html", "htm"])
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
