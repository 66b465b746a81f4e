//! `lotwise compare`: what changed from one plan to another.

use super::desk::when;
use super::exit::{Exit, Failure};
use super::files;
use super::solve;
use super::text::{Format, printable};
use clap::Args;
use lotwise::desk::compare::{LotChange, OrderChange, OrderState, OrderVerdict, Place, TermChange};
use lotwise::desk::{CompareOptions, Comparison, compare};
use lotwise::model::Duration;
use lotwise::report::text::{count, counted, money, per_cent, span};
use lotwise::solution::OrderStatus;
use lotwise::units::{Money, Seconds};
use std::cmp::Reverse;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Compares two plans: what moved, which orders gained or lost, cost by term, stability.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise compare instance.json yesterday.json tonight.json
  lotwise compare instance.json yesterday.json tonight.json --tolerance PT30M --format text

Costs and deliveries are those the plans state; `lotwise check` says whether they are true.")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// The plan before; - for stdin.
    before: PathBuf,
    /// The plan after; - for stdin.
    after: PathBuf,
    /// A start that moved by no more did not move.
    #[arg(long, value_name = "DURATION", default_value = "PT0S", value_parser = super::report::duration)]
    tolerance: Duration,
    /// Text on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Orders and lots the text lists at most, each; JSON holds all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    most: usize,
}

/// Runs it.
///
/// # Errors
/// Exits 1 and 2.
pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    files::at_most_one_stdin(&[&arguments.instance, &arguments.before, &arguments.after])?;
    let instance = solve::instance(&arguments.instance)?;
    let before = solve::plan(&arguments.before)?;
    let after = solve::plan(&arguments.after)?;
    let options = CompareOptions { tolerance: arguments.tolerance };
    let comparison = compare(&instance, &before, &after, &options);
    match Format::on_stdout(arguments.format) {
        Format::Text => files::answer(&text(&comparison, arguments.most))?,
        Format::Json => files::Destination::Stdout.write_json(&comparison)?,
    }
    Ok(Exit::Done)
}

fn text(comparison: &Comparison, most: usize) -> String {
    let mut text = String::from("cost                     before          after         change\n");
    for TermChange { term, before, after, change, .. } in &comparison.cost {
        let name = term.replace('_', " ");
        let _ = writeln!(text, "{name:<16} {:>14} {:>14} {:>14}", money(*before), money(*after), signed(*change));
    }
    let stability = &comparison.stability;
    let kept = counted(stability.kept, "lot");
    let _ = writeln!(
        text,
        "\nstability  {} of {kept} kept are untouched ({}); {} on another line, {} at another time, {} of other pieces",
        count(stability.untouched),
        per_cent(stability.untouched, stability.kept),
        count(stability.other_line),
        count(stability.other_start),
        count(stability.other_quantity),
    );
    let moved = Seconds((stability.mean_start_move_hours * 3_600.0).round() as i64);
    let (added, removed) = (count(stability.added), count(stability.removed));
    let _ = writeln!(text, "           {added} lots new, {removed} gone; starts moved by {} on average", span(moved));
    let counts = &comparison.order_counts;
    let _ = writeln!(
        text,
        "orders     {} gained, {} lost, {} moved, {} as before, {} new, {} gone",
        count(counts.gained),
        count(counts.lost),
        count(counts.moved),
        count(counts.unchanged),
        count(counts.added),
        count(counts.removed)
    );
    // What matters comes first: who is worse off, then who gained, then whom it hardly concerns.
    let mut orders: Vec<&OrderChange> = comparison.orders.iter().collect();
    let move_of = |order: &OrderChange| (order.delivery_move_hours.unwrap_or(0.0).abs() * 3_600.0) as i64;
    orders.sort_by_key(|order| (rank(order.verdict), Reverse(cost_change(order).0.abs()), Reverse(move_of(order))));
    list(&mut text, &orders, most, |order| order_line(order));
    if !comparison.overtime.is_empty() {
        text.push_str("overtime\n");
        list(&mut text, &comparison.overtime, most, |window| {
            format!("{} {} from {}", if window.opened { "opened" } else { "dropped" }, window.line, window.from)
        });
    }
    if !comparison.lots.is_empty() {
        text.push_str("lots\n");
        list(&mut text, &comparison.lots, most, lot_line);
    }
    text
}

