//! One row per operation of a lot, lots and operations in the plan's order; what `lotwise import plan` reads back.

use super::{Cell, Sheet, TableOptions};
use crate::model::{Instant, OperationEntry};
use crate::report::kpis::setup_time;
use crate::report::register::{Register, RunRecord};
use crate::report::tables::orders::status_word;
use rustc_hash::FxHashMap;

/// The table.
pub(super) fn sheet(register: &Register<'_>, options: &TableOptions) -> Sheet {
    let mut columns = vec![
        "order",
        "item",
        "lot",
        "quantity",
        "variant",
        "operation",
        "line",
        "setup_start",
        "start",
        "end",
        "pieces_run",
        "run_hours",
        "changeover_hours",
        "overtime",
        "order_status",
        "due",
    ];
    if options.customers {
        columns.push("customer");
    }
    // The runs stand line by line; here they are wanted lot by lot.
    let key = |operation: &OperationEntry| std::ptr::from_ref(operation);
    let runs: FxHashMap<*const OperationEntry, usize> =
        register.runs.iter().enumerate().filter_map(|(index, run)| Some((key(run.operation?), index))).collect();
    let mut rows = Vec::with_capacity(register.runs.len());
    for lot in &register.lots {
        let order = lot.order.map(|order| &register.orders[order]);
        for operation in &lot.entry.operations {
            let run = runs.get(&key(operation)).map(|&run| &register.runs[run]);
            let mut row = vec![
                Cell::Text(lot.entry.order.clone()),
                Cell::Text(lot.entry.item.clone()),
                Cell::count(lot.entry.lot),
                Cell::pieces(lot.entry.quantity),
                Cell::text(register.variant_of(lot).or(lot.entry.variant.as_deref())),
                Cell::text(operation.operation.as_deref()),
                Cell::Text(operation.line.clone()),
                operation.setup_start.map_or(Cell::Empty, Cell::Instant),
                Cell::Instant(operation.start),
                Cell::Instant(operation.end),
                run.map_or(Cell::Empty, |run| Cell::pieces(run.pieces_run)),
                run.map_or(Cell::Empty, |run| Cell::hours(run.work)),
                run.map_or(Cell::Empty, |run| Cell::hours(setup_time(run))),
                run.map_or(Cell::Empty, |run| overtime(register, run)),
                Cell::text(order.map(|order| status_word(order.status()))),
                order.and_then(|order| order.order.due).map_or(Cell::Empty, Cell::Instant),
            ];
            if options.customers {
                row.push(Cell::text(order.and_then(|order| order.order.customer.as_deref())));
            }
            rows.push(row);
        }
    }
    Sheet { name: "lots", columns, rows }
}

/// The beginnings of the opened overtime windows that a run or its changeover touches.
fn overtime(register: &Register<'_>, run: &RunRecord<'_>) -> Cell {
    let from = run.setup.map_or(run.span.from, |setup| setup.from);
    let touched = register.lines[run.line].overtime.iter().filter(|open| open.from < run.span.to && from < open.to);
    let shown: Vec<String> =
        touched.map(|open| Instant::in_zone(open.from, &register.problem.zone).to_string()).collect();
    if shown.is_empty() { Cell::Empty } else { Cell::Text(shown.join(" ")) }
}
