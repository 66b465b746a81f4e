//! `partition` and `merge` from outside: parts are valid and lose nothing, their plans make a whole one, wrong sets of plans
//! are told apart.

use lotwise::generate::{Parameters, generate};
use lotwise::model::{Instance, Material};
use lotwise::partition::{Partition, PartitionError, merge, partition};
use lotwise::solve::Method;
use lotwise::{Options, Solution, solve, validate, verify};

fn made(name: &str, orders: usize, set: &[(&str, &str)]) -> Instance {
    let set = set.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    generate(name, &Parameters { orders: Some(orders), set, ..Parameters::default() }).unwrap()
}

fn effort(iterations: u64, threads: usize) -> Options {
    // No bound is asked for: it takes most of the time.
    let method = Method::Heuristic;
    Options { method, time_limit: None, iterations: Some(iterations), threads: Some(threads), ..Options::default() }
}

fn plans(cut: &Partition) -> Vec<Solution> {
    cut.parts.iter().map(|part| solve(part, &effort(2_000, 1), &mut |_| {}).unwrap().solution).collect()
}

/// Separable lines, routes with shared cloth, harvests by site, kits of several stages; and into how many parts to plan each.
fn cases() -> Vec<(Instance, usize)> {
    vec![
        (made("print-on-demand", 120, &[("sites", "6")]), 3),
        (made("parallel", 60, &[]), 2),
        (made("garment", 40, &[]), 2),
        (made("farm", 40, &[]), 2),
        (made("by-you", 40, &[]), 2),
        (made("biyao", 40, &[]), 3),
    ]
}

fn there(material: &Material) -> i128 {
    let arrivals = material.arrivals.iter().map(|arrival| i128::from(arrival.quantity.0));
    i128::from(material.stock.0) + arrivals.sum::<i128>()
}

#[test]
fn parts_are_valid_and_share_everything_out_once() {
    let mut several = 0;
    for (whole, most) in cases().iter().flat_map(|(whole, _)| (1..=4).map(move |most| (whole, most))) {
        let name = format!("{} in {most}", whole.name.as_deref().unwrap());
        let cut = partition(whole, most).unwrap();
        assert!((1..=most).contains(&cut.parts.len()), "{name}");
        several += usize::from(cut.parts.len() == most);
        let (mut orders, mut lines) = (Vec::new(), Vec::new());
        for part in &cut.parts {
            let faults = validate(part);
            assert!(!faults.iter().any(|fault| fault.is_error()), "{name}: {faults:?}");
            assert!(!part.orders.is_empty() && !part.lines.is_empty(), "{name}: a part with nothing to do");
            orders.extend(part.orders.iter().map(|order| order.id.clone()));
            lines.extend(part.lines.iter().map(|line| line.id.clone()));
        }
        orders.sort();
        lines.sort();
        let mut all_orders: Vec<_> = whole.orders.iter().map(|order| order.id.clone()).collect();
        let mut all_lines: Vec<_> = whole.lines.iter().map(|line| line.id.clone()).collect();
        all_orders.sort();
        all_lines.sort();
        assert_eq!((orders, lines), (all_orders, all_lines), "{name}");
        assert_eq!(partition(whole, most).unwrap().parts, cut.parts, "{name}: the same again");
    }
    assert!(several > 4 * 2, "most instances can be cut: {several}");
}

#[test]
fn a_scarce_stock_is_shared_out_and_never_twice() {
    let mut shared = 0;
    for (whole, parts) in cases() {
        let cut = partition(&whole, parts).unwrap();
        for stock in &cut.cut.shared_materials {
            let is_it = |material: &&Material| material.id == stock.id && material.site == stock.site;
            let all = there(whole.materials.iter().find(is_it).unwrap());
            let shares = |part: &Instance| part.materials.iter().find(is_it).map_or(0, there);
            let out: i128 = stock.parts.iter().map(|number| shares(&cut.parts[number - 1])).sum();
            // Each share is rounded down to millionths, and nothing else is lost.
            let lost = all - out;
            assert!((0..=stock.parts.len() as i128).contains(&lost), "{}: {out} of {all}", stock.id);
            shared += 1;
        }
    }
    assert!(shared > 0, "some stock is shared");
}