fn list<T>(text: &mut String, entries: &[T], most: usize, line: impl Fn(&T) -> String) {
    for entry in entries.iter().take(most) {
        let _ = writeln!(text, "  {}", printable(&line(entry)));
    }
    if entries.len() > most {
        let _ = writeln!(text, "  … and {} more", count(entries.len() - most));
    }
}

fn signed(change: Money) -> String {
    if change.0 > 0 { format!("+{}", money(change)) } else { money(change) }
}

fn rank(verdict: OrderVerdict) -> u8 {
    match verdict {
        OrderVerdict::Lost => 0,
        OrderVerdict::Gained => 1,
        OrderVerdict::Added => 2,
        OrderVerdict::Removed => 3,
        OrderVerdict::Moved => 4,
        OrderVerdict::Unchanged => 5,
    }
}

/// By how much dearer the order is of itself: late, early or left out.
fn cost_change(order: &OrderChange) -> Money {
    let cost = |state: &Option<OrderState>| state.as_ref().map_or(0, |state| state.cost.0);
    Money(cost(&order.after).saturating_sub(cost(&order.before)))
}

fn order_line(order: &OrderChange) -> String {
    let verdict = match order.verdict {
        OrderVerdict::Gained => "gained",
        OrderVerdict::Lost => "lost",
        OrderVerdict::Moved => "moved",
        OrderVerdict::Unchanged => "as before",
        OrderVerdict::Added => "new",
        OrderVerdict::Removed => "gone",
    };
    let state = |state: &Option<OrderState>| match state {
        None => "not there".to_string(),
        Some(state) => match state.status {
            OrderStatus::OnTime => "on time".to_string(),
            OrderStatus::Late => format!("late by {}", span(state.lateness.0)),
            OrderStatus::Rejected => "rejected".to_string(),
            OrderStatus::Unplanned => "unplanned".to_string(),
        },
    };
    let moved = match order.delivery_move_hours {
        Some(hours) if hours != 0.0 => {
            let length = span(Seconds((hours.abs() * 3_600.0).round() as i64));
            format!(", delivered {length} {}", if hours > 0.0 { "later" } else { "earlier" })
        }
        _ => String::new(),
    };
    let cost = match cost_change(order) {
        Money::ZERO => String::new(),
        change => format!(", {} in cost", signed(change)),
    };
    let (before, after) = (state(&order.before), state(&order.after));
    let states = if before == after { after } else { format!("{before} -> {after}") };
    format!("{verdict:<9} {}: {states}{moved}{cost}", order.id)
}

fn lot_line(lot: &LotChange) -> String {
    let number = if lot.lot > 0 { format!(" lot {}", lot.lot) } else { String::new() };
    let pieces = match (lot.quantity_before, lot.quantity_after) {
        (Some(before), Some(after)) if before != after => format!(" {} -> {} pieces", count(before), count(after)),
        (None, _) => " is new".to_string(),
        (_, None) => " is gone".to_string(),
        _ => String::new(),
    };
    let place = |place: &Option<Place>| match place {
        Some(place) => format!("{} {}", place.line, when(place.start)),
        None => "nowhere".to_string(),
    };
    let moves = lot.operations.iter().map(|operation| {
        let name = operation.operation.as_ref().map_or_else(String::new, |name| format!("{name} "));
        format!("{name}{} -> {}", place(&operation.before), place(&operation.after))
    });
    let moves: Vec<String> = moves.collect();
    let colon = if moves.is_empty() { "" } else { ": " };
    format!("{} item {}{number}{pieces}{colon}{}", lot.order, lot.item, moves.join("; "))
}
