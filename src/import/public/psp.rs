//! Discrete lot sizing with holding and changeover cost: the files of CSPLib problem 058.
//!
//! V. R. Houndji, P. Schaus, L. Wolsey, Y. Deville. One machine makes one piece a period; a piece is made in the
//! period it is due or earlier. A period is a day, so a piece takes the whole of it and holding is paid by the day. The
//! changeover is from the type made last, however long ago, which is what a line's changeover is anyway.
//!
//! The optimum that a file states in its last line is read past: one of the published ones is wrong.

use super::words::{Words, shape};
use super::{LARGEST, LONGEST_HORIZON, at, at_most, instance, rate};
use crate::diagnostic::Diagnostic;
use crate::model::{ChangeoverRule, ChangeoverSet, Instance, Line, Order, Variant};
use crate::units::{DAY, Money};

/// Item types read at most.
const MOST_TYPES: i64 = 2_000;

/// A file's numbers.
struct LotSizing {
    periods: i64,
    /// The periods in which a piece of each type is due, from 1.
    due: Vec<Vec<i64>>,
    holding: Money,
    /// Cost of making the type of the column after that of the row.
    changeovers: Vec<Vec<Money>>,
}

/// Makes an instance of a file of discrete lot sizing; its cost is the holding and changeover cost.
///
/// The piece of type 2 due in period 7 is the order `T2-7`.
///
/// # Errors
/// The file's first fault, with its line.
pub fn import_psp(text: &[u8], name: &str) -> Result<Instance, Vec<Diagnostic>> {
    read(text).map(|sizing| sizing.instance(name)).map_err(|fault| vec![fault])
}

fn read(text: &[u8]) -> Result<LotSizing, Diagnostic> {
    let mut words = Words::open(text)?;
    let periods = words.integer(format_args!("the number of periods"), 1..=LARGEST)?;
    let types = words.integer(format_args!("the number of item types"), 1..=LARGEST)?;
    at_most(LONGEST_HORIZON, periods, "periods")?;
    at_most(MOST_TYPES, types, "item types")?;
    let mut due = Vec::new();
    for kind in 1..=types {
        let mut pieces = Vec::new();
        for period in 1..=periods {
            if words.integer(format_args!("the demand for type {kind} in period {period}"), 0..=1)? == 1 {
                pieces.push(period);
            }
        }
        due.push(pieces);
    }
    if due.iter().all(Vec::is_empty) {
        let message = format!("Nothing is ordered in the {periods} periods.");
        return Err(shape(words.line(), message, "Check the rows of demand: a 1 is an order for one piece."));
    }
    let holding = Money(words.integer(format_args!("the holding cost"), 0..=LARGEST)? * Money::SCALE);
    let changeovers = (1..=types).map(|before| row(&mut words, before, types)).collect::<Result<_, _>>()?;
    words.integer(format_args!("the optimum or its lower bound"), 0..=i64::MAX)?;
    if words.goes_on() {
        words.integer(format_args!("the upper bound of the optimum"), 0..=i64::MAX)?;
    }
    words.end()?;
    Ok(LotSizing { periods, due, holding, changeovers })
}

/// What follows one type.
fn row(words: &mut Words<'_>, before: i64, types: i64) -> Result<Vec<Money>, Diagnostic> {
    let mut costs = Vec::new();
    for after in 1..=types {
        let cost = words.integer(format_args!("the changeover cost from type {before} to {after}"), 0..=LARGEST)?;
        if before == after && cost != 0 {
            let message = format!("Line {}: the changeover from type {before} to itself costs {cost}.", words.line());
            return Err(shape(words.line(), message, "Write 0, or check that the rows before it are complete."));
        }
        costs.push(Money(cost * Money::SCALE));
    }
    Ok(costs)
}

