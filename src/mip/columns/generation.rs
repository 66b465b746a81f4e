//! Column generation: the master suggests prices, every line answers with its best plans, until none is worth adding.
//!
//! Each answer of all lines is a proved bound by itself (see `duals`); the best is kept. Prices are taken between the
//! best ones so far and those the master suggests (A. Pessoa, R. Sadykov, E. Uchoa, F. Vanderbeck, "Automation and
//! combination of linear-programming based stabilization techniques in column generation", *INFORMS Journal on
//! Computing* 30(2), 2018). When no plan is worth adding, the neighbourhoods of lots that lie on a cycle of a plan in use
//! grow so that the cycle is none any more (dynamic ng-routes: R. Roberti, A. Mingozzi, "Dynamic ng-path relaxation for
//! the delivery man problem", *Transportation Science* 48(3), 2014), and it begins again.

use super::cuts::{Cut, separate};
use super::duals::Duals;
use super::line::Line;
use super::master::{Master, Suggestion, in_use};
use super::pricing::{Column, Question, price};
use super::shop::{Lots, Shop};
use rayon::prelude::*;

/// Share of the best prices so far in the prices asked about.
const SMOOTHING: f64 = 0.7;
/// Lots a neighbourhood begins with, and has at most.
const NEIGHBOURS: usize = 6;
const MOST_NEIGHBOURS: u32 = 24;
/// Labels of one line's answer at most.
const MOST_LABELS: usize = 400_000;
/// Plans of one line that enter the master at once.
const COLUMNS_AT_ONCE: usize = 60;
/// More plans than this slow the master down: those of least use are dropped.
const MOST_COLUMNS: usize = 12_000;

/// The share of the program's value within which the bound is near enough for caps to rise.
const ROUGHLY: f64 = 0.1;
/// Times the caps rise; what is still bought then, nobody can make.
const MOST_RAISES: usize = 200;

/// The share of the program's value within which a bound is as good as it.
const PRECISION: f64 = 1e-6;

/// How long to go on, with what, and whom to tell.
pub(super) struct Effort<'a> {
    pub go_on: &'a (dyn Fn() -> bool + Sync),
    /// Extensions of labels left.
    pub work: u64,
    /// Whether better plans may still be found while it goes on.
    pub beside_search: bool,
    /// A bound known before: less is of no interest.
    pub known: i64,
    /// What the bound must reach to prove the best plan known.
    pub cost: &'a (dyn Fn() -> Option<i64> + Sync),
    /// Hears of each better bound.
    pub tell: &'a (dyn Fn(i64) + Sync),
    /// Threads to do parts on; none: the thread at hand.
    pub pool: Option<&'a rayon::ThreadPool>,
    /// The share of the program's value within which the bound is as good as the value.
    pub precision: f64,
}

impl Effort<'_> {
    /// As long as it takes, telling nobody.
    pub fn unlimited() -> Self {
        Self {
            go_on: &|| true,
            work: u64::MAX,
            beside_search: false,
            known: 0,
            cost: &|| None,
            tell: &|_| {},
            pool: None,
            precision: PRECISION,
        }
    }

    /// Whether to stop.
    pub fn is_over(&self) -> bool {
        self.work == 0 || !(self.go_on)()
    }

    /// Does something with each of some things, in their order or at once.
    pub fn each<T: Sync, R: Send>(&self, things: &[T], of: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        match self.pool {
            Some(pool) if things.len() > 1 => pool.install(|| things.par_iter().map(of).collect()),
            _ => things.iter().map(of).collect(),
        }
    }
}

/// What generation has come to.
pub(super) struct Generation<'s> {
    shop: &'s Shop,
    pub master: Master<'s>,
    pub neighbourhoods: Vec<Lots>,
    /// The best bound, and the prices and answers it comes from.
    pub bound: i64,
    pub centre: Option<(Duals, Vec<i64>)>,
    /// What the program last suggested, where no plan was worth adding.
    settled: Option<Suggestion>,
    /// Plans end by this instant.
    limit: i64,
}

/// What a generation has come to, for one on a part of the plans to begin with.
#[derive(Clone)]
pub(super) struct Known {
    pub columns: Vec<Column>,
    /// Share of each plan in what the program came to; empty where it did not converge.
    pub shares: Vec<f64>,
    pub caps: Vec<i64>,
    pub cuts: Vec<Cut>,
    pub neighbourhoods: Vec<Lots>,
    pub bound: i64,
    pub centre: Option<(Duals, Vec<i64>)>,
}

impl Known {
    /// Nothing but some plans, and what lots are bought at.
    pub fn of(shop: &Shop, columns: Vec<Column>, caps: Vec<i64>) -> Self {
        let neighbourhoods = neighbourhoods(shop);
        Self { columns, shares: Vec::new(), caps, cuts: Vec::new(), neighbourhoods, bound: i64::MIN, centre: None }
    }
}

