//! What a solve says while it runs: a bar or a table for people, lines of JSON for programs, or nothing. Always on stderr.

use super::log_table::{Table, share};
use super::text::say;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lotwise::report::text::money;
use lotwise::solve::Progress;
use std::io::IsTerminal;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// A bar where stderr is a terminal, else nothing.
    Auto,
    /// A bar.
    Bar,
    /// A table of every better plan and bound: time, source, cost, bound, gap.
    Log,
    /// One JSON object a line.
    Json,
    /// Nothing.
    None,
}

/// Shows progress until it is dropped.
#[derive(Debug)]
pub enum Reporter {
    /// A bar.
    Bar(ProgressBar),
    /// A table.
    Log(Table),
    /// Lines of JSON.
    Json,
    /// Nothing.
    Silent,
}

/// Steps of a full bar.
const STEPS: u64 = 1_000;

impl Reporter {
    /// The reporter for what was asked; `quiet` turns off what was not asked for by name.
    pub fn new(show: Show, quiet: bool) -> Self {
        match show {
            Show::Json => Self::Json,
            Show::Log => Self::Log(Table::default()),
            Show::Bar => Self::bar(),
            Show::Auto if !quiet && std::io::stderr().is_terminal() => Self::bar(),
            Show::Auto | Show::None => Self::Silent,
        }
    }

    fn bar() -> Self {
        let style = ProgressStyle::with_template("{elapsed:>4} [{bar:30}] {wide_msg}")
            .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "));
        let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(10)).with_style(style);
        Self::Bar(bar)
    }

    /// Shows one event.
    pub fn show(&mut self, progress: &Progress) {
        match self {
            Self::Bar(bar) => draw(bar, progress),
            Self::Log(table) => {
                if let Some(text) = table.row(progress) {
                    say(&text);
                }
            }
            Self::Json => {
                if let Ok(line) = serde_json::to_string(progress) {
                    say(&(line + "\n"));
                }
            }
            Self::Silent => {}
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn draw(bar: &ProgressBar, progress: &Progress) {
    match progress {
        Progress::Phase { phase, .. } if bar.message().is_empty() => bar.set_message(*phase),
        Progress::Incumbent { cost, bound, gap, unplanned, late, .. } => {
            let mut message = format!("cost {}", money(*cost));
            if let Some(bound) = bound {
                message += &format!(", bound {}", money(*bound));
            }
            if let Some(gap) = gap {
                message += &format!(", gap {}", share(*gap));
            }
            message += &format!(", {late} late");
            if *unplanned > 0 {
                message += &format!(", {unplanned} unplanned");
            }
            bar.set_message(message);
        }
        Progress::Bound { bound, cost: Some(cost), gap: Some(gap), .. } => {
            bar.set_message(format!("cost {}, bound {}, gap {}", money(*cost), money(*bound), share(*gap)));
        }
        Progress::Tick { done, .. } => bar.set_position((done.clamp(0.0, 1.0) * STEPS as f64) as u64),
        _ => bar.tick(),
    }
}
