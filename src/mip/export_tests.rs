//! What is written is read back by a reader of its own and solved: the same optimum as the program itself.

use super::*;
use crate::generate::{Parameters, generate};
use crate::heuristic::construct::earliest_due_date;
use crate::mip::Limits;
use crate::mip::highs::{Program, best_values};
use crate::mip::tests::random_instance;
use good_lp::variable;

type ReadRow = (bool, Vec<(String, f64)>, f64);

/// A program as a file says it.
#[derive(Debug, Default, PartialEq)]
struct Read {
    /// Upper bound and whether it is a decision, by name.
    variables: std::collections::BTreeMap<String, (String, bool)>,
    /// Whether an equality, terms and bound, by name.
    rows: std::collections::BTreeMap<String, ReadRow>,
    objective: Vec<(String, f64)>,
}

/// Reads free MPS, as far as it is written here.
fn read_mps(text: &str) -> Read {
    let (mut read, mut section, mut integer) = (Read::default(), "", false);
    for line in text.lines().filter(|line| !line.starts_with('*')) {
        if !line.starts_with(' ') {
            section = line.split(' ').next().unwrap();
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        match (section, words.as_slice()) {
            ("ROWS", ["N", _]) => {}
            ("ROWS", [kind, name]) => {
                let row = (*kind == "E", Vec::new(), 0.0);
                assert!(read.rows.insert((*name).to_string(), row).is_none(), "{name} twice");
            }
            ("COLUMNS", [_, "'MARKER'", kind]) => integer = *kind == "'INTORG'",
            ("COLUMNS", [name, row, factor]) => {
                read.variables.entry((*name).to_string()).or_insert(("inf".to_string(), integer));
                let factor: f64 = factor.parse().unwrap();
                match *row {
                    "cost" if factor == 0.0 => {}
                    "cost" => read.objective.push(((*name).to_string(), factor)),
                    row => read.rows.get_mut(row).unwrap().1.push(((*name).to_string(), factor)),
                }
            }
            ("RHS", [_, row, bound]) => read.rows.get_mut(*row).unwrap().2 = bound.parse().unwrap(),
            ("BOUNDS", ["BV", _, name]) => read.variables.get_mut(*name).unwrap().0 = "1".to_string(),
            ("BOUNDS", ["UP", _, name, most]) => read.variables.get_mut(*name).unwrap().0 = (*most).to_string(),
            _ => panic!("{section}: {line}"),
        }
    }
    read
}

/// Reads LP, as far as it is written here.
fn read_lp(text: &str) -> Read {
    let mut read = Read::default();
    let body: String = text.lines().filter(|line| !line.starts_with('\\')).map(|line| format!("{line}\n")).collect();
    let (objective, rest) = body.split_once("\nSubject To\n").unwrap();
    let (rows, rest) = rest.split_once("Bounds\n").unwrap();
    let (bounds, rest) = rest.split_once("Binary\n").unwrap();
    let terms = |words: &[&str]| -> Vec<(String, f64)> {
        let term = |term: &[&str]| {
            let factor: f64 = term[1].parse().unwrap();
            (term[2].to_string(), if term[0] == "-" { -factor } else { factor })
        };
        words.chunks(3).map(term).filter(|(_, factor)| *factor != 0.0).collect()
    };
    let words: Vec<&str> = objective.split_whitespace().collect();
    assert_eq!(words[..2], ["Minimize", "cost:"]);
    read.objective = terms(&words[2..]);
    // A row ends where its line ends with a bound; its terms may run over several lines.
    for row in rows.replace("\n  ", " ").lines() {
        let words: Vec<&str> = row.split_whitespace().collect();
        let end = words.len() - 2;
        let row = (words[end] == "=", terms(&words[1..end]), words[end + 1].parse().unwrap());
        for (name, _) in &row.1 {
            read.variables.entry(name.clone()).or_insert(("inf".to_string(), false));
        }
        assert!(read.rows.insert(words[0].trim_end_matches(':').to_string(), row).is_none(), "{} twice", words[0]);
    }
    for (name, _) in &read.objective {
        read.variables.entry(name.clone()).or_insert(("inf".to_string(), false));
    }
    for bound in bounds.lines() {
        let words: Vec<&str> = bound.split_whitespace().collect();
        read.variables.insert(words[2].to_string(), (words[4].to_string(), false));
    }
    for name in rest.trim_end().trim_end_matches("End").split_whitespace() {
        read.variables.insert(name.to_string(), ("1".to_string(), true));
    }
    read
}

/// The program of a file, for our solver.
fn program(read: &Read) -> (Program, Vec<Variable>) {
    let mut variables = ProblemVariables::new();
    let mut known = std::collections::BTreeMap::new();
    for (name, (most, integer)) in &read.variables {
        let kind = variable().min(0.0).max(most.parse::<f64>().unwrap());
        known.insert(name.as_str(), variables.add(if *integer { kind.integer() } else { kind }));
    }
    let expression = |terms: &[(String, f64)]| sum(terms.iter().map(|(name, factor)| (known[name.as_str()], *factor)));
    let rows =
        read.rows.values().map(
            |(is_equality, terms, bound)| {
                if *is_equality { expression(terms).eq(*bound) } else { expression(terms).leq(*bound) }
            },
        );
    let constraints = rows.collect();
    let objective = expression(&read.objective);
    let asked = known.values().copied().collect();
    (Program { variables, objective, constraints, start: Vec::new() }, asked)
}

/// The optimum of a program, by the values of its variables.
fn optimum(program: Program, asked: Vec<Variable>) -> f64 {
    let limits = Limits { relative_gap: 0.0, ..Limits::default() };
    let objective: FxHashMap<Variable, f64> = (&program.objective).linear_coefficients().collect();
    let values = best_values(program, asked.clone(), &limits, None, &|| false).unwrap().expect("it has a solution");
    asked.iter().zip(values).map(|(variable, value)| objective.get(variable).unwrap_or(&0.0) * value).sum()
}

/// Plain ones, and ones with whatever the format allows.
fn instances() -> Vec<Instance> {
    let anything = (1..9).map(|seed| {
        let parameters = Parameters { seed, ..Parameters::default() };
        generate("anything", &parameters).unwrap()
    });
    (0..4).map(|seed| random_instance(seed, 5, 2)).chain(anything).collect()
}

#[test]
fn both_files_say_the_same_and_have_the_programs_own_optimum() {
    let mut tried = 0;
    for instance in instances() {
        let problem = Problem::new(&instance);
        let known = earliest_due_date(&problem);
        let write = |dialect| text(&instance, &problem, Some(&known.plan), (dialect, Some(4)));
        let (Some(lp), Some(mps)) = (write(Dialect::Lp), write(Dialect::Mps)) else { continue };
        let (from_lp, mut from_mps) = (read_lp(&lp), read_mps(&mps));
        // LP lists terms by row, MPS by column: the same within each row.
        from_mps.variables.retain(|name, _| from_lp.variables.contains_key(name));
        assert_eq!(from_lp, from_mps, "{lp}\n{mps}");
        let demand = Demand::new(&problem, Some(&known.plan));
        let buckets = buckets::Buckets::new(&problem, &demand, 4, last_end(&known.schedule));
        let own = Allocation::new(&problem, &demand, &buckets, None);
        let objective = sum(own.costs.iter().copied());
        let asked: Vec<Variable> = own.variables.iter_variables_with_def().map(|(variable, _)| variable).collect();
        let own = Program { variables: own.variables, objective, constraints: own.constraints, start: Vec::new() };
        let own = optimum(own, asked);
        let (read, asked) = program(&from_mps);
        let read = optimum(read, asked);
        assert!((own - read).abs() <= 1e-4 * own.abs().max(1.0), "{own} and, read back, {read}\n{mps}");
        tried += 1;
    }
    assert!(tried >= 5, "only {tried} programs");
}
