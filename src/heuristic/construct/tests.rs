//! What the rules decide where it can be told by hand.

use super::{Rule, dispatch};
use crate::model::read_instance;
use crate::problem::Problem;
use serde_json::json;

/// More colours than a decision compares, each with an order due early and one due after all early ones of the others.
const COLOURS: usize = 300;

#[test]
fn a_line_that_chooses_among_many_goes_on_with_what_needs_no_changeover() {
    let start = jiff::Timestamp::from_second(1_767_225_600).unwrap();
    let order = |colour: usize, hour: i64| {
        let due = start + jiff::SignedDuration::from_secs(hour * 3_600 + colour as i64 * 60);
        json!({ "id": format!("{colour}-{hour}"), "due": due.to_string(), "items": [{ "variant": format!("{colour}"), "quantity": 1 }] })
    };
    let orders: Vec<_> = (0..COLOURS).flat_map(|colour| [order(colour, 72), order(colour, 78)]).collect();
    let variants: Vec<_> = (0..COLOURS)
        .map(|colour| json!({ "id": format!("{colour}"), "attributes": { "colour": format!("{colour}") } }))
        .collect();
    let file = json!({
        "format": "lotwise/1", "start": start.to_string(),
        "changeovers": [{ "id": "co", "rules": [{ "attribute": "colour", "time": "PT30M" }] }],
        "lines": [{ "id": "press", "changeovers": "co", "rates": [{ "units_per_hour": 60 }] }],
        "variants": variants, "orders": orders,
    });
    let instance = read_instance(&serde_json::to_vec(&file).unwrap()).unwrap();
    let problem = Problem::new(&instance);
    let made = Rule::Dispatch(dispatch::Rule::new("atcs", 0.3, 0.1)).apply(&problem, &|| true);
    let sequence = made.plan.sequences.iter().next().unwrap();
    assert_eq!(sequence.len(), 2 * COLOURS);
    let colour = |operation| problem.items[made.plan.lots[made.plan.operations[operation].lot].item].order.0 / 2;
    let apart = sequence.chunks(2).filter(|pair| colour(pair[0]) != colour(pair[1])).count();
    assert_eq!(apart, 0, "orders of one colour stand together");
}
