//! One network planned on several machines: cut into parts that are instances of their own, and put together again.
//!
//! [`partition`] first looks for what never meets, then cuts along sites, stages and eligibility; each part is an ordinary
//! instance that any solver of the format plans. [`merge`] takes the parts' plans as decisions, times and prices them on the
//! whole instance, and searches on where the cut went through. Neither runs anything anywhere: queues, clusters and nights
//! are other people's work (`docs/scale.md`). Nothing is lost but quality, and that is measured there.

mod border;
mod cut;
mod dispatch;
mod figures;
mod identity;
mod merge;
mod part;
mod share;
mod ties;

pub use figures::{Cut, PartFigures, SharedMaterial};
pub use merge::{Merged, merge};

use crate::diagnostic::Diagnostic;
use crate::model::Instance;
use crate::problem::{LineIdx, OrderIdx, Problem, components};
use crate::solve::SolveError;
use crate::units::{Id, IdVec};
use crate::validate::validate;
use identity::Identity;
use part::{Needs, Portion};
use rustc_hash::FxHashMap;
use share::{PieceOfLine, Sharing, classes, joined, share};
use ties::Survey;

/// An instance in parts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Partition {
    /// The parts, each an instance of its own; fewer than asked for where there is no more to cut.
    pub parts: Vec<Instance>,
    /// What the cut severs.
    pub cut: Cut,
}

/// Why there are no parts, or no plan of them.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartitionError {
    /// The instance has faults: all of them.
    #[error("the instance has {} faults", .0.len())]
    Instance(Vec<Diagnostic>),
    /// The plans are not those of all parts of one partition of the instance; the pointers begin with the plan's place.
    #[error("the parts have {} faults", .0.len())]
    Parts(Vec<Diagnostic>),
    /// A fault of the program.
    #[error("internal fault: {0}")]
    Internal(String),
}

impl From<SolveError> for PartitionError {
    fn from(fault: SolveError) -> Self {
        match fault {
            SolveError::Invalid(faults) => Self::Instance(faults),
            SolveError::Internal(message) => Self::Internal(message),
        }
    }
}

/// Cuts `instance` into at most `parts` parts of about the same work. The same instance gives the same parts.
///
/// ```
/// use lotwise::generate::{Parameters, generate};
/// use lotwise::partition::partition;
/// let asked = Parameters { orders: Some(60), ..Parameters::default() };
/// let whole = generate("print-on-demand", &asked).unwrap();
/// let cut = partition(&whole, 3).unwrap();
/// assert_eq!(cut.parts.len(), 3);
/// assert_eq!(cut.parts.iter().map(|part| part.orders.len()).sum::<usize>(), whole.orders.len());
/// ```
///
/// # Errors
/// [`PartitionError::Instance`] for an instance with errors.
pub fn partition(instance: &Instance, parts: usize) -> Result<Partition, PartitionError> {
    let faults = validate(instance);
    if faults.iter().any(Diagnostic::is_error) {
        return Err(PartitionError::Instance(faults));
    }
    let problem = Problem::new(instance);
    let survey = ties::survey(&problem);
    let found = components(&problem);
    let total: i64 = survey.work.iter().map(|work| work.0).sum();
    let target = (total / parts.max(1) as i64).max(1);
    let mut chunks: Vec<Chunk> = Vec::new();
    let (mut rough_cost, mut homeless) = (0, Vec::new());
    for orders in &found {
        let lines = lines_of(&problem, orders);
        let load: i64 = orders.iter().map(|&order| survey.work[order].0).sum();
        // One and a half times a part's work is better one large part than two small ones.
        let pieces = if 2 * load < 3 * target { 1 } else { ((load + target / 2) / target) as usize };
        let pieces = pieces.clamp(1, lines.len().clamp(1, parts.max(1)));
        let (piece_of, sharing) = best_cut(&problem, &survey, (&lines, orders), pieces);
        rough_cost += sharing.cost;
        homeless.extend(sharing.homeless.iter().copied());
        chunks.extend(chunks_of(&lines, &piece_of, sharing));
    }
    let portions = pack(&problem, chunks, parts.max(1));
    let mut all_needs = Needs::default();
    for portion in &portions {
        portion.needs.iter().for_each(|(&supply, need)| *all_needs.entry(supply).or_default() += need);
    }
    let fingerprint = identity::fingerprint(instance).map_err(|fault| PartitionError::Internal(fault.to_string()))?;
    let instance_of = |(index, portion): (usize, &Portion)| {
        let whole = identity::name_of(instance).to_string();
        let identity = Identity { whole, number: index + 1, parts: portions.len(), fingerprint };
        part::instance_of(instance, &problem, portion, &all_needs, &identity)
    };
    let made: Vec<Instance> = portions.iter().enumerate().map(instance_of).collect();
    if let Some(fault) = made.iter().flat_map(validate).find(Diagnostic::is_error) {
        return Err(PartitionError::Internal(format!("a part is not valid: {fault}")));
    }
    let cut = figures::cut(
        instance,
        &problem,
        &portions,
        figures::Known { asked: parts, components: found.len(), survey: &survey, rough_cost, homeless: &homeless },
    );
    Ok(Partition { parts: made, cut })
}

