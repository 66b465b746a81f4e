//! The plan as one page: a single HTML file that opens anywhere, without a network.
//!
//! The page holds the plan once, as JSON, and draws it on a canvas, so that thousands of lots stay light; what a canvas
//! cannot tell (to a screen reader, to a printer, without scripts) stands in tables beside it. Everything that comes
//! from the files is escaped on its way in and set as text on its way to the screen, and the page's own policy forbids
//! it to load or send anything.

mod data;
mod load;
mod static_parts;

use super::kpis::{Kpis, Tolerance};
use super::markup::escaped;
use super::register::Register;
use serde::Serialize;

const STYLE: &str = include_str!("page/page.css");
const BODY: &str = include_str!("page/body.html");
/// In the order in which they stand in the page; one script, one scope.
const SCRIPTS: [&str; 6] = [
    include_str!("page/model.js"),
    include_str!("page/draw.js"),
    include_str!("page/view.js"),
    include_str!("page/details.js"),
    include_str!("page/panels.js"),
    include_str!("page/main.js"),
];

/// What the page holds.
#[derive(Clone, Debug, Default)]
pub struct PageOptions {
    /// The attribute lots are coloured by at first, `variant`, `operation` or `status`; without it the first a
    /// changeover rule names.
    pub colour_by: Option<String>,
    /// What counts as on time and in full.
    pub tolerance: Tolerance,
    /// Whether customers are named.
    pub customers: bool,
}

/// The page.
pub fn page(register: &Register<'_>, options: &PageOptions) -> String {
    let kpis = Kpis::of(register, &options.tolerance);
    let data = embedded(&data::data(register, options));
    let title = register.instance.name.as_deref().or(register.solution.instance.as_deref()).unwrap_or("Plan");
    let mut page = String::with_capacity(data.len() + 100_000);
    page.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n",
    );
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    page.push_str(&escaped(title));
    page.push_str("</title>\n<style>\n");
    page.push_str(STYLE);
    page.push_str("</style>\n</head>\n<body>\n<header>\n<h1>");
    page.push_str(&escaped(title));
    page.push_str("</h1>\n");
    static_parts::head(register, &kpis, &mut page);
    page.push_str("</header>\n");
    page.push_str(BODY);
    static_parts::costs(register, &mut page);
    page.push_str("</div>\n");
    static_parts::tables(register, options, &mut page);
    page.push_str("</main>\n<script type=\"application/json\" id=\"plan\">");
    page.push_str(&data);
    page.push_str("</script>\n<script>\n\"use strict\";\n(() => {\n");
    SCRIPTS.iter().for_each(|script| page.push_str(script));
    page.push_str("})();\n</script>\n</body>\n</html>\n");
    page
}

/// JSON that cannot end the element it stands in: every `<`, `>` and `&` is written as an escape.
fn embedded(data: &impl Serialize) -> String {
    let json = serde_json::to_string(data).unwrap_or_else(|_| "null".to_string());
    let mut safe = String::with_capacity(json.len() + json.len() / 50);
    for letter in json.chars() {
        match letter {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(letter),
        }
    }
    safe
}
