//! Writes changes into a source, each behind a switch. Operands are written once, so nested changes do not multiply the text.

use crate::names::{Mutant, Place};
use proc_macro2::{LineColumn, Span};
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The text of the module `mutants` that the copy gets: which switch is on, and which were looked at.
pub const MODULE: &str = include_str!("switch.in");

/// Range of bytes.
type Bytes = (usize, usize);

/// A source with its changes.
pub struct Switched {
    pub text: String,
    /// What text stands for which changes, in bytes of `text`; a change may stand in several, one within the other.
    pub places: Vec<(Bytes, Vec<u32>)>,
    /// Changes that this does not know how to write.
    pub unknown: Vec<u32>,
}

/// How changes are written at a place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Form {
    /// A function returns something else at once; an empty range where its body begins.
    Body,
    /// A guard is true, or false.
    Guard,
    /// An arm matches nothing; the range from behind its pattern to behind its guard.
    Arm,
    /// `==`, `<` and so on: operands are looked at, not taken.
    Comparison,
    /// `&&`, `||`: the second operand may not be worked out.
    Lazy,
    /// `+`, `&`, `<<` and so on.
    Arithmetic,
    /// `+=` and so on.
    Assignment,
    /// `!`, `-`.
    Negation,
}

#[derive(Clone)]
struct Site {
    range: Bytes,
    form: Form,
    operands: Vec<Bytes>,
    operator: String,
    changes: Vec<(u32, String)>,
}

struct Source<'t> {
    text: &'t str,
    /// Where lines begin.
    lines: Vec<usize>,
}

impl<'t> Source<'t> {
    fn new(text: &'t str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    /// Line from 1, column in characters from 0.
    fn byte(&self, line: usize, column: usize) -> usize {
        let start = self.lines[line - 1];
        let rest = &self.text[start..];
        start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }

    fn at(&self, place: Place) -> usize {
        self.byte(place.line, place.column - 1)
    }

    fn bytes(&self, span: Span) -> Bytes {
        let at = |place: LineColumn| self.byte(place.line, place.column);
        (at(span.start()), at(span.end()))
    }
}

/// Finds operators, arms, and what is worked out when it is compiled, where no switch can be asked.
struct Finder<'s> {
    source: &'s Source<'s>,
    /// By where the operator, or the arm, begins.
    sites: HashMap<usize, Site>,
    constants: Vec<Bytes>,
}

impl Finder<'_> {
    fn add(&mut self, key: usize, range: Bytes, form: Form, operands: Vec<Bytes>, operator: Bytes) {
        let operator = self.source.text[operator.0..operator.1].to_string();
        self.sites.insert(key, Site { range, form, operands, operator, changes: Vec::new() });
    }

    fn constant(&mut self, span: Span) {
        let range = self.source.bytes(span);
        self.constants.push(range);
    }
}

/// Whether a chain of `&&` binds names, which it then cannot do within parentheses.
fn binds(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(both) if matches!(both.op, syn::BinOp::And(_)) => binds(&both.left) || binds(&both.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        use syn::BinOp::{Add, And, BitAnd, BitOr, BitXor, Div, Eq, Ge, Gt, Le, Lt, Mul, Ne, Or, Rem, Shl, Shr, Sub};
        let form = match node.op {
            And(_) | Or(_) => Form::Lazy,
            Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_) => Form::Comparison,
            Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_) | BitXor(_) | BitAnd(_) | BitOr(_) | Shl(_) | Shr(_) => {
                Form::Arithmetic
            }
            _ => Form::Assignment,
        };
        if !binds(&node.left) && !binds(&node.right) {
            let operator = self.source.bytes(node.op.span());
            let operands = vec![self.source.bytes(node.left.span()), self.source.bytes(node.right.span())];
            self.add(operator.0, self.source.bytes(node.span()), form, operands, operator);
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let operator = self.source.bytes(node.op.span());
        let operand = self.source.bytes(node.expr.span());
        self.add(operator.0, self.source.bytes(node.span()), Form::Negation, vec![operand], operator);
        visit::visit_expr_unary(self, node);
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        let behind = self.source.bytes(node.pat.span()).1;
        let guard = node.guard.as_ref().map(|(_, guard)| guard);
        if guard.is_none_or(|guard| !binds(guard)) {
            let operands: Vec<Bytes> = guard.map(|guard| self.source.bytes(guard.span())).into_iter().collect();
            let end = operands.first().map_or(behind, |guard| guard.1);
            self.add(self.source.bytes(node.span()).0, (behind, end), Form::Arm, operands, (0, 0));
        }
        visit::visit_arm(self, node);
    }

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        if node.sig.constness.is_some() {
            self.constant(node.span());
        }
        visit::visit_item_fn(self, node);
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        if node.sig.constness.is_some() {
            self.constant(node.span());
        }
        visit::visit_impl_item_fn(self, node);
    }

    fn visit_item_const(&mut self, node: &'ast syn::ItemConst) {
        self.constant(node.span());
    }

    fn visit_impl_item_const(&mut self, node: &'ast syn::ImplItemConst) {
        self.constant(node.span());
    }

    fn visit_item_static(&mut self, node: &'ast syn::ItemStatic) {
        self.constant(node.span());
    }
}

