//! One row per order of the instance, in its order.

use super::{Cell, Sheet, TableOptions, instant};
use crate::report::kpis::{in_full, lateness, on_time, release};
use crate::report::register::{OrderRecord, Register};
use crate::solution::OrderStatus;
use crate::units::{Money, Seconds};

/// The table.
pub(super) fn sheet(register: &Register<'_>, options: &TableOptions) -> Sheet {
    let mut columns = vec![
        "order",
        "region",
        "status",
        "release",
        "due",
        "first_start",
        "completion",
        "delivery",
        "lateness_hours",
        "lead_time_hours",
        "on_time_in_full",
        "items",
        "pieces_ordered",
        "pieces_made",
        "lots",
        "cost",
        "reason",
    ];
    if options.customers {
        columns.insert(1, "customer");
    }
    let rows = register.orders.iter().map(|order| row(register, options, order)).collect();
    Sheet { name: "orders", columns, rows }
}

fn row(register: &Register<'_>, options: &TableOptions, record: &OrderRecord<'_>) -> Vec<Cell> {
    let order = record.order;
    let released = release(register, record);
    let mut row = vec![
        Cell::Text(order.id.clone()),
        Cell::text(order.region.as_deref()),
        Cell::text(Some(status_word(record.status()))),
        instant(register, Some(released)),
        instant(register, order.due.map(|due| due.seconds)),
        instant(register, record.first_start),
        instant(register, record.completion),
        instant(register, record.delivery()),
        Cell::hours(lateness(record).unwrap_or(Seconds::ZERO)),
        record.delivery().map_or(Cell::Empty, |delivery| Cell::hours(delivery - released)),
        Cell::Flag(on_time(record, &options.tolerance) && in_full(record, &options.tolerance)),
        Cell::count(order.items.len()),
        Cell::pieces(order.items.iter().map(|item| item.quantity).sum()),
        Cell::pieces(record.made.iter().sum()),
        Cell::count(record.lots.len()),
        Cell::Money(record.entry.map_or(Money::ZERO, |entry| entry.cost)),
        Cell::text(record.entry.and_then(|entry| entry.reason.as_ref()).map(|reason| reason.message.as_str())),
    ];
    if options.customers {
        row.insert(1, Cell::text(order.customer.as_deref()));
    }
    row
}

/// The word a plan file uses.
pub(in crate::report) fn status_word(status: OrderStatus) -> &'static str {
    match status {
        OrderStatus::OnTime => "on_time",
        OrderStatus::Late => "late",
        OrderStatus::Rejected => "rejected",
        OrderStatus::Unplanned => "unplanned",
    }
}
