//! A plan told to people: figures computed by hand, tables that are safe and can be read back, a page that nothing in
//! the files can break out of.

use lotwise::generate::{Parameters, generate};
use lotwise::import::read_lots;
use lotwise::model::{Duration, Instance};
use lotwise::report::html::{PageOptions, page};
use lotwise::report::tables::{Cell, Sheet, TableOptions, plan_of_lots, sheets, write_csv};
use lotwise::report::{Kpis, Register, Tolerance};
use lotwise::solution::Solution;
use lotwise::solve::Method;
use lotwise::units::{Money, Seconds};
use lotwise::{Options, read_instance, read_solution, solve, verify};
use serde_json::{Value, json};

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>";

/// One line, a changeover between two colours, three orders. Computed by hand:
///
/// 08:00 red 1 (20 pieces of 25 run at 50 an hour: 30 min), 08:30 changeover 10 min, 08:40 blue (40 of 50 run: 1 h) to
/// 09:40, then an hour nobody works, 10:40 changeover, 10:50 red 2 (20: 30 min) to 11:20. R2 was due at 11:00. X is
/// rejected.
fn by_hand(order: &str) -> (Instance, Solution) {
    let instance = json!({
        "format": "lotwise/1", "name": "by-hand", "start": "2026-11-23T08:00:00Z",
        "changeovers": [{ "id": "ink", "rules": [{ "attribute": "colour", "time": "PT10M", "cost": 3 }] }],
        "lines": [{ "id": "press", "changeovers": "ink", "cost_per_hour": 12,
            "rates": [{ "units_per_hour": 50, "yield": 0.8 }],
            "minimum_run": { "by": "colour", "quantity": 30, "shortfall_cost_per_unit": 0.5 } }],
        "variants": [{ "id": "red", "attributes": { "colour": "red" } }, { "id": "blue", "attributes": { "colour": "blue" } }],
        "orders": [
            { "id": order, "due": "2026-11-23T12:00:00Z", "customer": "ACME & Sons", "items": [{ "variant": "red", "quantity": 20 }] },
            { "id": "B", "release": "2026-11-23T08:20:00Z", "items": [{ "variant": "blue", "quantity": 45, "done": 5 }] },
            { "id": "R2", "due": "2026-11-23T11:00:00Z", "late_cost_per_day": 72, "items": [{ "variant": "red", "quantity": 20 }] },
            { "id": "X", "reject_cost": 4, "items": [{ "variant": "red", "quantity": 20 }] }]
    });
    let at = |time: &str| format!("2026-11-23T{time}:00Z");
    let lot = |order: &str, quantity: i64, setup: Option<&str>, start: &str, end: &str| {
        let mut operation = json!({ "line": "press", "start": at(start), "end": at(end) });
        if let Some(setup) = setup {
            operation["setup_start"] = json!(at(setup));
        }
        json!({ "order": order, "item": "0", "quantity": quantity, "operations": [operation] })
    };
    let entry = |order: &str, status: &str, delivery: Option<&str>, lateness: &str, cost: i64| {
        let mut entry = json!({ "id": order, "status": status, "lateness": lateness, "cost": cost });
        if let Some(delivery) = delivery {
            entry["delivery"] = json!(at(delivery));
        }
        entry
    };
    // Runs of 2 h at 12, changeovers of 20 min at 12 and 3 each, 20 min late at 72 a day, shortfalls of 5 pieces twice.
    let plan = json!({
        "format": "lotwise-plan/1", "status": "feasible",
        "cost": { "total": 44, "production": 24, "changeover": 10, "overtime": 0, "lateness": 1, "holding": 0,
            "rejection": 4, "short_run": 5, "transport": 0, "baseline": 0, "makespan": 0 },
        "lots": [lot(order, 20, None, "08:00", "08:30"), lot("B", 40, Some("08:30"), "08:40", "09:40"),
            lot("R2", 20, Some("10:40"), "10:50", "11:20")],
        "orders": [entry(order, "on_time", Some("08:30"), "PT0S", 0), entry("B", "on_time", Some("09:40"), "PT0S", 0),
            entry("R2", "late", Some("11:20"), "PT20M", 1), entry("X", "rejected", None, "PT0S", 4)]
    });
    (read_instance(instance.to_string().as_bytes()).unwrap(), read_solution(plan.to_string().as_bytes()).unwrap())
}

