//! Small clashes of each kind, minimal ones, and none where there is none.

use super::*;
use crate::generate::{Parameters, generate};
use crate::heuristic::construct::earliest_due_date;
use crate::model::{Instance, Instant as At, Order, Variant};
use crate::proof::tests::{at, hours, instance, plain_line};
use crate::schedule::evaluate;
use crate::units::{Id, Money};

fn clash(instance: &Instance) -> Option<Clash> {
    find(&Problem::new(instance))
}

/// One press, `orders` of so many hours each, all due out by `deadline`.
fn press(works: &[i64], deadline: i64) -> Instance {
    let mut built = instance().line(plain_line("press", 1)).variant(Variant::new("mug"));
    for (index, &work) in works.iter().enumerate() {
        let order = Order::new(format!("o{index}")).item("mug", work);
        built = built.order(Order { deadline: Some(at(deadline)), ..order });
    }
    built.build()
}

#[test]
fn work_that_does_not_fit_is_proved_with_the_fewest_orders() {
    let found = clash(&press(&[1, 6, 1, 5, 2], 10)).expect("15 hours into 10");
    let Proof::Capacity { open, work, .. } = &found.proof else { panic!("{found:?}") };
    assert_eq!(*open, hours(10));
    assert!(*work > hours(10));
    // Whatever was left out, nothing can be left out any more.
    let total = |orders: &[OrderIdx]| orders.iter().map(|order| [1, 6, 1, 5, 2][order.0 as usize]).sum::<i64>();
    assert!(total(&found.orders) > 10);
    for order in &found.orders {
        let others: Vec<OrderIdx> = found.orders.iter().copied().filter(|other| other != order).collect();
        assert!(total(&others) <= 10, "{order:?} is not needed");
    }
}

#[test]
fn what_fits_and_what_may_be_left_out_is_no_clash() {
    assert_eq!(clash(&press(&[5, 5], 10)), None);
    let mut optional = press(&[6, 6], 10);
    optional.orders[1].reject_cost = Some(Money(10_000));
    assert_eq!(clash(&optional), None);
}

#[test]
fn an_order_longer_than_its_time_clashes_by_itself() {
    let found = clash(&press(&[2, 11], 10)).expect("11 hours into 10");
    assert_eq!(found.orders, [OrderIdx(1)]);
    assert!(matches!(found.proof, Proof::NoPlace { step: 0, .. }), "{found:?}");
}

/// Whatever the format allows, made as tight as a plan of it is: every deadline is the delivery it has there, the horizon
/// its last end, and all it makes must be made. That plan still stands, so nothing clashes.
#[test]
fn no_clash_is_claimed_where_a_plan_makes_everything() {
    let (mut tried, mut several) = (0, 0);
    for seed in 0..3_000 {
        let parameters = Parameters { seed, ..Parameters::default() };
        let mut instance = generate("anything", &parameters).unwrap();
        let problem = Problem::new(&instance);
        let made = earliest_due_date(&problem);
        for (id, order) in problem.orders.enumerate() {
            let written = &mut instance.orders[id.position()];
            match made.schedule.deliveries[id] {
                Some(delivery) => {
                    written.reject_cost = None;
                    written.deadline = Some(At::utc(delivery.max(order.release + Seconds(1))));
                }
                None => written.reject_cost = Some(Money(1)),
            }
        }
        if let Some(last) = made.schedule.operations.iter().map(|timed| timed.end).max() {
            instance.end = Some(At::utc(last.max(problem.start + Seconds(1))));
        }
        if crate::validate::validate(&instance).iter().any(crate::diagnostic::Diagnostic::is_error) {
            continue;
        }
        let tight = Problem::new(&instance);
        // The shorter horizon may cut overtime or facts away: the plan must stand as it is.
        if evaluate(&tight, &made.plan).is_err() {
            continue;
        }
        tried += 1;
        several += usize::from(made.schedule.deliveries.iter().flatten().count() > 1);
        let found = find(&tight);
        assert!(found.is_none(), "seed {seed}: {found:?} in {}", serde_json::to_string(&instance).unwrap());
    }
    assert!(tried > 1_500 && several > 1_000, "{tried} tried, {several} with several orders");
}

/// A proof that work does not fit rests on it: in lots of any size the quantity takes no less.
#[test]
fn the_least_time_of_a_quantity_is_exact_and_no_way_to_divide_it_is_below() {
    let rate = |seconds: f64, share: f64, fixed: &str| {
        let instance: Instance = serde_json::from_value(serde_json::json!({
            "format": "lotwise/1", "start": "2026-11-23T08:00:00Z", "variants": [{ "id": "mug" }],
            "lines": [{ "id": "a", "rates": [{ "seconds_per_unit": seconds, "yield": share, "fixed_time": fixed }] }],
            "orders": [{ "id": "o", "items": [{ "variant": "mug", "quantity": 1 }] }],
        }))
        .unwrap();
        let problem = Problem::new(&instance);
        problem.rates[problem.rates.ids().next().unwrap()]
    };
    let slow = rate(90.0, 0.6, "PT30S");
    for quantity in 1..30 {
        let least = slow.least_run_time(quantity);
        assert_eq!(least, Seconds(150 * quantity + 30));
        for first in 1..quantity {
            assert!(least <= slow.run_time(first) + slow.run_time(quantity - first));
        }
    }
    assert_eq!(rate(0.001, 1.0, "PT0S").least_run_time(1), Seconds(1));
}
