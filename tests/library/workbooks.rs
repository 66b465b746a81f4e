//! Workbooks in and out: a dump saved as XLSX becomes the same orders as the text it was, and a plan's workbook holds
//! what its tables hold, with no cell that a spreadsheet would run.

use calamine::{Data, Reader, Xlsx};
use lotwise::diagnostic::{Diagnostic, codes};
use lotwise::import::{ImportOptions, Imported, Mapping, import_orders, read_mapping, read_plant};
use lotwise::report::Register;
use lotwise::report::tables::{Cell, TableOptions, sheets, workbook};
use lotwise::{Options, read_instance, solve};
use rust_xlsxwriter::{Format, Workbook};
use std::io::Cursor;
use std::path::Path;

/// How the cells of a date column are written.
#[derive(Clone, Copy, PartialEq)]
enum Dates {
    /// Numbers that are shown as dates.
    Formatted,
    /// Bare serial numbers.
    Serials,
    /// Text, as in the dump.
    Text,
}

fn repository(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn mapping() -> Mapping {
    read_mapping(&repository("instances/giftware/mapping.json")).unwrap()
}

fn import(dump: &[u8], mapping: &Mapping, options: &ImportOptions) -> Result<Imported, Vec<Diagnostic>> {
    import_orders(dump, read_plant(&repository("instances/giftware/plant.json")).unwrap(), mapping, options)
}

/// The first day and time of the giftware dump's dates: all are on 1 December 2010, serial 40513.
fn serial(text: &str) -> f64 {
    let (date, time) = text.split_once(' ').unwrap();
    assert_eq!(date, "1/12/2010");
    let (hour, minute) = time.split_once(':').unwrap();
    40_513.0 + (hour.parse::<f64>().unwrap() * 60.0 + minute.parse::<f64>().unwrap()) / 1_440.0
}

/// The giftware dump as a sheet of a workbook that has others, from row `first` (0 is the top) on.
fn giftware_workbook(dates: Dates, numbers_as_text: bool, first: u32) -> Vec<u8> {
    let dump = String::from_utf8(repository("instances/giftware/orders-2010-12-01.csv")).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(dump.trim_start_matches('\u{feff}').as_bytes());
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write_string(0, 0, "exported by hand").unwrap();
    let sheet = book.add_worksheet().set_name("Orders").unwrap();
    let shown_as_date = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    for (row, record) in reader.records().enumerate() {
        let row_number = first + u32::try_from(row).unwrap();
        for (column, cell) in record.unwrap().iter().enumerate() {
            let place = u16::try_from(column).unwrap();
            let decimal = cell.replace(',', ".").parse::<f64>().ok();
            let number = decimal.filter(|_| row > 0 && matches!(column, 0 | 1 | 3 | 5 | 6) && !numbers_as_text);
            match (column, number) {
                _ if cell.is_empty() => {}
                (4, _) if row > 0 && dates == Dates::Formatted => {
                    sheet.write_number_with_format(row_number, place, serial(cell), &shown_as_date).unwrap();
                }
                (4, _) if row > 0 && dates == Dates::Serials => {
                    sheet.write_number(row_number, place, serial(cell)).unwrap();
                }
                (_, Some(number)) => {
                    sheet.write_number(row_number, place, number).unwrap();
                }
                _ => {
                    sheet.write_string(row_number, place, cell).unwrap();
                }
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_becomes_the_same_orders_as_the_text_with_the_same_account_of_every_row() {
    let text = import(&repository("instances/giftware/orders-2010-12-01.csv"), &mapping(), &ImportOptions::default());
    let text = text.unwrap();
    for (dates, numbers_as_text) in
        [(Dates::Formatted, false), (Dates::Serials, false), (Dates::Text, true), (Dates::Formatted, true)]
    {
        let book = giftware_workbook(dates, numbers_as_text, 0);
        let imported = import(&book, &mapping(), &ImportOptions::default()).unwrap();
        assert_eq!(imported.instance, text.instance);
        assert_eq!(imported.report.rows, text.report.rows);
        assert_eq!(imported.report.left_out, text.report.left_out);
        assert_eq!(imported.report.returns, text.report.returns);
        assert_eq!((imported.report.table.encoding, imported.report.table.sheet.as_deref()), ("xlsx", Some("Orders")));
        assert!(imported.report.to_string().contains("sheet \"Orders\""));
    }
}

#[test]
fn rows_keep_the_numbers_the_sheet_shows() {
    let text = import(&repository("instances/giftware/orders-2010-12-01.csv"), &mapping(), &ImportOptions::default());
    let lower = import(&giftware_workbook(Dates::Serials, false, 4), &mapping(), &ImportOptions::default()).unwrap();
    let lines = |imported: &Imported| -> Vec<u64> {
        imported.report.left_out.values().flat_map(|entry| entry.lines.clone()).collect()
    };
    let moved: Vec<u64> = lines(&text.unwrap()).iter().map(|line| line + 4).collect();
    assert!(!moved.is_empty());
    assert_eq!(lines(&lower), moved);
}

#[test]
fn the_sheet_is_chosen_asked_for_or_refused() {
    let small = |names: &[&str]| {
        let mut book = Workbook::new();
        for name in names {
            let sheet = book.add_worksheet().set_name(*name).unwrap();
            for (column, header) in (0_u16..).zip(["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate"])
            {
                sheet.write_string(0, column, header).unwrap();
            }
            for (column, header) in (5_u16..).zip(["UnitPrice", "CustomerID", "Country"]) {
                sheet.write_string(0, column, header).unwrap();
            }
            sheet.write_number(1, 0, 1).unwrap();
            sheet.write_string(1, 1, "85123A").unwrap();
            sheet.write_string(1, 2, "A \"quoted\"\nHEART\tHOLDER").unwrap();
            sheet.write_number(1, 3, 7).unwrap();
            sheet.write_number(1, 4, 40_513.351_388_888).unwrap();
            // A sum of halves of cents, as formulas leave them.
            sheet.write_number(1, 5, 0.1 + 0.2).unwrap();
        }
        book.save_to_buffer().unwrap()
    };
    let options = |sheet: &str| ImportOptions { sheet: Some(sheet.into()), ..ImportOptions::default() };
    let one = import(&small(&["a"]), &mapping(), &ImportOptions::default()).unwrap();
    assert_eq!((one.instance.orders.len(), one.instance.orders[0].items[0].quantity), (1, 7));
    let fault = &import(&small(&["a", "b"]), &mapping(), &ImportOptions::default()).unwrap_err()[0];
    assert_eq!(fault.code, codes::IMPORT_OPTIONS);
    assert!(fault.message.contains("\"a\", \"b\""), "{}", fault.message);
    assert!(import(&small(&["a", "b"]), &mapping(), &options("B")).is_ok());
    let fault = &import(&small(&["alpha", "b"]), &mapping(), &options("alhpa")).unwrap_err()[0];
    assert!(fault.remedy.contains("Did you mean \"alpha\"?"), "{}", fault.remedy);
    let fault = &import(b"a;b\n1;2\n", &mapping(), &options("a")).unwrap_err()[0];
    assert_eq!(fault.code, codes::IMPORT_OPTIONS);
    let fault = &import(b"PK\x03\x04 and then nothing", &mapping(), &ImportOptions::default()).unwrap_err()[0];
    assert_eq!(fault.code, codes::IMPORT_ENCODING);
}

#[test]
fn a_plans_workbook_holds_its_tables_and_no_formula() {
    let text = String::from_utf8(repository("instances/three-orders/instance.json")).unwrap();
    let mut instance = read_instance(text.as_bytes()).unwrap();
    instance.orders[0].id = "=HYPERLINK(\"http://x\")".into();
    let options = Options { time_limit: None, iterations: Some(200), ..Options::default() };
    let plan = solve(&instance, &options, &mut |_| {}).unwrap().solution;
    let register = Register::new(&instance, &plan).unwrap();
    let tables = sheets(&register, &TableOptions::default());
    let bytes = workbook(&[("cost".into(), Cell::Money(plan.cost.total))], &tables).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["plan", "orders", "lines", "lots"]);
    for table in &tables {
        assert_eq!(book.worksheet_formula(table.name).unwrap().used_cells().count(), 0);
        let range = book.worksheet_range(table.name).unwrap();
        assert_eq!(range.height(), table.rows.len() + 1);
        let header: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(header, table.columns);
    }
    let orders = book.worksheet_range("orders").unwrap();
    assert_eq!(orders.get((1, 0)), Some(&Data::String("=HYPERLINK(\"http://x\")".into())));
}

/// Two cells in far corners are a rectangle of 17 thousand million, and zeros pack a thousand to one.
#[test]
fn a_workbook_that_is_larger_than_it_looks_is_refused() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "order no").unwrap();
    sheet.write_string(1_048_575, 16_383, "far away").unwrap();
    let far = book.save_to_buffer().unwrap();
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    packed.start_file("xl/sharedStrings.xml", stored).unwrap();
    let zeros = vec![0u8; 1 << 20];
    for _ in 0..1_025 {
        std::io::Write::write_all(&mut packed, &zeros).unwrap();
    }
    let bomb = packed.finish().unwrap().into_inner();
    assert!(bomb.len() < 2 << 20, "a thousandth: {}", bomb.len());
    for dump in [far, bomb] {
        let refused = import(&dump, &mapping(), &ImportOptions::default()).unwrap_err();
        assert_eq!(refused[0].code, codes::FILE_TOO_LARGE, "{refused:?}");
    }
}
