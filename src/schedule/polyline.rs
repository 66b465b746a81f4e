//! The least cost of a line's first operations, by when the line must be free: a falling function of whole seconds, in
//! pieces that are straight.
//!
//! What it jumps down by lies between two neighbouring seconds. Between two points values are those of the straight line.

/// Points by time; values never rise. Before the first point nothing is possible, after the last nothing falls any more.
#[derive(Clone, Debug)]
pub(super) struct Polyline {
    points: Vec<(i64, i64)>,
}

impl Polyline {
    /// Free from an instant on, at no cost.
    pub fn free_from(instant: i64) -> Self {
        Self { points: vec![(instant, 0)] }
    }

    /// The least of all values so far of a function that is given by points (time and value, by time) and straight between two
    /// that `are_joined`; between others it has no values. None without points.
    pub fn least_so_far(points: &[(i64, i64)], are_joined: impl Fn(usize) -> bool) -> Option<Self> {
        let &(time, mut least) = points.first()?;
        let mut falling = vec![(time, least)];
        for (index, pair) in points.windows(2).enumerate() {
            let [from, to] = [pair[0], pair[1]];
            if to.1 >= least {
                continue;
            }
            // From when on it is below what was least.
            let below = if are_joined(index) && from.1 >= least {
                let ahead = i128::from(from.1 - least) * i128::from(to.0 - from.0) / i128::from(from.1 - to.1);
                from.0 + ahead as i64
            } else {
                to.0 - 1
            };
            let last = falling.last().map_or(below, |last| last.0);
            if below > last {
                falling.push((below, least));
            }
            falling.push(to);
            least = to.1;
        }
        Some(Self { points: simplified(&falling) })
    }

    /// The least cost of being free by an instant; none where that is not possible.
    pub fn at(&self, instant: i64) -> Option<i64> {
        let next = self.points.partition_point(|point| point.0 <= instant);
        let from = self.points[next.checked_sub(1)?];
        let Some(&to) = self.points.get(next) else { return Some(from.1) };
        let fallen = i128::from(from.1 - to.1) * i128::from(instant - from.0) / i128::from(to.0 - from.0);
        Some(from.1 - fallen as i64)
    }

    /// The instant by an instant at which the least cost is first reached.
    pub fn reached(&self, instant: i64) -> Option<i64> {
        let next = self.points.partition_point(|point| point.0 <= instant);
        let mut at = next.checked_sub(1)?;
        let falls_on = self.points.get(next).is_some_and(|to| to.1 < self.points[at].1 && instant > self.points[at].0);
        if falls_on {
            return Some(instant);
        }
        while at > 0 && self.points[at - 1].1 == self.points[at].1 {
            at -= 1;
        }
        Some(self.points[at].0)
    }

    /// Where it bends.
    pub fn bends(&self) -> impl Iterator<Item = i64> + '_ {
        self.points.iter().map(|point| point.0)
    }
}

/// The same function with as few points as keep all others within a unit of it: costs are rounded to units, and without this
/// every rounding would be a bend, and every later operation's function had the bends of all before it.
///
/// From each point kept, the slopes of straight lines that pass everybody since closely enough are a cone, which narrows
/// until somebody lies outside (the swing filter of Elmeleegy et al. 2009).
fn simplified(points: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut kept = Vec::with_capacity(points.len().min(64));
    let (mut cone, mut last) = ((f64::NEG_INFINITY, f64::INFINITY), None);
    for &point in points {
        let Some(&(time, value)) = kept.last() else {
            kept.push(point);
            continue;
        };
        let slope = |from: (i64, i64), off: i64| (point.1 + off - from.1) as f64 / (point.0 - from.0) as f64;
        let exact = slope((time, value), 0);
        if let Some(before) = last.filter(|_| exact < cone.0 || exact > cone.1) {
            kept.push(before);
            cone = (slope(before, -1), slope(before, 1));
        } else {
            cone = (cone.0.max(slope((time, value), -1)), cone.1.min(slope((time, value), 1)));
        }
        last = Some(point);
    }
    kept.extend(last);
    kept
}
