//! The plain simulated annealing that a good engineer writes in an afternoon: the baseline a planning program must beat.
//!
//! Three moves (relocate a lot, swap two lots, swap the tails of two lines), each priced by simulating the two lines it
//! touches from their first lot, and a temperature that falls geometrically with the wall clock. One chain per thread,
//! independent of each other; the best counts. It starts from the plan that every peer is given.
//!
//! `annealing SHOP ANSWER --time-limit SECONDS --threads N --seed S`; see `README.md` for the two files.

use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// What a chain found: each line's lots in order, and their weighted tardiness in weight times seconds.
type Found = (i64, Vec<Vec<usize>>);

/// The problem, lots and lines by index, times in seconds from the start of the plan.
struct Shop {
    release: Vec<i64>,
    due: Vec<i64>,
    weight: Vec<i64>,
    family: Vec<usize>,
    /// By lot and line; negative where the line cannot run the lot.
    duration: Vec<Vec<i64>>,
    /// By family of the lot before and of the lot.
    setup: Vec<Vec<i64>>,
}

impl Shop {
    /// The weighted tardiness of one line, or `None` if it cannot run one of its lots.
    fn cost(&self, line: usize, lots: &[usize]) -> Option<i64> {
        let (mut free, mut cost, mut before) = (0, 0, None);
        for &lot in lots {
            let duration = self.duration[lot][line];
            if duration < 0 {
                return None;
            }
            let setup = before.map_or(0, |family: usize| self.setup[family][self.family[lot]]);
            free = self.release[lot].max(free + setup) + duration;
            cost += self.weight[lot] * (free - self.due[lot]).max(0);
            before = Some(self.family[lot]);
        }
        Some(cost)
    }

    /// Anneals until the clock has run from `began` for `limit`.
    fn anneal(&self, start: &[Vec<usize>], began: Instant, limit: Duration, random: &mut Random) -> Found {
        let mut lines = start.to_vec();
        let price = |line: usize, lots: &[usize]| self.cost(line, lots).unwrap_or(i64::MAX / 4);
        let mut costs: Vec<i64> = lines.iter().enumerate().map(|(line, lots)| price(line, lots)).collect();
        let mut total: i64 = costs.iter().sum();
        let mut best = (total, lines.clone());
        let (mut left, mut right) = (Vec::new(), Vec::new());
        // Calibrated on the first moves: the chain starts where it takes most worsenings of the common size.
        let (mut worsened, mut worsenings, mut hottest, mut temperature) = (0.0, 0.0, 0.0_f64, 0.0_f64);
        for moves in 0_u64.. {
            if moves % 128 == 0 {
                let share = began.elapsed().as_secs_f64() / limit.as_secs_f64();
                if share >= 1.0 || best.0 == 0 {
                    break;
                }
                temperature = hottest * COLDEST.powf(share);
            }
            let (a, b) = (random.below(lines.len()), random.below(lines.len()));
            left.clone_from(&lines[a]);
            right.clone_from(&lines[b]);
            if !propose(&mut left, &mut right, a == b, random) {
                continue;
            }
            let Some(new_a) = self.cost(a, &left) else { continue };
            let Some(new_b) = (if a == b { Some(0) } else { self.cost(b, &right) }) else { continue };
            let old_b = if a == b { 0 } else { costs[b] };
            let change = new_a + new_b - costs[a] - old_b;
            if worsenings < CALIBRATION {
                if change > 0 {
                    worsened += change as f64;
                    worsenings += 1.0;
                    hottest = HOTTEST * worsened / worsenings;
                    continue;
                }
            } else if change > 0 && random.unit() >= (-(change as f64) / temperature).exp() {
                continue;
            }
            costs[a] = new_a;
            std::mem::swap(&mut lines[a], &mut left);
            if a != b {
                costs[b] = new_b;
                std::mem::swap(&mut lines[b], &mut right);
            }
            total += change;
            if total < best.0 {
                best = (total, lines.clone());
            }
        }
        best
    }
}

/// Worsening moves that are looked at before the chain sets off.
const CALIBRATION: f64 = 500.0;
/// The first temperature over the mean worsening.
const HOTTEST: f64 = 0.1;
/// The last temperature over the first.
const COLDEST: f64 = 1e-3;

/// Changes two lines (or one, with itself) by one of the three moves; false where the move changes nothing.
fn propose(left: &mut Vec<usize>, right: &mut Vec<usize>, same: bool, random: &mut Random) -> bool {
    if left.is_empty() {
        return false;
    }
    let i = random.below(left.len());
    match random.below(3) {
        0 => {
            let lot = left.remove(i);
            let target = if same { left } else { right };
            target.insert(random.below(target.len() + 1), lot);
        }
        1 if same => {
            let j = random.below(left.len());
            left.swap(i, j);
        }
        1 if !right.is_empty() => {
            let j = random.below(right.len());
            std::mem::swap(&mut left[i], &mut right[j]);
        }
        2 if !same => {
            let tail = right.split_off(random.below(right.len() + 1));
            right.extend(left.drain(i..));
            left.extend(tail);
        }
        _ => return false,
    }
    true
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, quick, good enough for a chain.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

type Failure = Box<dyn std::error::Error>;

fn field<T: serde_json::value::Index, R>(
    of: &Value,
    name: T,
    read: impl Fn(&Value) -> Option<R>,
) -> Result<R, Failure> {
    of.get(name).and_then(read).ok_or_else(|| "the shop file lacks a field or has one of another shape".into())
}

fn numbers(value: &Value) -> Option<Vec<i64>> {
    value.as_array()?.iter().map(Value::as_i64).collect()
}

fn indices(value: &Value) -> Option<Vec<usize>> {
    numbers(value)?.into_iter().map(|number| usize::try_from(number).ok()).collect()
}

fn main() -> Result<(), Failure> {
    let began = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [shop_file, answer_file, _, limit, _, threads, _, seed] = arguments.as_slice() else {
        return Err("annealing SHOP ANSWER --time-limit SECONDS --threads N --seed S".into());
    };
    let (threads, seed): (u64, u64) = (threads.parse()?, seed.parse()?);
    // A twentieth of a second is kept for writing the answer.
    let limit = Duration::from_secs_f64((limit.parse::<f64>()? - 0.05).max(0.01));
    let file: Value = serde_json::from_slice(&std::fs::read(shop_file)?)?;
    let table = |value: &Value| value.as_array()?.iter().map(numbers).collect::<Option<Vec<_>>>();
    let shop = Shop {
        release: field(&file, "release", numbers)?,
        due: field(&file, "due", numbers)?,
        weight: field(&file, "weight", numbers)?,
        family: field(&file, "family", indices)?,
        duration: field(&file, "duration", table)?,
        setup: field(&file, "setup", table)?,
    };
    let start = field(&file, "start", |value| value.as_array()?.iter().map(indices).collect::<Option<Vec<_>>>())?;
    let found: Vec<Found> = std::thread::scope(|scope| {
        let chain = |thread| {
            let (shop, start) = (&shop, &start);
            scope.spawn(move || shop.anneal(start, began, limit, &mut Random((seed << 20) + thread)))
        };
        let chains: Vec<_> = (0..threads).map(chain).collect();
        chains.into_iter().filter_map(|chain| chain.join().ok()).collect()
    });
    let (cost, sequences) = found.into_iter().min().ok_or("every chain failed")?;
    // Nothing is below zero, so zero is the one optimum that needs no proof.
    let status = if cost == 0 { "optimal" } else { "feasible" };
    std::fs::write(answer_file, json!({"status": status, "bound": null, "sequences": sequences}).to_string())?;
    Ok(())
}
