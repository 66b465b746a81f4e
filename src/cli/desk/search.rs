//! How long to search, where a question searches: the same words as `solve` has.

use crate::cli::progress::Show;
use crate::cli::{signals, time_limit};
use clap::Args;
use lotwise::solve::{CancelFlag, Options};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cli::exit::Failure;

/// How long to search, and how that is shown.
#[derive(Debug, Args)]
pub struct Search {
    /// From process start to the file written: 30s, 2m30s, 1h [default: 30s, none with --iterations].
    #[arg(long, value_name = "TIME", value_parser = time_limit::parse)]
    pub time_limit: Option<Duration>,
    /// Ends the search after so many iterations: the same seed then gives the same bytes.
    #[arg(long, value_name = "N")]
    pub iterations: Option<u64>,
    /// Seed of every random stream.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Threads to use [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// How progress is shown on stderr.
    #[arg(long, value_enum, default_value_t = Show::Auto)]
    pub progress: Show,
    /// No bar.
    #[arg(short, long)]
    pub quiet: bool,
}

impl Search {
    /// The library's options, with signals watched, in a process that began at `started`.
    ///
    /// # Errors
    /// Exit 1 where signals cannot be watched.
    pub fn options(&self, started: Instant) -> Result<Options, Failure> {
        let cancel = CancelFlag::default();
        signals::watch(cancel.clone())?;
        let default = Options::default();
        Ok(Options {
            time_limit: if self.iterations.is_some() {
                self.time_limit
            } else {
                self.time_limit.or(default.time_limit)
            },
            iterations: self.iterations,
            seed: self.seed,
            threads: self.threads.map(usize::from),
            cancel,
            clock: Arc::new(move || started.elapsed()),
            ..default
        })
    }

    /// The same for questions that search many times: so many iterations each, unless others are asked for.
    ///
    /// # Errors
    /// As [`Self::options`]; exit 2 for a time limit, under which the searches that are compared would not be alike.
    pub fn measuring(&self, started: Instant, iterations: u64) -> Result<Options, Failure> {
        if self.time_limit.is_some() {
            return Err(Failure::usage(
                "The searches that are compared must be alike: use --iterations, not --time-limit.",
            ));
        }
        Ok(Options { time_limit: None, iterations: self.iterations.or(Some(iterations)), ..self.options(started)? })
    }
}