#[test]
fn the_hand_computed_plan_is_sound_in_its_costs() {
    let (instance, plan) = by_hand("R1");
    let found = verify(&instance, &plan);
    assert!(found.is_sound(), "{:?}", found.breaches);
}

#[test]
fn figures_are_what_they_are_by_hand() {
    let (instance, plan) = by_hand("R1");
    let register = Register::new(&instance, &plan).unwrap();
    let kpis = Kpis::of(&register, &Tolerance::default());
    assert_eq!((kpis.orders, kpis.on_time, kpis.late, kpis.rejected, kpis.unplanned), (4, 2, 1, 1, 0));
    assert_eq!((kpis.on_time_in_full, kpis.on_time_in_full_share), (2, 0.5));
    assert_eq!((kpis.mean_lateness_hours, kpis.worst_lateness_hours), (0.3333, 0.3333));
    // From 08:00, 08:20 and 08:00 to 08:30, 09:40 and 11:20: 30 + 80 + 200 minutes.
    assert_eq!((kpis.mean_lead_time_hours, kpis.longest_lead_time_hours), (1.7222, 3.3333));
    // 30 + 60 + 30 minutes.
    assert_eq!(kpis.mean_flow_time_hours, 0.6667);
    assert_eq!((kpis.lots, kpis.operations, kpis.pieces), (3, 3, 80));
    // 25 + 50 + 25 pieces run for 80.
    assert_eq!((kpis.scrap_pieces, kpis.scrap_share, kpis.overproduction_pieces), (20, 0.2, 0));
    assert_eq!((kpis.run_hours, kpis.changeover_hours, kpis.changeovers), (2.0, 0.3333, 2));
    assert_eq!((kpis.changeover_share, kpis.open_hours, kpis.utilisation), (0.1429, 3.3333, 0.7));
    assert_eq!((kpis.short_runs, kpis.short_run_pieces), (2, 10));
    assert_eq!((kpis.makespan_hours, kpis.overtime_hours), (3.3333, 0.0));
    // 20 x 0.5 h + 40 x 1 h + 20 x 0.5 h over 200 minutes; 2 h of orders over the same.
    assert_eq!((kpis.mean_pieces_in_progress, kpis.most_pieces_in_progress), (18.0, 40));
    assert_eq!((kpis.mean_orders_in_progress, kpis.most_orders_in_progress), (0.6, 1));
    assert_eq!(kpis.entries().len(), serde_json::to_value(&kpis).unwrap().as_object().unwrap().len());
}

#[test]
fn the_tolerance_decides_what_is_on_time_in_full() {
    let (instance, mut plan) = by_hand("R1");
    let kept = |plan: &Solution, minutes: i64, quantity: f64| {
        let register = Register::new(&instance, plan).unwrap();
        Kpis::of(&register, &Tolerance { time: Duration(Seconds(minutes * 60)), quantity }).on_time_in_full
    };
    assert_eq!([kept(&plan, 19, 0.0), kept(&plan, 20, 0.0)], [2, 3]);
    // A plan that says B is delivered but makes 36 of its 45: one part in five is missing.
    plan.lots[1].quantity = 31;
    assert_eq!([kept(&plan, 0, 0.19), kept(&plan, 0, 0.2)], [1, 2]);
    plan.lots[1].quantity = 50;
    let register = Register::new(&instance, &plan).unwrap();
    assert_eq!(Kpis::of(&register, &Tolerance::default()).overproduction_pieces, 10);
}

fn table<'a>(sheets: &'a [Sheet], name: &str) -> &'a Sheet {
    sheets.iter().find(|sheet| sheet.name == name).unwrap()
}

