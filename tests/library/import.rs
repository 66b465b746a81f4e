//! Order dumps to instances: small messy tables of our own, and the real dump where it is at hand.

use lotwise::diagnostic::{Diagnostic, Severity, codes};
use lotwise::import::orders::{Decimal, Delimiter, Reason, Repeated, Returns};
use lotwise::import::{ImportOptions, Imported, Mapping, Start, import_orders, read_mapping, read_plant};
use lotwise::model::{Instance, Instant, read_instance};
use std::path::PathBuf;

const MESSY: &[u8] = include_bytes!("../import/messy.csv");

fn plant() -> Instance {
    read_plant(include_bytes!("../import/plant.json")).unwrap()
}

fn mapping() -> Mapping {
    read_mapping(include_bytes!("../import/mapping.json")).unwrap()
}

fn import(dump: &[u8], mapping: &Mapping, options: &ImportOptions) -> Result<Imported, Vec<Diagnostic>> {
    import_orders(dump, plant(), mapping, options)
}

fn messy() -> Imported {
    import(MESSY, &mapping(), &ImportOptions::default()).unwrap()
}

fn lines(imported: &Imported, reason: Reason) -> Vec<u64> {
    imported.report.left_out.get(&reason).map_or(Vec::new(), |entry| entry.lines.clone())
}

fn codes_of(result: Result<Imported, Vec<Diagnostic>>) -> Vec<&'static str> {
    result.map(|_| ()).unwrap_err().iter().map(|fault| fault.code).collect()
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// A dump of `rows` under the header of the messy one.
fn dump(rows: &[&str]) -> Vec<u8> {
    let header = "Order No;Code;Text;Qty;Placed;Price;Customer;Country;Wanted";
    [&[header], rows].concat().join("\n").into_bytes()
}

#[test]
fn the_messy_table_is_understood_row_by_row() {
    let imported = messy();
    let report = &imported.report;
    assert_eq!(report.table.delimiter, Delimiter::Semicolon);
    assert_eq!(report.table.decimal, Some(Decimal::Comma));
    assert_eq!(report.table.date_format.unwrap().to_string(), "d/m/Y");
    assert_eq!((report.rows.read, report.rows.used, report.rows.merged), (15, 5, 1));
    assert_eq!(lines(&imported, Reason::NotAProduct), [6, 7]);
    assert_eq!(lines(&imported, Reason::ReturnNetted), [8]);
    // Older than what it would return.
    assert_eq!(lines(&imported, Reason::ReturnUnmatched), [9]);
    assert_eq!(lines(&imported, Reason::Blank), [10]);
    assert_eq!(lines(&imported, Reason::Unreadable), [11, 13, 14]);
    assert_eq!(lines(&imported, Reason::NoQuantity), [12]);
    assert_eq!(lines(&imported, Reason::ReturnWithoutCustomer), [17]);
    assert_eq!((report.returns.rows, report.returns.pieces, report.returns.netted_pieces), (3, 13, 4));
    let pointers: Vec<_> = report.faults.iter().map(|fault| (fault.pointer.as_str(), fault.severity)).collect();
    assert_eq!(pointers, ["/line/11", "/line/13", "/line/14"].map(|pointer| (pointer, Severity::Warning)));
    let left_out: u64 = report.left_out.values().map(|entry| entry.rows).sum();
    assert_eq!(report.rows.read, report.rows.used + left_out);
}

