//! The clocks of the overtime lines have opened so far: a search comes back to the same few choices of windows.

use crate::schedule::network::{Network, Overtime};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Choices kept at most; then it begins anew.
const MOST: usize = 1_024;

/// Choices of overtime with their clocks, by line and windows.
#[derive(Default)]
pub(super) struct Clocks {
    known: FxHashMap<(u32, Vec<usize>), Arc<Overtime>>,
}

impl Clocks {
    /// A line's choice of some of its windows (sorted positions).
    pub fn choice(&mut self, network: &Network<'_>, line: u32, windows: Vec<usize>) -> Arc<Overtime> {
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let key = (line, windows);
        if let Some(known) = self.known.get(&key) {
            return Arc::clone(known);
        }
        let made = Arc::new(Overtime::new(network.problem, line, key.1.clone()));
        self.known.insert(key, Arc::clone(&made));
        made
    }
}
