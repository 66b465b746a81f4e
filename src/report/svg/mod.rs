//! The plan as one plain SVG: a row per line, time from left to right in the instance's zone.
//!
//! Closed time is grey, lots are coloured by an attribute, lots of late orders stand on a black bar, changeovers are hatched;
//! pointing at a lot tells its story. A changeover's end is not in a plan, so the hatching runs to the start of the
//! run it prepares, any wait included. Everything is drawn with plain shapes, so that the file opens anywhere and
//! prints; there is no script and no outside resource in it. Floats are pixels here, never time or cost.

mod axis;
pub(in crate::report) mod chart;
mod draw;

pub(in crate::report) use axis::moment;

use crate::model::Instance;
use crate::solution::Solution;

/// How the picture is drawn. `..GanttOptions::default()` gives the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GanttOptions {
    /// The attribute lots are coloured by, `variant` or `operation`; without it the first a changeover rule names.
    pub colour_by: Option<String>,
    /// Width of the whole picture in pixels.
    pub width: u32,
    /// Rows at most; a note says how many lines are left out.
    pub maximum_lines: usize,
}

impl Default for GanttOptions {
    /// 1,600 pixels, 250 rows.
    fn default() -> Self {
        Self { colour_by: None, width: 1_600, maximum_lines: 250 }
    }
}

/// Draws the plan. Whatever the plan says, the answer is well-formed SVG.
pub fn gantt_svg(instance: &Instance, solution: &Solution, options: &GanttOptions) -> String {
    let chart = chart::Chart::new(instance, solution, options.colour_by.as_deref(), options.maximum_lines);
    draw::Picture::new(instance, solution, &chart, f64::from(options.width.max(600))).svg()
}

#[cfg(test)]
mod tests;
