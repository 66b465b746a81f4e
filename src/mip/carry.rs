//! What a line is in from bucket to bucket: a setup class, or the value a run has in common.
//!
//! For each state `c` of a line and each bucket `t`:
//! - `y[c, t] >= x[o, t]` for each `o` of `c`: it is made in the bucket; `v[c, t] >= y[c, t] - z[c, t]`: it is begun
//!   there unless carried over; `z[c, t] <= z[c, t-1] + v[c, t-1]`, `sum over c of z[c, t] <= 1`: a line carries one
//!   state over a bound, one it had begun before. (With `y` in the place of `v`, fractions would double from bucket
//!   to bucket at no cost.) `y`, `v` and `z` are not asked to be whole: before a state is first made, its `v` add up to 1.
//! - `z[c, t+1] <= v[c, t] + 1 - x[o, t]` for each `o` of another state: none is carried past another one.

use super::allocation::Allocation;
use super::names::Names;
use crate::problem::LineIdx;
use good_lp::Variable;

/// Up to how many states of a line are kept from being carried past one another: it takes a row for each pair.
const MOST_APART: usize = 12;

/// A state a line can be in.
pub(super) struct State {
    /// What names call it, unlike all others of the line.
    pub key: String,
    /// The choices that need it, by bucket.
    pub choices: Vec<Vec<Variable>>,
}

/// When a state is begun, and where it is carried over from the bucket before: by bucket.
pub(super) type Carried = Vec<(Variable, Variable)>;

/// States when one state of a line is begun, at a cost each time, and carried over.
pub(super) fn carry(
    allocation: &mut Allocation<'_>,
    line: LineIdx,
    state: &State,
    cost: f64,
    initial: bool,
) -> Carried {
    let mut carried_over: Carried = Vec::new();
    for (bucket, choices) in state.choices.iter().enumerate() {
        let part = |names: &Names| format!("{}.{}.t{bucket}", names.line(line), state.key);
        let made = allocation.amount(|names| format!("made.{}", part(names)), 1.0, 0.0);
        let begun = allocation.amount(|names| format!("set_up.{}", part(names)), 1.0, cost);
        let carried = allocation.amount(|names| format!("carried.{}", part(names)), 1.0, 0.0);
        for (place, &choice) in choices.iter().enumerate() {
            let name = |names: &Names| format!("made.{}.{place}", part(names));
            allocation.at_most(name, [(choice, 1.0), (made, -1.0)], 0.0);
        }
        let ready = [(made, 1.0), (begun, -1.0), (carried, -1.0)];
        allocation.at_most(|names| format!("ready.{}", part(names)), ready, 0.0);
        let name = |names: &Names| format!("carried.{}", part(names));
        match carried_over.last() {
            Some(&(begun, before)) => {
                allocation.at_most(name, [(carried, 1.0), (before, -1.0), (begun, -1.0)], 0.0);
            }
            None => allocation.at_most(name, [(carried, 1.0)], f64::from(u8::from(initial))),
        }
        carried_over.push((begun, carried));
    }
    carried_over
}

/// A line carries one state at a time, and none past another: a state carried out of a bucket in which another one was made was
/// begun after it, in that bucket. A state without what [`carry`] says of it is not carried.
pub(super) fn one_at_a_time(
    allocation: &mut Allocation<'_>,
    line: LineIdx,
    kind: &str,
    states: &[(&State, Option<Carried>)],
) {
    for bucket in 0..allocation.buckets.count() {
        let carried = states.iter().filter_map(|(_, carried)| Some((carried.as_ref()?[bucket].1, 1.0)));
        let carried: Vec<(Variable, f64)> = carried.collect();
        if carried.len() > 1 {
            allocation.at_most(|names| format!("one_{kind}.{}.t{bucket}", names.line(line)), carried, 1.0);
        }
    }
    if states.len() > MOST_APART {
        return;
    }
    for (state, carried) in states.iter().filter_map(|(state, carried)| Some((state, carried.as_ref()?))) {
        for (bucket, pair) in carried.windows(2).enumerate() {
            let ((begun, _), (_, carried)) = (pair[0], pair[1]);
            for (other, _) in states.iter().filter(|(other, _)| other.key != state.key) {
                for (place, &choice) in other.choices[bucket].iter().enumerate() {
                    let name = |names: &Names| {
                        let (line, from, to) = (names.line(line), &state.key, &other.key);
                        format!("past.{line}.{from}.{to}.t{bucket}.{place}")
                    };
                    allocation.at_most(name, [(carried, 1.0), (begun, -1.0), (choice, 1.0)], 1.0);
                }
            }
        }
    }
}
