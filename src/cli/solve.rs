//! `lotwise solve`: an instance in, the best plan the time buys out.

use super::exit::{Exit, Failure, issue_lines};
use super::files::{self, Destination};
use super::progress::{Reporter, Show};
use super::text::say;
use super::{fleet, signals, summary, time_limit};
use clap::{Args, ValueEnum};
use lotwise::diagnostic::Diagnostic;
use lotwise::model::{Instance, read_instance, read_instance_setting_aside};
use lotwise::solution::{OrderEntry, OrderStatus, Reason, Solution, Status, read_solution};
use lotwise::solve::{CancelFlag, Method, Options, Outcome, SolveError, solve};
use lotwise::units::Money;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Makes a plan for an instance.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lotwise solve instance.json -o plan.json --time-limit 2m
  lotwise solve instance.json --iterations 100000 --seed 7 > plan.json
  lotwise solve tonight.json --start yesterday.json --set-aside -o plan.json
  lotwise solve plants.ndjson --ndjson --iterations 200000 -o plans.ndjson

SIGINT and SIGTERM end the search with the best plan so far; a second SIGINT ends at once.")]
pub struct Arguments {
    /// The instance; - for stdin.
    instance: PathBuf,
    /// Where the plan goes; stdout without it.
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    /// From process start to the file written: 30s, 2m30s, 1h, PT30S [default: 30s, none with --iterations].
    #[arg(long, value_name = "TIME", value_parser = time_limit::parse)]
    time_limit: Option<Duration>,
    /// Ends the search after so many iterations: the same seed then gives the same bytes.
    #[arg(long, value_name = "N")]
    iterations: Option<u64>,
    /// Seed of every random stream.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Threads to use [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Which part of the program makes the plan.
    #[arg(long, value_enum, default_value_t = MethodName::Auto)]
    method: MethodName,
    /// Lets an integer program put plans together from lines' plans that the search came across (where every order is one lot).
    #[arg(long)]
    recombine: bool,
    /// A plan to start from; - for stdin.
    #[arg(long, value_name = "PLAN")]
    start: Option<PathBuf>,
    /// Leaves out orders that have faults of their own, lists them as unplanned, and plans the rest.
    #[arg(long)]
    set_aside: bool,
    /// How progress is shown on stderr.
    #[arg(long, value_enum, default_value_t = Show::Auto)]
    progress: Show,
    /// One instance a line, one plan (or the document of its failure) a line in the same order; many at a time, each on one
    /// thread, and a time limit is each line's own.
    #[arg(long, conflicts_with_all = ["start", "progress"])]
    ndjson: bool,
    /// No summary at the end, and no bar.
    #[arg(short, long)]
    quiet: bool,
}

/// The library's methods, by the names of the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum MethodName {
    /// What pays at this size.
    Auto,
    /// Earliest due date first on the line that is free first: what a spreadsheet does.
    Dispatch,
    /// Construction and search only.
    Heuristic,
    /// The integer programs, from a constructed plan.
    Mip,
}

impl From<MethodName> for Method {
    fn from(name: MethodName) -> Self {
        match name {
            MethodName::Auto => Self::Auto,
            MethodName::Dispatch => Self::Dispatch,
            MethodName::Heuristic => Self::Heuristic,
            MethodName::Mip => Self::Mip,
        }
    }
}

/// What the message of a failing call adds where leaving some orders out would save the rest.
const SET_ASIDE: &str = "With --set-aside those orders are left out and the rest is planned.";

