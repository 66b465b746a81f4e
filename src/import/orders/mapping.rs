//! The mapping file: which column is what, and the rules by which rows become orders and codes become variants.
//!
//! It is small and written once per system the dumps come from. Everything a rule decides is decided here and not in
//! code, so that a planner can read what was done to the dump. See `docs/import.md` for each field by example.

use super::dates::DateFormat;
use super::numbers::Decimal;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::scalar::{is_default, present};
use crate::model::{Amount, Duration, Meta, Named};
use crate::units::{MICRO, Money, Pieces};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The only mapping format this version reads.
pub const MAPPING_FORMAT: &str = "lotwise-mapping/1";

/// How a dump becomes orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Always `lotwise-mapping/1`.
    pub format: String,
    /// How the table is written; what is left out is recognised.
    #[serde(default, skip_serializing_if = "is_default")]
    pub table: Table,
    /// Which column holds what, by its header.
    pub columns: Columns,
    /// What counts as a product, and how codes are read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub products: Products,
    /// What becomes of repeated lines, returns and incomplete lines.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lines: LineRules,
    /// Promises, prices and regions of orders.
    #[serde(default, skip_serializing_if = "is_default")]
    pub orders: OrderRules,
    /// Attributes, routes and requirements of variants the plant does not define.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variants: VariantRules,
    /// Free, kept and ignored.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
}

/// How the table is written. Options of a run stand above it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What stands between fields.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<Delimiter>,
    /// The text's encoding, a WHATWG label such as `utf-8`, `utf-16le`, `windows-1252`, `gb18030`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The decimal sign.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
    /// How dates are written, e.g. `d/m/Y`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub date_format: Option<DateFormat>,
    /// The sheet of a workbook; without it the only one that has the mapped columns.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// IANA time zone of dates without an offset; the plant's without one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// What stands between the fields of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Delimiter {
    /// All of them, in the order in which ties are decided.
    pub const ALL: [Delimiter; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// The byte itself.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
        })
    }
}

impl FromStr for Delimiter {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|delimiter| delimiter.to_string().eq_ignore_ascii_case(text));
        let sign = Self::ALL.into_iter().find(|delimiter| text.as_bytes() == [delimiter.byte()]);
        named
            .or(sign)
            .or((text == "\\t").then_some(Self::Tab))
            .ok_or_else(|| format!("{} is not a delimiter: use comma, semicolon, tab or pipe", super::shown(text)))
    }
}

/// Headers of the columns, matched without regard to case and blanks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The order a line belongs to.
    pub order: String,
    /// The code of what is ordered.
    pub code: String,
    /// Pieces; negative: a return.
    pub quantity: String,
    /// When the order was placed.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// When it is promised; a line without it takes the promise of `orders`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// What the thing is called.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Price of one piece.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// Whose order it is.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Where it goes: a country, a region.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// What is a product. Patterns are regular expressions that ignore case and must match the whole code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Products {
    /// How codes are written: codes alike after folding are one variant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub case: Case,
    /// Codes that are products; without any, all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Codes that are not, in spite of `only`: postage, discounts, bank charges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

/// Folding of letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Case {
    /// As written.
    #[default]
    Keep,
    /// Upper case.
    Upper,
    /// Lower case.
    Lower,
}

impl Case {
    /// `text` folded.
    pub fn fold(self, text: &str) -> String {
        match self {
            Case::Keep => text.to_string(),
            Case::Upper => text.to_uppercase(),
            Case::Lower => text.to_lowercase(),
        }
    }
}

/// What becomes of lines that are not simply wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineRules {
    /// Several lines of one order for one variant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeated: Repeated,
    /// Lines of negative quantity.
    #[serde(default, skip_serializing_if = "is_default")]
    pub returns: Returns,
    /// Lines without a price above zero (only where a price column is mapped).
    #[serde(default, skip_serializing_if = "is_default")]
    pub without_price: Incomplete,
    /// Lines without a description (only where a description column is mapped).
    #[serde(default, skip_serializing_if = "is_default")]
    pub without_description: Incomplete,
}

