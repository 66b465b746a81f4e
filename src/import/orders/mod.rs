//! An order dump becomes orders: a table of text, a plant and a mapping in; an instance and a report out.
//!
//! A dump is a stranger's file, so each step trusts only what the one before it has settled: bytes become `text`,
//! text becomes a `table` with known columns, a first pass over the whole table settles how `dates` and
//! `numbers` are written, a second one reads `lines`, `returns` are taken off them, and what is left is
//! assembled into orders. Whatever could be read in two ways stops the import with a question; whatever is left out is
//! counted with its line numbers in the `report`. Nothing here reads files, and nothing judges whether the plant can
//! make what was ordered: that is `validate`'s work.

mod assemble;
mod date_survey;
mod dates;
mod lines;
mod mapping;
mod numbers;
mod pseudonym;
mod report;
mod returns;
mod rules;
#[cfg(feature = "spreadsheet")]
mod spreadsheet;
mod table;
mod text;

pub use dates::{DateFormat, FieldOrder};
pub use mapping::{
    Case, Charge, Columns, Delimiter, Derivation, Incomplete, LineRules, MAPPING_FORMAT, Mapping, OrderRules, Products,
    PromiseFrom, Repeated, Returns, Rule, Source, Table, VariantRules, read_mapping,
};
pub use numbers::Decimal;
pub use report::{ImportReport, LISTED, LeftOut, OrderCounts, Reason, ReturnCounts, RowCounts, TableReport};

use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Instance, Instant, Meta, ReadError, read_instance};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use table::Column;

/// What a run of the importer is told besides the mapping; what stands here goes before the mapping's `table`.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// What stands between fields.
    pub delimiter: Option<Delimiter>,
    /// The text's encoding, a WHATWG label.
    pub encoding: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The decimal sign.
    pub decimal: Option<Decimal>,
    /// How dates are written.
    pub date_format: Option<DateFormat>,
    /// First day, by the dump's own dates, whose rows are taken.
    pub from: Option<Date>,
    /// Last day whose rows are taken.
    pub to: Option<Date>,
    /// The instance's first instant: the night in which the orders are planned.
    pub start: Start,
    /// Moves all dates by the same whole number of days, so that the last order was placed in the day before `start`.
    pub shift: bool,
    /// Refuses dumps with unreadable rows or rows that are no products.
    pub strict: bool,
    /// Replaces customers' names by codes under this key (it may be empty).
    pub pseudonymise: Option<String>,
}

/// The instance's first instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The plant file's own `start`.
    #[default]
    Plant,
    /// The local midnight after the last order taken.
    Midnight,
    /// This instant.
    At(Instant),
}

/// What an import gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The plant with the dump's orders and variants.
    pub instance: Instance,
    /// What became of each row.
    pub report: ImportReport,
}

/// Makes an instance from a dump, a plant (an instance without orders; [`read_plant`]) and a mapping.
///
/// Orders the plant already holds are kept and stand first; variants it defines are not derived again.
///
/// # Errors
/// Faults of the mapping or the options, or of the dump as a whole; with `strict`, of each row. No row's fault alone
/// is an error otherwise, unless no order is left.
pub fn import_orders(
    dump: &[u8],
    plant: Instance,
    mapping: &Mapping,
    options: &ImportOptions,
) -> Result<Imported, Vec<Diagnostic>> {
    let rules = rules::Rules::new(mapping)?;
    check_options(mapping, options)?;
    let zone = zone(&plant, mapping)?;
    let opened = open(dump, mapping, options)?;
    let table = table::Table::open(&opened.text, &mapping.columns, opened.delimiter)?;
    let (decimal, date_format) = survey(&table, mapping, options)?;
    let mut report = ImportReport {
        table: TableReport {
            encoding: opened.encoding,
            byte_order_mark: opened.marked,
            sheet: opened.sheet.clone(),
            delimiter: table.delimiter,
            decimal,
            date_format,
        },
        ..empty_report()
    };
    let reading = lines::Reading {
        mapping,
        options,
        rules: &rules,
        zone: &zone,
        decimal: decimal.unwrap_or(Decimal::Point),
        date_format,
    };
    let mut lines = lines::Lines::read(&table, &reading, &mut report)?;
    returns::settle(&mut lines, mapping.lines.returns, &mut report);
    if lines.sales.is_empty() {
        return Err(nothing_left(&report));
    }
    let assembly = assemble::Assembly { mapping, options, rules: &rules, zone: &zone };
    let instance = assembly.assemble(&lines, plant, &mut report)?;
    Ok(Imported { instance, report })
}

