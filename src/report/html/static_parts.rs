//! What stands in the page without a script: the figures, the costs, and tables for whoever cannot see the canvas.

use super::PageOptions;
use crate::report::kpis::{Kpis, lateness};
use crate::report::markup::escaped;
use crate::report::register::{OrderRecord, Register};
use crate::report::tables::{self, Cell};
use crate::report::text::{count, counted, money, per_cent, span};
use crate::solution::{OrderStatus, Status};
use crate::units::{Money, Seconds};
use std::cmp::Reverse;
use std::fmt::Write as _;

/// Orders the static table names; the page's script shows the rest.
const ORDERS: usize = 100;

/// The sentence under the title, the figures and the costs.
pub(super) fn head(register: &Register<'_>, kpis: &Kpis, page: &mut String) {
    let solution = register.solution;
    let currency = register.instance.currency.as_ref().map_or_else(String::new, |currency| format!("{currency} "));
    let bound = match (solution.status, solution.bound) {
        (Status::Optimal, _) => ", proved optimal".to_string(),
        (_, Some(bound)) => format!(", no plan costs less than {}", money(bound)),
        _ => String::new(),
    };
    let lost = match register.operations_lost {
        0 => String::new(),
        number => format!(" {} name lines the instance does not have and are not shown.", counted(number, "operation")),
    };
    let sentence = format!(
        "{} on {}, from {} for {}. Cost {currency}{}{bound}.{lost}",
        counted(kpis.orders, "order"),
        counted(register.lines.len(), "line"),
        crate::report::svg::moment(register.instance.start.seconds, &register.problem.zone, "%a %-d %b %Y %H:%M"),
        span(register.horizon().length()),
        money(solution.cost.total),
    );
    let _ = writeln!(page, "<p class=\"lead\">{}</p>", escaped(&sentence));
    page.push_str("<section aria-label=\"Figures\"><dl class=\"figures\">\n");
    for (name, value, more) in figures(kpis) {
        let _ = writeln!(
            page,
            "<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>",
            escaped(name),
            escaped(&value),
            escaped(&more)
        );
    }
    page.push_str("</dl></section>\n");
}

fn figures(kpis: &Kpis) -> Vec<(&'static str, String, String)> {
    let hours = |hours: f64| span(Seconds((hours * 3_600.0).round() as i64));
    let share = |share: f64| format!("{:.1} %", share * 100.0);
    let tolerance = if kpis.time_tolerance_hours > 0.0 || kpis.quantity_tolerance > 0.0 {
        format!("{} late and {} missing allowed", hours(kpis.time_tolerance_hours), share(kpis.quantity_tolerance))
    } else {
        "no tolerance".to_string()
    };
    let in_full = per_cent(kpis.on_time_in_full, kpis.orders);
    let left =
        format!("{} late, {} rejected, {} unplanned", count(kpis.late), count(kpis.rejected), count(kpis.unplanned));
    vec![
        ("On time in full", in_full, format!("{} of {}; {tolerance}", count(kpis.on_time_in_full), count(kpis.orders))),
        ("Orders on time", count(kpis.on_time), left),
        ("Mean lateness", hours(kpis.mean_lateness_hours), format!("worst {}", hours(kpis.worst_lateness_hours))),
        ("Lead time", hours(kpis.mean_lead_time_hours), format!("longest {}", hours(kpis.longest_lead_time_hours))),
        ("Utilisation", share(kpis.utilisation), format!("of {} h open", count(kpis.open_hours.round() as i64))),
        (
            "Changeovers",
            share(kpis.changeover_share),
            format!("of work: {} in {}", hours(kpis.changeover_hours), count(kpis.changeovers)),
        ),
        (
            "Pieces in progress",
            count(kpis.mean_pieces_in_progress.round() as i64),
            format!("most {}; {:.1} orders", count(kpis.most_pieces_in_progress), kpis.mean_orders_in_progress),
        ),
        (
            "Scrap",
            share(kpis.scrap_share),
            format!("{} pieces, {} too many", count(kpis.scrap_pieces), count(kpis.overproduction_pieces)),
        ),
        ("Short runs", count(kpis.short_runs), format!("{} pieces missing", count(kpis.short_run_pieces))),
    ]
}

/// What the plan costs, by term, the dearest first.
pub(super) fn costs(register: &Register<'_>, page: &mut String) {
    let (terms, total) = (register.solution.cost.terms(), register.solution.cost.total);
    let mut terms: Vec<_> = terms.iter().filter(|(_, cost)| cost.0 != 0).collect();
    terms.sort_by_key(|(_, cost)| Reverse(*cost));
    page.push_str("<section aria-label=\"Costs\"><table class=\"costs\"><caption>Cost by term</caption><tbody>\n");
    for (name, cost) in terms {
        // A picture beside the number: a share in tenths of a per cent, never more than all of it.
        let share = (i128::from(cost.0.max(0)) * 1_000 / i128::from(total.0.max(1))).clamp(0, 1_000);
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"bar\" aria-hidden=\"true\">\
             <span style=\"width:{}.{}%\"></span></td></tr>",
            escaped(&name.replace('_', " ")),
            money(*cost),
            share / 10,
            share % 10
        );
    }
    let _ = writeln!(
        page,
        "<tr class=\"total\"><th scope=\"row\">total</th><td class=\"number\">{}</td><td></td></tr>",
        money(total)
    );
    page.push_str("</tbody></table></section>\n");
}

