//! Faults of the machine under the real command: signals at random instants, a full disk, a folder that may not be
//! written, memory that cannot be had, a clock that is set back.
//!
//! Whatever happens, the output is yesterday's plan untouched or a whole one that `check` accepts, and a call that fails
//! says so. `LOTWISE_FAULTS` is the number of calls that are killed; `make test-faults` kills 200.

use crate::process::PROGRAM;
use lotwise::generate::{Parameters, generate};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a call may take to end once it is asked to, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(20);

/// The signal of a process that could not have the memory it asked for.
const ABORTED: i32 = 6;

/// A folder with an instance and yesterday's plan.
struct Desk {
    folder: TempDir,
    yesterday: Vec<u8>,
}

impl Desk {
    /// An instance of so many orders, and a plan made for it by the plainest rule.
    fn new(orders: usize) -> Self {
        let asked = Parameters { seed: 8, orders: Some(orders), lines: Some(6), ..Parameters::default() };
        let instance = generate("plant", &asked).expect("the sizes are in range");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("instance.json"), serde_json::to_vec(&instance).unwrap()).unwrap();
        let mut desk = Self { folder, yesterday: Vec::new() };
        let call = ["solve", "instance.json", "--method", "dispatch", "-q", "-o", "plan.json"];
        assert_eq!(desk.run(&call).status.code(), Some(0));
        desk.yesterday = fs::read(desk.path("plan.json")).unwrap();
        desk
    }
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).args(arguments).stdin(Stdio::null());
        command
    }
    fn run(&self, arguments: &[&str]) -> Output {
        self.command(PROGRAM, arguments).output().unwrap()
    }
    /// A script of the shell, which finds the program in `$0`.
    fn shell(&self, script: &str) -> Output {
        self.command("sh", &["-c", script, PROGRAM]).output().unwrap()
    }
    /// Puts yesterday's plan back and takes away what else lies there.
    fn tidy(&self) {
        for name in self.litter() {
            fs::remove_file(self.path(&name)).unwrap();
        }
        fs::write(self.path("plan.json"), &self.yesterday).unwrap();
    }
    /// What lies there besides the instance and the plan.
    fn litter(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.retain(|name| name != "instance.json" && name != "plan.json");
        names
    }
    fn is_untouched(&self) -> bool {
        fs::read(self.path("plan.json")).unwrap() == self.yesterday
    }
    /// Whether the plan that is there now is whole and right.
    #[track_caller]
    fn assert_accepted(&self, of: &str) {
        let checked = self.run(&["check", "instance.json", "plan.json"]);
        assert_eq!(checked.status.code(), Some(0), "{of}: {}", String::from_utf8_lossy(&checked.stdout));
    }
}

fn signal(child: &Child, name: &str) {
    // One that has just ended is no longer there to be told.
    let _ = Command::new("kill").args([name, &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
}

/// Waits for the end, and fails rather than wait for ever.
#[track_caller]
fn ended(mut child: Child, of: &str) -> ExitStatus {
    let asked = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if asked.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{of}: still there after {PATIENCE:?}");
        }
        sleep(Duration::from_millis(2));
    }
}