#[test]
fn merged_plans_hold_and_are_the_same_on_any_number_of_threads() {
    for (whole, parts) in cases() {
        let name = whole.name.clone().unwrap();
        let plans = plans(&partition(&whole, parts).unwrap());
        let merged = merge(&whole, &plans, &effort(4_000, 1)).unwrap();
        let verification = verify(&whole, &merged.solution);
        assert!(verification.is_sound(), "{name}: {:?}", verification.breaches);
        assert!(merged.solution.kpis.unplanned <= merged.unplanned_before, "{name}");
        if merged.solution.kpis.unplanned == merged.unplanned_before {
            assert!(merged.solution.cost.total <= merged.put_together.total, "{name}");
        }
        let again = merge(&whole, &plans, &effort(4_000, 3)).unwrap();
        assert_eq!(again.solution, merged.solution, "{name}");
    }
}

#[test]
fn a_wrong_set_of_plans_is_told_by_its_code() {
    let whole = made("print-on-demand", 60, &[("sites", "6")]);
    let cut = partition(&whole, 3).unwrap();
    assert_eq!(cut.parts.len(), 3);
    let plans = plans(&cut);
    let codes = |instance: &Instance, plans: &[Solution]| match merge(instance, plans, &effort(1, 1)) {
        Err(PartitionError::Parts(faults)) => faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(codes(&whole, &plans[1..]), ["part-missing"]);
    assert_eq!(codes(&whole, &[plans.clone(), plans[..1].to_vec()].concat()), ["part-twice"]);
    let mut changed = whole.clone();
    changed.orders[0].items[0].quantity += 1;
    assert_eq!(codes(&changed, &plans[..1]), ["part-stale"]);
    let mut other = whole.clone();
    other.name = Some("another".to_string());
    assert_eq!(codes(&other, &plans[..1]), ["part-foreign"]);
    let mut of_two = plans.clone();
    let named = of_two[2].instance.as_deref().unwrap().replace("3 of 3", "2 of 2");
    of_two[2].instance = Some(named);
    assert_eq!(codes(&whole, &of_two), ["part-mixed"]);
}

#[cfg(feature = "cli")]
#[test]
fn the_command_cuts_plans_merges_and_checks() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lotwise"));
        command.current_dir(folder.path()).args(line.split(' ')).output().unwrap()
    };
    let done = |line: &str| {
        let output = run(line);
        assert!(output.status.success(), "{line}: {output:?}");
    };
    done("generate print-on-demand --orders 60 --set sites=6 -o whole.json");
    done("partition whole.json --parts 3 -o parts");
    done("partition whole.json --parts 3 -o parts.ndjson");
    for part in 1..=3 {
        done(&format!(
            "solve parts/part-{part}.json --method heuristic --iterations 2000 --threads 1 -q -o plan-{part}.json"
        ));
    }
    done("solve --ndjson parts.ndjson --method heuristic --iterations 2000 -q -o plans.ndjson");
    done("merge whole.json plans.ndjson --iterations 2000 -o from-lines.json");
    done("merge whole.json plan-3.json plan-1.json plan-2.json --iterations 2000 -o merged.json");
    done("check whole.json merged.json");
    done("check whole.json from-lines.json");
    let output = run("merge whole.json plan-1.json plan-3.json --iterations 2000");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("part-missing"), "{said}");
    let failed = r#"{"error":{"code":"bad-input","message":"no lines","issues":[]}}"#;
    std::fs::write(folder.path().join("plan-2.json"), failed).unwrap();
    let output = run("merge whole.json plan-1.json plan-2.json plan-3.json --iterations 2000");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("part-failed") && said.contains("no lines"), "{said}");
}