impl LotSizing {
    fn instance(self, name: &str) -> Instance {
        let names: Vec<String> = (1..=self.due.len()).map(|kind| format!("T{kind}")).collect();
        let mut instance = Instance { end: Some(at(self.periods * DAY.0)), ..instance(name) };
        for (name, periods) in names.iter().zip(&self.due) {
            instance.variants.push(Variant::new(name).attribute("type", name));
            for period in periods {
                let due = Some(at(period * DAY.0));
                instance.orders.push(Order {
                    due,
                    deadline: due,
                    // What may not be late costs nothing late; said here, it is not the default that says it.
                    late_cost_per_day: Some(Money::ZERO),
                    holding_cost_per_day: self.holding,
                    ..Order::new(format!("{name}-{period}")).item(name, 1)
                });
            }
        }
        let seconds = names.iter().map(|_| vec![0; names.len()]).collect();
        let rule = ChangeoverRule {
            attribute: "type".to_string(),
            values: Some(names),
            seconds: Some(seconds),
            costs: Some(self.changeovers),
            ..ChangeoverRule::default()
        };
        let set = "types".to_string();
        instance.lines.push(Line::new("M1").changeovers(&set).rate(rate([], DAY.0)));
        instance.changeovers.push(ChangeoverSet { id: set, rules: vec![rule], ..ChangeoverSet::default() });
        instance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    const SMALL: &str = "3\n2\n\n0 1 0\n1 0 1\n\n4\n0 5\n3 0\n\n9 12";

    fn refused(text: &str) -> (&'static str, String) {
        let fault = import_psp(text.as_bytes(), "small").unwrap_err().remove(0);
        (fault.code, fault.pointer)
    }

    #[test]
    fn pieces_are_orders_and_periods_days() {
        let instance = import_psp(SMALL.as_bytes(), "small").unwrap();
        let orders: Vec<&str> = instance.orders.iter().map(|order| order.id.as_str()).collect();
        assert_eq!(orders, ["T1-2", "T2-1", "T2-3"]);
        assert_eq!(instance.orders[0].deadline, Some(at(2 * 86_400)));
        assert_eq!(instance.changeovers[0].rules[0].costs.as_ref().unwrap()[0][1], Money(50_000));
        assert_eq!(crate::validate::validate(&instance), []);
    }

    #[test]
    fn a_matrix_of_another_size_is_refused() {
        // 3 x 3 where two types are announced: the published pigment15c has this fault.
        let text = "2\n2\n0 1\n1 0\n4\n0 5 6\n7 0 8\n9 9 0\n\n1141\n";
        assert_eq!(refused(text), (codes::IMPORT_PUBLIC_SHAPE, "/line/7".to_string()));
        // Its diagonal happens to fit: what is left over gives it away.
        let text = "2\n2\n0 1\n1 0\n4\n0 5 6\n0 7 0\n9 9 0\n\n1141\n";
        assert_eq!(refused(text), (codes::IMPORT_PUBLIC_LEFT_OVER, "/line/8".to_string()));
    }

    #[test]
    fn each_part_is_checked() {
        for (from, to, code, line) in [
            ("0 1 0", "0 2 0", codes::IMPORT_PUBLIC_RANGE, 4),
            ("9 12", "9 12 13", codes::IMPORT_PUBLIC_LEFT_OVER, 11),
            ("9 12", "9\n12", codes::IMPORT_PUBLIC_LEFT_OVER, 12),
            ("9 12", "", codes::IMPORT_PUBLIC_SHORT, 9),
            ("0 5", "0 x", codes::IMPORT_PUBLIC_NUMBER, 8),
            ("3\n2", "0\n2", codes::IMPORT_PUBLIC_RANGE, 1),
            ("0 1 0\n1 0 1", "0 0 0\n0 0 0", codes::IMPORT_PUBLIC_SHAPE, 5),
        ] {
            let text = SMALL.replacen(from, to, 1);
            assert_eq!(refused(&text), (code, format!("/line/{line}")), "{from:?} as {to:?}");
        }
        assert_eq!(refused("40000\n2\n"), (codes::IMPORT_PUBLIC_RANGE, String::new()));
    }
}
