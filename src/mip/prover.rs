//! A proof beside everything else: a thread that is told when to stop, and left behind if it does not.

use super::{columns, periods};
use crate::plan::Plan;
use crate::problem::{ItemIdx, LineIdx, Problem};
use crate::units::Money;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// What a prover has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// No plan that makes all orders that must be made costs less.
    Bound(Money),
    /// Line plans that together may make a better plan; orders they do not make are left out.
    Plan(LinePlans),
    /// Nothing more is to be expected.
    Done,
    /// It failed.
    Failed,
}

/// A plan of the lines: for each line the items it makes, in order.
pub(crate) type LinePlans = Vec<(LineIdx, Vec<ItemIdx>)>;

/// A thread that proves a bound.
pub(crate) struct Prover {
    source: &'static str,
    news: Receiver<News>,
    stop: Arc<AtomicBool>,
    cost: Arc<AtomicI64>,
    over: bool,
}

impl Prover {
    /// Begins to prove a bound by whatever covers the problem: rows of periods, else columns. `incumbent` is a complete plan,
    /// `cost` its cost, `floor` a bound known before; none where nothing covers it or no thread is to be had.
    ///
    /// With `work` (extensions of labels) what it says depends on the arguments alone, and no clock is read.
    pub fn start(
        problem: &Problem,
        incumbent: &Plan,
        known: (Money, Money),
        work: Option<u64>,
        threads: usize,
    ) -> Option<Self> {
        periods::start(problem, incumbent, known.0, work)
            .or_else(|| columns::start(problem, incumbent, known, work, threads))
    }

    /// A thread that does `prove`, which is given the flag that asks it to stop, the cost of the best plan so far and
    /// whom to tell; none where no thread is to be had.
    pub(super) fn spawn(
        source: &'static str,
        cost: Money,
        prove: impl FnOnce(&AtomicBool, &AtomicI64, &Sender<News>) + Send + 'static,
    ) -> Option<Self> {
        let (sender, news) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let best = Arc::new(AtomicI64::new(cost.0));
        let (stopped, known_cost) = (Arc::clone(&stop), Arc::clone(&best));
        let thread = std::thread::Builder::new().name("bound".to_string()).spawn(move || {
            prove(&stopped, &known_cost, &sender);
            // Nobody may be listening any more.
            let _ = sender.send(News::Done);
        });
        thread.ok()?;
        Some(Self { source, news, stop, cost: best, over: false })
    }

    /// What it proves by, as the log has it.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Whether it closes plants of hundreds of lots, so that the time is well spent on it.
    pub fn is_for_many(&self) -> bool {
        self.source == periods::SOURCE
    }

    /// What there is to hear; waits for it up to `patience`.
    pub fn listen(&mut self, patience: Duration) -> Option<News> {
        if self.over {
            return None;
        }
        let news = match self.news.recv_timeout(patience) {
            Ok(news) => news,
            Err(RecvTimeoutError::Timeout) => return None,
            // The thread is gone without a word: it panicked.
            Err(RecvTimeoutError::Disconnected) => News::Failed,
        };
        self.over = matches!(news, News::Done | News::Failed);
        Some(news)
    }

    /// Whether it has said all it will.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Tells of a better plan: a bound as high proves it.
    pub fn cost_is(&self, cost: Money) {
        self.cost.fetch_min(cost.0, Ordering::Relaxed);
    }
}

impl Drop for Prover {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