#[test]
fn lines_of_one_order_become_its_items_in_order() {
    let instance = messy().instance;
    let shape: Vec<_> = instance
        .orders
        .iter()
        .map(|order| {
            let items: Vec<_> = order.items.iter().map(|item| (item.variant.as_str(), item.quantity)).collect();
            (order.id.as_str(), items)
        })
        .collect();
    let expected =
        [("A1", vec![("1001B", 160), ("1002", 6)]), ("A2", vec![("1003", 6)]), ("A6", vec![("1004", 1_200)])];
    assert_eq!(shape, expected);
    let [first, second, third] = instance.orders.as_slice() else { panic!("three orders") };
    assert_eq!(first.region.as_deref(), Some("home"));
    assert_eq!(second.region.as_deref(), Some("France"));
    assert_eq!(third.customer, None);
    // 160 pieces hold three lots of 50, 6 do not hold two, 1,200 hold more than the three allowed.
    let lots = |order: usize, item: usize| {
        let item = &instance.orders[order].items[item];
        (item.maximum_lots, item.minimum_lot)
    };
    assert_eq!([lots(0, 0), lots(0, 1), lots(2, 0)], [(3, 50), (1, 1), (3, 50)]);
}

#[test]
fn dates_and_prices_follow_the_mapping() {
    let instance = messy().instance;
    let [first, second, third] = instance.orders.as_slice() else { panic!("three orders") };
    // Placed before the plant's start: released at it. London is on UTC until 29 March.
    assert_eq!(first.release, None);
    assert_eq!(first.due, Some(instant("2026-03-08T08:30:00Z")));
    assert_eq!(first.deadline, Some(instant("2026-03-22T08:30:00Z")));
    // 160 x 2.50 + 6 x 1.25 = 407.50: 40.75 a day, 203.75 to refuse it.
    assert_eq!(first.late_cost_per_day.unwrap().to_string(), "40.75");
    assert_eq!(first.late_cost_once.unwrap().to_string(), "5");
    assert_eq!(first.reject_cost.unwrap().to_string(), "203.75");
    // Its own due date, without a time of day: the end of that day. 6 x 4 x 0.1 = 2.40.
    assert_eq!(second.due, Some(instant("2026-03-21T00:00:00Z")));
    assert_eq!(second.late_cost_per_day.unwrap().to_string(), "2.4");
    assert_eq!(third.release, Some(instant("2026-03-13T00:00:00Z")));
}

#[test]
fn variants_are_derived_by_rules_and_the_plants_own_stay() {
    let imported = messy();
    let find = |id: &str| imported.instance.variants.iter().find(|variant| variant.id == id).unwrap();
    let attribute = |id: &str, name: &str| find(id).attributes.as_ref().and_then(|all| all.get(name).cloned());
    assert_eq!(imported.instance.variants.len(), 4);
    assert_eq!(attribute("1002", "colour").as_deref(), Some("as the plant says"));
    assert_eq!(imported.report.orders.variants_from_plant, 1);
    assert_eq!(attribute("1001B", "colour").as_deref(), Some("code-b"));
    assert_eq!(attribute("1001B", "size").as_deref(), Some("12"));
    assert_eq!(attribute("1003", "colour").as_deref(), Some("white"));
    assert_eq!(attribute("1003", "size"), None);
    assert_eq!(attribute("1004", "colour").as_deref(), Some("mixed"));
    let mug = serde_json::to_value(find("1001B")).unwrap();
    assert_eq!(mug["route"], "kiln");
    assert_eq!(mug["requires"], serde_json::json!(["food-safe", "large"]));
    assert_eq!(mug["meta"]["description"], "MUG \"BIG\", 12 cm");
}

#[test]
fn what_is_written_reads_back_the_same() {
    let instance = messy().instance;
    let text = serde_json::to_vec(&instance).unwrap();
    assert_eq!(read_instance(&text).unwrap(), instance);
    assert_eq!(text, serde_json::to_vec(&messy().instance).unwrap());
}

