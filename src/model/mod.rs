//! What a planner writes: the instance file, one module per noun.
//!
//! These types are the file and nothing else: text ids, instants, decimals exactly as written. They hold no derived
//! data and answer no questions about feasibility; `validate` judges them and `problem` compiles them. Reading and
//! writing are inverse: what is read and written again means the same. See `docs/format.md` for the contract.

pub mod baseline;
pub mod builder;
pub mod calendar;
pub mod changeover;
pub(crate) mod faults;
pub mod instance;
pub mod line;
pub mod material;
pub mod named;
pub mod order;
pub mod read;
pub mod route;
pub mod scalar;
pub mod schema;
pub(crate) mod shape;
pub mod site;
pub(crate) mod strict;
pub mod variant;
pub(crate) mod walk;

pub use baseline::{Baseline, LotEntry, OperationEntry};
pub use builder::InstanceBuilder;
pub use calendar::{Calendar, Day, OvertimeWindow, TimeOfDay, WeeklyWindow, Window};
pub use changeover::{ChangeoverRule, ChangeoverSet, Combine};
pub use instance::{Instance, Objective};
pub use line::{Line, MinimumRun, Rate};
pub use material::{Arrival, Material};
pub use named::{Meta, Named};
pub use order::{Item, Order};
pub use read::{ReadError, read_instance, read_instance_setting_aside};
pub use route::{Route, RouteOperation};
pub use scalar::{Amount, Duration, Instant};
pub use site::{Delivery, Site, Transit};
pub use variant::{MaterialUse, Requires, Variant};
