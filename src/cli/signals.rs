//! Signals while a plan is made: the first asks for the best plan so far, a second interrupt ends at once.

use super::exit::Failure;
use super::files;
use lotwise::solve::CancelFlag;

/// What a shell reports for a process ended by an interrupt: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Lets SIGINT and SIGTERM set `cancel`; from then on a second SIGINT ends the process, old files intact.
///
/// # Errors
/// Exit 1 where the system refuses the handlers or the thread.
#[cfg(unix)]
pub fn watch(cancel: CancelFlag) -> Result<(), Failure> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let refuse = |fault: std::io::Error| Failure::internal(format!("Signals cannot be watched: {fault}."));
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).map_err(refuse)?;
    let watch = move || {
        for signal in signals.forever() {
            if signal == SIGINT && cancel.is_cancelled() {
                files::abandon();
                std::process::exit(INTERRUPTED);
            }
            cancel.cancel();
        }
    };
    std::thread::Builder::new().name("signals".to_string()).spawn(watch).map(drop).map_err(refuse)
}

/// Elsewhere an interrupt ends the process as the system does.
#[cfg(not(unix))]
pub fn watch(_cancel: CancelFlag) -> Result<(), Failure> {
    let _ = (INTERRUPTED, files::abandon);
    Ok(())
}
