//! Line time: what ends on a line by the end of a bucket fits into its open time until then, changeovers included.
//!
//! Sets: classes `c` of a line with at least two operations that could run there, or one; buckets `t`.
//! - `w[t] = w[t-1] + sum run x[o, t] + sum setup[c] v[c, t] + sum setup[c] x[single of c, t]`, the work done by the end
//!   of bucket `t`, and `w[t] <= open time until then + sum opened overtime until then`. Work is summed from the first
//!   bucket on, so a run longer than a bucket, or lying across a bound, needs no special case.
//! - `setup[c]` is the least changeover into `c` from any other class the line could be in: a lower bound.
//! - When classes are set up and carried over is stated in `carry`; a class of one operation is set up where that is made.
//! - A line that needs no changeover before its first lot is spared one: `sum over c of f[c] <= 1`, `f[c] <= ` the
//!   setups of `c`, each worth `setup[c]`.
//! - Releases: of what can start only from bucket `s` on, the runs that end by `t` fit between the two.

use super::allocation::{Allocation, hours, money};
use super::carry::{Carried, State, carry, one_at_a_time};
use super::names::Names;
use crate::problem::{Changeover, ClassIdx, LineIdx, Problem};
use crate::units::{IdVec, Money, Seconds};
use good_lp::Variable;
use rustc_hash::FxHashMap;

/// From how many different buckets on a line's later work is counted on its own.
const RELEASE_CUTS: usize = 5;

/// One class of a line.
struct Class {
    class: ClassIdx,
    /// Working time of the least changeover into it.
    time: Seconds,
    /// What that costs, the line's hours included.
    cost: Money,
    /// Its choices.
    state: State,
    /// Whether only one operation is in it: then being made and being set up are one.
    single: bool,
}

/// Adds the constraints of every line's time.
pub(super) fn constrain(allocation: &mut Allocation<'_>) {
    for line in allocation.problem.lines.ids() {
        if allocation.of_line[line].is_empty() {
            continue;
        }
        let classes = classes(allocation, line);
        let mut setups: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); allocation.buckets.count()];
        let spared = set_up(allocation, line, &classes, &mut setups);
        fill(allocation, line, &setups, &spared);
        cut_by_release(allocation, line);
    }
}

/// The classes into which something has to be changed over, with the least it takes.
fn classes(allocation: &Allocation<'_>, id: LineIdx) -> Vec<Class> {
    let problem = allocation.problem;
    let line = &problem.lines[id];
    if line.changeovers.is_none() {
        return Vec::new();
    }
    let mut members: FxHashMap<ClassIdx, Vec<usize>> = FxHashMap::default();
    for &position in &allocation.of_line[id] {
        let operation = allocation.choices[position].operation;
        let kind = allocation.demand.operations[operation].kind;
        members.entry(problem.class_on(line, kind)).or_default().push(position);
    }
    let mut known: Vec<ClassIdx> = members.keys().copied().collect();
    known.sort_unstable();
    let sources: Vec<ClassIdx> = known.iter().copied().chain(line.initial_class).collect();
    let mut classes = Vec::new();
    for &class in &known {
        let positions = &members[&class];
        let operation = |position: &usize| allocation.choices[*position].operation;
        let single = positions.iter().all(|position| operation(position) == operation(&positions[0]));
        // A class the line starts in needs nothing if it comes first; a single lot of it is free to.
        let from_others = sources.iter().filter(|&&source| source != class);
        let stays = (single && line.initial_class == Some(class)).then_some(&class);
        let least = from_others.chain(stays).map(|&source| problem.changeover(line, Some(source), class)).reduce(least);
        let least = least.unwrap_or(Changeover::NONE);
        if least == Changeover::NONE {
            continue;
        }
        let mut choices = vec![Vec::new(); allocation.buckets.count()];
        for &position in positions {
            choices[allocation.choices[position].bucket].push(allocation.choices[position].variable);
        }
        let cost = problem.changeover_cost(line, least);
        let state = State { key: format!("c{}", class.0), choices };
        classes.push(Class { class, time: least.time, cost, state, single });
    }
    classes
}

fn least(a: Changeover, b: Changeover) -> Changeover {
    Changeover { time: a.time.min(b.time), cost: a.cost.min(b.cost) }
}

/// States setups and carry-over; returns what the first lot is spared, and fills `setups` with working time by bucket.
fn set_up(
    allocation: &mut Allocation<'_>,
    id: LineIdx,
    classes: &[Class],
    setups: &mut [Vec<(Variable, f64)>],
) -> Vec<(Variable, f64)> {
    let initial = allocation.problem.lines[id].initial_class;
    let mut first = Vec::new();
    let mut states: Vec<(&State, Option<Carried>)> = Vec::new();
    for class in classes {
        let (time, cost, state) = (hours(class.time), money(class.cost), &class.state);
        let mut times_set_up = Vec::new();
        if class.single {
            for (bucket, choices) in state.choices.iter().enumerate() {
                for (place, &choice) in choices.iter().enumerate() {
                    let name = |names: &Names| format!("set_up.{}.{}.t{bucket}.{place}", names.line(id), state.key);
                    let set_up = allocation.amount(name, 1.0, cost);
                    allocation.exactly(name, [(set_up, 1.0), (choice, -1.0)], 0.0);
                    setups[bucket].push((set_up, time));
                    times_set_up.push(set_up);
                }
            }
            states.push((state, None));
        } else {
            let carried = carry(allocation, id, state, cost, initial == Some(class.class));
            for (setups, &(set_up, _)) in setups.iter_mut().zip(&carried) {
                setups.push((set_up, time));
                times_set_up.push(set_up);
            }
            states.push((state, Some(carried)));
        }
        if initial.is_none() {
            let name = |names: &Names| format!("spared.{}.{}", names.line(id), state.key);
            let spared = allocation.amount(name, 1.0, -cost);
            allocation.at_most(name, times_set_up.into_iter().map(|v| (v, -1.0)).chain([(spared, 1.0)]), 0.0);
            first.push((spared, time));
        }
    }
    one_at_a_time(allocation, id, "carried", &states);
    if first.len() > 1 {
        allocation.at_most(
            |names| format!("one_spared.{}", names.line(id)),
            first.iter().map(|&(spared, _)| (spared, 1.0)),
            1.0,
        );
    }
    first
}