/// Writes `mutants` into the source `text`.
pub fn switch<'m>(
    text: &str,
    mutants: impl Iterator<Item = (u32, &'m Mutant)>,
    left_out: &dyn Fn(u32) -> bool,
) -> syn::Result<Switched> {
    let source = Source::new(text);
    let mut finder = Finder { source: &source, sites: HashMap::new(), constants: Vec::new() };
    finder.visit_file(&syn::parse_file(text)?);
    let mut sites: HashMap<(Bytes, Form), Site> = HashMap::new();
    let mut unknown = Vec::new();
    for (id, mutant) in mutants.filter(|(id, _)| !left_out(*id)) {
        let (start, end) = (source.at(mutant.span.start), source.at(mutant.span.end));
        let alone =
            |range, form| Some(Site { range, form, operands: vec![], operator: String::new(), changes: vec![] });
        let site = match mutant.genre.as_str() {
            _ if finder.constants.iter().any(|constant| constant.0 <= start && end <= constant.1) => None,
            "BinaryOperator" | "UnaryOperator" | "MatchArm" => finder.sites.get(&start).cloned(),
            "MatchArmGuard" => alone((start, end), Form::Guard),
            "FnValue" => alone((start, start), Form::Body),
            _ => None,
        };
        match site {
            Some(site) => {
                let site = sites.entry((site.range, site.form)).or_insert(site);
                site.changes.push((id, mutant.replacement.clone()));
            }
            None => unknown.push(id),
        }
    }
    let mut sites: Vec<Site> = sites.into_values().collect();
    // Whatever is within another comes behind it.
    sites.sort_by_key(|site| (site.range.0, site.form != Form::Body, usize::MAX - site.range.1, site.form));
    let mut writer = Writer { text, within: nest(&sites), sites, out: String::new(), places: Vec::new() };
    let outermost = writer.within.pop().unwrap_or_default();
    writer.copy((0, text.len()), &outermost);
    Ok(Switched { text: writer.out, places: writer.places, unknown })
}

/// What sites each one holds; the last entry has the outermost ones.
fn nest(sites: &[Site]) -> Vec<Vec<usize>> {
    let mut within = vec![Vec::new(); sites.len() + 1];
    let mut around: Vec<usize> = Vec::new();
    for (index, site) in sites.iter().enumerate() {
        while let Some(&last) = around.last() {
            let outer = sites[last].range;
            if outer.0 < outer.1 && outer.0 <= site.range.0 && site.range.1 <= outer.1 {
                break;
            }
            around.pop();
        }
        within[around.last().copied().unwrap_or(sites.len())].push(index);
        around.push(index);
    }
    within
}

struct Writer<'t> {
    text: &'t str,
    sites: Vec<Site>,
    within: Vec<Vec<usize>>,
    out: String,
    places: Vec<(Bytes, Vec<u32>)>,
}