/// How a call that was killed may end, and what it then leaves.
#[track_caller]
fn outcome(desk: &Desk, kind: &str, status: ExitStatus, of: &str) -> &'static str {
    use std::os::unix::process::ExitStatusExt;
    let litter = desk.litter();
    if kind != "KILL" {
        assert!(litter.is_empty(), "{of}: {litter:?} stays");
    }
    // SIGKILL leaves no time to tidy up: what is left of the new plan lies beside the old one, by a name of its own.
    assert!(litter.iter().all(|name| name.starts_with(".lotwise-") && name.ends_with(".tmp")), "{of}: {litter:?}");
    let untouched = desk.is_untouched();
    match (status.code(), status.signal()) {
        (Some(0), _) => {
            assert!(!untouched, "{of}: exit 0 without a plan");
            let plan: Value = serde_json::from_slice(&fs::read(desk.path("plan.json")).unwrap()).unwrap();
            let stopped = plan["run"]["stopped_by"].as_str().unwrap().to_string();
            assert!(["cancelled", "time", "done"].contains(&stopped.as_str()), "{of}: {stopped}");
            desk.assert_accepted(of);
            "exit 0, a new plan"
        }
        (Some(130), _) if kind == "INT INT" && untouched => "exit 130, the old plan",
        (Some(130), _) if kind == "INT INT" => {
            desk.assert_accepted(of);
            "exit 130, a new plan"
        }
        (None, Some(_)) if untouched => "ended by the signal, the old plan",
        // Killed between the rename and the exit.
        (None, Some(9)) => {
            desk.assert_accepted(of);
            "ended by the signal, a new plan"
        }
        other => panic!("{of}: {other:?}, the old plan untouched: {untouched}"),
    }
}

#[test]
fn a_kill_at_any_instant_leaves_a_whole_plan_or_the_old_one() {
    let kills: u64 = std::env::var("LOTWISE_FAULTS").map_or(12, |text| text.parse().unwrap());
    let desk = Desk::new(400);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(kills);
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for turn in 0..kills {
        desk.tidy();
        let kind = ["TERM", "INT", "KILL", "INT INT"][turn as usize % 4];
        // One half are hit in the middle of a search without end, the other around the writing of its plan.
        let near_the_end = turn / 4 % 2 == 1;
        let (limit, delay) = if near_the_end {
            ("400ms", 200 + random.random_range(0..300))
        } else {
            ("10m", random.random_range(0..1_000))
        };
        let call = ["solve", "instance.json", "-q", "-o", "plan.json", "--time-limit", limit];
        let child = desk.command(PROGRAM, &call).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(delay));
        let first = kind.split(' ').next().unwrap();
        signal(&child, &format!("-{first}"));
        if kind == "INT INT" {
            sleep(Duration::from_millis(random.random_range(0..60)));
            signal(&child, "-INT");
        }
        let of = format!("turn {turn}, {kind} after {delay} ms of {limit}");
        let status = ended(child, &of);
        *ends.entry(format!("{kind}: {}", outcome(&desk, kind, status, &of))).or_default() += 1;
    }
    println!("{kills} kills: {ends:#?}");
    let written = |(end, count): (&String, &usize)| if end.ends_with("a new plan") { *count } else { 0 };
    assert!(ends.iter().map(written).sum::<usize>() as u64 * 5 > kills, "hardly a plan was written: {ends:?}");
    // What earlier nights left behind is in nobody's way.
    assert_eq!(
        desk.run(&["solve", "instance.json", "-q", "-o", "plan.json", "--iterations", "20"]).status.code(),
        Some(0)
    );
    desk.assert_accepted("after all");
}

/// A write that fails half way, as on a full disk: the shell limits the size of files and has the signal ignored.
#[test]
fn a_plan_that_does_not_fit_on_the_disk_leaves_the_old_one() {
    let desk = Desk::new(400);
    let call = "exec \"$0\" solve instance.json -q -o plan.json --iterations 20";
    let failed = desk.shell(&format!("trap '' XFSZ; ulimit -f 16; {call}"));
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let document: Value = serde_json::from_slice(&failed.stdout).unwrap();
    assert_eq!(document["error"]["code"], "write-failed");
    assert!(desk.is_untouched() && desk.litter().is_empty(), "{:?}", desk.litter());
    // Where the signal is not ignored it ends the process, as it does any other.
    let killed = desk.shell(&format!("ulimit -f 16; {call}"));
    assert_eq!(killed.status.code(), None, "{killed:?}");
    assert!(desk.is_untouched());
}

