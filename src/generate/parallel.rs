//! Parallel lines with setup families and weighted tardiness: the case most of the literature studies.
//!
//! In the three-field notation `R | r_j, M_j, s_fg | sum w_j T_j` (or `Q` or `P` by `machines`). Due dates follow Lee and
//! Pinedo (1997), with tightness tau and range R, who extend the single-line generator of Potts and Van Wassenhove
//! (1982) to parallel lines with setups; `docs/generate.md` has the formulas. A piece is one minute of work, an order
//! of q pieces a job of q minutes, and a plan's cost is its weighted tardiness in hours.

use super::settings::{Settings, choice, derived, integer};
use super::shifts::{after, instant, money, open_time, two_shift};
use super::stream::{Stream, Streams};
use super::{Generator, Parameter};
use crate::model::{Amount, ChangeoverRule, ChangeoverSet, Instance, Instant, Line, Order, Rate, Requires, Variant};
use crate::units::{MICRO, Seconds};
use crate::working_time::WorkingTime;
use jiff::tz::TimeZone;

/// The generator `parallel`.
pub(super) const GENERATOR: Generator = Generator {
    name: "parallel",
    summary: "parallel lines with setup families, eligibility and release dates; the cost is weighted tardiness in hours",
    hidden: false,
    parameters: PARAMETERS,
    build: |settings| Parallel::new(settings).build(),
};

const PARAMETERS: &[Parameter] = &[
    integer("orders", (1, 100, 1_000_000), "How many orders, n."),
    derived("lines", (1, "orders / 12, from 2 to 20", 2_000), "How many lines, m."),
    integer("families", (1, 6, 100), "Setup families, F."),
    integer("tools", (1, 10, 100), "Each order needs one of so many tools; lines differ in the tools they have."),
    integer("eligible_percent", (1, 70, 100), "Share of the lines that have a given tool."),
    choice("machines", &["uniform", "unrelated", "identical"], "Speeds by line; by line and family; or all alike."),
    integer("time_least", (1, 10, 10_000), "Shortest processing time, minutes."),
    integer("time_most", (1, 100, 10_000), "Longest processing time, minutes (at least the shortest)."),
    integer("weight_most", (1, 10, 1_000), "Weights are from 1 to this, per hour late."),
    integer("setup_percent", (0, 30, 1_000), "Setup severity eta: mean setup over mean processing time."),
    integer(
        "tardiness_percent",
        (0, 40, 99),
        "Tightness tau: 1 less mean due date over the estimated makespan; 60 and more stays late.",
    ),
    integer("range_percent", (0, 60, 100), "Due date range R: how widely due dates are spread."),
    integer("release_percent", (0, 30, 100), "Releases are spread over this share of the estimated makespan."),
    choice("calendar", &["open", "two-shift"], "Always open, or Monday to Saturday from 06:00 to 22:00."),
];

const MINUTE: i64 = 60;
/// Days of calendar to lay dates out on; far beyond the longest makespan the ranges allow for sane settings.
const HORIZON_DAYS: i64 = 360;

struct Parallel<'a> {
    settings: &'a mut Settings,
    streams: Streams,
    start: Instant,
    lines: i64,
}

impl<'a> Parallel<'a> {
    fn new(settings: &'a mut Settings) -> Self {
        let lines = settings.integer_or("lines", (settings.integer("orders") / 12).clamp(2, 20));
        let streams = Streams::new(settings.seed);
        Self { settings, streams, start: instant("2026-11-23T06:00:00Z"), lines }
    }

    fn build(self) -> Instance {
        let mut instance = Instance::new(self.start);
        let families = self.settings.count("families");
        let setups = self.setups();
        for family in 0..families {
            for tool in 0..self.settings.count("tools") {
                let mut variant = Variant::new(variant_id(family, tool)).attribute("family", family_id(family));
                variant.requires = Some(Requires::Every(vec![tool_id(tool)]));
                instance.variants.push(variant);
            }
        }
        let tools = self.tools();
        let set = self.settings.integer("setup_percent") > 0 && families > 1;
        instance.lines = tools.into_iter().enumerate().map(|(line, tools)| self.line(line, tools, set)).collect();
        if self.settings.choice("calendar") == "two-shift" {
            instance.calendars = vec![two_shift("two-shift")];
        }
        if set {
            instance.changeovers = vec![changeovers(&setups)];
        }
        self.orders(&mut instance, &setups);
        instance
    }