/// Runs it in a process that began at `started`.
///
/// # Errors
/// Exits 1 to 4.
pub fn run(arguments: &Arguments, started: Instant) -> Result<Exit, Failure> {
    let cancel = CancelFlag::default();
    signals::watch(cancel.clone())?;
    let inputs: Vec<&Path> =
        std::iter::once(&arguments.instance).chain(&arguments.start).map(PathBuf::as_path).collect();
    files::at_most_one_stdin(&inputs)?;
    let destination = Destination::prepare(arguments.output.as_deref(), &inputs)?;
    if arguments.ndjson {
        return answer_all(arguments, &destination, &cancel);
    }
    let name = files::name(&arguments.instance);
    let (instance, unreadable) = parse(&files::read(&arguments.instance)?, &name, arguments.set_aside)?;
    let start = arguments.start.as_deref().map(plan).transpose()?;
    let options = options(arguments, start, cancel, started);
    let outcome = {
        let mut reporter = Reporter::new(arguments.progress, arguments.quiet);
        solve(&instance, &options, &mut |progress| reporter.show(progress))
    };
    let mut outcome = outcome.map_err(|fault| refuse(fault, &name, arguments.set_aside))?;
    list_unreadable(&mut outcome, unreadable);
    destination.write_json(&outcome.solution)?;
    if !arguments.quiet {
        let output = arguments.output.as_deref().filter(|_| !destination.is_stdout());
        let call =
            summary::Call { instance: &arguments.instance, output, seconds: options.time_limit.map(|t| t.as_secs()) };
        say(&summary::lines(&instance, &outcome, &call));
    }
    ended(&outcome, destination.is_stdout())
}

/// Answers every line with its plan.
fn answer_all(arguments: &Arguments, destination: &Destination, cancel: &CancelFlag) -> Result<Exit, Failure> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or_else(cores, usize::from);
    let answer = |number: u64, line: &[u8]| {
        let plan = || {
            let name = format!("line {number}");
            let (instance, unreadable) = parse(line, &name, arguments.set_aside)?;
            let mut options = options(arguments, None, cancel.clone(), Instant::now());
            options.threads = Some(1);
            let outcome = solve(&instance, &options, &mut |_| ());
            let mut outcome = outcome.map_err(|fault| refuse(fault, &name, arguments.set_aside))?;
            list_unreadable(&mut outcome, unreadable);
            let json = serde_json::to_vec(&outcome.solution)
                .map_err(|fault| Failure::internal(format!("The plan cannot be written: {fault}.")))?;
            Ok(fleet::Answer { json, exit: exit_of(&outcome) })
        };
        plan().unwrap_or_else(|failure| fleet::Answer::failed(&failure))
    };
    let stop = || cancel.is_cancelled();
    fleet::run(&arguments.instance, destination, threads, (&answer, &stop), arguments.quiet)
}

/// The instance a text holds; with `set_aside` also the orders of faulty form it was read without.
fn parse(text: &[u8], name: &str, set_aside: bool) -> Result<(Instance, Vec<(String, Diagnostic)>), Failure> {
    if set_aside {
        return read_instance_setting_aside(text).map_err(|fault| Failure::bad_file(name, fault.faults));
    }
    let instance = read_instance(text).map_err(|fault| advise(Failure::bad_file(name, fault.faults), set_aside))?;
    Ok((instance, Vec::new()))
}

/// Reads an instance.
///
/// # Errors
/// Exit 2 with every fault of form.
pub fn instance(path: &Path) -> Result<Instance, Failure> {
    read_instance(&files::read(path)?).map_err(|fault| Failure::bad_file(&files::name(path), fault.faults))
}

/// Reads a plan.
///
/// # Errors
/// Exit 2.
pub fn plan(path: &Path) -> Result<Solution, Failure> {
    read_solution(&files::read(path)?).map_err(|fault| Failure::bad_file(&files::name(path), fault.faults))
}

fn options(arguments: &Arguments, start: Option<Solution>, cancel: CancelFlag, started: Instant) -> Options {
    let mut options = Options::default();
    options.time_limit = match arguments.iterations {
        Some(_) => arguments.time_limit,
        None => arguments.time_limit.or(options.time_limit),
    };
    options.iterations = arguments.iterations;
    options.seed = arguments.seed;
    options.threads = arguments.threads.map(usize::from);
    options.method = arguments.method.into();
    options.recombine = arguments.recombine;
    options.start = start;
    options.set_aside = arguments.set_aside;
    options.cancel = cancel;
    options.clock = Arc::new(move || started.elapsed());
    options
}