/// A dump as text, and what it came in.
struct Opened<'a> {
    text: Cow<'a, str>,
    encoding: &'static str,
    marked: bool,
    delimiter: Option<Delimiter>,
    sheet: Option<String>,
}

fn open<'a>(dump: &'a [u8], mapping: &Mapping, options: &ImportOptions) -> Result<Opened<'a>, Vec<Diagnostic>> {
    let sheet = options.sheet.as_deref().or(mapping.table.sheet.as_deref());
    #[cfg(feature = "spreadsheet")]
    if spreadsheet::is_workbook(dump) {
        let writing = spreadsheet::Writing {
            columns: &mapping.columns,
            decimal: options.decimal.or(mapping.table.decimal),
            date_format: options.date_format.or(mapping.table.date_format),
        };
        let spreadsheet::SheetText { name, text } = spreadsheet::read(dump, sheet, &writing)?;
        let (text, delimiter, sheet) = (Cow::Owned(text), Some(Delimiter::Tab), Some(name));
        return Ok(Opened { text, encoding: "xlsx", marked: false, delimiter, sheet });
    }
    if options.sheet.is_some() {
        let message =
            format!("A sheet is named ({}), but the dump is no workbook.", sheet.map_or_else(String::new, shown));
        return Err(vec![Diagnostic::error(
            codes::IMPORT_OPTIONS,
            "",
            message,
            "Leave --sheet out, or give it the XLSX.",
        )]);
    }
    let encoding = options.encoding.as_deref().or(mapping.table.encoding.as_deref());
    let decoded = text::decode(dump, encoding).map_err(|fault| vec![fault])?;
    let delimiter = options.delimiter.or(mapping.table.delimiter);
    Ok(Opened { text: decoded.text, encoding: decoded.encoding, marked: decoded.marked, delimiter, sheet: None })
}

/// Reads a plant: an instance file that may leave out `orders` and `variants`.
///
/// # Errors
/// As [`read_instance`].
pub fn read_plant(text: &[u8]) -> Result<Instance, ReadError> {
    // `Meta` is any JSON value in which no object names a key twice.
    if let Ok(Meta(serde_json::Value::Object(mut plant))) = serde_json::from_slice(text) {
        let lists = ["orders", "variants"];
        if lists.iter().any(|list| !plant.contains_key(*list)) {
            for list in lists {
                plant.entry(list).or_insert_with(|| serde_json::Value::Array(Vec::new()));
            }
            return read_instance(serde_json::Value::Object(plant).to_string().as_bytes());
        }
    }
    read_instance(text)
}

fn empty_report() -> ImportReport {
    ImportReport {
        table: TableReport {
            encoding: "UTF-8",
            byte_order_mark: false,
            sheet: None,
            delimiter: Delimiter::Comma,
            decimal: None,
            date_format: None,
        },
        rows: RowCounts::default(),
        left_out: Default::default(),
        returns: ReturnCounts::default(),
        orders: OrderCounts::default(),
        faults: Vec::new(),
    }
}

fn check_options(mapping: &Mapping, options: &ImportOptions) -> Result<(), Vec<Diagnostic>> {
    let refuse =
        |message: String, remedy: &str| Err(vec![Diagnostic::error(codes::IMPORT_OPTIONS, "", message, remedy)]);
    if let (Some(from), Some(to)) = (options.from, options.to)
        && from > to
    {
        return refuse(format!("The first day, {from}, lies after the last, {to}."), "Exchange the two.");
    }
    if (options.from.is_some() || options.to.is_some()) && mapping.columns.date.is_none() {
        return refuse("Days are asked for, but no date column is mapped.".into(), "Map `columns.date`.");
    }
    Ok(())
}

