//! One row per line of the instance, in its order.

use super::{Cell, Sheet};
use crate::report::kpis::{ratio, setup_time};
use crate::report::register::{LineRecord, Register};
use crate::units::{Money, Pieces, Seconds};

/// The table.
pub(super) fn sheet(register: &Register<'_>) -> Sheet {
    let columns = vec![
        "line",
        "site",
        "stage",
        "runs",
        "pieces_run",
        "run_hours",
        "changeovers",
        "changeover_hours",
        "open_hours",
        "utilisation",
        "overtime_hours",
        "short_runs",
        "short_run_pieces",
        "production_cost",
        "changeover_cost",
        "overtime_cost",
        "short_run_cost",
    ];
    let rows = register.lines.iter().enumerate().map(|(index, line)| row(register, index, line)).collect();
    Sheet { name: "lines", columns, rows }
}

fn row(register: &Register<'_>, index: usize, record: &LineRecord) -> Vec<Cell> {
    let line = &register.instance.lines[index];
    let runs = &register.runs[record.runs.clone()];
    let horizon = register.horizon();
    let run: Seconds = runs.iter().map(|run| run.work).sum();
    let setup: Seconds = runs.iter().map(setup_time).sum();
    let open = record.open.working_between(horizon.from, horizon.to);
    vec![
        Cell::Text(line.id.clone()),
        Cell::text(line.site.as_deref()),
        Cell::text(line.stage.as_deref()),
        Cell::count(runs.len()),
        Cell::pieces(runs.iter().map(|run| run.pieces_run).sum::<Pieces>()),
        Cell::hours(run),
        Cell::count(runs.iter().filter(|run| setup_time(run) > Seconds::ZERO).count()),
        Cell::hours(setup),
        Cell::hours(open),
        Cell::Number(ratio((run + setup).0, open.0)),
        Cell::hours(record.overtime.iter().map(|window| window.length()).sum()),
        Cell::count(record.short_runs.runs),
        Cell::pieces(record.short_runs.missing),
        Cell::Money(runs.iter().map(|run| run.production).sum::<Money>()),
        Cell::Money(runs.iter().map(|run| run.changeover_cost).sum::<Money>()),
        Cell::Money(record.overtime_cost),
        Cell::Money(record.short_runs.cost),
    ]
}
