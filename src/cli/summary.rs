//! The dozen lines a solve ends with: what the plan costs, whom it fails, and what to try next.
//!
//! Orders and lines are named; customers never are.

use super::text::{printable, shell_word};
use lotwise::diagnostic::{Diagnostic, Severity, codes};
use lotwise::model::Instance;
use lotwise::report::text::{count, counted, money, per_cent, span};
use lotwise::solution::{OrderEntry, OrderStatus, Solution, StoppedBy};
use lotwise::solve::Outcome;
use lotwise::units::{Money, Seconds};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// What the call was, to word the next one.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The instance file.
    pub instance: &'a Path,
    /// The plan file, unless the plan went to stdout.
    pub output: Option<&'a Path>,
    /// The time limit.
    pub seconds: Option<u64>,
}

/// The summary, each line with its end.
pub fn lines(instance: &Instance, outcome: &Outcome, call: &Call<'_>) -> String {
    let solution = &outcome.solution;
    let mut lines = vec![plan_line(instance, solution, call)];
    lines.push(("cost", cost_line(instance, solution)));
    lines.extend(bound_line(solution).map(|line| ("bound", line)));
    lines.push(("orders", orders_line(solution, outcome.set_aside.len())));
    for (index, line) in worst(solution).into_iter().enumerate() {
        lines.push((if index == 0 { "worst" } else { "" }, line));
    }
    lines.extend(overtime_line(solution).map(|line| ("overtime", line)));
    lines.push(("search", search_line(solution)));
    lines.extend(notes_line(&outcome.diagnostics, call).map(|line| ("noticed", line)));
    lines.push(("next", next_line(solution, call)));
    lines.into_iter().map(|(name, line)| format!("{name:<9} {}\n", printable(&line))).collect()
}

fn plan_line(instance: &Instance, solution: &Solution, call: &Call<'_>) -> (&'static str, String) {
    let name = instance.name.as_deref().unwrap_or("the instance");
    let operations: usize = solution.lots.iter().map(|lot| lot.operations.len()).sum();
    let place = call.output.map_or_else(String::new, |path| format!(", in {}", path.display()));
    let line = format!(
        "{name}: {}, {}, {} on {}{place}",
        counted(instance.orders.len(), "order"),
        counted(solution.lots.len(), "lot"),
        counted(operations, "operation"),
        counted(instance.lines.len(), "line")
    );
    ("plan", line)
}

fn cost_line(instance: &Instance, solution: &Solution) -> String {
    let currency = instance.currency.as_ref().map_or_else(String::new, |currency| format!("{currency} "));
    let mut terms: Vec<(&str, Money)> = solution.cost.terms().into_iter().filter(|(_, cost)| cost.0 != 0).collect();
    terms.sort_by_key(|(_, cost)| Reverse(*cost));
    let total = format!("{currency}{}", money(solution.cost.total));
    if terms.is_empty() {
        return total;
    }
    let terms: Vec<String> =
        terms.iter().map(|(name, cost)| format!("{} {}", name.replace('_', " "), money(*cost))).collect();
    format!("{total} = {}", terms.join(" + "))
}

fn bound_line(solution: &Solution) -> Option<String> {
    let bound = solution.bound?;
    if solution.gap == Some(0.0) && bound == solution.cost.total {
        return Some(format!("{}: the plan is optimal", money(bound)));
    }
    let gap = solution.gap.map_or_else(String::new, |gap| format!(", gap {:.2} %", gap * 100.0));
    Some(format!("no plan costs less than {}{gap}", money(bound)))
}

fn orders_line(solution: &Solution, set_aside: usize) -> String {
    let of = |status| solution.orders.iter().filter(|order| order.status == status).count();
    let on_time = of(OrderStatus::OnTime);
    let mut line = format!(
        "{} on time ({}), {} late, {} rejected, {} unplanned",
        count(on_time),
        per_cent(on_time, solution.orders.len()),
        count(of(OrderStatus::Late)),
        count(of(OrderStatus::Rejected)),
        count(of(OrderStatus::Unplanned)),
    );
    if set_aside > 0 {
        line += &format!(", of which {} set aside", count(set_aside));
    }
    line
}

