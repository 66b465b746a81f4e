//! A fault in somebody's data: what it is called, where it stands, what it means and what to do about it.
//!
//! Bad data is never an exception here: a reader, `validate` and `verify` return every fault at once as a list of
//! these. The codes are stable names that scripts may match on; `docs/errors.md` lists them all.

use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// How much a fault matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing wrong, but worth knowing: a default that decides money.
    Note,
    /// Probably not what was meant; the file is used as it stands.
    Warning,
    /// The file cannot be used (or, with `order` set, that order cannot).
    Error,
}

/// One fault: a stable code, where it stands, one sentence, and a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Stable name, e.g. `unknown-line`; one of [`codes::ALL`].
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) into the file; empty for the file as a whole. For a table, `/line/17`.
    pub pointer: String,
    /// One sentence that says what is wrong, with the values concerned.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The id of the one order this concerns, where it concerns nothing else: such an order can be set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

impl Diagnostic {
    /// An error at `pointer`.
    pub fn error(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        debug_assert!(codes::ALL.iter().any(|(known, _)| *known == code), "unregistered code {code}");
        Self {
            code,
            severity: Severity::Error,
            pointer: pointer.into(),
            message: message.into(),
            remedy: remedy.into(),
            order: None,
        }
    }

    /// The same with another severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Marks the fault as concerning one order alone.
    #[must_use]
    pub fn for_order(mut self, order: impl Into<String>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// Whether it forbids using the file as it stands.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(out, "{severity}[{}] {}: {} {}", self.code, self.pointer, self.message, self.remedy)
    }
}

