//! The public benchmark formats: small files with optima found by hand, and published solutions that must cost, to
//! the last digit, what their authors say.
//!
//! The published files are not in the repository. They are looked for in `LOTWISE_DATA`, else in `../shared/data`
//! beside it; without them the tests that need them print a note and pass.

use lotwise::diagnostic::{Diagnostic, codes};
use lotwise::import::public::{
    PublicFormat, START, import_fjsp, import_psp, import_public, import_twct, import_upmsp, import_wt, wt_count,
};
use lotwise::model::{Duration, Instance, Instant, LotEntry, OperationEntry};
use lotwise::solution::{CostBreakdown, FORMAT, Kpis, OrderEntry, OrderStatus, Run, Solution, Status};
use lotwise::solve::{Method, Options, solve};
use lotwise::units::{DAY, MICRO, Money, Seconds};
use lotwise::{validate, verify};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn small(file: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/public").join(file)).unwrap()
}

/// A folder of the published sets, where they are.
fn published(folder: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("LOTWISE_DATA").map_or_else(beside, PathBuf::from);
    let folder = data.join("public").join(folder);
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// The files of a folder with one of some endings, sorted.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| endings.iter().any(|ending| file.to_string_lossy().ends_with(ending)));
    files.sort();
    assert!(!files.is_empty(), "{} holds none of {endings:?}", folder.display());
    files
}

/// A file, unpacked by the system's gzip where its name says so; none where there is no gzip.
fn unpacked(file: &Path) -> Option<Vec<u8>> {
    if file.extension().is_none_or(|ending| ending != "gz") {
        return Some(fs::read(file).unwrap());
    }
    let run = Command::new("gzip").arg("-dc").arg(file).output();
    let Ok(output) = run.as_ref().map(|output| output.clone()) else {
        println!("skipped: {} needs gzip", file.display());
        return None;
    };
    assert!(output.status.success(), "{}", file.display());
    Some(output.stdout)
}

fn whole(cost: i64) -> Money {
    Money(cost * Money::SCALE)
}

/// What a short search makes of it.
fn planned(instance: &Instance) -> Solution {
    let options = Options {
        time_limit: None,
        iterations: Some(20_000),
        method: Method::Heuristic,
        threads: Some(1),
        ..Options::default()
    };
    solve(instance, &options, &mut |_| {}).unwrap().solution
}

#[test]
fn small_files_are_planned_at_the_optimum_found_by_hand() {
    // J0 then J2 on M0: 4 + 1 + 3; J1 on M1: 6. J2 beside J1 on M1 takes 10, J1 beside J0 on M0 too.
    let machines = import_upmsp(&small("machines.txt"), "machines").unwrap();
    // 3, 2, 1: job 1 is 4 late at weight 1. Any other first job makes job 3 late at weight 3.
    let first = import_wt(&small("wt3.txt"), "wt3-1", 3, Some(1)).unwrap();
    // 1 + 2 + 3.
    let second = import_wt(&small("wt3.txt"), "wt3-2", 3, Some(2)).unwrap();
    // Job 2 ends by 5 only if its second operation takes machine 1 from 2; job 1 then runs 2 to 5 and 5 to 7.
    let shop = import_fjsp(&small("shop.txt"), "shop").unwrap();
    // Jobs 1 and 3 on machine 1: 3 x 2 + 2 x 4; job 2 on machine 2: 1.
    let jobs = import_twct(&small("jobs.csv"), "jobs").unwrap();
    for (instance, optimum) in [(machines, 8), (first, 4), (second, 6), (shop, 7), (jobs, 15)] {
        assert_eq!(validate(&instance), [], "{:?}", instance.name);
        let solution = planned(&instance);
        assert_eq!(solution.cost.total, whole(optimum), "{:?}", instance.name);
    }
}

/// By a plan made by hand, and by ours.
#[test]
fn the_small_lot_sizing_costs_what_it_does_by_hand() {
    let instance = import_psp(&small("lots.psp"), "lots").unwrap();
    assert_eq!(validate(&instance), []);
    let mut plan = Published::new(&instance);
    for (order, period) in [("T2-3", 1), ("T1-2", 2), ("T1-4", 4)] {
        let start = START.seconds + Seconds((period - 1) * DAY.0);
        plan.run("M1", order, None, start, start + DAY);
    }
    let mut solution = plan.solution();
    // Type 2 is made in period 1, two early at 2 each; then type 1 for 3. Each in its own period: 5 + 3.
    (solution.cost.holding, solution.cost.changeover, solution.cost.total) = (whole(4), whole(3), whole(7));
    solution.orders.iter_mut().find(|order| order.id == "T2-3").unwrap().cost = whole(4);
    let verification = verify(&instance, &solution);
    assert!(verification.is_sound(), "{:#?}", verification.breaches);
    assert_eq!(planned(&instance).cost.total, whole(7));
}

