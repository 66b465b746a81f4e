//! Plans of single lines that a search came across, for a program to choose among: one each line, every order once.
//!
//! Bare numbers, so that who searches and who chooses need not know each other.

/// A line's plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineChoice {
    /// Position of the line.
    pub line: usize,
    /// Positions of the orders it makes.
    pub orders: Vec<u32>,
    /// What it costs, in ten-thousandths.
    pub cost: i64,
}

/// What there is to choose from.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "mip"), allow(dead_code, reason = "who chooses is an integer program"))]
pub(crate) struct Pool {
    pub lines: usize,
    /// What leaving an order out costs; none where it must be made.
    pub left_out: Vec<Option<i64>>,
    pub choices: Vec<LineChoice>,
    /// The best choice known: positions in `choices`.
    pub known: Vec<usize>,
}

/// Who chooses: positions in [`Pool::choices`], at most one a line; an order may be made twice, and is left out where it is
/// not made. None where nothing better than what is known was found.
pub(crate) type Chooser<'a> = dyn Fn(Pool) -> Option<Vec<usize>> + Sync + 'a;
