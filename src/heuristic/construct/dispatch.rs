//! Dispatching: time goes forward, and each line that falls free takes the waiting operation of the highest index.
//!
//! The index is the apparent tardiness cost with setups (Lee, Bhaskaran, Pinedo: A heuristic to minimize the total
//! weighted tardiness with sequence-dependent setups, IIE Transactions 29, 1997), in logarithms so that nothing
//! underflows: `ln(w/p) - slack/(k1 p) - setup/(k2 s)`. Operations alike in who can run them and in setup class wait
//! in one queue by due date, and only the heads of queues are compared, where there are many those due first.

use super::shop::{Preview, Shop};
use super::{Constructed, GoOn};
use crate::plan::{OpIdx, Operation};
use crate::problem::{LineIdx, Mode, OrderIdx, Problem};
use crate::units::{DAY, Id, IdVec, Seconds};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One dispatching rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    name: &'static str,
    /// How far ahead urgency looks, as a share of the mean work per line.
    pub(super) look_ahead: f64,
    /// How many mean setups a setup may cost before it outweighs urgency.
    setup_weight: f64,
}

impl Rule {
    /// A rule that looks so far ahead and weighs setups so.
    pub const fn new(name: &'static str, look_ahead: f64, setup_weight: f64) -> Self {
        Self { name, look_ahead, setup_weight }
    }

    /// Rules that look half or twice as far ahead, or weigh setups half or twice as heavily.
    pub fn neighbours(self) -> [Self; 4] {
        let by = |ahead: f64, weight: f64| Self::new("atcs-tuned", self.look_ahead * ahead, self.setup_weight * weight);
        [by(0.5, 1.0), by(2.0, 1.0), by(1.0, 0.5), by(1.0, 2.0)]
    }
}

/// So many heads are compared at each decision, those due first, and the one that needs no changeover.
const MOST_HEADS: usize = 128;
/// Queues a line may have, times decisions, beyond which list rules serve an instance better.
const MOST_LOOKS: usize = 1_000_000_000;
/// How many operations behind a queue's head are looked at when the head cannot run on the line.
const LOOK_BEHIND_HEAD: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// An operation may start from now on.
    Arrives(OpIdx),
    /// A line is free and open.
    Frees(LineIdx),
}

/// Waiting operations alike in who can run them and in setup class, earliest due first.
type Queue = BinaryHeap<Reverse<(Seconds, OpIdx)>>;

/// Lines with rates for the same things.
struct Family {
    lines: Vec<LineIdx>,
    /// The queue of each setup class.
    queue_of_class: FxHashMap<u32, u32>,
    /// Queues with something in them, and some that were emptied since they were last looked at.
    active: Vec<u32>,
}

struct Floor<'p> {
    rule: Rule,
    shop: Shop<'p>,
    events: BinaryHeap<Reverse<(Seconds, Event)>>,
    queues: Vec<Queue>,
    queue_of: IdVec<OpIdx, u32>,
    /// Queues that a family of lines serves.
    families: Vec<Family>,
    families_of_line: IdVec<LineIdx, Vec<u32>>,
    family_of_queue: Vec<u32>,
    /// Whether a queue is among its family's active ones.
    is_active: Vec<bool>,
    /// Heads compared at a decision; kept for its memory.
    heads: Vec<(Seconds, u32)>,
    asleep: IdVec<LineIdx, bool>,
    failed: FxHashSet<OrderIdx>,
    look_ahead_seconds: f64,
    mean_setup_seconds: f64,
}

impl Rule {
    /// Builds the plan, as far as time goes.
    pub fn apply(self, problem: &Problem, go_on: GoOn<'_>) -> Constructed {
        let mut floor = Floor::new(problem, self);
        if floor.looks() > MOST_LOOKS {
            return super::list::BY_DUE_DATE.apply(problem, go_on);
        }
        while let Some(Reverse((now, event))) = floor.events.pop().filter(|_| go_on()) {
            match event {
                Event::Arrives(operation) => floor.arrive(operation, now),
                Event::Frees(line) => floor.dispatch(line, now),
            }
        }
        for operation in floor.shop.plan.operations.ids() {
            if floor.shop.placed(operation).is_none() {
                floor.failed.insert(floor.order_of(operation));
            }
        }
        let (plan, schedule) = floor.shop.finish(&floor.failed);
        Constructed { rule: self.name, plan, schedule }
    }
}

impl<'p> Floor<'p> {
    fn new(problem: &'p Problem, rule: Rule) -> Self {
        let mut shop = Shop::new(problem);
        for order in problem.orders.ids().filter(|&order| !problem.orders[order].nothing_left) {
            for item in problem.orders[order].items() {
                shop.open_item(item, 1);
            }
        }
        let mut floor = Self {
            rule,
            events: BinaryHeap::new(),
            queues: Vec::new(),
            queue_of: IdVec::new(),
            families: Vec::new(),
            families_of_line: IdVec::filled(Vec::new(), problem.lines.len()),
            family_of_queue: Vec::new(),
            is_active: Vec::new(),
            heads: Vec::new(),
            asleep: IdVec::filled(false, problem.lines.len()),
            failed: FxHashSet::default(),
            look_ahead_seconds: 1.0,
            mean_setup_seconds: mean_setup(problem),
            shop,
        };
        floor.form_queues();
        for line in problem.lines.ids() {
            floor.free(line);
        }
        for operation in floor.shop.plan.operations.ids() {
            floor.announce(operation);
        }
        floor
    }