fn is_on(id: u32) -> String {
    format!("crate::mutants::on({id})")
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// What is written by `write` stands for these changes.
    fn standing_for(&mut self, changes: Vec<u32>, write: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        write(self);
        self.places.push(((start, self.out.len()), changes));
    }

    /// Copies a range of the source, with the sites that are in it.
    fn copy(&mut self, range: Bytes, among: &[usize]) {
        let (mut at, end) = range;
        for &index in among {
            let site = self.sites[index].range;
            if site.0 < range.0 || site.1 > end {
                continue;
            }
            let text = self.text;
            self.put(&text[at..site.0]);
            self.site(index);
            at = site.1;
        }
        let text = self.text;
        self.put(&text[at..end]);
    }

    fn site(&mut self, index: usize) {
        let site = self.sites[index].clone();
        let ids = site.changes.iter().map(|(id, _)| *id).collect();
        self.standing_for(ids, |writer| writer.changes(&site, index));
    }

    /// `before` and the operands, then what is made of them: by each change, and as it was.
    fn operands(&mut self, site: &Site, among: &[usize], by: &str, made: impl Fn(&str) -> String) {
        self.put(&format!("(match ({by}("));
        self.copy(site.operands[0], among);
        self.put(&format!("), {by}("));
        self.copy(site.operands[1], among);
        self.put(")) { (l_, r_) => ");
        for (id, operator) in &site.changes {
            self.put(&format!("if {} ", is_on(*id)));
            self.standing_for(vec![*id], |writer| writer.put(&format!("{{ {} }} else ", made(operator))));
        }
        self.put(&format!("{{ {} }} }})", made(&site.operator)));
    }

    fn changes(&mut self, site: &Site, index: usize) {
        let among = self.within[index].clone();
        match site.form {
            Form::Body => {
                for (id, value) in &site.changes {
                    let early = format!("if {} {{ return {value}; }} ", is_on(*id));
                    self.standing_for(vec![*id], |writer| writer.put(&early));
                }
            }
            Form::Guard => {
                let by = |value: &str| {
                    let change = site.changes.iter().find(|(_, replacement)| replacement == value);
                    change.map_or("false".to_string(), |(id, _)| is_on(*id))
                };
                self.put(&format!("({} || (!{} && (", by("true"), by("false")));
                self.copy(site.range, &among);
                self.put(")))");
            }
            Form::Arm => {
                self.put(&format!(" if !{}", is_on(site.changes[0].0)));
                if let Some(&guard) = site.operands.first() {
                    self.put(" && (");
                    self.copy(guard, &among);
                    self.put(")");
                }
            }
            Form::Comparison => self.operands(site, &among, "&", |operator| format!("*l_ {operator} *r_")),
            Form::Arithmetic => self.operands(site, &among, "", |operator| format!("l_ {operator} r_")),
            Form::Lazy => {
                // With s false, `l != s` is l && r; with s true, it is l || r.
                let is_or = format!("{}{}", if site.operator == "&&" { "" } else { "!" }, is_on(site.changes[0].0));
                self.put("(if (");
                self.copy(site.operands[0], &among);
                self.put(&format!(") != ({is_or}) {{ "));
                self.copy(site.operands[1], &among);
                self.put(&format!(" }} else {{ {is_or} }})"));
            }
            Form::Assignment => {
                self.put("{ let r_ = ");
                self.copy(site.operands[1], &among);
                self.put("; ");
                for (id, operator) in &site.changes {
                    self.put(&format!("if {} ", is_on(*id)));
                    self.standing_for(vec![*id], |writer| {
                        writer.put("{ ");
                        writer.copy(site.operands[0], &among);
                        writer.put(&format!(" {operator} r_; }} else "));
                    });
                }
                self.put("{ ");
                self.copy(site.operands[0], &among);
                self.put(&format!(" {} r_; }} }}", site.operator));
            }
            Form::Negation => {
                let on = is_on(site.changes[0].0);
                self.put("(match (");
                self.copy(site.operands[0], &among);
                // `!` is that of conditions: of bits it does not compile so, and is left out.
                self.put(&if site.operator == "!" {
                    format!(") {{ v_ => {on} == v_ }})")
                } else {
                    format!(") {{ v_ => if {on} {{ v_ }} else {{ -v_ }} }})")
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Span;

    fn mutant(line: usize, column: usize, genre: &str, replacement: &str) -> Mutant {
        let span = Span { start: Place { line, column }, end: Place { line, column: column + 1 } };
        Mutant { file: String::new(), genre: genre.into(), name: String::new(), replacement: replacement.into(), span }
    }

    fn switched(text: &str, mutants: &[Mutant]) -> String {
        switch(text, (1..).zip(mutants), &|_| false).unwrap().text
    }

    #[test]
    fn operands_are_written_once() {
        let text = "fn f(a: i64, b: i64) -> bool { a + b < 3 }";
        let out = switched(text, &[mutant(1, 38, "BinaryOperator", ">"), mutant(1, 34, "BinaryOperator", "-")]);
        assert_eq!(
            out.matches('a').count()
                - out.matches("crate").count()
                - out.matches("match").count()
                - out.matches("mutants").count(),
            2,
            "{out}"
        );
        assert!(syn::parse_file(&out).is_ok());
    }

    #[test]
    fn constants_and_chains_that_bind_are_left() {
        let text = "const A: i64 = 1 + 2;\nfn f(a: Option<i64>) -> bool { if let Some(b) = a && b > 1 { true } else { false } }";
        let list = [mutant(1, 18, "BinaryOperator", "-"), mutant(2, 52, "BinaryOperator", "||")];
        let out = switch(text, (1..).zip(&list), &|_| false).unwrap();
        assert_eq!((out.text.as_str(), out.unknown), (text, vec![1, 2]));
    }

    #[test]
    fn a_body_an_arm_and_its_guard() {
        let text = "fn f(a: i64) -> i64 {\n    match a {\n        1 => 2,\n        b if b > 3 => 4,\n        _ => 5,\n    }\n}";
        let list = [mutant(2, 5, "FnValue", "0"), mutant(3, 9, "MatchArm", ""), mutant(4, 16, "BinaryOperator", "<")];
        let out = switched(text, &list);
        assert!(out.contains("if crate::mutants::on(1) { return 0; } match a"), "{out}");
        assert!(out.contains("1 if !crate::mutants::on(2) => 2"), "{out}");
        assert!(out.contains("if crate::mutants::on(3) { *l_ < *r_ } else { *l_ > *r_ }"), "{out}");
    }
}
