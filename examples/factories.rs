//! Rebuilds `instances/`: the eight factories, their plans, pictures, and every table that shows them.
//!
//! `cargo run --release --example factories`, at the root of the repository. Iterations and seeds are fixed, so all
//! figures but the seconds come out the same again. A name (`... factories xunxi`) rebuilds that factory alone and
//! leaves the tables of all of them as they are. Every plan is checked before it is written of.

use lotwise::generate::{Parameters, generate};
use lotwise::model::Instance;
use lotwise::report::svg::{GanttOptions, gantt_svg};
use lotwise::report::text::{count, money, per_cent};
use lotwise::solution::Solution;
use lotwise::solve::{Method, Options, solve};
use lotwise::units::Money;
use lotwise::verify;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Name, iterations of the search, and the attribute its picture is coloured by.
const FACTORIES: [(&str, u64, &str); 8] = [
    ("xunxi", 2_000_000, "style"),
    ("shangpin", 400_000, "colour"),
    ("by-you", 2_000_000, "base"),
    ("print-on-demand", 2_000_000, "product"),
    ("new-brand", 2_000_000, "scent"),
    ("biyao", 2_000_000, "colour"),
    ("cluster", 2_000_000, "yarn"),
    ("farm", 2_000_000, "size"),
];

/// An instance, planned by due date and by search.
struct Planned {
    instance: Instance,
    before: Solution,
    after: Solution,
    /// Of both.
    seconds: f64,
}

fn main() -> Fallible<()> {
    let only = std::env::args().nth(1);
    let (mut rows, mut short) = (String::new(), String::new());
    for (name, iterations, colour) in FACTORIES {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let folder = Path::new("instances").join(name);
        let planned = plan(name, &Parameters::default(), iterations)?;
        let mut text = serde_json::to_vec_pretty(&planned.instance)?;
        text.push(b'\n');
        std::fs::write(folder.join("instance.json"), text)?;
        let options = GanttOptions { colour_by: Some(colour.to_string()), width: 1_200, ..GanttOptions::default() };
        std::fs::write(folder.join("plan.svg"), gantt_svg(&planned.instance, &planned.after, &options))?;
        fill(&folder.join("README.md"), "figures", &before_and_after(&planned, iterations)?)?;
        if name == "xunxi" {
            fill(&folder.join("README.md"), "promises", &promises(iterations)?)?;
        }
        rows += &row(name, &planned)?;
        short += &short_row(name, &planned)?;
        println!("{name}: {} to {}", planned.before.cost.total, planned.after.cost.total);
    }
    if only.is_none() {
        let head = "| factory | orders | lots | lines | cost by due date | cost planned | on time | changeover hours | \
                    lead time, h | bound | s |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
        fill(Path::new("instances/README.md"), "factories", &format!("{head}{rows}"))?;
        let head =
            "| factory | orders | by due date | lotwise | on time before | on time |\n|---|---:|---:|---:|---:|---:|\n";
        fill(Path::new("README.md"), "factories", &format!("{head}{short}"))?;
    }
    Ok(())
}

fn plan(name: &str, parameters: &Parameters, iterations: u64) -> Fallible<Planned> {
    let instance = generate(name, parameters)
        .map_err(|faults| format!("{name}: {}", faults.first().map_or("", |f| f.message.as_str())))?;
    let began = Instant::now();
    let mut plans = Vec::new();
    for (method, iterations) in [(Method::Dispatch, 1), (Method::Auto, iterations)] {
        let options = Options { time_limit: None, iterations: Some(iterations), method, ..Options::default() };
        let plan = solve(&instance, &options, &mut |_| {})?.solution;
        if !verify(&instance, &plan).is_sound() {
            return Err(format!("{name}: the plan of {method:?} does not hold").into());
        }
        plans.push(plan);
    }
    let seconds = began.elapsed().as_secs_f64();
    match <[Solution; 2]>::try_from(plans) {
        Ok([before, after]) => Ok(Planned { instance, before, after, seconds }),
        Err(_) => Err("two plans were made".into()),
    }
}

fn on_time(plan: &Solution) -> String {
    per_cent(plan.kpis.on_time, plan.kpis.orders)
}

/// To whole units: nobody compares the cents of two plans.
fn whole(cost: Money) -> String {
    count((cost.0 + Money::SCALE / 2) / Money::SCALE)
}

