//! One line that must make everything, as numbers over a grid of working time that rounds nothing.
//!
//! Times are points of the grid, from the working second at which the line is free. Whatever a lot costs grows with its
//! end, and a lot begins as early as it can: both are what makes exchanging two lots comparable (`exchange`).

use crate::mip::columns::completion::latest_end;
use crate::mip::columns::duals::late_cost;
use crate::mip::columns::line::Line;
use crate::mip::columns::shop::Shop;
use crate::mip::gcd;

/// More than any plan costs, and far from the end of `i64`.
pub(super) const IMPOSSIBLE: i64 = 1 << 56;
/// No relaxed plan's costs come to more, nor its prices: whatever passes by what is impossible is above all that does not.
pub(super) const MOST: i64 = 1 << 54;
/// Points of a grid at most.
const MOST_POINTS: i64 = 12_000;

/// Runs, setups and costs on the grid.
#[cfg_attr(test, derive(Clone, Debug))]
pub(super) struct Ground {
    pub lots: usize,
    /// Points 0 to `points - 1`; no plan ends later.
    pub points: usize,
    /// No plan that makes everything ends earlier.
    pub lasts: usize,
    /// By lot.
    pub runs: Vec<usize>,
    pub earliest: Vec<usize>,
    pub classes_of: Vec<u16>,
    /// Setup classes; the row after them in `setups` is the state the line is found in.
    pub classes: usize,
    pub initial: u16,
    setups: Vec<usize>,
    pub setup_costs: Vec<i64>,
    /// A price of a lot at most, of either sign.
    pub most_price: i64,
    /// By lot and end: what the lot costs; [`IMPOSSIBLE`] after its deadline.
    own: Vec<i64>,
}

impl Ground {
    /// The grid of a line; none where it would be too fine, or what is put off is put off by more than it has to be.
    pub fn new(shop: &Shop, line: &Line) -> Option<Self> {
        let horizon = latest_end(line);
        let span = (horizon - line.free).max(0);
        let width = grid(line).filter(|&width| line.is_rigid() && span / width < MOST_POINTS)?;
        let lots = line.able.len();
        let points = (span / width + 1) as usize;
        let mut own = Vec::with_capacity(lots * points);
        for lot in 0..lots {
            let mode = &line.modes[lot];
            let cost =
                |end: i64| if end > mode.last { IMPOSSIBLE } else { mode.cost + late_cost(shop, line, lot, end) };
            // A lot takes time: at point 0 none ends, and there may be no instant for it.
            own.extend((0..points as i64).map(|at| if at == 0 { IMPOSSIBLE } else { cost(line.free + at * width) }));
        }
        let shortest = line.able.iter().map(|&lot| line.modes[lot].run).min()?;
        let most_price = MOST / (span / shortest + 2);
        let fits = |&cost: &i64| (0..most_price).contains(&cost);
        let largest = own.iter().copied().filter(|&cost| cost < IMPOSSIBLE);
        let largest_setup = line.costs.iter().copied().max().unwrap_or(0);
        (largest.map(|cost| cost + largest_setup).all(|cost| fits(&cost)) && line.costs.iter().all(fits))
            .then_some(())?;
        let on_grid = |seconds: i64| (seconds / width) as usize;
        let runs: Vec<usize> = line.modes.iter().map(|mode| on_grid(mode.run)).collect();
        let classes_of: Vec<u16> = line.modes.iter().map(|mode| mode.class).collect();
        let setups: Vec<usize> = line.seconds.iter().map(|&seconds| on_grid(seconds)).collect();
        let least_setup = least_setups(&setups, line.classes, &classes_of);
        Some(Self {
            lots,
            points,
            lasts: runs.iter().sum::<usize>() + least_setup,
            runs,
            earliest: line.modes.iter().map(|mode| on_grid((mode.earliest - line.free).max(0))).collect(),
            classes_of,
            classes: line.classes,
            initial: line.initial,
            setups,
            setup_costs: line.costs.clone(),
            most_price,
            own,
        })
    }

    /// Where a lot ends after a class, the line being free at a point; perhaps past all points.
    #[inline]
    pub fn end(&self, from: usize, class: u16, lot: usize) -> usize {
        (from + self.setup(class, self.classes_of[lot])).max(self.earliest[lot]) + self.runs[lot]
    }

    /// The time of a changeover.
    #[inline]
    pub fn setup(&self, from: u16, to: u16) -> usize {
        self.setups[usize::from(from) * self.classes + usize::from(to)]
    }

    /// What changeovers from a class cost, by class.
    #[inline]
    pub fn setup_costs(&self, from: u16) -> &[i64] {
        &self.setup_costs[usize::from(from) * self.classes..][..self.classes]
    }

    /// What a lot costs by its end.
    #[inline]
    pub fn own(&self, lot: usize, end: usize) -> i64 {
        if end < self.points { self.own[lot * self.points + end] } else { IMPOSSIBLE }
    }

    /// Lets a lot not end at a point.
    pub fn forbid(&mut self, lot: usize, end: usize) {
        self.own[lot * self.points + end] = IMPOSSIBLE;
    }

    /// Whether a plan that makes everything may end at a point.
    #[inline]
    pub fn may_end(&self, at: usize) -> bool {
        at >= self.lasts
    }
}

#[cfg(test)]
impl Ground {
    /// One of given numbers: by lot the run, the earliest begin, the class, and the cost by end; then setups from class to
    /// class and what they cost, the last row being the state the line is found in.
    pub fn of(lots: &[(usize, usize, u16, Vec<i64>)], setups: Vec<usize>, setup_costs: Vec<i64>) -> Self {
        let classes = lots.iter().map(|lot| usize::from(lot.2) + 1).max().unwrap_or(1);
        let classes_of: Vec<u16> = lots.iter().map(|lot| lot.2).collect();
        let runs: Vec<usize> = lots.iter().map(|lot| lot.0).collect();
        Self {
            lots: lots.len(),
            points: lots[0].3.len(),
            lasts: runs.iter().sum::<usize>() + least_setups(&setups, classes, &classes_of),
            runs,
            earliest: lots.iter().map(|lot| lot.1).collect(),
            classes_of,
            classes,
            initial: classes as u16,
            setups,
            setup_costs,
            most_price: MOST / 1_000,
            own: lots.iter().flat_map(|lot| lot.3.clone()).collect(),
        }
    }
}

/// The least time of all changeovers together: into each lot from what is nearest to it.
fn least_setups(setups: &[usize], classes: usize, classes_of: &[u16]) -> usize {
    let mut of_class = vec![0usize; classes];
    classes_of.iter().for_each(|&class| of_class[usize::from(class)] += 1);
    let occurs = |from: usize, to: usize| match from {
        from if from == classes => true,
        from if from == to => of_class[to] > 1,
        from => of_class[from] > 0,
    };
    let into = |to: usize| {
        let from = (0..=classes).filter(|&from| occurs(from, to));
        from.map(|from| setups[from * classes + to]).min().unwrap_or(0)
    };
    classes_of.iter().map(|&class| into(usize::from(class))).sum()
}

/// The greatest width of a grid on which every run and changeover begins and ends.
fn grid(line: &Line) -> Option<i64> {
    let modes = || line.able.iter().map(|&lot| &line.modes[lot]);
    let times =
        modes().flat_map(|mode| [mode.run, (mode.earliest - line.free).max(0)]).chain(line.seconds.iter().copied());
    Some(times.fold(0, gcd)).filter(|&width| width > 0)
}
