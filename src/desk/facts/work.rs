//! Where the things of a plan are in an instance.

use crate::model::Instance;
use rustc_hash::FxHashMap;

/// Order and item of every item, by their names.
pub(super) fn places(instance: &Instance) -> FxHashMap<(String, String), (usize, usize)> {
    let mut places = FxHashMap::default();
    for (index, order) in instance.orders.iter().enumerate() {
        for (at, item) in order.items.iter().enumerate() {
            places.insert((order.id.clone(), item.name(at)), (index, at));
        }
    }
    places
}
