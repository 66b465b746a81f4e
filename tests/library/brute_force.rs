//! Tiny shops of which every plan is tried: nothing the planner claims is below the best of them, and mostly it
//! finds that one; the best itself does not depend on names or on the order of the file.

use crate::common::tiny_shop::{Shop, any_shop, any_splitting_shop};
use lotwise::solution::Solution;
use lotwise::solve::{Method, Options, SolveError, solve};
use lotwise::units::Money;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The same shops each time.
fn shops(count: usize, seed: u8) -> Vec<Shop> {
    drawn(&any_shop(), count, seed)
}

fn drawn(shop: &impl Strategy<Value = Shop>, count: usize, seed: u8) -> Vec<Shop> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    (0..count).map(|_| shop.new_tree(&mut runner).unwrap().current()).collect()
}

/// What `method` makes of a shop in so many iterations; none where an order cannot be made at all, which `validate` refuses.
fn planned(shop: &Shop, method: Method, iterations: u64) -> Option<Solution> {
    let iterations = Some(iterations);
    let options = Options { method, time_limit: None, iterations, threads: Some(1), ..Options::default() };
    match solve(&shop.instance(""), &options, &mut |_| {}) {
        Ok(outcome) => {
            assert!(outcome.solution.run.faults.is_empty(), "{:?}\n{shop:#?}", outcome.solution.run.faults);
            Some(outcome.solution)
        }
        Err(SolveError::Invalid(_)) => None,
        Err(fault) => panic!("{fault}\n{shop:#?}"),
    }
}

fn solved(shop: &Shop, method: Method) -> Option<(usize, Money)> {
    planned(shop, method, 3_000).map(|solution| (solution.kpis.unplanned, solution.cost.total))
}

#[test]
fn no_plan_is_below_the_optimum_and_most_reach_it() {
    let (mut tried, mut reached, mut by_dispatch) = (0, 0, 0);
    let mut missed = Vec::new();
    for shop in shops(300, 1) {
        let Some(found) = solved(&shop, Method::Heuristic) else { continue };
        let dispatched = solved(&shop, Method::Dispatch).unwrap();
        let best = shop.optimum("");
        assert!(found >= best, "the heuristic says {found:?}, the best of all plans is {best:?}\n{shop:#?}");
        assert!(dispatched >= best, "dispatch says {dispatched:?}, the best of all plans is {best:?}\n{shop:#?}");
        tried += 1;
        reached += usize::from(found == best);
        by_dispatch += usize::from(dispatched == best);
        if found != best {
            missed
                .push(format!("{found:?} instead of {best:?}: {}", serde_json::to_string(&shop.instance("")).unwrap()));
        }
    }
    println!("{tried} shops: optimal {reached}, by dispatch {by_dispatch}\n{}", missed.join("\n"));
    assert!(tried >= 200, "only {tried} shops are valid");
    assert!(reached * 20 >= tried * 19, "optimal only {reached} times in {tried}");
}

/// The best of all plans may split an item anywhere, the planner tries nearly equal lots.
#[test]
fn split_lots_are_not_below_the_optimum_and_mostly_reach_it() {
    let (mut tried, mut reached, mut useful, mut by_dispatch, mut bounded) = (0, 0, 0, 0, 0);
    for shop in drawn(&any_splitting_shop(), 100, 4) {
        let Some(found) = solved(&shop, Method::Heuristic) else { continue };
        let best = shop.optimum("");
        assert!(found >= best, "the heuristic says {found:?}, the best of all plans is {best:?}\n{shop:#?}");
        tried += 1;
        reached += usize::from(found == best);
        useful += usize::from(Shop { split: None, ..shop.clone() }.optimum("") > best);
        by_dispatch += usize::from(solved(&shop, Method::Dispatch) == Some(best));
        if let Some(bound) = planned(&shop, Method::Auto, 400).unwrap().bound {
            assert!(bound <= best.1, "{bound} is said to be proved, the best of all plans is {best:?}\n{shop:#?}");
            bounded += 1;
        }
    }
    println!("{tried} shops, {useful} better split, {bounded} bounded: optimal {reached}, by dispatch {by_dispatch}");
    assert!(bounded * 2 > tried, "only {bounded} of {tried} have a bound");
    assert!(tried >= 60, "only {tried} shops are valid");
    assert!(reached * 10 >= tried * 8, "optimal only {reached} times in {tried}");
}

