//! The planner's questions, on small plants that can be checked by hand and on random ones that use the whole format.

mod capacity;
mod causes;
mod plants;
mod quotes;
mod remedies;
mod replanning;