/// `w[t]` and its bound, for the buckets in which more could be wanted than there is.
fn fill(allocation: &mut Allocation<'_>, line: LineIdx, setups: &[Vec<(Variable, f64)>], spared: &[(Variable, f64)]) {
    let mut work: Vec<Vec<(Variable, f64)>> = setups.to_vec();
    for &position in &allocation.of_line[line] {
        let choice = &allocation.choices[position];
        work[choice.bucket].push((choice.variable, hours(choice.mode.run)));
    }
    let mut most = 0.0;
    let mut before: Option<Variable> = None;
    for (bucket, work) in work.into_iter().enumerate() {
        most += work.iter().map(|&(_, time)| time).sum::<f64>();
        let open = hours(allocation.buckets.capacity_until(line, bucket));
        let overtime = overtime_between(allocation, line, allocation.problem.start, allocation.buckets.end(bucket));
        let given = !overtime.is_empty() || !spared.is_empty();
        // Without a bound `w` only carries the sum on; what depends on other variables is a constraint of its own.
        let bound = if most <= open || given { f64::INFINITY } else { open };
        let name = |names: &Names| format!("work.{}.t{bucket}", names.line(line));
        let done = allocation.amount(name, bound, 0.0);
        allocation.exactly(name, work.into_iter().chain(before.map(|before| (before, 1.0))).chain([(done, -1.0)]), 0.0);
        if most > open && given {
            let more = overtime.into_iter().chain(spared.iter().copied()).map(|(variable, time)| (variable, -time));
            allocation.at_most(|names| format!("open.{}.t{bucket}", names.line(line)), more.chain([(done, 1.0)]), open);
        }
        before = Some(done);
    }
}

/// Open hours that each overtime window of a line adds between two instants.
fn overtime_between(allocation: &Allocation<'_>, line: LineIdx, from: Seconds, to: Seconds) -> Vec<(Variable, f64)> {
    let from = from.max(allocation.problem.lines[line].available_from);
    let of_line = allocation.overtime.iter().filter(|&&(of, _, _)| of == line);
    let added = of_line.map(|&(_, window, variable)| {
        let span = allocation.problem.lines[line].overtime[window].span;
        (variable, hours((span.to.min(to) - span.from.max(from)).max(Seconds::ZERO)))
    });
    added.filter(|&(_, time)| time > 0.0).collect()
}

/// Of what can start only late, the runs that end by `t` fit into what is left from then on.
fn cut_by_release(allocation: &mut Allocation<'_>, line: LineIdx) {
    let buckets = allocation.buckets;
    // The bucket in whose beginning, or later, a choice's work lies wholly.
    let from_bucket =
        |start: Seconds| (0..buckets.count()).take_while(|&b| buckets.begin(b) <= start).last().unwrap_or(0);
    let of_line: Vec<(usize, usize, (Variable, f64))> = allocation.of_line[line]
        .iter()
        .map(|&position| &allocation.choices[position])
        .map(|c| (from_bucket(c.mode.earliest_start), c.bucket, (c.variable, hours(c.mode.run))))
        .collect();
    let mut begins: Vec<usize> = of_line.iter().map(|&(from, _, _)| from).filter(|&from| from > 0).collect();
    begins.sort_unstable();
    begins.dedup();
    let stride = begins.len().div_ceil(RELEASE_CUTS).max(1);
    for &begin in begins.iter().step_by(stride) {
        for end in begin..buckets.count() {
            let inside = of_line.iter().filter(|&&(from, bucket, _)| from >= begin && bucket <= end);
            let runs: Vec<(Variable, f64)> = inside.map(|&(_, _, run)| run).collect();
            let open = hours(buckets.capacity_between(line, begin, end));
            if runs.iter().map(|&(_, time)| time).sum::<f64>() > open {
                let overtime = overtime_between(allocation, line, buckets.begin(begin), buckets.end(end));
                let name = |names: &Names| format!("between.{}.t{begin}.t{end}", names.line(line));
                allocation.at_most(
                    name,
                    runs.into_iter().chain(overtime.into_iter().map(|(v, time)| (v, -time))),
                    open,
                );
            }
        }
    }
}

/// Whether a line is open without a break: then when it ends is a matter of its load alone.
pub(super) fn is_unbroken(problem: &Problem, line: LineIdx) -> bool {
    problem.calendars[problem.lines[line].calendar].windows().len() == 1
}

/// `makespan >= available from + runs`, in hours from the start, for lines open without a break.
pub(super) fn bound_makespan(allocation: &mut Allocation<'_>, makespan: Variable) {
    let problem = allocation.problem;
    let loads: IdVec<LineIdx, Vec<(Variable, f64)>> = allocation
        .of_line
        .iter()
        .map(|positions| {
            positions.iter().map(|&p| &allocation.choices[p]).map(|c| (c.variable, hours(c.mode.run))).collect()
        })
        .collect();
    for (line, load) in loads.enumerate().filter(|(line, _)| is_unbroken(problem, *line)) {
        let before = hours(problem.lines[line].available_from - problem.start);
        let name = |names: &Names| format!("last.{}", names.line(line));
        allocation.at_most(name, load.iter().copied().chain([(makespan, -1.0)]), -before);
    }
}
