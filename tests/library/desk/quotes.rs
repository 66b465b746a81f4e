//! Orders that are asked for: dates, prices, and what their acceptance moves.

use super::plants::*;
use lotwise::desk::{DeskError, QuoteOptions, accept, quote, read_order};
use lotwise::solution::OrderStatus;
use lotwise::verify::verify;
use serde_json::json;

#[test]
fn a_quote_prices_dates_and_its_acceptance_is_the_plan_it_was_priced_by() {
    let instance = read(&press(json!([
        { "id": "A", "due": "2026-11-23T10:00:00Z", "late_cost_per_day": 240, "items": [{ "variant": "mug", "quantity": 120 }] },
        { "id": "B", "due": "2026-11-23T13:00:00Z", "late_cost_per_day": 240, "items": [{ "variant": "mug", "quantity": 120 }] },
    ])));
    let solution = plan(&instance);
    let order = read_order(br#"{ "id": "R", "items": [ { "variant": "mug", "quantity": 60 } ] }"#).unwrap();
    let dates = ["2026-11-23T09:00:00Z", "2026-11-23T11:00:00Z", "2026-11-23T13:00:00Z"].map(at).to_vec();
    let found = quote(&instance, &solution, &order, &QuoteOptions { dates, threads: Some(1) }).unwrap();
    let prices: Vec<(String, String, usize)> =
        found.dates.iter().map(|one| (one.delivery.to_string(), one.price.to_string(), one.harmed.len())).collect();
    // At 09:00 A is an hour late, at 10 an hour; B is done at 13:00 in any case. After A it costs nothing, as at the end.
    assert_eq!(prices[0], ("2026-11-23T09:00:00Z".to_string(), "10".to_string(), 1));
    assert_eq!((prices[1].1.as_str(), prices[2].1.as_str()), ("0", "0"));
    assert_eq!(found.earliest.unwrap().delivery, at("2026-11-23T09:00:00Z"));
    let taken = accept(&instance, &solution, &order, Some(at("2026-11-23T11:00:00Z"))).unwrap();
    assert!(verify(&taken.instance, &taken.solution).is_sound());
    assert_eq!(taken.instance.orders[2].due, Some(at("2026-11-23T11:00:00Z")));
    assert_eq!(taken.solution.orders[2].status, OrderStatus::OnTime);
    assert_eq!(taken.moved.iter().map(|one| one.order.as_str()).collect::<Vec<_>>(), ["B"]);
    let refused = accept(&instance, &solution, &order, Some(at("2026-11-23T08:30:00Z")));
    assert!(matches!(refused, Err(DeskError::Question(_))));
    let known = read_order(br#"{ "id": "A", "items": [ { "variant": "mug", "quantity": 60 } ] }"#).unwrap();
    let refused = quote(&instance, &solution, &known, &QuoteOptions::default());
    assert!(matches!(refused, Err(DeskError::Question(faults)) if faults[0].code == "question-order"));
}

#[test]
fn quotes_on_random_plans_cost_what_the_checker_says() {
    let mut accepted = 0;
    for (seed, instance, solution) in random_plans(cases()) {
        let Some(template) = instance.orders.first() else { continue };
        let order = lotwise::model::Order {
            id: "new".to_string(),
            release: None,
            due: None,
            deadline: None,
            late_cost_per_day: None,
            late_cost_once: None,
            holding_cost_per_day: lotwise::units::Money::ZERO,
            reject_cost: None,
            items: template.items.iter().map(|item| lotwise::model::Item { done: 0, ..item.clone() }).collect(),
            ..template.clone()
        };
        let Ok(taken) = accept(&instance, &solution, &order, None) else { continue };
        let verification = verify(&taken.instance, &taken.solution);
        assert!(verification.is_sound(), "seed {seed}: {:?}", verification.breaches);
        accepted += 1;
    }
    assert!(accepted > 40, "only {accepted} accepted");
}
