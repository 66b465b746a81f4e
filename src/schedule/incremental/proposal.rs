//! A change as splices: what moves fill in.

use super::ground::{Ground, LotId};
use super::kits::KitChanges;
use super::line::Clock;
use smallvec::SmallVec;

/// A change to a plan: on each line named, the places from `from` to before `resume` give way to pieces: lots, and
/// ranges of the line's own old places.
///
/// Reused from price to price; [`Proposal::clear`] begins a new one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposal {
    pub(super) splices: SmallVec<[Splice; 4]>,
    pub(super) pieces: SmallVec<[Piece; 16]>,
    /// The lots of the pieces.
    pub(super) lots: Vec<LotId>,
    /// An order that leaves the plan, or returns to it, whole.
    pub(super) leaves: Option<u32>,
    pub(super) returns: Option<u32>,
    /// An item that takes on another form.
    pub(super) divides: Option<Division>,
    /// A line that opens or closes overtime.
    pub(super) overtime: Option<Toggle>,
    pub(super) kits: KitChanges,
}

/// A divided item, the form it had and the one it takes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Division {
    pub divided: usize,
    pub from: usize,
    pub to: usize,
}

/// Overtime of a line, each window to be opened where it is closed and closed where it is open.
#[derive(Clone, Debug)]
pub(super) struct Toggle {
    pub line: usize,
    pub windows: SmallVec<[u32; 2]>,
    /// The line's clock afterwards: known once the change is priced.
    pub clock: Clock,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Splice {
    pub line: usize,
    pub from: usize,
    pub resume: usize,
    /// Its range of [`Proposal::pieces`].
    pub pieces: (usize, usize),
}

/// What goes in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    /// A range of [`Proposal::lots`].
    Lots(usize, usize),
    /// Old places of the same line, from the first to before the second.
    Own(usize, usize),
}

impl Proposal {
    /// Begins a new change.
    pub fn clear(&mut self) {
        self.splices.clear();
        self.pieces.clear();
        self.lots.clear();
        self.leaves = None;
        self.returns = None;
        self.divides = None;
        self.overtime = None;
    }

    /// Takes the places `from..resume` of a line out; what is added next goes in. At most one splice a line.
    pub fn splice(&mut self, line: usize, from: usize, resume: usize) -> &mut Self {
        debug_assert!(self.splices.iter().all(|splice| splice.line != line), "one splice a line");
        let first = self.pieces.len();
        self.splices.push(Splice { line, from, resume, pieces: (first, first) });
        self
    }

    /// Adds lots to the last splice.
    pub fn lots(&mut self, lots: impl IntoIterator<Item = LotId>) -> &mut Self {
        let first = self.lots.len();
        self.lots.extend(lots);
        if first < self.lots.len() {
            self.add(Piece::Lots(first, self.lots.len()));
        }
        self
    }

    /// Adds a range of the line's own old places to the last splice.
    pub fn own(&mut self, from: usize, to: usize) -> &mut Self {
        if from < to {
            self.add(Piece::Own(from, to));
        }
        self
    }

    fn add(&mut self, piece: Piece) {
        self.pieces.push(piece);
        if let Some(splice) = self.splices.last_mut() {
            splice.pieces.1 = self.pieces.len();
        }
    }

    /// Says that an order leaves the plan; the splices take its lots out.
    pub fn leave(&mut self, order: u32) {
        self.leaves = Some(order);
    }

    /// Says that an order returns to the plan; the splices bring its lots in.
    pub fn return_order(&mut self, order: u32) {
        self.returns = Some(order);
    }

    /// Says that an item takes on another form; the splices take the lots of the old one out and bring those of the new
    /// one in.
    pub fn divide(&mut self, divided: usize, from: usize, to: usize) {
        self.divides = Some(Division { divided, from, to });
    }
    /// Opens a window of a line's overtime, or closes it. Several windows of one line may change at once; then no order
    /// comes or goes and no item is divided otherwise.
    pub fn toggle(&mut self, line: usize, window: u32) {
        let clock = Clock::default();
        let toggle = self.overtime.get_or_insert_with(|| Toggle { line, windows: SmallVec::new(), clock });
        debug_assert!(toggle.line == line, "overtime of one line");
        toggle.windows.push(window);
    }

    /// The lots that may have a place before the change or after it, but not both.
    pub(super) fn come_or_go<'g>(&self, ground: &'g Ground) -> impl Iterator<Item = LotId> + use<'g> {
        let orders = self.leaves.iter().chain(&self.returns).map(|&order| &ground.orders[order as usize].lots);
        let forms = self.divides.iter().flat_map(|&Division { divided, from, to }| {
            let forms = &ground.divided[divided].forms;
            [&forms[from], &forms[to]]
        });
        let lists: SmallVec<[&Vec<LotId>; 4]> = orders.chain(forms).collect();
        lists.into_iter().flatten().copied()
    }
}