    fn form_queues(&mut self) {
        let problem = self.shop.problem;
        let mut family_by: FxHashMap<u32, u32> = FxHashMap::default();
        let mut work = 0.0;
        for operation in self.shop.plan.operations.ids() {
            let kind = self.shop.plan.kind(problem, operation);
            let modes = problem.modes(kind);
            let class = modes.first().map_or(0, |mode| problem.class_on(&problem.lines[mode.line], kind).0);
            let next = self.families.len() as u32;
            let family = *family_by.entry(problem.kinds[kind].modes.0).or_insert(next);
            if family == next {
                let lines: Vec<LineIdx> = modes.iter().map(|mode| mode.line).collect();
                lines.iter().for_each(|&line| self.families_of_line[line].push(family));
                self.families.push(Family { lines, queue_of_class: FxHashMap::default(), active: Vec::new() });
            }
            let next = self.queues.len() as u32;
            let queue = *self.families[family as usize].queue_of_class.entry(class).or_insert(next);
            if queue == next {
                self.queues.push(Queue::new());
                self.family_of_queue.push(family);
                self.is_active.push(false);
            }
            self.queue_of.push(queue);
            let quantity = self.shop.plan.lots[self.shop.plan.operations[operation].lot].quantity;
            work += modes.first().map_or(0.0, |mode| problem.rates[mode.rate].run_time(quantity).0 as f64);
        }
        let mean_work = work / problem.lines.len().max(1) as f64;
        self.look_ahead_seconds = (mean_work * self.rule.look_ahead).max(60.0);
    }

    /// How often a head is looked at, at most.
    fn looks(&self) -> usize {
        let on = |line: LineIdx| {
            self.families_of_line[line].iter().map(|&own| self.families[own as usize].queue_of_class.len()).sum()
        };
        let most: usize = self.shop.problem.lines.ids().map(on).max().unwrap_or(0);
        most.saturating_mul(self.shop.plan.operations.len())
    }

    fn order_of(&self, operation: OpIdx) -> OrderIdx {
        let lot = self.shop.plan.operations[operation].lot;
        self.shop.problem.items[self.shop.plan.lots[lot].item].order
    }

    /// Sets the event at which a line decides next.
    fn free(&mut self, line: LineIdx) {
        match self.shop.opens_at(line) {
            Some(at) => self.events.push(Reverse((at, Event::Frees(line)))),
            None => self.asleep[line] = false,
        }
    }

    /// Sets the event at which an operation may start, once all its predecessors are placed.
    fn announce(&mut self, operation: OpIdx) {
        if self.shop.placed(operation).is_some() {
            return;
        }
        let problem = self.shop.problem;
        let Operation { lot, step } = self.shop.plan.operations[operation];
        let step = &problem.route_of(self.shop.plan.lots[lot].item).steps[usize::from(step)];
        let mut ready = problem.orders[self.order_of(operation)].release;
        for &before in &step.after {
            // The journey depends on the line that will take it; the preview knows.
            match self.shop.placed(self.shop.plan.operation(lot, usize::from(before))) {
                Some((_, end)) => ready = ready.max(end + step.lag),
                None => return,
            }
        }
        self.events.push(Reverse((ready, Event::Arrives(operation))));
    }

    fn arrive(&mut self, operation: OpIdx, now: Seconds) {
        let order = &self.shop.problem.orders[self.order_of(operation)];
        let due = order.due.or(order.deadline).unwrap_or(self.shop.problem.end);
        let queue = self.queue_of[operation] as usize;
        let family = &mut self.families[self.family_of_queue[queue] as usize];
        if !std::mem::replace(&mut self.is_active[queue], true) {
            family.active.push(queue as u32);
        }
        self.queues[queue].push(Reverse((due, operation)));
        for &line in &family.lines {
            if std::mem::replace(&mut self.asleep[line], false) {
                self.events.push(Reverse((now, Event::Frees(line))));
            }
        }
    }