/// The tables after the pictures: the orders that are not on time, and the lines.
pub(super) fn tables(register: &Register<'_>, options: &PageOptions, page: &mut String) {
    let mut orders: Vec<&OrderRecord<'_>> =
        register.orders.iter().filter(|order| order.status() != OrderStatus::OnTime).collect();
    let cost = |order: &OrderRecord<'_>| order.entry.map_or(Money::ZERO, |entry| entry.cost);
    orders.sort_by_key(|order| {
        (order.status() != OrderStatus::Unplanned, Reverse(cost(order)), Reverse(lateness(order)))
    });
    page.push_str("<section id=\"not-on-time\"><h2>Orders not on time</h2>\n");
    if orders.is_empty() {
        page.push_str("<p>All orders are on time.</p>\n");
    } else {
        let customer = if options.customers { "<th scope=\"col\">Customer</th>" } else { "" };
        let shown = || orders.iter().take(ORDERS);
        // Late orders have no reason in the plan: why they are late takes a question of its own.
        let reasons = shown().any(|order| !reason(order).is_empty());
        let why = if reasons { "<th scope=\"col\">Why</th>" } else { "" };
        let _ = writeln!(
            page,
            "<div class=\"wide\"><table class=\"rows\"><thead><tr><th scope=\"col\">Order</th>{customer}<th scope=\"col\">Status</th>\
             <th scope=\"col\">Due</th><th scope=\"col\">Delivery</th><th scope=\"col\">Late by</th>\
             <th scope=\"col\" class=\"number\">Cost</th>{why}</tr></thead><tbody>"
        );
        shown().for_each(|order| order_row(register, options, order, reasons, page));
        page.push_str("</tbody></table></div>\n<p class=\"hint\">Why, and what would help: <code>lotwise explain INSTANCE PLAN ORDER</code></p>\n");
        if orders.len() > ORDERS {
            let _ = writeln!(page, "<p>{} more are in the table of all orders.</p>", count(orders.len() - ORDERS));
        }
    }
    page.push_str("</section>\n<section><h2>Lines</h2>\n");
    lines(register, page);
    page.push_str("</section>\n<section id=\"every-order\"></section>\n");
}

/// The plan's reason for leaving an order out.
fn reason<'r>(record: &OrderRecord<'r>) -> &'r str {
    record.entry.and_then(|entry| entry.reason.as_ref()).map_or("", |reason| reason.message.as_str())
}

fn order_row(
    register: &Register<'_>,
    options: &PageOptions,
    record: &OrderRecord<'_>,
    reasons: bool,
    page: &mut String,
) {
    let local = |at: Option<Seconds>| {
        at.map_or_else(String::new, |at| crate::report::svg::moment(at, &register.problem.zone, "%a %-d %b %Y %H:%M"))
    };
    let late = lateness(record).map_or_else(String::new, span);
    let why = if reasons { format!("<td>{}</td>", escaped(reason(record))) } else { String::new() };
    let customer = match (options.customers, record.order.customer.as_deref()) {
        (false, _) => String::new(),
        (true, name) => format!("<td>{}</td>", escaped(name.unwrap_or_default())),
    };
    let _ = writeln!(
        page,
        "<tr><th scope=\"row\">{}</th>{customer}<td>{}</td><td>{}</td><td>{}</td><td>{late}</td>\
         <td class=\"number\">{}</td>{why}</tr>",
        escaped(&record.order.id),
        tables::status_word(record.status()).replace('_', " "),
        local(record.order.due.map(|due| due.seconds)),
        local(record.delivery()),
        money(record.entry.map_or(Money::ZERO, |entry| entry.cost)),
    );
}

fn lines(register: &Register<'_>, page: &mut String) {
    let sheet = tables::lines_sheet(register);
    page.push_str("<div class=\"wide\"><table class=\"rows dense\"><thead><tr>");
    for (place, column) in sheet.columns.iter().enumerate() {
        let number = if place > 2 { " class=\"number\"" } else { "" };
        let _ = write!(page, "<th scope=\"col\"{number}>{}</th>", column.replace('_', " "));
    }
    page.push_str("</tr></thead><tbody>\n");
    for row in &sheet.rows {
        page.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let _ = match cell {
                Cell::Text(text) if column == 0 => write!(page, "<th scope=\"row\">{}</th>", escaped(text)),
                Cell::Text(text) => write!(page, "<td>{}</td>", escaped(text)),
                Cell::Count(number) => write!(page, "<td class=\"number\">{}</td>", count(*number)),
                Cell::Number(number) if sheet.columns[column] == "utilisation" => {
                    write!(page, "<td class=\"number\">{:.1} %</td>", number * 100.0)
                }
                Cell::Number(number) => write!(page, "<td class=\"number\">{number:.1}</td>"),
                Cell::Money(amount) => write!(page, "<td class=\"number\">{}</td>", money(*amount)),
                _ => write!(page, "<td></td>"),
            };
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>\n");
}