    /// Setup seconds from family (row) to family, from half to one and a half times the mean, then closed under the
    /// triangle inequality: no detour through a third family is quicker.
    fn setups(&self) -> Vec<Vec<i64>> {
        let families = self.settings.count("families");
        let mean = self.mean_time() * self.settings.integer("setup_percent") / 100;
        let mut stream = self.streams.named("setups");
        let mut draw = |from: usize, to: usize| if from == to { 0 } else { stream.between(mean / 2, mean * 3 / 2) };
        let mut setups: Vec<Vec<i64>> =
            (0..families).map(|from| (0..families).map(|to| draw(from, to)).collect()).collect();
        for via in 0..families {
            for from in 0..families {
                for to in 0..families {
                    setups[from][to] = setups[from][to].min(setups[from][via] + setups[via][to]);
                }
            }
        }
        setups
    }

    /// Mean processing time in seconds.
    fn mean_time(&self) -> i64 {
        let (least, most) = self.times();
        (least + most) * MINUTE / 2
    }

    fn times(&self) -> (i64, i64) {
        let least = self.settings.integer("time_least");
        (least, self.settings.integer("time_most").max(least))
    }

    /// The tools of each line: every tool on its share of the lines (at least one), every line with at least one.
    fn tools(&self) -> Vec<Vec<usize>> {
        let lines = self.lines as usize;
        // Rounded over the tools together, not one by one: 70 % of 5 lines is 3 for one tool and 4 for the next.
        let percent = self.settings.count("eligible_percent");
        let up_to = |tools: usize| tools * lines * percent / 100;
        let mut tools = vec![Vec::new(); lines];
        for tool in 0..self.settings.count("tools") {
            let mut order: Vec<usize> = (0..lines).collect();
            self.streams.at("tool", tool).shuffle(&mut order);
            let share = (up_to(tool + 1) - up_to(tool)).max(1);
            order[..share].iter().for_each(|line| tools[*line].push(tool));
        }
        for (line, tools) in tools.iter_mut().enumerate().filter(|(_, tools)| tools.is_empty()) {
            tools.push(line % self.settings.count("tools"));
        }
        tools
    }

    fn line(&self, index: usize, tools: Vec<usize>, changeovers: bool) -> Line {
        let mut stream = self.streams.at("line", index);
        let mut line = Line::new(format!("line-{}", index + 1));
        line.offers = tools.into_iter().map(tool_id).collect();
        line.changeovers = changeovers.then(|| "families".to_string());
        line.calendar = Some("two-shift".to_string()).filter(|calendar| calendar == self.settings.choice("calendar"));
        let families = self.settings.count("families");
        line.rates = match self.settings.choice("machines") {
            "identical" => vec![rate(100)],
            "uniform" => vec![rate(speed(&mut stream))],
            _ => (0..families)
                .map(|family| Rate {
                    matches: Some([("family", family_id(family))].into()),
                    ..rate(speed(&mut stream))
                })
                .collect(),
        };
        line
    }

