//! The plan as it stands, compiled: what every question begins with.

use super::DeskError;
use crate::diagnostic::Diagnostic;
use crate::model::Instance;
use crate::plan::Plan;
use crate::problem::{OrderIdx, Problem};
use crate::schedule::{Schedule, settle};
use crate::solution::Solution;
use crate::solve::{plan_of, solution_of};
use crate::units::Id;
use crate::validate::{set_aside, validate};
use crate::verify::verify;

/// An instance, a plan of it that has passed the check, and both compiled.
pub(super) struct Standing {
    /// The instance without the orders that have faults of their own.
    pub instance: Instance,
    /// Those orders, each with its first fault.
    pub set_aside: Vec<(String, Diagnostic)>,
    pub problem: Problem,
    pub plan: Plan,
    pub schedule: Schedule,
}

impl Standing {
    /// Checks both and compiles them.
    ///
    /// # Errors
    /// Faults of the instance that no setting aside cures; breaches of the plan.
    pub fn open(instance: &Instance, solution: &Solution) -> Result<Self, DeskError> {
        let (instance_left, set_aside) = sound_part(instance)?;
        let verification = verify(instance, solution);
        if !verification.is_sound() {
            return Err(DeskError::Plan(verification.breaches));
        }
        let mut standing = Self::compile(instance_left, solution)?;
        standing.set_aside = set_aside;
        Ok(standing)
    }

    /// Compiles a sound instance and the decisions of a plan, whatever its times say.
    pub fn compile(instance: Instance, solution: &Solution) -> Result<Self, DeskError> {
        let problem = Problem::new(&instance);
        let mut plan = plan_of(&instance, &problem, solution);
        let schedule = settle(&problem, &mut plan)
            .map_err(|fault| DeskError::Internal(format!("the plan cannot be timed: {:?}", fault.orders)))?;
        Ok(Self { instance, set_aside: Vec::new(), problem, plan, schedule })
    }

    /// The plan as a file has it.
    pub fn solution(&self) -> Solution {
        solution_of(&self.instance, &self.problem, &self.plan, &self.schedule)
    }

    /// The order of a name.
    pub fn order(&self, id: &str) -> Option<OrderIdx> {
        self.instance.orders.iter().position(|order| order.id == id).map(OrderIdx::at)
    }
}

/// The instance without the orders that have faults of their own.
///
/// # Errors
/// Faults that are not one order's own.
pub(super) fn sound_part(instance: &Instance) -> Result<(Instance, Vec<(String, Diagnostic)>), DeskError> {
    let faults = validate(instance);
    if !faults.iter().any(Diagnostic::is_error) {
        return Ok((instance.clone(), Vec::new()));
    }
    set_aside(instance, &faults).ok_or(DeskError::Instance(faults))
}
