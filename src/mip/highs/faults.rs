//! A solver that errs on demand, in the place of the next whole program on this thread.

use super::{Duration, Found, LinearAnswer, MipError, Variable};
use std::cell::Cell;

/// What the solver does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    Fails,
    Panics,
    Hangs,
    /// The same, after it has found values that are decisions.
    FindsAndHangs,
    GivesFractions,
    GivesNoNumbers,
    SaysInfeasible,
    /// Values that are decisions and satisfy nothing.
    TakesEverything,
    /// The same: no operation runs anywhere, and nothing is left out.
    TakesNothing,
}

/// What every linear program does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LinearFault {
    Fails,
    Panics,
    Hangs,
    /// Each dual in the place of another, and of the wrong sign now and then.
    GivesOtherDuals,
    GivesHugeDuals,
    GivesNoDuals,
    /// A value far above, or below, what the program comes to.
    SaysTooMuch,
    SaysTooLittle,
}

thread_local! {
    static NEXT: Cell<Option<Fault>> = const { Cell::new(None) };
    static LINEAR: Cell<Option<LinearFault>> = const { Cell::new(None) };
}

/// Longer than anybody waits for it.
fn hang() {
    std::thread::sleep(Duration::from_secs(20));
}

/// For all linear programs on this thread, and on that of a proof it begins.
pub(crate) fn inject_linear(fault: Option<LinearFault>) {
    LINEAR.set(fault);
}

pub(crate) fn linear() -> Option<LinearFault> {
    LINEAR.get()
}

pub(super) fn linear_answer(answer: Option<LinearAnswer>) -> Option<LinearAnswer> {
    let Some(fault) = linear() else { return answer };
    let mut answer = answer?;
    let duals = &mut answer.duals;
    match fault {
        LinearFault::Fails => return None,
        LinearFault::Panics => panic!("the solver panics"),
        LinearFault::Hangs => hang(),
        LinearFault::GivesOtherDuals => {
            duals.reverse();
            duals.iter_mut().step_by(3).for_each(|dual| *dual = -*dual - 1.0);
        }
        LinearFault::GivesHugeDuals => duals.iter_mut().for_each(|dual| *dual = 1e300),
        LinearFault::GivesNoDuals => duals.fill(0.0),
        LinearFault::SaysTooMuch => answer.value = answer.value.abs() * 100.0 + 1e9,
        LinearFault::SaysTooLittle => answer.value = -1e9,
    }
    Some(answer)
}

pub(crate) fn inject(fault: Fault) {
    NEXT.set(Some(fault));
}

pub(super) fn take() -> Option<Fault> {
    NEXT.take()
}

pub(super) fn answer(fault: Fault, asked: &[Variable], found: &Found) -> Result<(), MipError> {
    match fault {
        Fault::Fails => return Err(MipError::Solver("out of order".to_string())),
        Fault::Panics => panic!("the solver panics"),
        Fault::SaysInfeasible => return Err(MipError::Infeasible),
        Fault::Hangs => hang(),
        Fault::FindsAndHangs => {
            found.set(vec![0.0; asked.len()]);
            hang();
        }
        Fault::GivesFractions => found.set(vec![0.4; asked.len()]),
        Fault::GivesNoNumbers => found.set(vec![f64::NAN; asked.len()]),
        Fault::TakesEverything => found.set(vec![1.0; asked.len()]),
        Fault::TakesNothing => found.set(vec![0.0; asked.len()]),
    }
    Ok(())
}