/// Why a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// No plan is worth adding, or the bound has reached the cost.
    Converged,
    /// Out of time, or labels, or the solver failed.
    Stopped,
}

impl<'s> Generation<'s> {
    /// Begins with what is known, for the plans that a shop allows and that end by an instant.
    pub fn new(shop: &'s Shop, known: &Known, limit: i64) -> Self {
        let mut master = Master::new(shop, known.caps.clone(), known.cuts.clone());
        for column in &known.columns {
            // Costs and ends may be other ones in this shop.
            if let Some(column) = Column::new(shop, column.line, column.lots.clone()) {
                master.add(column);
            }
        }
        let neighbourhoods = known.neighbourhoods.clone();
        let (bound, centre) = (known.bound, known.centre.clone());
        Self { shop, master, neighbourhoods, bound, centre, settled: None, limit }
    }

    /// What it has come to.
    pub fn known(&self) -> Known {
        Known {
            shares: self.settled.as_ref().map(|settled| settled.shares.clone()).unwrap_or_default(),
            caps: self.master.caps.clone(),
            cuts: self.master.cuts.clone(),
            columns: self.master.columns.clone(),
            neighbourhoods: self.neighbourhoods.clone(),
            bound: self.bound,
            centre: self.centre.clone(),
        }
    }

    /// What the program comes to with the plans there are.
    pub fn value(&mut self) -> Option<f64> {
        self.master.solve().map(|suggestion| suggestion.value)
    }

    /// Goes on until the bound is as good as it gets.
    pub fn run(&mut self, effort: &mut Effort<'_>) -> Ending {
        let mut raises = 0;
        self.settled = None;
        loop {
            let Some(suggestion) = self.converge(effort) else { return Ending::Stopped };
            if self.is_proved(effort) {
                return Ending::Converged;
            }
            if !suggestion.bought.is_empty() {
                raises += 1;
                if raises > MOST_RAISES {
                    return Ending::Stopped;
                }
                self.master.raise_caps(&suggestion.bought, 4);
                continue;
            }
            if !self.grow(&suggestion) {
                self.settled = Some(suggestion);
                return Ending::Converged;
            }
        }
    }

    /// Cuts off what the program last came to, after it has converged; whether it could.
    pub fn cut(&mut self) -> bool {
        let Some(settled) = &self.settled else { return false };
        let taken: Vec<_> = in_use(&self.master.columns, &settled.shares).collect();
        let mut cuts = self.master.cuts.clone();
        let found = separate(&mut cuts, &taken, self.shop.order_of.len());
        if found {
            self.master.cuts = cuts;
            self.master.rebuild();
            self.settled = None;
        }
        found
    }

    fn is_proved(&self, effort: &Effort<'_>) -> bool {
        (effort.cost)().is_some_and(|cost| self.bound >= cost)
    }

    /// Adds plans until none is worth it; none where it had to stop before.
    fn converge(&mut self, effort: &mut Effort<'_>) -> Option<Suggestion> {
        // Bounds of smaller neighbourhoods stay valid, but are no measure for what these could come to.
        loop {
            let suggestion = self.master.solve()?;
            // The program's value falls to what the bound can reach: where that is nothing new, it is over.
            if suggestion.value + self.shop.base as f64 <= effort.known as f64 + 0.5 {
                return Some(suggestion);
            }
            let mut share = if self.centre.is_some() { 1.0 - SMOOTHING } else { 1.0 };
            loop {
                if effort.is_over() {
                    return None;
                }
                let (added, complete) = self.ask(&suggestion, share, effort);
                let tolerance = 1.0 + suggestion.value.abs() * effort.precision;
                let value = suggestion.value + self.shop.base as f64;
                // What is still bought makes the program's value too low: no need to know it exactly.
                let enough = if suggestion.bought.is_empty() { tolerance } else { value.abs() * ROUGHLY };
                let close = self.bound as f64 >= value - enough;
                if close || self.is_proved(effort) {
                    return Some(suggestion);
                }
                if added > 0 {
                    break;
                }
                if share >= 1.0 {
                    return complete.then_some(suggestion);
                }
                share = (share * 2.0).min(1.0);
            }
            if self.master.columns.len() > MOST_COLUMNS {
                self.drop_idle(&suggestion);
            }
        }
    }