fn column<'a>(sheet: &'a Sheet, name: &str) -> Vec<&'a Cell> {
    let place = sheet.columns.iter().position(|column| *column == name).unwrap();
    sheet.rows.iter().map(|row| &row[place]).collect()
}

/// No bound is asked for: it is nothing to a report, and takes most of the time.
fn by_search() -> Options {
    Options { time_limit: None, method: Method::Heuristic, ..Options::default() }
}

#[test]
fn the_lines_costs_add_up_to_the_plans() {
    let parameters = Parameters { orders: Some(40), ..Parameters::default() };
    for name in ["garment", "plant"] {
        let instance = generate(name, &parameters).unwrap();
        let options = Options { iterations: Some(300), ..by_search() };
        let plan = solve(&instance, &options, &mut |_| {}).unwrap().solution;
        let register = Register::new(&instance, &plan).unwrap();
        let tables = sheets(&register, &TableOptions::default());
        let sum = |name: &str| -> Money {
            let money = |cell: &Cell| if let Cell::Money(money) = cell { *money } else { Money::ZERO };
            column(table(&tables, "lines"), name).into_iter().map(money).sum()
        };
        assert_eq!(sum("production_cost"), plan.cost.production, "{name}");
        assert_eq!(sum("changeover_cost"), plan.cost.changeover, "{name}");
        assert_eq!(sum("overtime_cost"), plan.cost.overtime, "{name}");
        assert_eq!(sum("short_run_cost"), plan.cost.short_run, "{name}");
        // What the plan's own figures say, by another way.
        let kpis = Kpis::of(&register, &Tolerance::default());
        assert_eq!(
            (kpis.run_hours, kpis.changeover_hours),
            (plan.kpis.run_hours, plan.kpis.changeover_hours),
            "{name}"
        );
        assert_eq!((kpis.utilisation, kpis.changeovers), (plan.kpis.utilisation, plan.kpis.changeovers), "{name}");
        assert_eq!(kpis.mean_lead_time_hours, plan.kpis.mean_lead_time_hours, "{name}");
    }
}