fn refuse(fault: SolveError, name: &str, set_aside: bool) -> Failure {
    match fault {
        SolveError::Invalid(issues) => advise(Failure::bad_file(name, issues), set_aside),
        SolveError::Internal(message) => Failure::internal(message),
        // The enum may grow: whatever else ends a solve without a plan is the program's to explain.
        other => Failure::internal(other.to_string()),
    }
}

/// Names the flag where every error is one order's own, so that it would help.
fn advise(failure: Failure, set_aside: bool) -> Failure {
    let mut errors = failure.issues().iter().filter(|issue| issue.is_error()).peekable();
    if !set_aside && errors.peek().is_some() && errors.all(|issue| issue.order.is_some()) {
        failure.advising(SET_ASIDE)
    } else {
        failure
    }
}

/// Lists the orders of faulty form, which never came into the instance, as set aside too: behind the others.
fn list_unreadable(outcome: &mut Outcome, unreadable: Vec<(String, Diagnostic)>) {
    if unreadable.is_empty() {
        return;
    }
    let solution = &mut outcome.solution;
    for (id, fault) in unreadable {
        solution.orders.push(OrderEntry {
            id: id.clone(),
            status: OrderStatus::Unplanned,
            delivery: None,
            lateness: lotwise::model::Duration::default(),
            cost: Money::ZERO,
            reason: Some(Reason {
                code: fault.code.to_string(),
                message: format!("{} {}", fault.message, fault.remedy),
            }),
        });
        solution.kpis.unplanned += 1;
        outcome.set_aside.push(id);
        outcome.diagnostics.push(fault);
    }
    let orders = solution.orders.len();
    solution.kpis.orders = orders;
    solution.kpis.on_time_share = (solution.kpis.on_time as f64 / orders as f64 * 10_000.0).round() / 10_000.0;
    // Some orders are not in the plan, so nothing about the whole is proved but that it cannot be done.
    if solution.status != Status::Infeasible {
        solution.status = Status::Unknown;
    }
    (solution.bound, solution.gap) = (None, None);
}

/// What a plan that is written comes to.
fn exit_of(outcome: &Outcome) -> Exit {
    let set_aside: HashSet<&str> = outcome.set_aside.iter().map(String::as_str).collect();
    if outcome.solution.status == Status::Infeasible {
        Exit::Infeasible
    } else if !summary::unplanned(&outcome.solution, &set_aside).is_empty() {
        Exit::Unplanned
    } else if !outcome.set_aside.is_empty() {
        Exit::SetAside
    } else {
        Exit::Done
    }
}

/// Ends a call whose plan is written.
///
/// # Errors
/// Exits 3 and 4.
pub fn ended(outcome: &Outcome, answered: bool) -> Result<Exit, Failure> {
    let set_aside: HashSet<&str> = outcome.set_aside.iter().map(String::as_str).collect();
    let unplanned: Vec<Diagnostic> = summary::unplanned(&outcome.solution, &set_aside);
    let exit = exit_of(outcome);
    if matches!(exit, Exit::Infeasible | Exit::Unplanned) {
        let (code, what) = match exit {
            Exit::Infeasible => ("infeasible", "cannot all be made: proved"),
            _ => ("unplanned", "are not in the plan; nothing is proved"),
        };
        let mut message =
            format!("Orders that must be made ({}) {what}. The plan of the others is written.", unplanned.len());
        if let Some(clash) = &outcome.solution.clash {
            message = format!("{message} {}", clash.message);
        }
        let failure = Failure::new(exit, code, message).with_issues(unplanned).answered(answered);
        return Err(if exit == Exit::Infeasible { failure.advising(REJECT) } else { failure });
    }
    if exit == Exit::Done {
        return Ok(exit);
    }
    let issues: Vec<Diagnostic> =
        outcome.diagnostics.iter().filter(|issue| issue.is_error() && issue.order.is_some()).cloned().collect();
    say(&format!("lotwise: orders set aside for faults of their own: {}.\n", set_aside.len()));
    say(&issue_lines(&issues, 10));
    Ok(Exit::SetAside)
}

/// What helps against a proof: leaving orders out.
const REJECT: &str =
    "Give orders a `reject_cost`, or take them out; --set-aside leaves out those with faults of their own.";
