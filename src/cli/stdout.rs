//! Stdout, kept for answers alone.
//!
//! HiGHS writes a few faults of its own with C's `printf`, whatever its options say (its clocks, when the wall clock is set back
//! under them): in the middle of a plan. So what calls itself stdout from here on is stderr, and answers go to the one kept.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::sync::OnceLock;

/// What was stdout when the process began; none where it could not be kept.
static KEPT: OnceLock<File> = OnceLock::new();

/// Keeps stdout for answers; before any thread is there that could write to it.
#[cfg(unix)]
pub fn keep() {
    use std::os::fd::AsFd as _;
    if let Ok(kept) = io::stdout().as_fd().try_clone_to_owned()
        && rustix::stdio::dup2_stdout(io::stderr()).is_ok()
    {
        // Nobody has kept it before: this is called once.
        let _ = KEPT.set(File::from(kept));
    }
}

/// Elsewhere nothing is done.
#[cfg(not(unix))]
pub fn keep() {}

/// Whether a path is the system's name for it: opened, that would be stderr by now.
pub fn is_name(path: &Path) -> bool {
    ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Whether somebody reads it on a screen.
pub fn is_terminal() -> bool {
    KEPT.get().map_or_else(|| io::stdout().is_terminal(), File::is_terminal)
}

/// Writes what `fill` writes, and flushes.
///
/// # Errors
/// What the stream says, a closed pipe included.
pub fn fill(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let out: &mut dyn Write = match KEPT.get() {
        Some(kept) => &mut &*kept,
        None => &mut io::stdout().lock(),
    };
    let mut out = BufWriter::with_capacity(1 << 16, out);
    fill(&mut out)?;
    out.flush()
}

/// Whether stdout was closed when the process began.
///
/// Rust's runtime puts `/dev/null`, opened to be read and written, in its place, so that nothing else can get its number. A
/// shell that throws output away opens it to be written only and is not taken for it; Python's `subprocess.DEVNULL` and
/// Node's `ignore` cannot be told from a closed one.
#[cfg(target_os = "linux")]
pub fn was_closed() -> bool {
    use std::os::fd::AsRawFd as _;
    let number = KEPT.get().map_or(1, File::as_raw_fd);
    let access = |flags: &str| i64::from_str_radix(flags.trim(), 8).ok().map(|flags| flags & 3);
    let is_null = fs::read_link(format!("/proc/self/fd/{number}")).is_ok_and(|target| target == Path::new("/dev/null"));
    let facts = if is_null {
        fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default()
    } else {
        String::new()
    };
    // 2 is O_RDWR.
    facts.lines().any(|line| line.strip_prefix("flags:").and_then(access) == Some(2))
}

/// Elsewhere it cannot be seen.
#[cfg(not(target_os = "linux"))]
pub fn was_closed() -> bool {
    false
}