fn zone(plant: &Instance, mapping: &Mapping) -> Result<TimeZone, Vec<Diagnostic>> {
    let (name, pointer) = match (&mapping.table.time_zone, &plant.time_zone) {
        (Some(name), _) => (name, "/table/time_zone"),
        (None, Some(name)) => (name, "/time_zone"),
        (None, None) => return Ok(TimeZone::UTC),
    };
    TimeZone::get(name).map_err(|_| {
        let message = format!("{} is not a time zone.", shown(name));
        vec![Diagnostic::error(codes::IMPORT_MAPPING, pointer, message, "Use an IANA name such as Europe/London.")]
    })
}

/// Reads the whole table once for how its numbers and dates are written.
fn survey(
    table: &table::Table<'_>,
    mapping: &Mapping,
    options: &ImportOptions,
) -> Result<(Option<Decimal>, Option<DateFormat>), Vec<Diagnostic>> {
    let decimal = options.decimal.or(mapping.table.decimal);
    let date_format = options.date_format.or(mapping.table.date_format);
    let has_dates = table.has(Column::Date) || table.has(Column::Due);
    let (mut decimals, mut dates) = (numbers::DecimalSurvey::default(), date_survey::DateSurvey::default());
    let mut rows = table.rows();
    let (mut count, mut first) = (0_u64, 0);
    while let Some(row) = rows.next_row() {
        if count == 0 {
            first = row.line;
        }
        count += 1;
        if !row.is_whole() {
            continue;
        }
        for column in [Column::Price, Column::Quantity] {
            decimals.see(row.cell(column), row.line);
        }
        for column in [Column::Date, Column::Due] {
            dates.see(row.cell(column), row.line);
        }
    }
    if count == 0 {
        let message = "The dump has a header and no rows.";
        return Err(vec![Diagnostic::error(codes::IMPORT_NO_ROWS, "", message, "Export it again, with its rows.")]);
    }
    let mut faults = Vec::new();
    let mut keep = |fault: Diagnostic| faults.push(fault);
    let decimal = decimal.map_or_else(|| decimals.conclude(), |set| Ok(Some(set))).map_err(&mut keep).ok().flatten();
    let date_format = if has_dates {
        date_format.map_or_else(|| dates.conclude(), |set| Ok(Some(set))).map_err(&mut keep).ok().flatten()
    } else {
        None
    };
    if has_dates && date_format.is_none() && faults.is_empty() {
        let message = format!("No row has a date this program can read (the first is line {first}).");
        let remedy = "Check `columns.date` in the mapping, or say how dates are written: --date-format d/m/Y.";
        faults.push(Diagnostic::error(codes::IMPORT_NO_DATES, format!("/line/{first}"), message, remedy));
    }
    if faults.is_empty() { Ok((decimal, date_format)) } else { Err(faults) }
}

/// The errors of a dump of which nothing is left: the first unreadable rows, and why the others are not there.
fn nothing_left(report: &ImportReport) -> Vec<Diagnostic> {
    let reasons: Vec<String> =
        report.left_out.iter().map(|(reason, entry)| format!("{} {}", entry.rows, reason.sentence())).collect();
    let message = format!("None of the {} rows is an order line: {}.", report.rows.read, reasons.join(", "));
    let remedy = "Check the mapping's columns and patterns, and the days asked for.";
    let summary = Diagnostic::error(codes::IMPORT_NO_ROWS, "", message, remedy);
    let faults = report.faults.iter().cloned().map(|fault| fault.with_severity(crate::diagnostic::Severity::Error));
    std::iter::once(summary).chain(faults).collect()
}

/// `text` in quotes for a message: control characters escaped, long text cut.
pub(in crate::import) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let cut: String = text.chars().take(MOST).collect();
    let dots = if cut.len() < text.len() { "..." } else { "" };
    format!(
        "\"{}{dots}\"",
        cut.chars().map(|sign| if sign.is_control() { '\u{FFFD}' } else { sign }).collect::<String>()
    )
}
