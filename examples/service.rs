//! lotwise inside a service: orders from the service's own tables, a limit on time, a way to stop, and the outcome.
//!
//! `cargo run --example service`

use lotwise::model::{Calendar, ChangeoverRule, ChangeoverSet, Day, Duration, InstanceBuilder};
use lotwise::model::{Instance, Instant, Line, Order, TimeOfDay, Variant, WeeklyWindow};
use lotwise::solve::{CancelFlag, Options, Progress, SolveError, solve};
use std::time::Duration as WallTime;

/// What the service's database holds of an order.
struct Row {
    number: u32,
    mug: &'static str,
    pieces: i64,
    due: &'static str,
}

const ROWS: [Row; 4] = [
    Row { number: 501, mug: "mug-red", pieces: 120, due: "2026-11-23T14:00:00Z" },
    Row { number: 502, mug: "mug-white", pieces: 300, due: "2026-11-24T12:00:00Z" },
    Row { number: 503, mug: "mug-red", pieces: 80, due: "2026-11-24T16:00:00Z" },
    Row { number: 504, mug: "mug-white", pieces: 60, due: "2026-11-23T12:00:00Z" },
];

fn instance(rows: &[Row]) -> Result<Instance, Box<dyn std::error::Error>> {
    let time = |text: &str| TimeOfDay::parse(text).ok_or("not a time of day");
    let day_shift = WeeklyWindow { days: Day::ALL[..5].to_vec(), from: time("06:00")?, to: time("18:00")?, meta: None };
    let cleaning = ChangeoverRule {
        attribute: "colour".to_string(),
        time: Some(Duration::parse("PT30M")?),
        ..ChangeoverRule::default()
    };
    let mut builder = InstanceBuilder::new(Instant::parse("2026-11-23T06:00:00Z")?)
        .name("mugs")
        .calendar(Calendar { id: "day".to_string(), weekly: vec![day_shift], ..Calendar::default() })
        .changeover_set(ChangeoverSet { id: "kiln".to_string(), rules: vec![cleaning], ..ChangeoverSet::default() })
        .line(Line::new("kiln-1").calendar("day").changeovers("kiln").units_per_hour(60))
        .line(Line::new("kiln-2").calendar("day").changeovers("kiln").units_per_hour(45))
        .variant(Variant::new("mug-red").attribute("colour", "red"))
        .variant(Variant::new("mug-white").attribute("colour", "white"));
    for row in rows {
        let order = Order::new(format!("SO-{}", row.number)).item(row.mug, row.pieces).due(Instant::parse(row.due)?);
        builder = builder.order(order);
    }
    Ok(builder.build())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let instance = instance(&ROWS)?;
    // A request that is withdrawn cancels the flag from another thread; the best plan so far still comes back.
    let cancel = CancelFlag::default();
    let options = Options { time_limit: Some(WallTime::from_secs(2)), cancel: cancel.clone(), ..Options::default() };
    let watchdog = std::thread::spawn(move || {
        std::thread::sleep(WallTime::from_secs(5));
        cancel.cancel();
    });
    let outcome = solve(&instance, &options, &mut |progress| {
        if let Progress::Incumbent { cost, source, .. } = progress {
            eprintln!("{source}: {cost}");
        }
    });
    drop(watchdog);
    match outcome {
        Ok(outcome) => {
            println!("cost {}, every order planned: {}", outcome.cost().total, outcome.is_complete());
            for lot in &outcome.solution.lots {
                for operation in &lot.operations {
                    println!("{:8} {:7} {} to {}", lot.order, operation.line, operation.start, operation.end);
                }
            }
            Ok(())
        }
        Err(SolveError::Invalid(faults)) => {
            faults.iter().for_each(|fault| eprintln!("{fault}"));
            Err("the orders have faults".into())
        }
        Err(fault) => Err(fault.into()),
    }
}