/// Appends one reference token to a JSON pointer, escaped as RFC 6901 asks.
pub fn join_pointer(base: &str, token: impl fmt::Display) -> String {
    let token = token.to_string();
    if token.contains(['~', '/']) {
        format!("{base}/{}", token.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{base}/{token}")
    }
}

/// The known name nearest to `wanted`, where one is near enough to be a slip of the pen.
///
/// Uses the Damerau-Levenshtein distance; the threshold grows with the length of the name.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + wanted.chars().count() / 4;
    known
        .into_iter()
        .filter(|name| name.len().abs_diff(wanted.len()) <= limit * 4)
        .map(|name| {
            let distance =
                if name.eq_ignore_ascii_case(wanted) { 0 } else { strsim::damerau_levenshtein(wanted, name) };
            (distance, name)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Every code there is, with the sentence `docs/errors.md` opens with.
pub mod codes {
    macro_rules! codes {
        ($($name:ident = $code:literal, $summary:literal;)*) => {
            $(#[doc = $summary] pub const $name: &str = $code;)*
            /// Every code with its summary, in the order of the documentation.
            pub const ALL: &[(&str, &str)] = &[$(($code, $summary)),*];
        };
    }
    codes! {
        // The file as text.
        SYNTAX = "syntax", "The text is not JSON (or nests deeper than 128 levels).";
        FILE_TOO_LARGE = "file-too-large", "The file is larger than the reader accepts.";
        FORMAT_VERSION = "format-version", "`format` names a version this program does not read.";
        UNKNOWN_FIELD = "unknown-field", "An object has a field the format does not know.";
        DUPLICATE_KEY = "duplicate-key", "An object names the same key twice.";
        MISSING_FIELD = "missing-field", "A required field is absent.";
        WRONG_TYPE = "wrong-type", "A value has the wrong JSON type.";
        BAD_VALUE = "bad-value", "A value cannot be read as what the field asks for (instant, duration, decimal, choice).";
        NEGATIVE_NUMBER = "negative-number", "A number that must not be negative is.";
        TOO_PRECISE = "too-precise", "A decimal has more places or digits than the format keeps.";
        OUT_OF_RANGE = "out-of-range", "A number, instant or duration is outside the range the program computes with.";
        // A plan that is written and is not what was asked for.
        UNPLANNED_ORDER = "unplanned-order", "An order that must be made is not in the plan.";
        // Plans of the parts of an instance, put together.
        PART_FOREIGN = "part-foreign", "A plan is not of a part of this instance.";
        PART_STALE = "part-stale", "The instance has changed since its parts were cut.";
        PART_MIXED = "part-mixed", "The plans are of different partitions.";
        PART_TWICE = "part-twice", "Two plans are of the same part.";
        PART_MISSING = "part-missing", "A part has no plan.";
        PART_FAILED = "part-failed", "What stands in a plan's place says why there is none.";
        // What happened since a plan was made, and questions about plans.
        ACTUAL_UNKNOWN = "actual-unknown", "What is reported is no operation of the plan.";
        ACTUAL_TWICE = "actual-twice", "An operation is reported more than once.";
        ACTUAL_TIMES = "actual-times", "A reported time lies in the future, or ends before it begins.";
        ACTUAL_PIECES = "actual-pieces", "More pieces are reported than the lot has, or fewer than none.";
        ACTUAL_LINE = "actual-line", "What is reported names a line the instance does not have.";
        ACTUAL_OVERLAP = "actual-overlap", "Two operations are reported to have run at once on a line.";
        REPLAN_INSTANT = "replan-instant", "The instant to replan at is not within the instance's horizon.";
        QUESTION_ORDER = "question-order", "The question names an order the instance does not have, or has already.";
        QUESTION_VALUE = "question-value", "A value of the question is outside its range.";
        // Importing an order dump.
        IMPORT_MAPPING = "import-mapping", "The mapping file cannot be used: its form, a pattern, or two of its settings against each other.";
        IMPORT_OPTIONS = "import-options", "The options of an import contradict each other or the mapping.";
        IMPORT_ENCODING = "import-encoding", "The dump's bytes are not text in the encoding named or recognised.";
        IMPORT_COLUMN_MISSING = "import-column-missing", "The dump's header lacks a column that the mapping names.";
        IMPORT_COLUMN_REPEATED = "import-column-repeated", "The dump's header holds a column that the mapping names more than once.";
        IMPORT_NO_ROWS = "import-no-rows", "The dump holds no row, or none that is an order line.";
        IMPORT_NO_DATES = "import-no-dates", "The date column holds nothing that looks like a date.";
        IMPORT_AMBIGUOUS_DATES = "import-ambiguous-dates", "The dump's dates can be read day first and month first, and nothing in the file decides.";
        IMPORT_TWO_DIGIT_YEARS = "import-two-digit-years", "The dump's dates have years of two digits, and no date format is given.";
        IMPORT_AMBIGUOUS_DECIMALS = "import-ambiguous-decimals", "The dump's numbers can be read with a decimal point and with a decimal comma.";
        IMPORT_ROW_UNREADABLE = "import-row-unreadable", "A row has a wrong number of fields, or a cell that cannot be read.";
        IMPORT_NOT_A_PRODUCT = "import-not-a-product", "A row's code is not a product by the mapping's patterns (an error under --strict only).";
        IMPORT_ORDER_EXISTS = "import-order-exists", "The dump holds an order that the plant file holds already.";
        IMPORT_OUT_OF_RANGE = "import-out-of-range", "A date of the dump, moved or with its promise, leaves the years the format keeps.";
        // Importing a public benchmark file.
        IMPORT_PUBLIC_TEXT = "import-public-text", "The benchmark file is compressed or holds bytes that are no text.";
        IMPORT_PUBLIC_NUMBER = "import-public-number", "A benchmark file holds something else where a number should stand.";
        IMPORT_PUBLIC_RANGE = "import-public-range", "A number of a benchmark file is outside its range.";
        IMPORT_PUBLIC_SHAPE = "import-public-shape", "A benchmark file contradicts its format or itself.";
        IMPORT_PUBLIC_SHORT = "import-public-short", "A benchmark file ends before its last number.";
        IMPORT_PUBLIC_LEFT_OVER = "import-public-left-over", "A benchmark file holds more than its counts announce.";
        IMPORT_PUBLIC_INSTANCE = "import-public-instance", "A benchmark file holds several instances and none of them is chosen, or one it does not have.";
        // A plan that is checked against its instance.
        BREACH_FORMAT = "breach-format", "The plan's `format` is not one this program reads.";
        BREACH_INSTANCE = "breach-instance", "The plan was made for an instance of another name.";
        BREACH_UNKNOWN_ORDER = "breach-unknown-order", "The plan names an order the instance does not have.";
        BREACH_UNKNOWN_ITEM = "breach-unknown-item", "A lot names an item its order does not have.";
        BREACH_UNKNOWN_LINE = "breach-unknown-line", "The plan names a line the instance does not have.";
        BREACH_ORDER_MISSING = "breach-order-missing", "An order of the instance is not in the plan's `orders`.";
        BREACH_ORDER_TWICE = "breach-order-twice", "An order is in the plan's `orders` more than once.";
        BREACH_LINE_TWICE = "breach-line-twice", "A line is in the plan's `lines` more than once.";
        BREACH_LEFT_OUT_LOT = "breach-left-out-lot", "An order that is rejected or unplanned has a lot.";
        BREACH_REJECT = "breach-reject", "An order is rejected that has no `reject_cost`, or of which nothing is left to make.";
        BREACH_REASON = "breach-reason", "An order is unplanned without a reason.";
        BREACH_QUANTITY = "breach-quantity", "The lots of an item are not what is left of it, or one has no pieces.";
        BREACH_LOT_NUMBER = "breach-lot-number", "The lots of an item are not numbered from 0, each number once.";
        BREACH_MINIMUM_LOT = "breach-minimum-lot", "A lot of an item that is split is below `minimum_lot`.";
        BREACH_MAXIMUM_LOTS = "breach-maximum-lots", "An item is in more than `maximum_lots` lots.";
        BREACH_VARIANT = "breach-variant", "A lot's variant is not its item's, or the instance does not have it.";
        BREACH_OPERATIONS = "breach-operations", "A lot does not pass every operation of its route exactly once.";
        BREACH_STAGE = "breach-stage", "An operation is on a line of another stage.";
        BREACH_REQUIRES = "breach-requires", "An operation is on a line that does not offer what the variant requires.";
        BREACH_RATE = "breach-rate", "An operation is on a line none of whose rates matches it.";
        BREACH_BEFORE_START = "breach-before-start", "Work begins before the instance's `start`.";
        BREACH_BEFORE_AVAILABLE = "breach-before-available", "Work begins before its line's `available_from`.";
        BREACH_BEFORE_RELEASE = "breach-before-release", "A run starts before its order's release.";
        BREACH_AFTER_END = "breach-after-end", "An operation ends after the instance's end.";
        BREACH_CLOSED = "breach-closed", "Work begins while its line is closed.";
        BREACH_RUN_END = "breach-run-end", "A run's end is not the second after its last working second.";
        BREACH_UNPAUSABLE = "breach-unpausable", "Work on an unpausable line does not fit into one open window.";
        BREACH_OVERLAP = "breach-overlap", "Work begins before the lot before it on the line has ended.";
        BREACH_CHANGEOVER_MISSING = "breach-changeover-missing", "A changeover takes time and has no `setup_start`.";
        BREACH_CHANGEOVER_NEEDLESS = "breach-changeover-needless", "A `setup_start` is given where the changeover takes no time.";
        BREACH_CHANGEOVER_TIME = "breach-changeover-time", "A changeover does not finish before its run starts.";
        BREACH_PRECEDENCE = "breach-precedence", "An operation starts before what it waits for has ended, with lag and transit.";
        BREACH_TRANSIT = "breach-transit", "A lot goes between sites no transit is listed for.";
        BREACH_MATERIAL = "breach-material", "More of a material is taken than has arrived.";
        BREACH_MATERIAL_SITE = "breach-material-site", "A material has no stock for the line's site.";
        BREACH_DELIVERY_REGION = "breach-delivery-region", "A lot ends at a site that does not deliver to the order's region.";
        BREACH_DEADLINE = "breach-deadline", "An order is delivered after its deadline.";
        BREACH_OVERTIME = "breach-overtime", "A line opens an overtime window it does not have, or one twice.";
        BREACH_FROZEN_CHANGED = "breach-frozen-changed", "A frozen operation, or the quantity of its lot, is not as in the baseline.";
        BREACH_FROZEN_MISSING = "breach-frozen-missing", "A frozen operation of an order that is made is not in the plan.";
        BREACH_FROZEN_REJECTED = "breach-frozen-rejected", "An order with a frozen operation is rejected.";
        BREACH_FROZEN_LINE = "breach-frozen-line", "Other work begins on a line before its last frozen end.";
        BREACH_COST = "breach-cost", "A cost the plan states is not what it comes to.";
        BREACH_ORDER_STATUS = "breach-order-status", "An order's stated status is not what becomes of it.";
        BREACH_ORDER_DELIVERY = "breach-order-delivery", "An order's stated delivery is not when it is delivered.";
        BREACH_ORDER_LATENESS = "breach-order-lateness", "An order's stated lateness is not how late it is.";
        BREACH_ORDER_COST = "breach-order-cost", "An order's stated cost is not what it comes to.";
        BREACH_STATUS = "breach-status", "The plan's status does not agree with its orders, cost and bound.";
        BREACH_BOUND = "breach-bound", "The bound is above the cost, or stated although orders are unplanned.";
        BREACH_GAP = "breach-gap", "The gap is not (cost - bound) / cost to four places.";
        BREACH_LEFT_SHIFT = "breach-left-shift", "An operation could start earlier, the rest unchanged, at no more cost.";
        // The parameters of a generator.
        UNKNOWN_GENERATOR = "unknown-generator", "There is no generator of that name.";
        UNKNOWN_PARAMETER = "unknown-parameter", "The generator has no parameter of that name.";
        BAD_PARAMETER = "bad-parameter", "The value of a generator's parameter is not of its kind, out of its range, or given twice.";
        NOT_UTF8 = "not-utf8", "The text is not UTF-8.";
        MORE_FAULTS = "more-faults", "The file has more faults than are listed.";

        // Names and references (validate).
        EMPTY_NAME = "empty-name", "An id or name is empty.";
        RESERVED_NAME = "reserved-name", "An attribute or operation has a name that means something else.";
        DUPLICATE_ID = "duplicate-id", "Two things of a kind have the same id.";
        UNKNOWN_CALENDAR = "unknown-calendar", "A line refers to a calendar that is not listed.";
        UNKNOWN_SITE = "unknown-site", "A line, transit or material refers to a site that is not listed.";
        UNKNOWN_CHANGEOVERS = "unknown-changeovers", "A line refers to a changeover set that is not listed.";
        UNKNOWN_ROUTE = "unknown-route", "A variant refers to a route that is not listed.";
        UNKNOWN_MATERIAL = "unknown-material", "A variant refers to a material that is not listed.";
        UNKNOWN_VARIANT = "unknown-variant", "An item or baseline lot refers to a variant that is not listed.";
        UNKNOWN_OPERATION = "unknown-operation", "An operation is named that the route does not have.";
        UNKNOWN_LINE = "unknown-line", "A baseline operation refers to a line that is not listed.";
        UNKNOWN_REGION = "unknown-region", "No site with deliveries lists the order's region.";
        UNKNOWN_TIME_ZONE = "unknown-time-zone", "The time zone is not in the IANA database.";

        // Time and calendars (validate).
        EMPTY_HORIZON = "empty-horizon", "`end` is not after `start`.";
        HORIZON_TOO_LONG = "horizon-too-long", "The horizon is longer than 36,600 days.";
        EMPTY_WINDOW = "empty-window", "A calendar window ends no later than it begins.";
        WEEKLY_WINDOW = "weekly-window", "A weekly window has no days or begins at 24:00.";
        OVERTIME_OVERLAP = "overtime-overlap", "An overtime window overlaps open time or another one.";

        // Lines, changeovers, routes, variants (validate).
        LINE_WITHOUT_RATES = "line-without-rates", "A line has no rates and can run nothing.";
        RATE_SPEED = "rate-speed", "A rate does not have exactly one speed above zero.";
        YIELD_RANGE = "yield-range", "A yield is not above 0 and at most 1.";
        UNMATCHED_NAME = "unmatched-name", "A rate or changeover rule goes by a name or value that nothing has.";
        MINIMUM_RUN = "minimum-run", "A minimum run goes by nothing that exists or asks for no pieces.";
        CHANGEOVER_RULE = "changeover-rule", "A changeover rule mixes or lacks its two forms.";
        MATRIX_SHAPE = "matrix-shape", "A changeover matrix does not fit its values.";
        EMPTY_ROUTE = "empty-route", "A route has no operations.";
        ROUTE_CYCLE = "route-cycle", "Operations of a route wait for each other.";
        ROUTE_END = "route-end", "A route does not have exactly one operation that nothing waits for.";

        // Orders (validate).
        EMPTY_ORDER = "empty-order", "An order has no items.";
        ITEM_QUANTITY = "item-quantity", "An item orders no pieces.";
        LOT_LIMITS = "lot-limits", "An item's lot limits allow no lot, or no split.";
        HOLDING_WITHOUT_DUE = "holding-without-due", "An order has a holding cost and no `due` to be early against.";
        LATE_COST_WITHOUT_DUE = "late-cost-without-due", "An order has a late cost and no `due` to be late against.";
        LATE_COST_DEFAULT = "late-cost-default", "Orders with `due` and no late cost take the objective's.";
        DUE_BEFORE_START = "due-before-start", "An order is due before it can begin.";
        DEADLINE_BEFORE_RELEASE = "deadline-before-release", "An order's deadline is no later than it can begin.";

        // Plans impossible before they are tried (validate).
        NO_ELIGIBLE_LINE = "no-eligible-line", "No line can run an operation of an order.";
        NO_DELIVERY = "no-delivery", "No line that can finish an order delivers to its region.";
        NO_TRANSIT = "no-transit", "No listed transits connect the lines that can run an order's operations.";
        LOT_TOO_LONG = "lot-too-long", "A lot is longer than any open window of the lines that can run it.";
        CANNOT_END = "cannot-end", "An order cannot end within the horizon.";
        DEADLINE_IMPOSSIBLE = "deadline-impossible", "No line can deliver an order by its deadline.";
        MATERIAL_SHORT = "material-short", "More of a material is needed than ever arrives.";

        // The plan in force (validate).
        BASELINE_OPERATION = "baseline-operation", "A baseline lot's operations are not those of its route.";
        BASELINE_TIMES = "baseline-times", "A baseline operation ends before it starts.";
        BASELINE_LOT = "baseline-lot", "A baseline lot contradicts its order or another lot.";
        BASELINE_OVERLAP = "baseline-overlap", "Frozen operations overlap on a line.";
    }
}
