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

#[cfg(test)]
mod tests {
    use super::*;

    fn least(points: &[(i64, i64)], are_joined: bool) -> Polyline {
        Polyline::least_so_far(points, |_| are_joined).expect("there are points")
    }

    fn values(of: &Polyline, instants: std::ops::Range<i64>) -> Vec<Option<i64>> {
        instants.map(|instant| of.at(instant)).collect()
    }

    #[test]
    fn between_points_that_are_joined_it_is_straight_and_else_it_jumps_at_the_second() {
        let points = [(10, 6), (13, 0)];
        assert_eq!(values(&least(&points, true), 9..15), [None, Some(6), Some(4), Some(2), Some(0), Some(0)]);
        assert_eq!(values(&least(&points, false), 9..15), [None, Some(6), Some(6), Some(6), Some(0), Some(0)]);
        assert!(Polyline::least_so_far(&[], |_| true).is_none());
    }

    #[test]
    fn what_rises_stays_at_the_least_until_it_has_fallen_below() {
        // Ten at 0, twenty at 5, and from there two less every second: below ten from 10 on.
        let line = least(&[(0, 10), (5, 20), (15, 0)], true);
        assert_eq!([0, 5, 9, 10, 11, 14, 15, 99].map(|at| line.at(at)), [10, 10, 10, 10, 8, 2, 0, 0].map(Some));
        // Three less every second, and never nothing: not below ten by the eighth.
        let line = least(&[(0, 10), (5, 20), (10, 5)], true);
        assert_eq!([7, 8, 10, 99].map(|at| line.at(at)), [10, 10, 5, 5].map(Some));
    }

    #[test]
    fn a_cost_is_first_reached_where_it_stops_falling() {
        let line = Polyline { points: vec![(0, 10), (4, 10), (10, 4), (20, 4)] };
        assert_eq!([-1, 0, 3, 4].map(|by| line.reached(by)), [None, Some(0), Some(0), Some(0)]);
        assert_eq!([7, 10, 15, 25].map(|by| line.reached(by)), [Some(7), Some(10), Some(10), Some(10)]);
        assert_eq!(line.bends().collect::<Vec<_>>(), [0, 4, 10, 20]);
    }

    #[test]
    fn few_points_keep_all_within_a_unit() {
        // Falls by a third a second, rounded down; then steeply, and not at all.
        let points: Vec<(i64, i64)> = (0..300)
            .map(|at| (at, 1_000 - at / 3))
            .chain((300..320).map(|at| (at, 900 - 40 * (at - 300))))
            .chain([(900, 140), (901, 140)])
            .collect();
        let kept = simplified(&points);
        assert!(kept.len() < 8, "{kept:?}");
        let line = Polyline { points: kept };
        for (at, value) in points {
            assert!(
                line.at(at).is_some_and(|other| (other - value).abs() <= 1),
                "{at}: {:?}, not {value}",
                line.at(at)
            );
        }
    }
}