fn csv(sheet: &Sheet) -> String {
    let mut text = Vec::new();
    write_csv(sheet, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_lot_table_read_back_is_the_same_plan() {
    let some = |orders: Option<usize>, seed: u64| Parameters { orders, seed, ..Parameters::default() };
    // `anything` uses every feature of the format: overtime, facts of a baseline, split items, kits.
    let tiny = (1..=25).map(|seed| ("anything", some(None, seed)));
    let cases = [("garment", some(Some(30), 1)), ("plant", some(Some(30), 1))].into_iter().chain(tiny);
    for (name, parameters) in cases {
        let instance = generate(name, &parameters).unwrap();
        let options = Options { iterations: Some(300), ..by_search() };
        let plan = solve(&instance, &options, &mut |_| {}).unwrap().solution;
        let register = Register::new(&instance, &plan).unwrap();
        let text = csv(table(&sheets(&register, &TableOptions::default()), "lots"));
        let read = plan_of_lots(&instance, read_lots(text.as_bytes()).unwrap());
        let known = |plan: &Solution| {
            let mut lots = plan.lots.clone();
            // The table names the variants, which a plan leaves out.
            lots.iter_mut().for_each(|lot| lot.variant = None);
            lots
        };
        assert_eq!(known(&read), known(&plan), "{name}");
        assert_eq!(read.cost.production, plan.cost.production, "{name}");
        assert_eq!(read.cost.lateness, plan.cost.lateness, "{name}");
        let found = verify(&instance, &read);
        assert!(found.is_sound(), "{name}: {:?}", found.breaches);
    }
}

#[test]
fn no_cell_of_a_csv_file_begins_a_formula_and_every_name_comes_back() {
    for name in ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(1)", "\tx", "'=x", "plain \"quoted\", and comma"] {
        let (instance, plan) = by_hand(name);
        let register = Register::new(&instance, &plan).unwrap();
        let tables = sheets(&register, &TableOptions { customers: true, ..TableOptions::default() });
        for sheet in &tables {
            let text = csv(sheet);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            for cell in
                reader.records().flat_map(|record| record.unwrap().iter().map(str::to_string).collect::<Vec<_>>())
            {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            }
        }
        let read = read_lots(csv(table(&tables, "lots")).as_bytes()).unwrap();
        // A name that begins with a tab is trimmed by no one else either; cells are.
        assert_eq!(read.lots[0].order.trim(), name.trim());
    }
}

#[test]
fn customers_are_named_only_where_that_is_asked_for() {
    let (instance, plan) = by_hand("R1");
    let register = Register::new(&instance, &plan).unwrap();
    let all = |customers: bool| {
        let tables = sheets(&register, &TableOptions { customers, ..TableOptions::default() });
        let page = page(&register, &PageOptions { customers, ..PageOptions::default() });
        tables.iter().map(csv).chain([page]).map(|text| text.contains("ACME")).collect::<Vec<_>>()
    };
    assert_eq!(all(false), [false; 4]);
    assert_eq!(all(true), [true, false, true, true]);
}

/// The JSON the page holds.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"plan\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn nothing_in_the_files_leaves_its_place_in_the_page() {
    let (mut instance, mut plan) = by_hand(HOSTILE);
    instance.name = Some(HOSTILE.into());
    instance.currency = Some(HOSTILE.into());
    instance.lines[0].id = HOSTILE.into();
    plan.lots.iter_mut().for_each(|lot| lot.operations[0].line = HOSTILE.into());
    plan.orders[3].status = lotwise::solution::OrderStatus::Unplanned;
    let message = format!("{HOSTILE}\u{2028}<!--");
    plan.orders[3].reason = Some(lotwise::solution::Reason { code: "x".into(), message });
    plan.run.incumbents.push(lotwise::solution::IncumbentEntry {
        seconds: Some(1.0),
        iteration: None,
        source: HOSTILE.into(),
        cost: Money::ZERO,
        unplanned: 0,
    });
    let register = Register::new(&instance, &plan).unwrap();
    let page = page(&register, &PageOptions { customers: true, ..PageOptions::default() });
    assert!(!page.contains("<img src=x") && !page.contains("<!--"), "nothing hostile is markup");
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script>").count(), 2);
    let data = data(&page);
    assert_eq!(data["orders"][0]["id"], HOSTILE);
    assert_eq!(data["lines"][0]["id"], HOSTILE);
    assert_eq!(data["curve"][0]["source"], HOSTILE);
    // Nothing to fetch: no address in the page but the names of XML's own vocabulary.
    let addresses = page.matches("http").count() - page.matches("http-equiv").count();
    assert_eq!(addresses, page.matches("http://www.w3.org/2000/svg").count());
}

#[test]
fn the_page_says_where_everything_is() {
    let (instance, plan) = by_hand("R1");
    let register = Register::new(&instance, &plan).unwrap();
    let page = page(&register, &PageOptions::default());
    let data = data(&page);
    // Line, lot, operation, changeover from and to, start, end, pieces run.
    assert_eq!(data["runs"][1], json!([0, 1, -1, 1_800, 2_400, 2_400, 6_000, 50]));
    assert_eq!(data["load"]["hours"][0], json!([[3.3333, 2.0, 0.3333]]));
    assert_eq!(data["colourings"][0]["name"], "colour");
    assert_eq!(data["orders"][2]["status"], "late");
    assert!(page.contains("<th scope=\"row\">R2</th><td>late</td>"));
    assert!(page.contains("20m"), "how late it is");
}

#[test]
fn an_instance_with_faults_is_refused_unless_the_plan_leaves_the_faulty_orders_out() {
    let (mut instance, mut plan) = by_hand("R1");
    instance.orders[3].items[0].quantity = 0;
    let faults = Register::new(&instance, &plan).unwrap_err();
    assert!(faults.iter().any(|fault| fault.order.as_deref() == Some("X")));
    plan.orders[3].status = lotwise::solution::OrderStatus::Unplanned;
    let register = Register::new(&instance, &plan).unwrap();
    assert_eq!(Kpis::of(&register, &Tolerance::default()).unplanned, 1);
}
