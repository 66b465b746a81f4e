//! lotwise plans small-batch, multi-variant orders onto production lines: which line makes what, in which lots, in
//! which order, when each order leaves and which one is better turned down.
//!
//! A factory network and its orders go in as an [`Instance`]: lines with calendars, speeds and changeovers, routes of
//! several stages, sites, materials, promises with their prices, the plan in force. Out comes a [`Solution`], which
//! has passed [`verify()`], a checker that shares no arithmetic with the planner. The `lotwise` command does the same
//! from file to file; `docs/format.md` says what every field means.
//!
//! ```
//! use lotwise::model::{ChangeoverRule, ChangeoverSet, Duration, Instant, Line, Order, Variant};
//! use lotwise::{InstanceBuilder, Options, solve, verify};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let ink = ChangeoverRule {
//!         attribute: "colour".into(),
//!         time: Some(Duration::parse("PT30M")?),
//!         ..ChangeoverRule::default()
//!     };
//!     let instance = InstanceBuilder::new(Instant::parse("2026-11-23T08:00:00Z")?)
//!         .changeover_set(ChangeoverSet { id: "ink".into(), rules: vec![ink], ..ChangeoverSet::default() })
//!         .line(Line::new("printer").units_per_hour(60).changeovers("ink"))
//!         .variant(Variant::new("mug-white").attribute("colour", "white"))
//!         .variant(Variant::new("mug-red").attribute("colour", "red"))
//!         .order(Order::new("A").item("mug-white", 120).due(Instant::parse("2026-11-23T10:30:00Z")?))
//!         .order(Order::new("B").item("mug-red", 90).due(Instant::parse("2026-11-23T11:30:00Z")?))
//!         .order(Order::new("C").item("mug-white", 60).due(Instant::parse("2026-11-23T12:00:00Z")?))
//!         .build();
//!
//!     let options = Options { time_limit: None, iterations: Some(10_000), ..Options::default() };
//!     let outcome = solve(&instance, &options, &mut |_progress| {})?;
//!     assert!(verify(&instance, &outcome.solution).is_sound());
//!     for order in &outcome.solution.orders {
//!         println!("{}: {:?}, cost {}", order.id, order.status, order.cost);
//!     }
//!     // Both white orders first: one changeover, and B is an hour and a half late, at the default 100 a day.
//!     assert_eq!(outcome.cost().lateness.to_string(), "6.25");
//!     Ok(())
//! }
//! ```
//!
//! # The map
//!
//! Knowing runs one way, from the top of this list to its end; `tests/architecture.rs` holds the sources to it and
//! `docs/architecture.md` says why.
//!
//! | module | what it is |
//! |---|---|
//! | [`units`] | seconds, money, pieces: whole numbers all of them; dense ids |
//! | [`diagnostic`] | a fault in somebody's data: code, severity, pointer, sentence, remedy |
//! | [`model`] | what a planner writes, one file per noun; reading it, or building it in code |
//! | [`solution`] | the plan as the outside sees it |
//! | `working_time` | calendars compiled to open windows |
//! | [`mod@validate`], [`mod@verify`] | every fault of an instance; every breach of a plan |
//! | [`import`], [`mod@generate`] | instances from order dumps; instances from a seed |
//! | `problem`, `plan`, `schedule` | the model compiled; decisions and nothing else; the only place that knows times and costs |
//! | `proof` | what needs no solver to be proved: orders that clash, what every plan costs at least |
//! | `heuristic`, `mip` | first plans and search; integer programs |
//! | [`mod@solve`] | strategy, budget, incumbent, progress, outcome |
//! | [`desk`] | the planner's questions: replan, explain, quote, agility, compare |
//! | [`mod@partition`] | one network in parts that are planned apart, and their plans put together again |
//! | [`report`] | the plan as a page, a picture, tables and figures; numbers as people write them |
//!
//! # What always holds
//!
//! - A plan [`solve()`] returns has passed [`verify()`]. One that does not is never returned: the next best is, and
//!   the fault stands in `run.faults`.
//! - Timing and cost are whole seconds and ten-thousandths of the currency; no floating-point number takes part.
//! - Bad data is never a panic: readers, [`validate()`] and [`verify()`] return every fault at once as [`Diagnostic`]s.
//! - With an iteration budget, the same instance, options and seed give the same plan on any number of threads.
//! - A bound is proved or absent.
//! - The library prints nothing, touches no files, installs no signal handlers and leaves rayon's global pool alone;
//!   the clock, the cancel flag and the listener are passed in. HiGHS is kept quiet by its options; what those do not
//!   reach are lines it writes to stdout when the wall clock is set back while it is at work.
//!
//! # Features
//!
//! Both are on by default. `cli`: the command, and with it `spreadsheet`: workbooks (XLSX) in and out. `mip`: the integer programs, which build HiGHS from source (a C++
//! compiler, cmake and libclang are needed). Without both the library needs no compiler but Rust's.

pub mod desk;
pub mod diagnostic;
pub mod generate;
pub(crate) mod heuristic;
pub mod import;
#[doc(hidden)]
pub mod measure;
#[cfg(feature = "mip")]
pub(crate) mod mip;
pub mod model;
pub mod partition;
pub(crate) mod plan;
pub(crate) mod problem;
pub(crate) mod proof;
pub mod report;
pub(crate) mod schedule;
pub mod solution;
pub mod solve;
pub mod units;
pub mod validate;
pub mod verify;
pub(crate) mod working_time;

pub use diagnostic::Diagnostic;
pub use model::{Instance, InstanceBuilder, read_instance};
pub use solution::{Solution, read_solution};
pub use solve::{Options, Outcome, SolveError, solve};
pub use validate::validate;
pub use verify::verify;
