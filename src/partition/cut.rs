//! Cuts the lines of a component into pieces: greedy growing, then swaps and moves while they sever less.
//!
//! Pieces grow in turn, the one with least load taking what it has most to do with (the greedy growing of Karypis and Kumar
//! 1998, "A fast and high quality multilevel scheme for partitioning irregular graphs", k ways at once); then two vertices
//! change places, or one moves, while that lowers the weight between pieces (the exchange of Kernighan and Lin 1970 and the move
//! of Fiduccia and Mattheyses 1982, without their losing steps). Vertices may have to be spread evenly by class, which is what
//! their multi-constraint successors ask for. Sizes here are lines, hundreds of them: there is nothing to coarsen.

/// What is to be cut.
pub(super) struct Graph<'a> {
    /// Symmetric weights between vertices.
    pub weight: &'a dyn Fn(usize, usize) -> u64,
    /// What each vertex carries.
    pub load: Vec<i64>,
    /// Which vertices are alike and must be spread evenly over the pieces; none: free.
    pub class: Vec<Option<usize>>,
}

/// Sweeps of swaps and moves; each lowers the cut, and few do nearly all of it.
const SWEEPS: usize = 12;
/// By how much of the mean a piece may exceed it, in percent.
const SLACK: i64 = 10;

struct Growing<'g> {
    graph: &'g Graph<'g>,
    pieces: usize,
    /// By vertex.
    piece: Vec<Option<usize>>,
    /// By piece and vertex: the weight to the piece's vertices.
    gain: Vec<Vec<u64>>,
    load: Vec<i64>,
    /// By piece and class.
    held: Vec<Vec<usize>>,
    /// By class: what every piece gets, and how many pieces get one more.
    quota: Vec<(usize, usize)>,
}

/// The piece of each vertex; every piece has one where there are enough.
pub(super) fn cut(graph: &Graph<'_>, pieces: usize) -> Vec<usize> {
    let mut growing = Growing::new(graph, pieces);
    for _ in 0..graph.load.len() {
        growing.grow();
    }
    for _ in 0..SWEEPS {
        let swapped = growing.sweep_swaps();
        let moved = growing.sweep_moves();
        if !swapped && !moved {
            break;
        }
    }
    growing.piece.into_iter().map(|piece| piece.unwrap_or(0)).collect()
}

impl<'g> Growing<'g> {
    fn new(graph: &'g Graph<'g>, pieces: usize) -> Self {
        let classes = graph.class.iter().flatten().max().map_or(0, |most| most + 1);
        let mut counts = vec![0; classes];
        graph.class.iter().flatten().for_each(|&class| counts[class] += 1);
        Self {
            graph,
            pieces,
            piece: vec![None; graph.load.len()],
            gain: vec![vec![0; graph.load.len()]; pieces],
            load: vec![0; pieces],
            held: vec![vec![0; classes]; pieces],
            quota: counts.iter().map(|count| (count / pieces, count % pieces)).collect(),
        }
    }

    /// One vertex more for the piece that carries least and may have one.
    fn grow(&mut self) {
        let mut order: Vec<usize> = (0..self.pieces).collect();
        order.sort_by_key(|&piece| (self.load[piece], piece));
        let chosen = order.into_iter().find_map(|piece| self.next_for(piece).map(|vertex| (piece, vertex)));
        if let Some((piece, vertex)) = chosen {
            self.put(vertex, piece);
        }
    }

    /// What a piece has most to do with, as a share of all that vertex has to do with pieces; for an empty piece what has
    /// least to do with the others, so that pieces begin far apart.
    fn next_for(&self, piece: usize) -> Option<usize> {
        let empty = !self.piece.contains(&Some(piece));
        let free = (0..self.piece.len()).filter(|&vertex| self.piece[vertex].is_none() && self.has_room(piece, vertex));
        free.max_by_key(|&vertex| {
            let all: u64 = self.gain.iter().map(|gain| gain[vertex]).sum();
            let own = self.gain[piece][vertex];
            let share = u128::from(own) * 1_000_000 / u128::from(all.max(1));
            let apart = if empty { u64::MAX - all } else { 0 };
            (apart, share, own, self.graph.load[vertex], std::cmp::Reverse(vertex))
        })
    }

    fn has_room(&self, piece: usize, vertex: usize) -> bool {
        let Some(class) = self.graph.class[vertex] else { return true };
        let (each, more) = self.quota[class];
        let held = self.held[piece][class];
        let with_more = self.held.iter().filter(|held| held[class] > each).count();
        held < each || held == each && with_more < more
    }