    fn orders(&self, instance: &mut Instance, setups: &[Vec<i64>]) {
        let (least, most) = self.times();
        let count = self.settings.count("orders");
        let times: Vec<i64> =
            (0..count).map(|index| self.streams.at("time", index).between(least, most) * MINUTE).collect();
        let makespan = self.makespan(times.iter().sum(), setups);
        let open = match instance.calendars.first() {
            Some(calendar) => open_time(calendar, &TimeZone::UTC, self.start, HORIZON_DAYS),
            None => {
                WorkingTime::always(self.start.seconds, after(self.start, makespan * 4 + most * MINUTE * 4).seconds)
            }
        };
        for (index, time) in times.iter().enumerate() {
            let mut kind = self.streams.at("kind", index);
            let (family, tool) =
                (kind.below(self.settings.count("families")), kind.below(self.settings.count("tools")));
            let release =
                self.streams.at("release", index).between(0, makespan * self.settings.integer("release_percent") / 100);
            let due = self.due(index, makespan).max(release + time);
            let weight = self.streams.at("weight", index).between(1, self.settings.integer("weight_most"));
            let mut order = Order::new(format!("J{}", index + 1))
                .item(variant_id(family, tool), time / MINUTE)
                .due(self.at(due, &open))
                .late_cost_per_day(money(24 * weight));
            order.release = (release > 0).then(|| self.at(release, &open));
            instance.orders.push(order);
        }
    }

    /// Lee and Pinedo's estimate of the makespan, in working seconds: (mean time + beta x mean setup) x n / m. Families
    /// need a setup only where they change: beta lies half-way between full grouping, F m / n, and none, (F - 1) / F.
    fn makespan(&self, total: i64, setups: &[Vec<i64>]) -> i64 {
        let (count, families) = (self.settings.integer("orders"), self.settings.integer("families"));
        let pairs = (families * (families - 1)).max(1);
        let mean_setup = setups.iter().flatten().sum::<i64>() / pairs;
        // Both ends in thousandths.
        let ungrouped = 1_000 * (families - 1) / families;
        let grouped = (1_000 * families * self.lines / count).min(ungrouped);
        (total + count * mean_setup * (grouped + ungrouped) / 2_000) / self.lines
    }

    /// With probability tau uniform in the R below the mean, else in the R of what lies above it.
    fn due(&self, index: usize, makespan: i64) -> i64 {
        let mut stream = self.streams.at("due", index);
        let (tau, range) = (self.settings.integer("tardiness_percent"), self.settings.integer("range_percent"));
        let mean = makespan * (100 - tau) / 100;
        let early = stream.chance(tau);
        // One draw for the place in the range, so that a change of tau or R shifts due dates instead of redrawing them.
        let place = stream.between(0, 1_000_000);
        let (from, to) =
            if early { (mean - mean * range / 100, mean) } else { (mean, mean + (makespan - mean) * range / 100) };
        from + (to - from) * place / 1_000_000
    }

    /// The instant `working` seconds of open time after the start.
    fn at(&self, working: i64, open: &WorkingTime) -> Instant {
        let placed = open.place_pausable(self.start.seconds, Seconds(working.max(1)));
        let clock = placed.map_or(self.start.seconds + Seconds(HORIZON_DAYS * 86_400), |placed| placed.to);
        // On the whole minute, as everything else here.
        after(self.start, ((clock - self.start.seconds).0 + MINUTE - 1) / MINUTE * MINUTE)
    }
}

fn speed(stream: &mut Stream) -> i64 {
    *stream.pick(&[80, 100, 125])
}

/// One minute a piece at speed 100.
fn rate(speed_percent: i64) -> Rate {
    Rate { seconds_per_unit: Some(Amount(MINUTE * MICRO * 100 / speed_percent)), ..Rate::default() }
}

fn changeovers(setups: &[Vec<i64>]) -> ChangeoverSet {
    let rule = ChangeoverRule {
        attribute: "family".to_string(),
        values: Some((0..setups.len()).map(family_id).collect()),
        seconds: Some(setups.iter().map(|row| row.iter().map(|time| *time as u32).collect()).collect()),
        ..ChangeoverRule::default()
    };
    ChangeoverSet { id: "families".to_string(), rules: vec![rule], ..ChangeoverSet::default() }
}

fn family_id(family: usize) -> String {
    format!("f{}", family + 1)
}

fn tool_id(tool: usize) -> String {
    format!("t{}", tool + 1)
}

fn variant_id(family: usize, tool: usize) -> String {
    format!("f{}-t{}", family + 1, tool + 1)
}