/// A call in a mount namespace of its own, its folder a small file system with yesterday's plan on it: the exit status
/// and what stands there afterwards; none where this machine permits no such thing.
fn on_a_small_disk(desk: &Desk, kilobytes: usize, before: &str) -> Option<(Output, String)> {
    let call = "\"$0\" solve ../instance.json -q -o plan.json --time-limit 10m --iterations 20; ended=$?";
    let after = "cmp -s plan.json ../plan.json && same=yes || same=no; ls -A >&2; echo $same >&2; exit $ended";
    let mount = format!("mount -t tmpfs -o size={kilobytes}k lotwise disk && cp plan.json disk && cd disk || exit 99");
    let script = format!("{mount}; {before}; {call}; {after}");
    fs::create_dir(desk.path("disk")).unwrap();
    let call = ["--user", "--map-root-user", "--mount", "sh", "-c", &script, PROGRAM];
    let output = desk.command("unshare", &call).output();
    fs::remove_dir(desk.path("disk")).unwrap();
    let output = output.ok().filter(|output| ![Some(99), None].contains(&output.status.code()));
    let Some(output) = output else {
        eprintln!("skipped: no file system may be mounted here");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Some((output, said))
}

#[test]
fn a_full_disk_and_one_that_is_read_only_keep_the_old_plan() {
    let desk = Desk::new(400);
    let kilobytes = desk.yesterday.len().div_ceil(1 << 10);
    // Room for the old plan and a half; no right to write.
    for (room, before) in [(kilobytes * 3 / 2, ":"), (kilobytes * 4, "mount -o remount,ro .")] {
        let Some((output, said)) = on_a_small_disk(&desk, room, before) else { return };
        if said.contains("unshare") || said.contains("mount:") {
            eprintln!("skipped: {said}");
            return;
        }
        assert_eq!(output.status.code(), Some(1), "{before}: {said}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["error"]["code"], "write-failed", "{before}: {document}");
        assert!(said.ends_with("plan.json\nyes\n"), "{before}: the old plan, and nothing else: {said}");
    }
    // The same script with room enough: that it can succeed shows what failed above.
    let (output, said) = on_a_small_disk(&desk, kilobytes * 4, ":").unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.ends_with("plan.json\nno\n"), "{said}");
}

/// Whether a call whose memory is limited ended in a plan that `check` accepts; else it says why and leaves the old one.
#[track_caller]
fn ends_in_a_plan(desk: &Desk, output: &Output, of: &str) -> bool {
    use std::os::unix::process::ExitStatusExt;
    let said = String::from_utf8_lossy(&output.stderr);
    let planned = match (output.status.code(), output.status.signal()) {
        (Some(0), _) => true,
        (Some(1), _) | (None, Some(ABORTED)) => false,
        other => panic!("{of}: {other:?} {said}"),
    };
    if planned {
        desk.assert_accepted(of);
    } else {
        // Progress is lines of JSON, and no word of what happened.
        assert!(said.lines().any(|line| !line.starts_with('{')), "{of}: nothing is said: {said}");
        assert!(desk.is_untouched(), "{of}: {said}");
    }
    assert!(desk.litter().is_empty(), "{of}: {:?}", desk.litter());
    planned
}

/// Memory that runs out where nobody can be asked ends the process: that is an end too, if it is said and harms nothing.
#[test]
fn an_address_space_that_is_too_small_ends_in_a_plan_or_in_words() {
    let desk = Desk::new(400);
    let mut ends = Vec::new();
    for megabytes in [16, 24, 32, 64, 256, 4_096] {
        desk.tidy();
        // Where the program itself cannot be mapped, the system ends it before it begins.
        if !desk.shell(&format!("ulimit -v {}; exec \"$0\" --version", megabytes << 10)).status.success() {
            continue;
        }
        let call = "exec \"$0\" solve instance.json -q -o plan.json --time-limit 500ms";
        let output = desk.shell(&format!("ulimit -v {}; {call}", megabytes << 10));
        ends.push((megabytes, ends_in_a_plan(&desk, &output, &format!("{megabytes} MiB"))));
    }
    println!("{ends:?}");
    assert!(ends.last().unwrap().1, "{ends:?}");
    assert!(ends.len() > 2, "the program fits into less: {ends:?}");
}

/// Memory that runs out when the first plan is made or bettered, not before anything is done.
#[cfg(target_os = "linux")]
#[test]
fn memory_that_runs_out_in_the_middle_of_a_solve_harms_nothing() {
    let desk = Desk::new(2_000);
    let call = ["solve", "instance.json", "-q", "--progress", "json", "-o", "plan.json", "--time-limit", "800ms"];
    // One arena: each thread's own would set aside 64 MiB, and what is asked for hardly mattered.
    let arena = ("MALLOC_ARENA_MAX", "1");
    let mut free = desk.command(PROGRAM, &call);
    let mut free = free.env(arena.0, arena.1).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    while free.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", free.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(peak);
        sleep(Duration::from_millis(2));
    }
    assert!(peak > 0, "nobody says how much it took");
    let mut died_at_work = 0;
    for share in (76..100).step_by(2).chain([150]) {
        desk.tidy();
        let (kilobytes, of) = (peak * share / 100, format!("{share} % of {peak} kB"));
        let script = format!("ulimit -v {kilobytes}; export {}={}; exec \"$0\" {}", arena.0, arena.1, call.join(" "));
        let output = desk.shell(&script);
        let planned = ends_in_a_plan(&desk, &output, &of);
        assert!(planned || share < 100, "{of}");
        let was_at_work = String::from_utf8_lossy(&output.stderr).contains("\"phase\":\"construct\"");
        died_at_work += usize::from(!planned && was_at_work);
    }
    println!("{died_at_work} ended at work");
    assert!(died_at_work > 2, "memory ran out in {died_at_work} of them");
}