    fn put(&mut self, vertex: usize, piece: usize) {
        self.change(vertex, piece, 1);
        self.piece[vertex] = Some(piece);
    }

    fn shift(&mut self, vertex: usize, from: usize, to: usize) {
        self.change(vertex, from, -1);
        self.put(vertex, to);
    }

    fn change(&mut self, vertex: usize, piece: usize, sign: i64) {
        for other in 0..self.piece.len() {
            let weight = if other == vertex { 0 } else { (self.graph.weight)(vertex, other) };
            let gain = &mut self.gain[piece][other];
            *gain = if sign > 0 { *gain + weight } else { *gain - weight };
        }
        self.load[piece] += sign * self.graph.load[vertex];
        if let Some(class) = self.graph.class[vertex] {
            let held = &mut self.held[piece][class];
            *held = if sign > 0 { *held + 1 } else { *held - 1 };
        }
    }

    /// The most a piece may carry.
    fn ceiling(&self) -> i64 {
        self.load.iter().sum::<i64>() / self.pieces as i64 * (100 + SLACK) / 100
    }

    /// Whether carrying so much is within the ceiling, or at least no more than the piece carries now.
    fn bearable(&self, piece: usize, load: i64) -> bool {
        load <= self.ceiling().max(self.load[piece])
    }

    /// Every vertex changes places with the one of its class that lowers the cut most; whether any did.
    fn sweep_swaps(&mut self) -> bool {
        let mut any = false;
        for a in 0..self.piece.len() {
            let Some(from) = self.piece[a] else { continue };
            let mut best: Option<(i128, usize, usize)> = None;
            for b in 0..self.piece.len() {
                let Some(to) = self.piece[b].filter(|&to| to != from && self.graph.class[a] == self.graph.class[b])
                else {
                    continue;
                };
                let change = self.graph.load[b] - self.graph.load[a];
                if !self.bearable(from, self.load[from] + change) || !self.bearable(to, self.load[to] - change) {
                    continue;
                }
                let wide = i128::from;
                let lowers = wide(self.gain[to][a]) - wide(self.gain[from][a]) + wide(self.gain[from][b])
                    - wide(self.gain[to][b])
                    - 2 * wide((self.graph.weight)(a, b));
                if lowers > best.map_or(0, |(most, ..)| most) {
                    best = Some((lowers, b, to));
                }
            }
            if let Some((_, b, to)) = best {
                self.shift(a, from, to);
                self.shift(b, to, from);
                any = true;
            }
        }
        any
    }

    /// Every free vertex moves to the piece it has most to do with, where that has room; whether any did.
    fn sweep_moves(&mut self) -> bool {
        let mut any = false;
        for vertex in 0..self.piece.len() {
            let Some(from) = self.piece[vertex].filter(|_| self.graph.class[vertex].is_none()) else { continue };
            let alone = self.piece.iter().filter(|&&piece| piece == Some(from)).count() < 2;
            let best = (0..self.pieces)
                .filter(|&to| to != from && self.bearable(to, self.load[to] + self.graph.load[vertex]))
                .max_by_key(|&to| (self.gain[to][vertex], std::cmp::Reverse(to)));
            if let Some(to) = best.filter(|&to| !alone && self.gain[to][vertex] > self.gain[from][vertex]) {
                self.shift(vertex, from, to);
                any = true;
            }
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three rings of four, tied to each other by one weak edge.
    fn rings(a: usize, b: usize) -> u64 {
        if a / 4 == b / 4 { 10 } else { u64::from(a.abs_diff(b) == 1) }
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let graph = Graph { weight: &rings, load: vec![5; 12], class: vec![None; 12] };
        let pieces = cut(&graph, 3);
        for ring in pieces.chunks(4) {
            assert!(ring.iter().all(|&piece| piece == ring[0]), "{pieces:?}");
        }
        let mut seen: Vec<usize> = pieces.chunks(4).map(|ring| ring[0]).collect();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2]);
    }

    #[test]
    fn classes_are_spread_evenly_whatever_ties_them() {
        // The first vertex of every ring is of one class, the second of another, and so on.
        let class = (0..12).map(|vertex| Some(vertex % 4)).collect();
        let graph = Graph { weight: &|a, b| if a % 4 == b % 4 { 100 } else { rings(a, b) }, load: vec![5; 12], class };
        let pieces = cut(&graph, 3);
        for piece in 0..3 {
            let mut held: Vec<usize> = (0..12).filter(|&vertex| pieces[vertex] == piece).map(|v| v % 4).collect();
            held.sort_unstable();
            assert_eq!(held, [0, 1, 2, 3], "{pieces:?}");
        }
    }
}
