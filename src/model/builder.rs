//! Makes an instance in code, for a service that holds its orders in a database and never sees JSON.
//!
//! Setters take the commonest fields; everything else is a public field of the model's types. Nothing is checked
//! here: pass the result to `validate`, as a file would be.

use super::{
    Amount, Baseline, Calendar, ChangeoverSet, Instance, Instant, Item, Line, Material, Named, Order, Rate, Route,
    Site, Transit, Variant,
};
use crate::units::{Money, Pieces};

/// Collects the parts of an [`Instance`].
///
/// ```
/// use lotwise::model::{InstanceBuilder, Instant, Line, Order, Variant};
/// let start = Instant::parse("2026-11-23T08:00:00Z").unwrap();
/// let due = Instant::parse("2026-11-24T08:00:00Z").unwrap();
/// let instance = InstanceBuilder::new(start)
///     .line(Line::new("press").units_per_hour(60))
///     .variant(Variant::new("mug"))
///     .order(Order::new("SO-1").due(due).item("mug", 120))
///     .build();
/// assert_eq!(instance.orders[0].items[0].quantity, 120);
/// ```
#[derive(Clone, Debug)]
pub struct InstanceBuilder {
    instance: Instance,
}

macro_rules! push {
    ($($method:ident, $field:ident, $type:ty, $doc:literal;)*) => {
        $(#[doc = $doc]
        #[must_use]
        pub fn $method(mut self, part: $type) -> Self {
            self.instance.$field.push(part);
            self
        })*
    };
}

impl InstanceBuilder {
    /// Begins an instance whose first instant is `start`.
    pub fn new(start: Instant) -> Self {
        Self { instance: Instance::new(start) }
    }
    /// Names it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.instance.name = Some(name.into());
        self
    }
    /// Sets the last instant an operation may end.
    #[must_use]
    pub fn end(mut self, end: Instant) -> Self {
        self.instance.end = Some(end);
        self
    }
    /// Sets the IANA time zone of the calendars' local times.
    #[must_use]
    pub fn time_zone(mut self, zone: impl Into<String>) -> Self {
        self.instance.time_zone = Some(zone.into());
        self
    }
    /// Sets the plan in force.
    #[must_use]
    pub fn baseline(mut self, baseline: Baseline) -> Self {
        self.instance.baseline = Some(baseline);
        self
    }
    push! {
        calendar, calendars, Calendar, "Adds a calendar.";
        site, sites, Site, "Adds a site.";
        transit, transits, Transit, "Adds a journey between sites.";
        changeover_set, changeovers, ChangeoverSet, "Adds a changeover set.";
        line, lines, Line, "Adds a line.";
        route, routes, Route, "Adds a route.";
        material, materials, Material, "Adds a stock of a material.";
        variant, variants, Variant, "Adds a variant.";
        order, orders, Order, "Adds an order.";
    }
    /// The instance.
    pub fn build(self) -> Instance {
        self.instance
    }
}

impl Line {
    /// A line that is always open, may pause, and has no rate yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
    /// Adds a rate.
    #[must_use]
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rates.push(rate);
        self
    }
    /// Adds a rate of whole units per hour that matches everything.
    #[must_use]
    pub fn units_per_hour(self, units: i64) -> Self {
        self.rate(Rate { units_per_hour: Some(Amount::whole(units)), ..Rate::default() })
    }
    /// Sets the calendar.
    #[must_use]
    pub fn calendar(mut self, id: impl Into<String>) -> Self {
        self.calendar = Some(id.into());
        self
    }
    /// Sets the changeover set.
    #[must_use]
    pub fn changeovers(mut self, id: impl Into<String>) -> Self {
        self.changeovers = Some(id.into());
        self
    }
}

impl Variant {
    /// A variant without attributes, on a single operation.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
    /// Sets an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.get_or_insert_with(Named::default).entries.insert(name.into(), value.into());
        self
    }
}

impl Order {
    /// An order of nothing yet, that must be made and has no due date.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
    /// Adds an item.
    #[must_use]
    pub fn item(mut self, variant: impl Into<String>, quantity: Pieces) -> Self {
        self.items.push(Item { variant: variant.into(), quantity, ..Item::default() });
        self
    }
    /// Sets when it is promised.
    #[must_use]
    pub fn due(mut self, due: Instant) -> Self {
        self.due = Some(due);
        self
    }
    /// Sets what a day late costs.
    #[must_use]
    pub fn late_cost_per_day(mut self, cost: Money) -> Self {
        self.late_cost_per_day = Some(cost);
        self
    }
    /// Allows leaving it out at this cost.
    #[must_use]
    pub fn reject_cost(mut self, cost: Money) -> Self {
        self.reject_cost = Some(cost);
        self
    }
}