/// The three orders that hurt most: unplanned first, then by cost.
fn worst(solution: &Solution) -> Vec<String> {
    let hurt = |order: &&OrderEntry| order.status != OrderStatus::OnTime;
    let mut orders: Vec<&OrderEntry> = solution.orders.iter().filter(hurt).collect();
    orders.sort_by_key(|order| (order.status != OrderStatus::Unplanned, Reverse(order.cost), Reverse(order.lateness)));
    orders
        .into_iter()
        .take(3)
        .map(|order| match order.status {
            OrderStatus::Unplanned => {
                let reason = order.reason.as_ref().map_or("", |reason| reason.message.as_str());
                format!("{} is unplanned. {reason}", order.id).trim_end().to_string()
            }
            OrderStatus::Rejected => format!("{} is rejected for {}", order.id, money(order.cost)),
            OrderStatus::Late | OrderStatus::OnTime => {
                format!("{} is late by {}, for {}", order.id, span(order.lateness.0), money(order.cost))
            }
        })
        .collect()
}

fn overtime_line(solution: &Solution) -> Option<String> {
    let windows: usize = solution.lines.iter().map(|line| line.overtime.len()).sum();
    let lines = solution.lines.iter().filter(|line| !line.overtime.is_empty()).count();
    (windows > 0).then(|| {
        format!("{} on {}, {}", counted(windows, "window"), counted(lines, "line"), money(solution.cost.overtime))
    })
}

fn search_line(solution: &Solution) -> String {
    let run = &solution.run;
    let mut parts = Vec::new();
    parts.extend(run.elapsed_seconds.map(|seconds| format!("{seconds:.1} s")));
    parts.extend(run.iterations.map(|iterations| format!("{} iterations", count(iterations))));
    parts.push(format!("method {}, seed {}", run.method, run.seed));
    parts.extend(run.stopped_by.map(|by| {
        let by = match by {
            StoppedBy::Done => "nothing more to try",
            StoppedBy::Time => "the time limit",
            StoppedBy::Iterations => "the iteration limit",
            StoppedBy::Cancelled => "a signal",
            // What a later version of the library may add.
            _ => "another reason",
        };
        format!("ended by {by}")
    }));
    if !run.faults.is_empty() {
        parts.push(format!("{} inside, see run.faults in the plan", counted(run.faults.len(), "fault")));
    }
    parts.join(", ")
}

/// Notes and warnings by code; errors stand elsewhere.
fn notes_line(issues: &[Diagnostic], call: &Call<'_>) -> Option<String> {
    let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
    for issue in issues.iter().filter(|issue| issue.severity != Severity::Error) {
        *by_code.entry(issue.code).or_default() += 1;
    }
    if by_code.is_empty() {
        return None;
    }
    let codes: Vec<String> = by_code.iter().map(|(code, number)| format!("{} {code}", count(*number))).collect();
    Some(format!("{}; all: lotwise validate {}", codes.join(", "), path_word(call.instance)))
}

/// One command worth typing now.
fn next_line(solution: &Solution, call: &Call<'_>) -> String {
    let instance = path_word(call.instance);
    let Some(output) = call.output.map(path_word) else {
        return format!("lotwise solve {instance} -o plan.json");
    };
    let searched = solution.run.stopped_by == Some(StoppedBy::Time);
    if searched
        && (solution.cost.lateness.0 > 0 || solution.orders.iter().any(|order| order.status == OrderStatus::Unplanned))
    {
        let longer = call.seconds.unwrap_or(30).clamp(6, 86_400) * 10;
        let (start, limit) = (output.clone(), span(Seconds(i64::try_from(longer).unwrap_or(300))).replace(' ', ""));
        return format!("lotwise solve {instance} --start {start} --time-limit {limit} -o {output}.longer");
    }
    let page = Path::new(&output).with_extension("html");
    format!("lotwise report {instance} {output} -o {}", page.display())
}

fn path_word(path: &Path) -> String {
    shell_word(&path.display().to_string())
}

/// The orders that must be made and are not, without those set aside, each as an issue at its entry in the plan.
pub fn unplanned(solution: &Solution, set_aside: &HashSet<&str>) -> Vec<Diagnostic> {
    solution
        .orders
        .iter()
        .enumerate()
        .filter(|(_, order)| order.status == OrderStatus::Unplanned && !set_aside.contains(order.id.as_str()))
        .map(|(index, order)| {
            let message = match &order.reason {
                Some(reason) => format!("Order {} is unplanned ({}): {}", order.id, reason.code, reason.message),
                None => format!("Order {} is unplanned.", order.id),
            };
            let remedy = "Give it a later deadline, more open time, a `reject_cost`, or the search more time.";
            Diagnostic::error(codes::UNPLANNED_ORDER, format!("/orders/{index}"), message, remedy).for_order(&order.id)
        })
        .collect()
}