/// Lines and orders that stay together.
struct Chunk {
    portion: Portion,
    load: i64,
}

/// The lines some order of a component could use.
fn lines_of(problem: &Problem, orders: &[OrderIdx]) -> Vec<LineIdx> {
    let mut is_used = vec![false; problem.lines.len()];
    let mut seen = vec![false; problem.mode_sets.len()];
    for item in orders.iter().flat_map(|&order| problem.orders[order].items()) {
        for step in 0..problem.route_of(item).steps.len() {
            let set = problem.kinds[problem.kind_of(item, step)].modes;
            if !std::mem::replace(&mut seen[set.position()], true) {
                problem.mode_sets[set].iter().for_each(|mode| is_used[mode.line.position()] = true);
            }
        }
    }
    problem.lines.ids().filter(|line| is_used[line.position()]).collect()
}

/// Cuts a component three ways, shares its orders out over each, and keeps what leaves the most pieces with orders, the
/// fewest orders without one, and the least rough cost.
fn best_cut(
    problem: &Problem,
    survey: &Survey,
    (lines, orders): (&[LineIdx], &[OrderIdx]),
    pieces: usize,
) -> (PieceOfLine, Sharing) {
    let place = |vertices: &[Vec<LineIdx>], pieces_of: &[usize]| {
        let mut piece_of: PieceOfLine = IdVec::filled(None, problem.lines.len());
        for (vertex, &piece) in vertices.iter().zip(pieces_of) {
            vertex.iter().for_each(|&line| piece_of[line] = Some(piece));
        }
        piece_of
    };
    let each: Vec<Vec<LineIdx>> = lines.iter().map(|&line| vec![line]).collect();
    if pieces == 1 {
        let piece_of = place(&each, &vec![0; each.len()]);
        let sharing = share(problem, orders, &piece_of, 1);
        return (piece_of, sharing);
    }
    let class = classes(problem, lines);
    let of_class = |class: &usize, all: &[usize]| all.iter().filter(|other| *other == class).count();
    // A class with fewer lines than there are pieces cannot be spread; the ties decide.
    let spread = class.iter().map(|own| (of_class(own, &class) >= pieces).then_some(*own)).collect();
    let mut ways = vec![(each.clone(), vec![None; each.len()]), (each, spread)];
    let sites = by_site(problem, lines);
    if sites.len() >= pieces {
        let free = vec![None; sites.len()];
        ways.insert(0, (sites, free));
    }
    let tried = ways.into_iter().map(|(vertices, class)| {
        let weight = |a: usize, b: usize| -> u64 {
            let pairs = vertices[a].iter().flat_map(|&one| vertices[b].iter().map(move |&other| (one, other)));
            pairs.map(|(one, other)| survey.ties.between(one, other)).sum()
        };
        let load = |vertex: &Vec<LineIdx>| vertex.iter().map(|&line| survey.load[line].0 + 1).sum();
        let graph = cut::Graph { weight: &weight, load: vertices.iter().map(load).collect(), class };
        let piece_of = place(&vertices, &cut::cut(&graph, pieces));
        together(problem, orders, piece_of, pieces)
    });
    let filled = |sharing: &Sharing| sharing.orders.iter().filter(|orders| !orders.is_empty()).count();
    let value = |sharing: &Sharing| (std::cmp::Reverse(filled(sharing)), sharing.homeless.len(), sharing.cost);
    match tried.min_by_key(|(_, sharing)| value(sharing)) {
        Some(best) => best,
        None => unreachable!("there are at least two ways"),
    }
}