#[test]
fn every_encoding_and_delimiter_gives_the_same_orders() {
    let text = std::str::from_utf8(MESSY).unwrap();
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(to_bytes).collect::<Vec<u8>>()
    };
    let marked = [b"\xEF\xBB\xBF", MESSY].concat();
    let windows = text.replace('\n', "\r\n").into_bytes();
    for bytes in [marked, utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), windows] {
        let imported = import(&bytes, &mapping(), &ImportOptions::default()).unwrap();
        assert_eq!(imported.instance, messy().instance, "{}", imported.report);
        assert_eq!(lines(&imported, Reason::Unreadable), [11, 13, 14]);
    }
    let rows = ["A1;1001;Käse;6;13/3/2026;1,5;Zoë;UK;"];
    let expected = import(&dump(&rows), &mapping(), &ImportOptions::default()).unwrap().instance;
    assert_eq!(expected.orders[0].customer.as_deref(), Some("Zoë"));
    let latin: Vec<u8> = String::from_utf8(dump(&rows)).unwrap().chars().map(|sign| sign as u8).collect();
    let imported = import(&latin, &mapping(), &ImportOptions::default()).unwrap();
    assert_eq!((imported.report.table.encoding, &imported.instance), ("windows-1252", &expected));
    for (sign, delimiter) in [("\t", Delimiter::Tab), ("|", Delimiter::Pipe)] {
        let bytes = String::from_utf8(dump(&rows)).unwrap().replace(';', sign).into_bytes();
        let imported = import(&bytes, &mapping(), &ImportOptions::default()).unwrap();
        assert_eq!((imported.report.table.delimiter, &imported.instance), (delimiter, &expected));
    }
}

#[test]
fn dates_that_read_both_ways_stop_the_import_until_a_format_is_given() {
    let rows = ["A1;1001;;6;1/3/2026;1,5;;UK;", "A2;1001;;6;2/3/2026;1,5;;UK;"];
    let faults = import(&dump(&rows), &mapping(), &ImportOptions::default()).unwrap_err();
    assert_eq!(faults[0].code, codes::IMPORT_AMBIGUOUS_DATES);
    assert!(faults[0].remedy.contains("--date-format"), "{}", faults[0].remedy);
    for (format, due) in [("d/m/Y", "2026-03-08T00:00:00Z"), ("m/d/Y", "2026-01-10T00:00:00Z")] {
        let options = ImportOptions { date_format: Some(format.parse().unwrap()), ..Default::default() };
        let imported = import(&dump(&rows), &mapping(), &options).unwrap();
        assert_eq!(imported.instance.orders[0].due, Some(instant(due)), "{format}");
    }
    let two_digits = ["A1;1001;;6;13/3/26;1,5;;UK;"];
    assert_eq!(
        codes_of(import(&dump(&two_digits), &mapping(), &ImportOptions::default())),
        [codes::IMPORT_TWO_DIGIT_YEARS]
    );
    let options = ImportOptions { date_format: Some("d/m/y".parse().unwrap()), ..Default::default() };
    assert!(import(&dump(&two_digits), &mapping(), &options).is_ok());
    let none = ["A1;1001;;6;soon;1,5;;UK;"];
    assert_eq!(codes_of(import(&dump(&none), &mapping(), &ImportOptions::default())), [codes::IMPORT_NO_DATES]);
}

#[test]
fn numbers_that_read_both_ways_stop_the_import_until_a_sign_is_given() {
    let rows = ["A1;1001;;6;13/3/2026;1,500;;UK;"];
    let faults = codes_of(import(&dump(&rows), &mapping(), &ImportOptions::default()));
    assert_eq!(faults, [codes::IMPORT_AMBIGUOUS_DECIMALS]);
    for (decimal, cost) in [(Decimal::Comma, "1"), (Decimal::Point, "900")] {
        let options = ImportOptions { decimal: Some(decimal), ..Default::default() };
        let order = import(&dump(&rows), &mapping(), &options).unwrap().instance.orders.remove(0);
        assert_eq!(order.late_cost_per_day.unwrap().to_string(), cost);
    }
}