/// The wall clock is set back by an hour in the middle of a solve, and forward by one: limits go by another clock.
#[cfg(target_os = "linux")]
#[test]
fn a_wall_clock_that_jumps_changes_no_limit() {
    // Many orders, which the programs alone leave to others, and few, where HiGHS is at work when the clock jumps.
    let (many, few) = (Desk::new(400), Desk::new(15));
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/faults/clock.c");
    let library = few.path("clock.so");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no C compiler");
        return;
    }
    let mut searches = vec![(&many, "heuristic", 0.5)];
    if cfg!(feature = "mip") {
        searches.extend([(&many, "auto", 0.5), (&many, "mip", 0.0), (&few, "mip", 0.6)]);
    }
    for jump in ["-3600", "3600"] {
        for &(desk, method, least) in &searches {
            let of = format!("{jump} {method} {least}");
            let call = ["solve", "instance.json", "-q", "--time-limit", "1s", "--method", method];
            let mut command = desk.command(PROGRAM, &call);
            let begun = Instant::now();
            let output = command.env("LD_PRELOAD", &library).env("CLOCK_JUMP", jump).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{of}");
            assert!(begun.elapsed() < Duration::from_secs(8), "{of}: {:?}", begun.elapsed());
            // To stdout, for HiGHS says there that its clocks stand still when the wall clock is set back.
            let plan: Value = serde_json::from_slice(&output.stdout).expect(&of);
            fs::write(desk.path("plan.json"), &output.stdout).unwrap();
            let elapsed = plan["run"]["elapsed_seconds"].as_f64().unwrap();
            assert!((least..8.0).contains(&elapsed), "{of}: {elapsed}");
            desk.assert_accepted(&of);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_is_closed_from_the_start_is_an_error_and_one_thrown_away_is_not() {
    let desk = Desk::new(12);
    let call = |to: &str| desk.shell(&format!("\"$0\" solve instance.json --method dispatch -q {to}"));
    let closed = call(">&-");
    let said = String::from_utf8_lossy(&closed.stderr);
    assert_eq!(closed.status.code(), Some(1), "{said}");
    assert!(said.contains("stdout is closed"), "{said}");
    for kept in ["> /dev/null", "-o /dev/null", "-o new.json >&-"] {
        let ended = call(kept);
        assert_eq!(ended.status.code(), Some(0), "{kept}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}