    /// What a line is asked for: plans that come to less than this, and than nothing.
    pub fn question(&self, line: &Line, below: i64) -> Question<'_> {
        Question {
            neighbourhoods: &self.neighbourhoods,
            below: below.min(0),
            limit: line.worked_before(self.limit),
            every_set: false,
            labels: MOST_LABELS,
            columns: COLUMNS_AT_ONCE,
        }
    }

    /// Asks all lines at prices some way from the best so far to the suggested ones; how many plans were new, and
    /// whether all lines gave a complete answer.
    fn ask(&mut self, suggestion: &Suggestion, share: f64, effort: &mut Effort<'_>) -> (usize, bool) {
        let (duals, thresholds) = match &self.centre {
            Some((centre, answers)) if share < 1.0 => {
                let mix = |(&from, &to): (&i64, &i64)| from + ((to - from) as f64 * share).round() as i64;
                let thresholds = answers.iter().zip(&suggestion.thresholds).map(mix).collect();
                (centre.towards(&suggestion.duals, share, self.shop), thresholds)
            }
            _ => (suggestion.duals.clone(), suggestion.thresholds.clone()),
        };
        let mut bound = Some(duals.without_lines(self.shop));
        let mut answers = Vec::with_capacity(thresholds.len());
        let mut added = 0;
        let shop = self.shop;
        let ask = |(line, &below): (&'s Line, &i64)| (line, self.question(line, below));
        let asked: Vec<(&Line, Question<'_>)> = shop.lines.iter().zip(&thresholds).map(ask).collect();
        let all = effort.each(&asked, |&(line, question)| price(shop, line, &duals, question));
        for (place, priced) in all.into_iter().enumerate() {
            let line = &self.shop.lines[place];
            effort.work = effort.work.saturating_sub(priced.work);
            answers.push(priced.least.unwrap_or(0));
            // Prices may be anything, and so large that there is no saying what the sum is: then it is no bound.
            let of_lines = priced.least.and_then(|least| least.min(0).checked_mul(line.same.len() as i64));
            bound = bound.zip(of_lines).and_then(|(bound, of_lines)| bound.checked_add(of_lines));
            for (_, lots) in priced.columns {
                let Some(column) = Column::new(self.shop, place, lots) else { continue };
                if column.worth(&suggestion.duals) < suggestion.thresholds[place] && self.master.add(column) {
                    added += 1;
                }
            }
        }
        if let Some(bound) = bound.filter(|&bound| bound > self.bound || self.centre.is_none()) {
            self.centre = Some((duals, answers));
            if bound > self.bound {
                self.bound = bound;
                (effort.tell)(bound);
            }
        }
        (added, bound.is_some())
    }

    /// Lets lots on cycles of plans in use be remembered; whether there were any.
    fn grow(&mut self, suggestion: &Suggestion) -> bool {
        let mut grown = false;
        for (column, _) in in_use(&self.master.columns, &suggestion.shares) {
            for (place, &lot) in column.lots.iter().enumerate() {
                let Some(length) = column.lots[place + 1..].iter().position(|&other| other == lot) else { continue };
                for &between in &column.lots[place + 1..place + 1 + length] {
                    let neighbourhood = &mut self.neighbourhoods[usize::from(between)];
                    if neighbourhood.count_ones() < MOST_NEIGHBOURS && *neighbourhood >> lot & 1 == 0 {
                        *neighbourhood |= 1 << lot;
                        grown = true;
                    }
                }
            }
        }
        if grown {
            let neighbourhoods = self.neighbourhoods.clone();
            self.master.retain(|column| column.is_remembered(&neighbourhoods));
        }
        grown
    }

    /// Drops the half of the plans that is of least use.
    fn drop_idle(&mut self, suggestion: &Suggestion) {
        let worth = |column: &Column| column.worth(&suggestion.duals) - suggestion.thresholds[column.line];
        let mut all: Vec<i64> = self.master.columns.iter().map(worth).collect();
        let middle = all.len() / 2;
        let (_, &mut median, _) = all.select_nth_unstable(middle);
        self.master.retain(|column| worth(column) <= median);
    }
}

/// Each lot remembers itself and those most like it in time.
fn neighbourhoods(shop: &Shop) -> Vec<Lots> {
    let lots = shop.order_of.len();
    let window = |lot: usize| {
        let modes = || shop.lines.iter().map(|line| &line.modes[lot]).filter(|mode| mode.run > 0);
        let earliest = modes().map(|mode| mode.earliest).min().unwrap_or(0);
        let on_time = modes().map(|mode| mode.on_time).max().unwrap_or(0);
        (earliest, on_time.max(earliest))
    };
    let windows: Vec<(i64, i64)> = (0..lots).map(window).collect();
    let distance = |a: usize, b: usize| (windows[a].0 - windows[b].0).abs() + (windows[a].1 - windows[b].1).abs();
    (0..lots)
        .map(|lot| {
            let mut others: Vec<usize> = (0..lots).filter(|&other| other != lot).collect();
            others.sort_by_key(|&other| (distance(lot, other), other));
            others.iter().take(NEIGHBOURS).fold(1 << lot, |set, &other| set | 1 << other)
        })
        .collect()
}