#[test]
fn days_are_chosen_by_the_dumps_own_dates() {
    let day = |text: &str| Some(text.parse().unwrap());
    let options = ImportOptions { from: day("2026-03-02"), to: day("2026-03-02"), ..Default::default() };
    let imported = import(MESSY, &mapping(), &options).unwrap();
    let orders: Vec<_> = imported.instance.orders.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(orders, ["A2"]);
    // What cannot be dated is still reported; what lies outside is not judged further.
    assert_eq!(lines(&imported, Reason::Unreadable), [11, 13, 14]);
    assert_eq!(lines(&imported, Reason::OutsideDates), [2, 3, 4, 9, 16]);
    let options = ImportOptions { from: day("2027-01-01"), ..Default::default() };
    let faults = import(MESSY, &mapping(), &options).unwrap_err();
    assert_eq!(faults[0].code, codes::IMPORT_NO_ROWS);
    let options = ImportOptions { from: day("2026-03-03"), to: day("2026-03-02"), ..Default::default() };
    assert_eq!(codes_of(import(MESSY, &mapping(), &options)), [codes::IMPORT_OPTIONS]);
}

#[test]
fn the_night_can_be_set_and_history_moved_to_it() {
    let start = Start::At(instant("2026-03-02T00:00:00Z"));
    let order = |options: &ImportOptions, index: usize| {
        let imported = import(MESSY, &mapping(), options).unwrap();
        let order = imported.instance.orders[index].clone();
        (imported.instance.start, order.release, order.due, imported.report.orders.shifted_days)
    };
    let (begins, release, ..) = order(&ImportOptions { start, ..Default::default() }, 1);
    assert_eq!((begins, release), (instant("2026-03-02T00:00:00Z"), Some(instant("2026-03-02T09:00:00Z"))));
    let (begins, ..) = order(&ImportOptions { start: Start::Midnight, ..Default::default() }, 1);
    assert_eq!(begins, instant("2026-03-14T00:00:00Z"));
    // The last order, of 13 March 00:00, moves to the night itself: 1 June, in summer time. A1 was placed at
    // 08:30 on 1 March, 12 days before it, and keeps its local half past eight.
    let start = Start::At(instant("2026-06-01T01:00:00+01:00"));
    let (_, release, due, days) = order(&ImportOptions { start, shift: true, ..Default::default() }, 0);
    assert_eq!((release, due, days), (None, Some(instant("2026-05-27T08:30:00+01:00")), 80));
    // Half an hour after local midnight, yet before midnight UTC: still the same local day.
    let start = Start::At(instant("2026-05-31T23:30:00Z"));
    let (.., days) = order(&ImportOptions { start, shift: true, ..Default::default() }, 0);
    assert_eq!(days, 80);
}

#[test]
fn promises_may_count_from_the_night() {
    let mut mapping = mapping();
    mapping.orders.promise_from = lotwise::import::orders::PromiseFrom::Start;
    let imported = import(MESSY, &mapping, &ImportOptions::default()).unwrap();
    assert_eq!(imported.instance.orders[0].due, Some(instant("2026-03-10T00:00:00Z")));
}

#[test]
fn repeated_lines_and_returns_can_be_kept_and_dropped() {
    let mut mapping = mapping();
    mapping.lines.repeated = Repeated::Keep;
    mapping.lines.returns = Returns::Drop;
    let imported = import(MESSY, &mapping, &ImportOptions::default()).unwrap();
    let quantities: Vec<_> = imported.instance.orders[0].items.iter().map(|item| item.quantity).collect();
    assert_eq!(quantities, [60, 6, 100]);
    assert_eq!(imported.instance.orders[1].items[0].quantity, 10);
    assert_eq!(lines(&imported, Reason::ReturnDropped), [8, 9, 17]);
    assert_eq!((imported.report.rows.merged, imported.report.returns.netted_pieces), (0, 0));
}

#[test]
fn strict_refuses_unreadable_rows_and_what_is_no_product() {
    let options = ImportOptions { strict: true, ..Default::default() };
    let faults = import(MESSY, &mapping(), &options).unwrap_err();
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            (codes::IMPORT_NOT_A_PRODUCT, "/line/6"),
            (codes::IMPORT_NOT_A_PRODUCT, "/line/7"),
            (codes::IMPORT_ROW_UNREADABLE, "/line/11"),
            (codes::IMPORT_ROW_UNREADABLE, "/line/13"),
            (codes::IMPORT_ROW_UNREADABLE, "/line/14"),
        ]
    );
    assert!(faults.iter().all(Diagnostic::is_error));
    let clean = ["A1;1001;;6;13/3/2026;1,5;;UK;"];
    assert!(import(&dump(&clean), &mapping(), &options).is_ok());
}