/// Every small file, cut short anywhere or with any byte replaced, is an instance or a list of faults.
#[test]
fn damaged_files_are_refused_or_read_but_never_a_panic() {
    let mut refused = 0;
    for (file, format) in [
        ("machines.txt", PublicFormat::Upmsp),
        ("wt3.txt", PublicFormat::Wt),
        ("lots.psp", PublicFormat::Psp),
        ("shop.txt", PublicFormat::Fjsp),
        ("jobs.csv", PublicFormat::Twct),
    ] {
        let text = small(file);
        let mut judge = |text: &[u8]| {
            let _ = PublicFormat::recognise(file, text);
            let read = match format {
                PublicFormat::Wt => import_wt(text, "it", 3, Some(1)),
                _ => import_public(format, text, "it"),
            };
            match read {
                Ok(instance) => drop(validate(&instance)),
                Err(faults) => {
                    assert!(faults.iter().any(Diagnostic::is_error));
                    refused += 1;
                }
            }
        };
        for at in 0..text.len() {
            judge(&text[..at]);
            for byte in [b'0', b'9', b' ', b'\n', b'-', b'x', 0xff] {
                let mut damaged = text.clone();
                damaged[at] = byte;
                judge(&damaged);
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

/// Jobs by line, in their order, as a plan that starts each as early as it can.
struct Published<'a> {
    instance: &'a Instance,
    lots: Vec<LotEntry>,
    ends: BTreeMap<String, Seconds>,
}

impl<'a> Published<'a> {
    fn new(instance: &'a Instance) -> Self {
        Self { instance, lots: Vec::new(), ends: BTreeMap::new() }
    }

    fn line(&mut self, line: usize, jobs: &[String]) {
        let line = &self.instance.lines[line];
        let setup = |before: &str, after: &str| -> i64 {
            let Some(set) = &line.changeovers else { return 0 };
            let set = self.instance.changeovers.iter().find(|known| known.id == *set).unwrap();
            let values = set.rules[0].values.as_ref().unwrap();
            let place = |job: &str| values.iter().position(|value| value == job).unwrap();
            i64::from(set.rules[0].seconds.as_ref().unwrap()[place(before)][place(after)])
        };
        let mut clock = START.seconds;
        for (index, job) in jobs.iter().enumerate() {
            let setup = Seconds(if index == 0 { 0 } else { setup(&jobs[index - 1], job) });
            let start = clock + setup;
            let mut rates = line.rates.iter();
            let rate = rates.find(|rate| rate.matches.as_ref().unwrap().get("variant") == Some(job)).unwrap();
            let end = start + Seconds(rate.seconds_per_unit.unwrap().0 / MICRO);
            self.run(&line.id, job, (setup.0 > 0).then_some(clock), start, end);
            clock = end;
        }
    }

    fn run(&mut self, line: &str, job: &str, setup: Option<Seconds>, start: Seconds, end: Seconds) {
        let operation = OperationEntry {
            operation: None,
            line: line.to_string(),
            setup_start: setup.map(Instant::utc),
            start: Instant::utc(start),
            end: Instant::utc(end),
            meta: None,
        };
        let (order, item) = (job.to_string(), "0".to_string());
        self.lots.push(LotEntry { order, item, quantity: 1, operations: vec![operation], ..LotEntry::default() });
        assert!(self.ends.insert(job.to_string(), end).is_none(), "{job} is made twice");
    }

    /// The plan, with costs worked out here from the weights and ends alone.
    fn solution(self) -> Solution {
        let mut cost = CostBreakdown::default();
        let mut orders = Vec::new();
        for order in &self.instance.orders {
            let end = self.ends[&order.id];
            let late = order.due.map_or(Seconds::ZERO, |due| Seconds((end - due.seconds).0.max(0)));
            let weight = order.late_cost_per_day.unwrap_or_default().0 / DAY.0;
            let lateness = Money(weight * late.0);
            cost.lateness += lateness;
            orders.push(OrderEntry {
                id: order.id.clone(),
                status: if late.0 > 0 { OrderStatus::Late } else { OrderStatus::OnTime },
                delivery: Some(Instant::utc(end)),
                lateness: Duration(late),
                cost: lateness,
                reason: None,
            });
        }
        if self.instance.objective.makespan_cost_per_hour.0 > 0 {
            cost.makespan = whole((*self.ends.values().max().unwrap() - START.seconds).0);
        }
        Solution {
            format: FORMAT.to_string(),
            instance: self.instance.name.clone(),
            status: Status::Feasible,
            cost: cost.summed(),
            bound: None,
            gap: None,
            clash: None,
            lots: self.lots,
            orders,
            lines: Vec::new(),
            kpis: Kpis::default(),
            run: Run::default(),
            meta: None,
        }
    }

    /// Asserts that the checker accepts the plan at the cost its authors state.
    fn costs(self, stated: i64) {
        let instance = self.instance;
        let solution = self.solution();
        let verification = verify(instance, &solution);
        assert!(verification.is_sound(), "{:?}: {:#?}", instance.name, verification.breaches);
        assert_eq!(verification.cost.total, whole(stated), "{:?}", instance.name);
        assert_eq!(solution.cost.total, whole(stated), "{:?}", instance.name);
    }
}

#[test]
fn published_plans_of_machines_with_setups_cost_what_they_state() {
    let Some(folder) = published("upmsp-sdst") else { return };
    let mut checked = 0;
    for file in files(&folder.join("instances"), &[".txt", ".txt.gz"]) {
        let Some(text) = unpacked(&file) else { continue };
        let name = file.file_name().unwrap().to_string_lossy().split('.').next().unwrap().to_string();
        let instance = import_upmsp(&text, &name).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
        assert!(!validate(&instance).iter().any(Diagnostic::is_error), "{name}");
        let stated = fs::read_to_string(folder.join("solutions").join(format!("{name}.txt"))).unwrap();
        let (sequences, makespan) = stated.split_once("Total makespan:").unwrap();
        let mut rows = sequences.lines();
        let machines: usize = rows.next().unwrap().trim().parse().unwrap();
        let mut plan = Published::new(&instance);
        for machine in 0..machines {
            let row: Vec<usize> = rows.next().unwrap().split_whitespace().map(|job| job.parse().unwrap()).collect();
            assert_eq!(row[0], row.len() - 1, "{name}");
            let jobs: Vec<String> = row[1..].iter().map(|job| format!("J{job}")).collect();
            plan.line(machine, &jobs);
        }
        plan.costs(makespan.trim().parse().unwrap());
        checked += 1;
    }
    assert!(checked >= 20, "{checked}");
}

#[test]
fn published_plans_of_weighted_completion_cost_what_they_state() {
    let Some(folder) = published("parallel-weighted-completion") else { return };
    let rows = |file: &str| {
        let mut reader = csv::Reader::from_path(folder.join(file)).unwrap();
        reader.records().map(Result::unwrap).collect::<Vec<_>>()
    };
    let solutions = rows("solutions.csv");
    for best in rows("best.csv") {
        let (file, stated) = (&best[0], best[3].parse().unwrap());
        let instance = import_twct(&fs::read(folder.join("instances").join(file)).unwrap(), file).unwrap();
        assert!(!validate(&instance).iter().any(Diagnostic::is_error), "{file}: {:#?}", validate(&instance));
        let mut plan = Published::new(&instance);
        for row in solutions.iter().filter(|row| row[0] == *file) {
            let jobs: Vec<String> = row[2].split_whitespace().map(|job| format!("J{job}")).collect();
            plan.line(row[1].parse::<usize>().unwrap() - 1, &jobs);
        }
        plan.costs(stated);
    }
}

#[test]
fn all_published_files_are_read_and_the_malformed_one_is_refused() {
    let sound = |instance: Result<Instance, Vec<Diagnostic>>, file: &Path| {
        let instance = instance.unwrap_or_else(|faults| panic!("{}: {faults:#?}", file.display()));
        let faults = validate(&instance);
        assert_eq!(faults, [], "{}", file.display());
        instance
    };
    if let Some(folder) = published("lot-sizing-psp") {
        for file in files(&folder.join("instances"), &[".psp"]) {
            let read = import_psp(&fs::read(&file).unwrap(), "psp");
            if file.ends_with("pigment15c.psp") {
                let fault = read.unwrap_err().remove(0);
                assert!([codes::IMPORT_PUBLIC_SHAPE, codes::IMPORT_PUBLIC_LEFT_OVER].contains(&fault.code), "{fault}");
            } else {
                sound(read, &file);
            }
        }
    }
    if let Some(folder) = published("flexible-job-shop") {
        let both = ["brandimarte", "hurink-rdata"].map(|set| files(&folder.join(set), &[".txt"]));
        let operations =
            |instance: &Instance| instance.routes.iter().map(|route| route.operations.len()).sum::<usize>();
        let counts: BTreeMap<String, usize> = csv::Reader::from_path(folder.join("bounds.csv"))
            .unwrap()
            .records()
            .map(Result::unwrap)
            .map(|row| (row[0].to_string(), row[3].parse().unwrap()))
            .collect();
        for file in both.concat() {
            let text = fs::read(&file).unwrap();
            assert_eq!(PublicFormat::recognise("it.txt", &text), Some(PublicFormat::Fjsp));
            let instance = sound(import_fjsp(&text, "fjsp"), &file);
            let row = counts.iter().find(|(name, _)| file.ends_with(name)).unwrap();
            assert_eq!(operations(&instance), *row.1, "{}", file.display());
        }
    }
    if let Some(folder) = published("weighted-tardiness") {
        let (file, text) = (folder.join("wt40.txt"), fs::read(folder.join("wt40.txt")).unwrap());
        assert_eq!(wt_count(&text, 40), Ok(125));
        for number in 1..=125 {
            sound(import_wt(&text, "wt40", 40, Some(number)), &file);
        }
    }
}