/// What becomes of several lines of one order for one variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeated {
    /// One item of their sum, at the place of the first.
    #[default]
    Merge,
    /// An item each.
    Keep,
}

/// What becomes of lines of negative quantity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Returns {
    /// Taken off earlier lines of the same customer and variant, the newest first, at most what is there.
    #[default]
    Net,
    /// Left out: what was ordered is made.
    Drop,
}

/// What becomes of lines that lack something an order does not need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Incomplete {
    /// They are orders like others.
    #[default]
    Keep,
    /// They are skipped and reported.
    Skip,
}

/// Promises, prices and regions of orders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRules {
    /// Time from the order (or the night's start) to its due date; without it only the due column makes one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub promise: Option<Duration>,
    /// Time from the same instant to the deadline.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Duration>,
    /// What the two count from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub promise_from: PromiseFrom,
    /// What a day late costs.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub late_cost_per_day: Option<Charge>,
    /// What being late at all costs.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub late_cost_once: Option<Charge>,
    /// What a day early costs.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub holding_cost_per_day: Option<Charge>,
    /// What leaving the order out costs; without it every order must be made.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reject_cost: Option<Charge>,
    /// Into how many lots an item may be split, where it holds at least two of `minimum_lot`.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub maximum_lots: Option<u32>,
    /// The smallest lot of a split item.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub minimum_lot: Option<Pieces>,
    /// From the region column's text to the region: rules with `"in": "region"`; without a match or default, the text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub region: Derivation,
}

/// What promises count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PromiseFrom {
    /// The instant of the order's first line.
    #[default]
    Order,
    /// The instance's start.
    Start,
}

/// Money as a share of the order's value, and no less than a floor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Share of the order's value: pieces times price over its items. Needs a price column.
    #[serde(default, skip_serializing_if = "is_default")]
    pub share: Amount,
    /// The least it comes to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub at_least: Money,
}

impl Charge {
    /// The charge on an order of `value`, half up.
    pub fn on(&self, value: Money) -> Money {
        let scale = i128::from(MICRO);
        let share = (i128::from(value.0) * i128::from(self.share.0) + scale / 2) / scale;
        Money(i64::try_from(share).unwrap_or(i64::MAX)).max(self.at_least)
    }
}

/// How variants are made from codes and descriptions. A variant the plant defines stays as it is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantRules {
    /// Attributes, each by its own rules.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub attributes: Named<Derivation>,
    /// The route's id.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub route: Option<Derivation>,
    /// What lines must offer: every rule that matches adds its value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Rule>,
    /// Whether to keep the description in the variant's `meta`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keep_description: bool,
}

/// A value derived from text: the first rule that matches gives it, else the default, else there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derivation {
    /// Tried from the first to the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// The value where none matches.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// How the value is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub case: Case,
}

/// One rule: where the pattern is found, the value holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The text searched.
    #[serde(rename = "in", default, skip_serializing_if = "is_default")]
    pub source: Source,
    /// A regular expression that ignores case; found anywhere in the text unless anchored.
    pub pattern: String,
    /// The value; `$1` or `${name}` stand for the pattern's groups.
    pub value: String,
}

/// The text a rule searches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The description.
    #[default]
    Description,
    /// The code, after folding.
    Code,
    /// The region column (in `orders.region` only).
    Region,
}

/// Reads a mapping from JSON text.
///
/// # Errors
/// [`codes::IMPORT_MAPPING`]; what the patterns hold is judged when the mapping is used.
pub fn read_mapping(text: &[u8]) -> Result<Mapping, Vec<Diagnostic>> {
    let remedy = "Correct the mapping; docs/import.md lists its fields.";
    let refuse = |message: String| vec![Diagnostic::error(codes::IMPORT_MAPPING, "", message, remedy)];
    let mapping: Mapping = serde_json::from_slice(text).map_err(|fault| refuse(format!("The mapping: {fault}.")))?;
    if mapping.format != MAPPING_FORMAT {
        let found = super::shown(&mapping.format);
        return Err(refuse(format!("The mapping's format is {found}, not \"{MAPPING_FORMAT}\".")));
    }
    Ok(mapping)
}
