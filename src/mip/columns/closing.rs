//! Closing the gap: all line plans that a better plan could be made of, and every way to combine them.
//!
//! A plan costs the bound plus the excess of each of its parts: what a line's plan comes to above the line's least, what
//! making or leaving out an order costs above the cheaper of the two. So a plan cheaper than the best one known is made of
//! parts whose excess together is less than the gap (fixing by reduced cost, here of whole columns). Lines are filled one
//! after the other; of partial plans that make the same lots the cheapest is kept. If nothing is
//! left, the best plan known is optimal; there is no solver in this, and all of it is integer arithmetic.
//! (A line plan with lots side by side that had better change places may come to less than the least: what a cut charges goes by the
//! sequence. A better plan has none such, or becomes one that has none, so its parts stay within the gap.)

use super::duals::Duals;
use super::generation::Effort;
use super::pricing::{Column, Question, price};
use super::shop::{Lots, Shop, set_of};
use rustc_hash::FxHashMap;

/// Labels of a line, plans of a line, and partial plans at most.
const MOST_LABELS: usize = 800_000;
const MOST_COLUMNS: usize = 200_000;
const MOST_STATES: usize = 1_500_000;
/// Pairs of partial plans and line plans tried at most.
const MOST_PAIRS: u64 = 3_000_000_000;

/// What came of it.
#[derive(Clone, Debug)]
pub(super) enum Closed {
    /// No plan costs less than the best one known.
    Proved,
    /// These line plans make one that may, and no plan costs less than so much above the bound.
    Better(Vec<Column>, i64),
    /// Too much to try.
    Open,
}

/// A line plan above the least of its line.
struct Part {
    excess: i64,
    /// The same without what cuts charge.
    real: i64,
    set: Lots,
    lots: Vec<u8>,
}

/// A partial plan: its excess, and the part and the partial plan it was made of.
#[derive(Clone, Copy)]
struct State {
    excess: i64,
    real: i64,
    part: u32,
    before: Lots,
}

/// "Nothing on this line."
const IDLE: u32 = u32::MAX;

/// Tries all plans whose excess over the bound of `duals` and the lines' `least` is below `gap`, all ending by an instant.
pub(super) fn close(
    shop: &Shop,
    (duals, least): (&Duals, &[i64]),
    limit: i64,
    gap: i64,
    effort: &mut Effort<'_>,
) -> Closed {
    let mut parts: Vec<Vec<Part>> = Vec::with_capacity(shop.lines.len());
    for (place, &least) in least.iter().enumerate() {
        let Some(found) = parts_of(shop, place, duals, (least.min(0), gap, limit), effort) else { return Closed::Open };
        parts.push(found);
    }
    // Few choices first.
    let mut order: Vec<usize> = (0..parts.len()).flat_map(|place| vec![place; shop.lines[place].same.len()]).collect();
    order.sort_by_key(|&place| parts[place].len());
    let mut layers: Vec<FxHashMap<Lots, State>> = vec![FxHashMap::default()];
    layers[0].insert(0, State { excess: 0, real: 0, part: IDLE, before: 0 });
    let mut pairs = 0u64;
    for &place in &order {
        let idle = -least[place].min(0);
        let mut next: FxHashMap<Lots, State> = FxHashMap::default();
        let mut before: Vec<(Lots, i64, i64)> =
            layers[layers.len() - 1].iter().map(|(&set, state)| (set, state.excess, state.real)).collect();
        before.sort_unstable();
        for (set, excess, real) in before {
            let mut offer = |set_after: Lots, excess: i64, real: i64, part: u32| {
                let state = State { excess, real, part, before: set };
                let known = next.entry(set_after).or_insert(state);
                if (real, excess) < (known.real, known.excess) {
                    *known = state;
                }
            };
            if excess + idle < gap {
                offer(set, excess + idle, real + idle, IDLE);
            }
            for (number, part) in parts[place].iter().enumerate() {
                pairs += 1;
                if excess + part.excess >= gap {
                    break;
                }
                if part.set & set == 0 {
                    offer(set | part.set, excess + part.excess, real + part.real, number as u32);
                }
            }
            if next.len() > MOST_STATES || pairs > MOST_PAIRS || effort.is_over() {
                return Closed::Open;
            }
        }
        layers.push(next);
    }
    effort.work = effort.work.saturating_sub(pairs);
    // What no plan uses of the cuts it does not get back.
    let tolls: i64 = duals.cuts.iter().map(|cut| cut.1).sum();
    let complete = |(&set, state): (&Lots, &State)| Some((state.real + tolls + left_out(shop, duals, set)?, set));
    let best = layers[layers.len() - 1].iter().filter_map(complete).filter(|&(excess, _)| excess < gap).min();
    let Some((excess, mut set)) = best else { return Closed::Proved };
    let mut columns = Vec::new();
    for (layer, &place) in order.iter().enumerate().rev() {
        let state = layers[layer + 1][&set];
        if state.part != IDLE {
            columns.extend(Column::new(shop, place, parts[place][state.part as usize].lots.clone()));
        }
        set = state.before;
    }
    Closed::Better(columns, excess)
}

/// The plans of a line with less excess than the gap, least first; none where they are too many.
fn parts_of(
    shop: &Shop,
    place: usize,
    duals: &Duals,
    (least, gap, limit): (i64, i64, i64),
    effort: &mut Effort<'_>,
) -> Option<Vec<Part>> {
    let line = &shop.lines[place];
    let everything = vec![Lots::MAX; shop.order_of.len()];
    let question = Question {
        neighbourhoods: &everything,
        below: least.checked_add(gap)?,
        limit: line.worked_before(limit),
        every_set: true,
        labels: MOST_LABELS,
        columns: usize::MAX,
    };
    let priced = price(shop, line, duals, question);
    effort.work = effort.work.saturating_sub(priced.work);
    priced.least?;
    let mut parts: Vec<Part> = Vec::new();
    let mut known: FxHashMap<Lots, i64> = FxHashMap::default();
    for (worth, lots) in priced.columns {
        let set = set_of(&lots);
        let tolls: i64 = duals.cuts.iter().map(|(cut, price)| cut.uses(&lots) * price).sum();
        let (excess, real) = (worth - least, worth - least - tolls);
        // The empty plan is the idle line; of plans that make the same, the one that costs less stands for the other.
        let cheapest = known.entry(set).or_insert(i64::MAX);
        if set != 0 && real < *cheapest {
            *cheapest = real;
            parts.push(Part { excess, real, set, lots });
        }
    }
    (parts.len() <= MOST_COLUMNS).then_some(parts)
}

/// The excess of the orders when these lots are made and no others; none where that is no plan.
fn left_out(shop: &Shop, duals: &Duals, made: Lots) -> Option<i64> {
    let mut excess = 0;
    for order in &shop.orders {
        let all = set_of(&order.lots);
        let prices: i64 = order.lots.iter().map(|&lot| duals.prices[lot]).sum();
        let cheaper = order.reject.map_or(prices, |reject| prices.min(reject));
        excess += match made & all {
            0 => order.reject? - cheaper,
            some if some == all => prices - cheaper,
            _ => return None,
        };
    }
    Some(excess)
}
