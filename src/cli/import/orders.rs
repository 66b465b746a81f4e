//! `lotwise import orders`: an order dump becomes an instance.

use crate::cli::exit::{Exit, Failure};
use crate::cli::files::{self, Destination};
use crate::cli::text::{Format, printable, say};
use clap::Args;
use jiff::civil::Date;
use lotwise::diagnostic::Diagnostic;
use lotwise::import::orders::{DateFormat, Decimal, Delimiter};
use lotwise::import::{ImportOptions, Start, import_orders, read_mapping, read_plant};
use lotwise::model::Instant;
use std::path::{Path, PathBuf};

/// An order dump, a plant and a mapping of columns become an instance; what is left out is reported on stderr.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise import orders dump.csv --plant plant.json --mapping mapping.json -o instance.json
  lotwise import orders dump.csv --plant plant.json --mapping mapping.json -o tonight.json \\
      --from 2010-12-01 --to 2010-12-01 --start 2010-12-02T00:00:00Z --pseudonymise")]
pub struct Arguments {
    /// The dump, a delimited table or a workbook (XLSX); - for stdin.
    dump: PathBuf,
    /// The plant: an instance without orders.
    #[arg(long, value_name = "PLANT")]
    plant: PathBuf,
    /// Which column is what, and how lines become orders.
    #[arg(long, value_name = "MAPPING")]
    mapping: PathBuf,
    /// The instance's first instant (RFC 3339), or `midnight` after the last order [default: the plant's].
    #[arg(long, value_name = "INSTANT", value_parser = start)]
    start: Option<Start>,
    /// Moves all dates by whole days, so that the last order was placed in the day before the start.
    #[arg(long)]
    shift: bool,
    /// First day of the rows taken, by the dump's own dates.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day of the rows taken.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// How dates are written: d/m/Y, m/d/Y, Y-m-d [default: recognised].
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<DateFormat>,
    /// What stands between fields: comma, semicolon, tab or pipe [default: recognised].
    #[arg(long, value_name = "NAME")]
    delimiter: Option<Delimiter>,
    /// The sheet of a workbook [default: the only one that has the mapped columns].
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The decimal sign: . or , [default: recognised].
    #[arg(long, value_name = "SIGN")]
    decimal: Option<Decimal>,
    /// The text's encoding [default: recognised].
    #[arg(long, value_name = "LABEL")]
    encoding: Option<String>,
    /// Refuses dumps with unreadable rows or rows that are no products.
    #[arg(long)]
    strict: bool,
    /// Replaces customers' names by codes, the same for the same KEY.
    #[arg(long, value_name = "KEY", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pseudonymise: Option<String>,
    /// Where the instance goes; stdout without it.
    #[arg(short, long, value_name = "INSTANCE")]
    output: Option<PathBuf>,
    /// The report's form: text where stderr is a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

fn start(text: &str) -> Result<Start, String> {
    if text == "midnight" {
        return Ok(Start::Midnight);
    }
    Instant::parse(text).map(Start::At).map_err(|fault| format!("`{text}` {}", fault.message))
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let inputs: [&Path; 3] = [&arguments.dump, &arguments.plant, &arguments.mapping];
    files::at_most_one_stdin(&inputs)?;
    let destination = Destination::prepare(arguments.output.as_deref(), &inputs)?;
    let bad = |path: &Path, issues: Vec<Diagnostic>| Failure::bad_file(&files::name(path), issues);
    let mapping = read_mapping(&files::read(&arguments.mapping)?).map_err(|issues| bad(&arguments.mapping, issues))?;
    let plant = read_plant(&files::read(&arguments.plant)?).map_err(|fault| bad(&arguments.plant, fault.faults))?;
    let options = ImportOptions {
        delimiter: arguments.delimiter,
        encoding: arguments.encoding.clone(),
        sheet: arguments.sheet.clone(),
        decimal: arguments.decimal,
        date_format: arguments.date_format,
        from: arguments.from,
        to: arguments.to,
        start: arguments.start.unwrap_or_default(),
        shift: arguments.shift,
        strict: arguments.strict,
        pseudonymise: arguments.pseudonymise.clone(),
    };
    let dump = files::read(&arguments.dump)?;
    let imported = import_orders(&dump, plant, &mapping, &options).map_err(|issues| bad(&arguments.dump, issues))?;
    destination.write_json(&imported.instance)?;
    match Format::on_stderr(arguments.format) {
        Format::Text => {
            let report = imported.report.to_string();
            report.lines().for_each(|line| say(&format!("{}\n", printable(line))));
        }
        Format::Json => say(&(serde_json::to_string(&imported.report).unwrap_or_default() + "\n")),
    }
    Ok(Exit::Done)
}