    /// Lets a free line choose; it sleeps until something arrives where nothing can run.
    fn dispatch(&mut self, line: LineIdx, now: Seconds) {
        let mut best: Option<(f64, OpIdx, usize, Preview)> = None;
        let mut heads = std::mem::take(&mut self.heads);
        self.find_heads(line, &mut heads);
        for &(_, queue) in &heads {
            let queue = queue as usize;
            if let Some((score, operation, preview)) = self.head(queue, line, now)
                && best.as_ref().is_none_or(|(highest, ..)| score > *highest)
            {
                best = Some((score, operation, queue, preview));
            }
        }
        self.heads = heads;
        let Some((_, operation, queue, preview)) = best else {
            self.asleep[line] = true;
            return;
        };
        self.queues[queue].retain_not(operation);
        self.shop.append(operation, &preview);
        self.free(line);
        let Operation { lot, step } = self.shop.plan.operations[operation];
        let route = self.shop.problem.route_of(self.shop.plan.lots[lot].item);
        for &behind in &route.steps[usize::from(step)].before {
            self.announce(self.shop.plan.operation(lot, usize::from(behind)));
        }
    }

    /// The queues a line chooses from, with when their first is due.
    fn find_heads(&mut self, line: LineIdx, heads: &mut Vec<(Seconds, u32)>) {
        heads.clear();
        for &family in &self.families_of_line[line] {
            let (queues, flags) = (&self.queues, &mut self.is_active);
            let active = &mut self.families[family as usize].active;
            active.retain(|&queue| {
                let head = queues[queue as usize].peek();
                heads.extend(head.map(|&Reverse((due, _))| (due, queue)));
                flags[queue as usize] = head.is_some();
                head.is_some()
            });
        }
        if heads.len() <= MOST_HEADS {
            return;
        }
        heads.select_nth_unstable(MOST_HEADS);
        heads.truncate(MOST_HEADS);
        let Some(class) = self.shop.class_of(line) else { return };
        for &family in &self.families_of_line[line] {
            let queue = self.families[family as usize].queue_of_class.get(&class.0);
            heads.extend(queue.map(|&queue| (Seconds(i64::MIN), queue)));
        }
    }

    /// The most urgent operation of a queue that this line can run, with its index.
    fn head(&mut self, queue: usize, line: LineIdx, now: Seconds) -> Option<(f64, OpIdx, Preview)> {
        let problem = self.shop.problem;
        let mut passed: Vec<Reverse<(Seconds, OpIdx)>> = Vec::new();
        let mut found = None;
        while let Some(&Reverse((due, operation))) = self.queues[queue].peek() {
            if self.failed.contains(&self.order_of(operation)) {
                self.queues[queue].pop();
                continue;
            }
            let kind = self.shop.plan.kind(problem, operation);
            let modes = problem.modes(kind);
            let Ok(position) = modes.binary_search_by_key(&line, |mode| mode.line) else { break };
            let mode = modes[position];
            match self.shop.material_ready(operation, mode) {
                Some(ready) if ready > now => {
                    self.queues[queue].pop();
                    self.events.push(Reverse((ready, Event::Arrives(operation))));
                    continue;
                }
                _ => {}
            }
            if let Some(preview) = self.shop.preview(operation, mode, Seconds::MAX) {
                found = Some((self.index(operation, due, now, mode, &preview), operation, preview));
                break;
            }
            if passed.len() == LOOK_BEHIND_HEAD {
                break;
            }
            passed.extend(self.queues[queue].pop());
        }
        self.queues[queue].extend(passed);
        found
    }

    fn index(&self, operation: OpIdx, due: Seconds, now: Seconds, mode: Mode, preview: &Preview) -> f64 {
        let problem = self.shop.problem;
        let order = &problem.orders[self.order_of(operation)];
        let quantity = self.shop.plan.lots[self.shop.plan.operations[operation].lot].quantity;
        let run = problem.rates[mode.rate].run_time(quantity).0 as f64;
        let per_day = order.late_cost_per_day.0 as f64 + order.late_cost_once.0 as f64;
        let weight = (per_day / DAY.0 as f64).max(1e-9);
        let slack = (due.0 - now.0) as f64 - run;
        let setup = preview.setup_time.0 as f64 / (self.rule.setup_weight * self.mean_setup_seconds);
        (weight / run).ln() - slack.max(0.0) / self.look_ahead_seconds - setup
    }
}

trait RetainNot {
    fn retain_not(&mut self, operation: OpIdx);
}

impl RetainNot for Queue {
    /// Takes one operation out; it is the head, or a few places behind it.
    fn retain_not(&mut self, operation: OpIdx) {
        let mut passed = Vec::new();
        while let Some(head) = self.pop() {
            if head.0.1 == operation {
                break;
            }
            passed.push(head);
        }
        self.extend(passed);
    }
}

/// Mean time of changeovers between different classes, over the sets' first classes; at least a second.
fn mean_setup(problem: &Problem) -> f64 {
    let (mut total, mut count) = (0.0, 0.0);
    for set in problem.changeovers.iter() {
        let classes = set.classes().min(64);
        for from in 0..classes {
            for to in (0..classes).filter(|&to| to != from) {
                let between = set.between(Id::at(from), Id::at(to));
                total += between.time.0 as f64;
                count += 1.0;
            }
        }
    }
    if count > 0.0 { f64::max(total / count, 1.0) } else { 1.0 }
}