#[test]
fn names_are_replaced_by_stable_codes_and_order_numbers_stay() {
    let with = |key: &str| ImportOptions { pseudonymise: Some(key.into()), ..Default::default() };
    let open = import(MESSY, &mapping(), &with("")).unwrap().instance;
    assert_eq!(open.orders[0].id, "A1");
    let code = open.orders[0].customer.clone().unwrap();
    assert!(code.starts_with("C-") && code.len() == 18, "{code}");
    assert_eq!(open, import(MESSY, &mapping(), &with("")).unwrap().instance);
    assert_ne!(Some(code), import(MESSY, &mapping(), &with("ours")).unwrap().instance.orders[0].customer);
    assert!(!serde_json::to_string(&open).unwrap().contains("Jo & Co"));
}

#[test]
fn faults_of_the_mapping_are_found_before_the_dump_is_opened() {
    let broken = r#"{ "format": "lotwise-mapping/1", "columns": { "order": "a", "code": "b", "quantity": "c" },
        "products": { "only": ["("] },
        "orders": { "late_cost_per_day": { "share": 0.1 }, "holding_cost_per_day": { "at_least": 1 }, "minimum_lot": 0 },
        "variants": { "attributes": { "a/b": { "rules": [ { "in": "region", "pattern": "[", "value": "" } ] } } } }"#;
    let faults = import(b"", &read_mapping(broken.as_bytes()).unwrap(), &ImportOptions::default()).unwrap_err();
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/products/only/0",
            "/variants/attributes/a~1b/rules/0/in",
            "/variants/attributes/a~1b/rules/0/pattern",
            "/orders/late_cost_per_day",
            "/orders/minimum_lot",
            "/orders/holding_cost_per_day",
        ]
    );
    for (text, part) in [
        (r#"{ "format": "lotwise-mapping/9", "columns": { "order": "a", "code": "b", "quantity": "c" } }"#, "format"),
        (r#"{ "format": "lotwise-mapping/1", "columns": { "order": "a", "cod": "b" } }"#, "unknown field `cod`"),
        ("{", "EOF"),
    ] {
        let faults = read_mapping(text.as_bytes()).unwrap_err();
        assert!(faults[0].code == codes::IMPORT_MAPPING && faults[0].message.contains(part), "{}", faults[0]);
    }
}

#[test]
fn a_plant_may_hold_orders_and_an_order_may_not_come_twice() {
    let mut backlog = plant();
    backlog.orders.push(lotwise::model::Order::new("B1").item("1002", 3));
    let imported = import_orders(MESSY, backlog.clone(), &mapping(), &ImportOptions::default()).unwrap();
    assert_eq!(imported.instance.orders[0].id, "B1");
    backlog.orders.push(lotwise::model::Order::new("A2"));
    let faults = import_orders(MESSY, backlog, &mapping(), &ImportOptions::default());
    assert_eq!(codes_of(faults), [codes::IMPORT_ORDER_EXISTS]);
    assert!(read_plant(br#"{ "format": "lotwise/1", "format": "lotwise/1" }"#).is_err());
}

#[test]
fn no_dump_makes_it_panic() {
    let refused = |bytes: &[u8]| codes_of(import(bytes, &mapping(), &ImportOptions::default()));
    assert_eq!(refused(b""), [codes::IMPORT_NO_ROWS]);
    assert_eq!(refused(b"\xEF\xBB\xBF"), [codes::IMPORT_NO_ROWS]);
    assert_eq!(refused(b"PK\x03\x04\x00\x00"), [codes::IMPORT_ENCODING]);
    assert_eq!(refused(&dump(&[])), [codes::IMPORT_NO_ROWS]);
    assert_eq!(refused(b"x;y\n1;2\n"), [codes::IMPORT_COLUMN_MISSING; 9]);
    // Cut anywhere, the dump gives orders or coded faults.
    for end in 0..MESSY.len() {
        let _ = import(&MESSY[..end], &mapping(), &ImportOptions::default());
    }
    // An opened quotation mark swallows the rest, which is then one unreadable row.
    let rows = ["A1;1001;\"x;6;13/3/2026;1,5;;UK;", "A2;1001;y;6;13/3/2026;1,5;;UK;"];
    assert_eq!(refused(&dump(&rows)), [codes::IMPORT_NO_DATES]);
    let extremes = [
        "A1;1001;;99999999999;13/3/2026;1;;UK;",
        "A1;1001;;1;13/3/2026;1e308;;UK;",
        "A1;1001;;1;13/3/9999;1;;UK;",
        "A1;1001;;0,5;13/3/2026;1;;UK;",
        "A1;1001;;1;13/3/2026;-1;;UK;",
        "A1;;;1;13/3/2026;1;;UK;",
        ";1001;;1;13/3/2026;1;;UK;",
    ];
    let faults = import(&dump(&extremes), &mapping(), &ImportOptions::default()).unwrap_err();
    assert_eq!(faults.len(), 8, "{faults:?}");
}

#[test]
fn megabytes_of_junk_end_quickly_with_a_code() {
    let size = 50_000_000;
    let mut state = 1_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let printable: Vec<u8> = (0..size).map(|_| 1 + noise() % 255).collect();
    let begun = std::time::Instant::now();
    assert_eq!(codes_of(import(&printable, &mapping(), &ImportOptions::default())), [codes::IMPORT_COLUMN_MISSING; 9]);
    let under_header = [dump(&[""]), printable].concat();
    let faults = codes_of(import(&under_header, &mapping(), &ImportOptions::default()));
    assert!(faults.len() <= 25 && faults.iter().all(|code| code.starts_with("import-")), "{faults:?}");
    let zeros = codes_of(import(&vec![0; size], &mapping(), &ImportOptions::default()));
    assert_eq!(zeros, [codes::IMPORT_ENCODING]);
    // Not a measurement: a bound that only something quadratic would break.
    assert!(begun.elapsed().as_secs() < 120, "{:?}", begun.elapsed());
}

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn giftware_plant() -> Instance {
    read_plant(&std::fs::read(repository("instances/giftware/plant.json")).unwrap()).unwrap()
}

fn giftware_mapping() -> Mapping {
    read_mapping(&std::fs::read(repository("instances/giftware/mapping.json")).unwrap()).unwrap()
}

#[test]
fn the_giftware_day_imports_as_its_readme_says() {
    let dump = std::fs::read(repository("instances/giftware/orders-2010-12-01.csv")).unwrap();
    let imported = import_orders(&dump, giftware_plant(), &giftware_mapping(), &ImportOptions::default()).unwrap();
    let (rows, orders) = (imported.report.rows, &imported.report.orders);
    assert_eq!((rows.read, rows.used, rows.merged), (3_108, 3_064, 98));
    assert_eq!((orders.orders, orders.items, orders.pieces, orders.variants), (127, 2_966, 26_903, 1_336));
    assert_eq!(imported.report.rows_left_out(Reason::NotAProduct), 9);
    assert_eq!(imported.report.rows_left_out(Reason::NoPrice), 9);
    assert_eq!((imported.report.returns.rows, imported.report.returns.netted_pieces), (26, 6));
    // Every variant has all three attributes, and a line that matches its material.
    for variant in &imported.instance.variants {
        let attributes = variant.attributes.as_ref().unwrap();
        assert!(
            ["material", "colour", "technique"].iter().all(|name| attributes.get(name).is_some()),
            "{}",
            variant.id
        );
        let material = attributes.get("material");
        let able = imported.instance.lines.iter().filter(|line| {
            line.rates.iter().any(|rate| rate.matches.as_ref().is_some_and(|all| all.get("material") == material))
        });
        assert!((2..=5).contains(&able.count()), "{}", variant.id);
    }
}

/// The real dump: in `LOTWISE_DATA`, or in the data shared beside the repository.
fn real_dump() -> Option<Vec<u8>> {
    let folder = std::env::var_os("LOTWISE_DATA").map_or_else(|| repository("../shared/data"), PathBuf::from);
    let dump = std::fs::read(folder.join("orders/online-retail-2010-12.csv")).ok();
    if dump.is_none() {
        println!("skipped: the real dump is not here (set LOTWISE_DATA)");
    }
    dump
}

#[test]
fn the_real_dump_is_counted_as_its_readme_counts() {
    let Some(dump) = real_dump() else { return };
    let mut mapping = giftware_mapping();
    let run = |mapping: &Mapping, options: &ImportOptions| import_orders(&dump, giftware_plant(), mapping, options);
    let whole = run(&mapping, &ImportOptions::default()).unwrap();
    let report = &whole.report;
    assert_eq!((report.table.encoding, report.table.byte_order_mark), ("UTF-8", true));
    assert_eq!((report.table.delimiter, report.table.decimal), (Delimiter::Semicolon, Some(Decimal::Comma)));
    assert_eq!(report.rows.read, 10_000);
    assert_eq!(report.rows_left_out(Reason::NotAProduct), 38);
    assert_eq!(report.rows_left_out(Reason::Unreadable), 0);
    // Counted apart from this program, by a few lines of Python over the same rules.
    assert_eq!((report.rows.used, report.orders.orders, report.orders.items), (9_814, 423, 9_470));
    assert_eq!((report.orders.pieces, report.orders.variants), (89_932, 1_957));
    assert_eq!((report.returns.rows, report.returns.pieces, report.returns.netted_pieces), (128, 12_213, 77));
    let returns = [Reason::ReturnNetted, Reason::ReturnUnmatched, Reason::ReturnWithoutCustomer, Reason::Cancelled];
    assert_eq!(returns.map(|reason| report.rows_left_out(reason)), [10, 88, 30, 4]);
    // 1 to 5 December fit both ways round: without the mapping's format the dump is refused.
    mapping.table.date_format = None;
    assert_eq!(codes_of(run(&mapping, &ImportOptions::default())), [codes::IMPORT_AMBIGUOUS_DATES]);
    // Nothing merged, netted or folded: the readme's 9,818 lines, 90,009 pieces, 423 invoices, 1,985 codes.
    let mut mapping = giftware_mapping();
    mapping.lines.repeated = Repeated::Keep;
    mapping.lines.returns = Returns::Drop;
    mapping.products.case = lotwise::import::orders::Case::Keep;
    let plain = run(&mapping, &ImportOptions::default()).unwrap().report;
    assert_eq!((plain.rows.used, plain.rows.merged), (9_818, 0));
    assert_eq!((plain.orders.orders, plain.orders.items, plain.orders.pieces), (423, 9_818, 90_009));
    assert_eq!(plain.orders.variants, 1_985);
    for (day, rows, orders, items) in [
        ("2010-12-01", 3_108, 127, 2_966),
        ("2010-12-02", 2_109, 141, 2_000),
        ("2010-12-03", 2_202, 68, 2_112),
        ("2010-12-05", 2_581, 87, 2_394),
    ] {
        let day = Some(day.parse().unwrap());
        let options = ImportOptions { from: day, to: day, start: Start::Midnight, ..Default::default() };
        let report = run(&giftware_mapping(), &options).unwrap().report;
        assert_eq!(report.rows.read - report.rows_left_out(Reason::OutsideDates), rows);
        assert_eq!((report.orders.orders, report.orders.items), (orders, items), "{report}");
    }
}
