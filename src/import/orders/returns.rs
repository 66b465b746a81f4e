//! Returns against what they return: a line that was wholly brought back must not be made.
//!
//! A return is taken off earlier lines of the same customer and variant, the newest first, at most what is there.
//! Earlier means by date, then by place in the dump. Without a customer nothing can be matched.

use super::lines::{Line, Lines};
use super::mapping::Returns;
use super::report::{ImportReport, Reason};
use rustc_hash::FxHashMap;

/// Takes returns off sales as `rule` says, and removes sales that were wholly returned.
pub(super) fn settle(lines: &mut Lines, rule: Returns, report: &mut ImportReport) {
    let returns = std::mem::take(&mut lines.returns);
    report.returns.rows = returns.len() as u64;
    report.returns.pieces = returns.iter().map(|line| line.pieces).sum();
    match rule {
        Returns::Drop => returns.iter().for_each(|line| report.leave_out(Reason::ReturnDropped, line.line)),
        Returns::Net => net(&mut lines.sales, &returns, report),
    }
    let cancelled = lines.sales.extract_if(.., |sale| sale.pieces == 0);
    cancelled.for_each(|sale| report.leave_out(Reason::Cancelled, sale.line));
}

fn net(sales: &mut [Line], returns: &[Line], report: &mut ImportReport) {
    // Sales by customer and variant, for those pairs only that returns speak of.
    let mut open: FxHashMap<(u32, u32), Vec<usize>> = FxHashMap::default();
    for line in returns {
        if let Some(customer) = line.customer {
            open.entry((customer, line.code)).or_default();
        }
    }
    for (index, sale) in sales.iter().enumerate() {
        if let Some(stack) = sale.customer.and_then(|customer| open.get_mut(&(customer, sale.code))) {
            stack.push(index);
        }
    }
    let when = |line: &Line| (line.placed, line.line);
    for stack in open.values_mut() {
        stack.sort_by_key(|index| when(&sales[*index]));
    }
    // Oldest return first, so that each finds what was there when it came.
    let mut ordered: Vec<&Line> = returns.iter().collect();
    ordered.sort_by_key(|line| when(line));
    let mut outcome: Vec<(u64, Reason)> = Vec::with_capacity(returns.len());
    for line in ordered {
        let Some(customer) = line.customer else {
            outcome.push((line.line, Reason::ReturnWithoutCustomer));
            continue;
        };
        let mut left = line.pieces;
        for index in open[&(customer, line.code)].iter().rev() {
            let sale = &mut sales[*index];
            if when(sale) < when(line) {
                let taken = left.min(sale.pieces);
                sale.pieces -= taken;
                left -= taken;
            }
        }
        report.returns.netted_pieces += line.pieces - left;
        outcome.push((line.line, if left < line.pieces { Reason::ReturnNetted } else { Reason::ReturnUnmatched }));
    }
    outcome.sort_unstable();
    outcome.into_iter().for_each(|(line, reason)| report.leave_out(reason, line));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Money;

    fn line(number: u64, second: i64, customer: Option<u32>, pieces: i64) -> Line {
        Line {
            line: number,
            order: 0,
            code: 7,
            customer,
            region: None,
            placed: jiff::Timestamp::from_second(second).ok(),
            due: None,
            pieces,
            price: Money::ZERO,
        }
    }

    fn settled(sales: Vec<Line>, returns: Vec<Line>) -> (Vec<(u64, i64)>, ImportReport) {
        let mut lines = Lines::default();
        (lines.sales, lines.returns) = (sales, returns);
        let mut report = super::super::empty_report();
        settle(&mut lines, Returns::Net, &mut report);
        (lines.sales.iter().map(|sale| (sale.line, sale.pieces)).collect(), report)
    }

    #[test]
    fn the_newest_earlier_line_is_taken_first() {
        // 8 back at second 30: line 3 (second 20) first, then line 2; line 4 is newer than the return.
        let sales = vec![line(2, 10, Some(1), 6), line(3, 20, Some(1), 5), line(4, 40, Some(1), 9)];
        let (left, report) = settled(sales, vec![line(1, 30, Some(1), 8)]);
        assert_eq!(left, [(2, 3), (4, 9)]);
        assert_eq!((report.returns.pieces, report.returns.netted_pieces), (8, 8));
        assert_eq!(report.rows_left_out(Reason::Cancelled), 1);
        assert_eq!(report.rows_left_out(Reason::ReturnNetted), 1);
    }

    #[test]
    fn no_more_is_taken_than_is_there_and_from_nobody_else() {
        let sales = vec![line(2, 10, Some(1), 6), line(3, 10, Some(2), 6), line(4, 10, None, 6)];
        let returns = vec![line(5, 10, Some(1), 9), line(6, 10, Some(1), 1), line(7, 10, None, 1)];
        let (left, report) = settled(sales, returns);
        assert_eq!(left, [(3, 6), (4, 6)]);
        assert_eq!((report.returns.pieces, report.returns.netted_pieces), (11, 6));
        assert_eq!(report.left_out[&Reason::ReturnUnmatched].lines, [6]);
        assert_eq!(report.left_out[&Reason::ReturnWithoutCustomer].lines, [7]);
    }
}