/// More shops by `LOTWISE_CASES`.
#[test]
#[cfg(feature = "mip")]
fn no_bound_is_above_the_optimum_and_no_plan_called_optimal_is_beaten() {
    let (mut bounded, mut tight, mut optimal, mut tried) = (0, 0, 0, 0);
    let cases = std::env::var("LOTWISE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_500);
    for shop in shops(cases, 4) {
        let Some(solution) = planned(&shop, Method::Auto, 400) else { continue };
        tried += 1;
        let Some(bound) = solution.bound else { continue };
        let (unplanned, best) = shop.optimum("");
        assert_eq!(unplanned, 0, "a plan that makes everything was found\n{shop:#?}");
        let written = || serde_json::to_string(&shop.instance("")).unwrap();
        assert!(bound <= best, "{bound} is said to be proved, the best of all plans is {best}\n{}", written());
        bounded += 1;
        tight += usize::from(bound == best);
        optimal += usize::from(solution.status == lotwise::solution::Status::Optimal);
    }
    println!("{tried} shops, {bounded} with a bound, {tight} with a tight one, {optimal} proved optimal");
    assert!(bounded * 2 > tried && optimal * 4 > bounded, "{tried} tried, {bounded} bounded, {optimal} optimal");
}

#[test]
fn names_and_the_order_of_the_file_change_no_optimum() {
    for shop in shops(60, 2) {
        let best = shop.optimum("");
        assert_eq!(shop.optimum("z-"), best, "renamed\n{shop:#?}");
        assert_eq!(shop.reversed().optimum(""), best, "reversed\n{shop:#?}");
    }
}

#[test]
fn a_later_date_never_raises_the_optimum() {
    for shop in shops(60, 3) {
        let best = shop.optimum("");
        for order in 0..shop.orders.len() {
            let mut relaxed = shop.clone();
            let facts = &mut relaxed.orders[order];
            facts.due = facts.due.map(|due| due + 45);
            let later = relaxed.optimum("");
            assert!(later <= best, "due 45 minutes later: {later:?} instead of {best:?}\n{shop:#?}");
            relaxed.orders[order].deadline = relaxed.orders[order].deadline.map(|deadline| deadline + 45);
            let later_still = relaxed.optimum("");
            assert!(later_still <= later, "deadline 45 minutes later\n{shop:#?}");
        }
    }
}

/// The shop with some of its orders only.
fn with_orders(shop: &Shop, keep: impl Fn(&str) -> bool) -> Shop {
    let orders = shop.orders.iter().filter(|order| keep(&order.name)).cloned().collect();
    Shop { orders, ..shop.clone() }
}

/// Its clash, if one is proved.
fn clash(shop: &Shop) -> Option<lotwise::solution::ClashEntry> {
    let options = Options { time_limit: None, iterations: Some(8), threads: Some(1), ..Options::default() };
    let solution = solve(&shop.instance(""), &options, &mut |_| {}).ok()?.solution;
    assert!(solution.run.faults.is_empty(), "{:?}\n{shop:#?}", solution.run.faults);
    assert_eq!(solution.status == lotwise::solution::Status::Infeasible, solution.clash.is_some());
    solution.clash
}

/// Deadlines near what one order takes: many shops cannot make all, some only just.
#[test]
fn what_is_proved_impossible_is_and_every_order_of_a_clash_is_needed() {
    let (mut proved, mut of_several) = (0, 0);
    for (index, mut shop) in shops(2_500, 7).into_iter().enumerate() {
        for (place, order) in shop.orders.iter_mut().enumerate() {
            order.deadline = Some(order.release + 60 + ((index * 37 + place * 53) % 160) as i64);
            order.reject_cost = order.reject_cost.filter(|_| index % 3 == 0);
        }
        let Some(found) = clash(&shop) else { continue };
        proved += 1;
        of_several += usize::from(found.orders.len() > 1);
        let alone = with_orders(&shop, |name| found.orders.iter().any(|order| order == name));
        assert_eq!(alone.orders.len(), found.orders.len(), "{found:?}");
        assert!(alone.optimum("").0 > 0, "{found:?}, but all of them can be made\n{alone:#?}");
        for order in &found.orders {
            let fewer = with_orders(&alone, |name| name != order);
            if !fewer.orders.is_empty() {
                assert_eq!(clash(&fewer), None, "{order} is not needed in {found:?}\n{shop:#?}");
            }
        }
    }
    println!("{proved} proved, {of_several} of several orders");
    assert!(of_several >= 40, "{proved} proved, {of_several} of several orders");
}

/// How many of the shops that cannot make all are proved.
#[test]
fn most_of_what_is_impossible_is_proved() {
    let (mut impossible, mut proved) = (0, 0);
    for (index, mut shop) in shops(400, 8).into_iter().enumerate() {
        for (place, order) in shop.orders.iter_mut().enumerate() {
            order.deadline = Some(order.release + 60 + ((index * 37 + place * 53) % 160) as i64);
            order.reject_cost = None;
        }
        if solved(&shop, Method::Dispatch).is_some_and(|(unplanned, _)| unplanned > 0) && shop.optimum("").0 > 0 {
            impossible += 1;
            proved += usize::from(clash(&shop).is_some());
        }
    }
    println!("{impossible} impossible, {proved} proved");
    assert!(impossible >= 40 && proved * 2 >= impossible, "{impossible} impossible, {proved} proved");
}