/// Shares orders out; where an order that must be made lies across pieces, those become one and all is shared out anew.
fn together(
    problem: &Problem,
    orders: &[OrderIdx],
    mut piece_of: PieceOfLine,
    mut pieces: usize,
) -> (PieceOfLine, Sharing) {
    loop {
        let sharing = share(problem, orders, &piece_of, pieces);
        if sharing.joined.is_empty() {
            return (piece_of, sharing);
        }
        let new = joined(pieces, &sharing.joined);
        pieces = new.iter().max().map_or(1, |most| most + 1);
        piece_of.iter_mut().flatten().for_each(|piece| *piece = new[*piece]);
    }
}

/// Lines by site, in the order of the sites; those without one by themselves.
fn by_site(problem: &Problem, lines: &[LineIdx]) -> Vec<Vec<LineIdx>> {
    let mut sites: Vec<Vec<LineIdx>> = Vec::new();
    let mut known = FxHashMap::default();
    for &line in lines {
        let next = sites.len();
        let own = problem.lines[line].site.map_or(next, |site| *known.entry(site).or_insert(next));
        if own == next {
            sites.push(Vec::new());
        }
        sites[own].push(line);
    }
    sites
}

fn chunks_of(lines: &[LineIdx], piece_of: &PieceOfLine, sharing: Sharing) -> Vec<Chunk> {
    let Sharing { orders, load, needs, .. } = sharing;
    let pieces = orders.into_iter().zip(load).zip(needs).enumerate();
    let chunk = |(piece, ((orders, load), needs))| {
        let lines = lines.iter().copied().filter(|&line| piece_of[line] == Some(piece)).collect();
        Chunk { portion: Portion { orders, lines, needs }, load }
    };
    pieces.map(chunk).collect()
}

/// Packs chunks into parts: the largest first, each to the part with the least work (Graham 1969). Lines without orders, and
/// orders without lines, go with the first, so that no part is without orders unless the instance is.
fn pack(problem: &Problem, mut chunks: Vec<Chunk>, parts: usize) -> Vec<Portion> {
    let is_half = |chunk: &Chunk| chunk.portion.lines.is_empty() || chunk.portion.orders.is_empty();
    let working = chunks.iter().filter(|chunk| !is_half(chunk)).count();
    let mut packed: Vec<Chunk> = (0..parts.min(working).max(1))
        .map(|_| Chunk { portion: Portion { orders: Vec::new(), lines: Vec::new(), needs: Needs::default() }, load: 0 })
        .collect();
    chunks.sort_by_key(|chunk| (is_half(chunk), std::cmp::Reverse(chunk.load)));
    for chunk in chunks {
        // Among empty parts with no work the one without lines comes first, so that none stays empty.
        let least = (0..packed.len()).min_by_key(|&part| (packed[part].load, packed[part].portion.lines.len(), part));
        let Some(part) = least.map(|part| if is_half(&chunk) { 0 } else { part }) else { continue };
        let Chunk { portion, load } = &mut packed[part];
        portion.orders.extend(chunk.portion.orders);
        portion.lines.extend(chunk.portion.lines);
        chunk.portion.needs.iter().for_each(|(&supply, need)| *portion.needs.entry(supply).or_default() += need);
        *load += chunk.load;
    }
    let mut idle = vec![true; problem.lines.len()];
    packed.iter().flat_map(|chunk| &chunk.portion.lines).for_each(|line| idle[line.position()] = false);
    if let Some(first) = packed.first_mut() {
        first.portion.lines.extend(problem.lines.ids().filter(|line| idle[line.position()]));
    }
    let mut portions: Vec<Portion> = packed.into_iter().map(|chunk| chunk.portion).collect();
    for portion in &mut portions {
        portion.orders.sort_unstable();
        portion.lines.sort_unstable();
    }
    portions
}