fn row(name: &str, planned: &Planned) -> Result<String, std::fmt::Error> {
    let Planned { instance, before, after, seconds } = planned;
    let (b, a) = (&before.kpis, &after.kpis);
    let bound = match (after.bound, after.gap) {
        (Some(bound), Some(gap)) => format!("{} ({:.1} %)", whole(bound), gap * 100.0),
        _ => "none".to_string(),
    };
    let mut text = String::new();
    writeln!(
        text,
        "| [{name}]({name}/README.md) | {} | {} | {} | {} | {} | {} to {} | {:.1} to {:.1} | {:.0} to {:.0} | {bound} | {seconds:.0} |",
        count(instance.orders.len()),
        count(a.lots),
        instance.lines.len(),
        whole(before.cost.total),
        whole(after.cost.total),
        on_time(before),
        on_time(after),
        b.changeover_hours,
        a.changeover_hours,
        b.mean_lead_time_hours,
        a.mean_lead_time_hours,
    )?;
    Ok(text)
}

fn short_row(name: &str, planned: &Planned) -> Result<String, std::fmt::Error> {
    let Planned { instance, before, after, .. } = planned;
    let mut text = String::new();
    writeln!(
        text,
        "| [{name}](instances/{name}/README.md) | {} | {} | **{}** | {} | {} |",
        count(instance.orders.len()),
        whole(before.cost.total),
        whole(after.cost.total),
        on_time(before),
        on_time(after)
    )?;
    Ok(text)
}

fn before_and_after(planned: &Planned, iterations: u64) -> Result<String, std::fmt::Error> {
    let Planned { instance, before, after, .. } = planned;
    let currency = instance.currency.as_deref().unwrap_or("money");
    let mut text = String::new();
    writeln!(text, "| | before: by due date | after: {} iterations |\n|---|---:|---:|", count(iterations as i64))?;
    let mut line = |name: &str, before: String, after: String| writeln!(text, "| {name} | {before} | {after} |");
    line(
        &format!("**cost, {currency}**"),
        format!("**{}**", money(before.cost.total)),
        format!("**{}**", money(after.cost.total)),
    )?;
    for ((name, before), (_, after)) in before.cost.terms().into_iter().zip(after.cost.terms()) {
        if before.0 != 0 || after.0 != 0 {
            line(&name.replace('_', " "), money(before), money(after))?;
        }
    }
    let (b, a) = (&before.kpis, &after.kpis);
    line("orders on time", format!("{} of {}", b.on_time, b.orders), format!("{} of {}", a.on_time, a.orders))?;
    line("late, turned down", format!("{}, {}", b.late, b.rejected), format!("{}, {}", a.late, a.rejected))?;
    line("worst lateness, hours", format!("{:.1}", b.worst_lateness_hours), format!("{:.1}", a.worst_lateness_hours))?;
    line("changeover hours", format!("{:.1}", b.changeover_hours), format!("{:.1}", a.changeover_hours))?;
    line("mean lead time, hours", format!("{:.1}", b.mean_lead_time_hours), format!("{:.1}", a.mean_lead_time_hours))?;
    line("last end, hours from the start", format!("{:.1}", b.makespan_hours), format!("{:.1}", a.makespan_hours))?;
    Ok(text)
}

/// The two promises of xunxi, by the same lines: a few large orders in fifteen days, ten times as many in seven.
fn promises(iterations: u64) -> Fallible<String> {
    let mut text = String::from(
        "| promise | orders | pieces | lines | plan | cost, CNY | per piece | on time | changeover hours | lead time, h |\n\
         |---|---:|---:|---:|---|---:|---:|---:|---:|---:|\n",
    );
    for (minimum, days, orders) in [("1000", "15", 24), ("100", "7", 240)] {
        let set = [("minimum", minimum), ("promise_days", days), ("reject_percent", "0"), ("cells", "8")];
        let set = set.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let asked = Parameters { orders: Some(orders), set, ..Parameters::default() };
        let planned = plan("xunxi", &asked, iterations)?;
        let items = planned.instance.orders.iter().flat_map(|order| &order.items);
        let pieces: i64 = items.map(|item| item.quantity).sum();
        for (name, plan) in [("by due date", &planned.before), ("lotwise", &planned.after)] {
            writeln!(
                text,
                "| {minimum} pieces, {days} days | {orders} | {} | {} | {name} | {} | {} | {} | {:.1} | {:.0} |",
                count(pieces),
                planned.instance.lines.len(),
                whole(plan.cost.total),
                money(Money(plan.cost.total.0 / pieces.max(1))),
                on_time(plan),
                plan.kpis.changeover_hours,
                plan.kpis.mean_lead_time_hours
            )?;
        }
    }
    Ok(text)
}

/// Puts `text` between the page's markers `<!-- name -->` and `<!-- /name -->`.
fn fill(page: &Path, name: &str, text: &str) -> Fallible<()> {
    let old = std::fs::read_to_string(page)?;
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let missing = || format!("{} has no place for {name}", page.display());
    let (head, rest) = old.split_once(&open).ok_or_else(missing)?;
    let (_, tail) = rest.split_once(&close).ok_or_else(missing)?;
    Ok(std::fs::write(page, format!("{head}{open}{text}{close}{tail}"))?)
}
