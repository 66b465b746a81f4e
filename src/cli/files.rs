//! Files in and out: read whole, written whole or not at all.
//!
//! A plan replaces yesterday's only once it is complete and on the disk: it is written beside it, synced, and renamed
//! over it. What is no regular file (a pipe, `/dev/full`) is written as it is. `-` is stdin or stdout.

use super::exit::{Exit, Failure};
use super::stdout;
use lotwise::diagnostic::{Diagnostic, codes};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::NamedTempFile;

/// The largest file read: what no plan needs, and less than what exhausts an ordinary machine.
const LARGEST_FILE: u64 = 2 << 30;

/// The file being written, for whoever ends the process before it stands.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Reads a file, or stdin for `-`.
///
/// # Errors
/// Exit 2: what cannot be read is bad input.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let result = if is_dash(path) {
        io::stdin().lock().take(LARGEST_FILE + 1).read_to_end(&mut text)
    } else {
        File::open(path).and_then(|file| {
            let expected = file.metadata().map_or(0, |meta| meta.len()).min(LARGEST_FILE);
            text.reserve(usize::try_from(expected).unwrap_or(0));
            file.take(LARGEST_FILE + 1).read_to_end(&mut text)
        })
    };
    match result {
        Ok(length) if length as u64 > LARGEST_FILE => {
            let issue = Diagnostic::error(
                codes::FILE_TOO_LARGE,
                "",
                format!("{} is larger than {} GiB.", name(path), LARGEST_FILE >> 30),
                "Split the file.",
            );
            Err(Failure::bad_file(&name(path), vec![issue]))
        }
        Ok(_) => Ok(text),
        Err(fault) => Err(unreadable(path, &fault)),
    }
}

/// Opens a file, or stdin for `-`, to be read line by line.
///
/// # Errors
/// Exit 2: what cannot be read is bad input.
pub fn lines(path: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    if is_dash(path) {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(BufReader::with_capacity(1 << 16, file))),
        Err(fault) => Err(unreadable(path, &fault)),
    }
}

fn unreadable(path: &Path, fault: &io::Error) -> Failure {
    Failure::new(Exit::BadInput, "file-unreadable", format!("{} cannot be read: {fault}.", name(path)))
}

/// Makes a folder for several answers, and those above it.
///
/// # Errors
/// Exit 1.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|fault| cannot_write(&name(path), &fault))
}

/// What messages call a file.
pub fn name(path: &Path) -> String {
    if is_dash(path) { "stdin".to_string() } else { path.display().to_string() }
}

/// Refuses a call that would read stdin twice.
///
/// # Errors
/// Exit 2.
pub fn at_most_one_stdin(paths: &[&Path]) -> Result<(), Failure> {
    if paths.iter().filter(|path| is_dash(path)).count() > 1 {
        return Err(Failure::usage("Only one of the files can be - (stdin)."));
    }
    Ok(())
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Where an answer goes.
#[derive(Debug)]
pub enum Destination {
    /// Stdout.
    Stdout,
    /// A regular file, replaced whole.
    File(PathBuf),
    /// Something that cannot be replaced: a device, a pipe.
    Stream(PathBuf),
}

impl Destination {
    /// The destination `-o` names (stdout without it, for `-` and for its names as a device), tried before any work is
    /// done: a night's search must not end at a folder that never existed, nor in the place of its own input.
    ///
    /// # Errors
    /// Exit 2 for an output that is one of `inputs`; exit 1 where nothing can be written, a closed stdout included.
    pub fn prepare(path: Option<&Path>, inputs: &[&Path]) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| !is_dash(path) && !stdout::is_name(path)) else {
            return if stdout::was_closed() { Err(lost()) } else { Ok(Self::Stdout) };
        };
        let refuse = |fault: io::Error| cannot_write(&name(path), &fault);
        // A link stays a link: what it points to is replaced.
        let target = match fs::canonicalize(path) {
            Ok(target) => target,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                NamedTempFile::new_in(folder_of(path)).map_err(refuse)?;
                return Ok(Self::File(path.to_path_buf()));
            }
            Err(fault) => return Err(refuse(fault)),
        };
        if inputs.iter().any(|input| !is_dash(input) && fs::canonicalize(input).is_ok_and(|input| input == target)) {
            return Err(Failure::usage(format!("{} is read and cannot be the output too.", name(path))));
        }
        // A file that is write-protected is meant to stay, though a rename would replace it.
        OpenOptions::new().write(true).open(&target).map_err(refuse)?;
        if target.is_file() {
            NamedTempFile::new_in(folder_of(&target)).map_err(refuse)?;
            Ok(Self::File(target))
        } else {
            Ok(Self::Stream(target))
        }
    }

    /// Whether it is stdout.
    pub fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }

    /// Writes what `fill` writes, whole or not at all.
    ///
    /// # Errors
    /// Exit 1; a file that stood before stands as it was.
    pub fn write(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        match self {
            Self::Stdout => stdout::fill(fill).map_err(|fault| cannot_write("stdout", &fault)),
            Self::File(path) => replace(path, fill).map_err(|fault| cannot_write(&name(path), &fault)),
            Self::Stream(path) => OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|file| filled(file, fill).map(drop))
                .map_err(|fault| cannot_write(&name(path), &fault)),
        }
    }

    /// Writes a value as JSON with a line's end behind it.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_json(&self, value: &impl serde::Serialize) -> Result<(), Failure> {
        self.write(|out| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            out.write_all(b"\n")
        })
    }
}

/// Writes bytes to stdout and flushes.
///
/// # Errors
/// What the stream says, a closed pipe included.
pub fn write_stdout(text: &[u8]) -> io::Result<()> {
    stdout::fill(|out| out.write_all(text))
}

/// Writes an answer to stdout.
///
/// # Errors
/// Exit 1.
pub fn answer(text: &str) -> Result<(), Failure> {
    write_stdout(text.as_bytes()).map_err(|fault| cannot_write("stdout", &fault))
}

/// Removes what has been written of an unfinished file; for a process that ends at once.
pub fn abandon() {
    let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(path) = unfinished {
        let _ = fs::remove_file(path);
    }
}

fn filled(file: File, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    fill(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

fn lost() -> Failure {
    Failure::new(
        Exit::Fault,
        "write-failed",
        "stdout is closed, or is /dev/null as a closed one is: the answer would be lost. Name a file with -o; -o /dev/null \
         throws it away.",
    )
}

fn cannot_write(name: &str, fault: &io::Error) -> Failure {
    Failure::new(Exit::Fault, "write-failed", format!("{name} cannot be written: {fault}."))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = folder_of(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lotwise-").suffix(".tmp");
    #[cfg(unix)]
    {
        // What an ordinary new file gets; the umask takes its share.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(folder)?;
    *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) = Some(temporary.path().to_path_buf());
    if let Ok(old) = fs::metadata(path) {
        keep_owner(&old, temporary.path());
        temporary.as_file().set_permissions(old.permissions())?;
    }
    let file = filled(temporary.as_file().try_clone()?, fill)?;
    file.sync_all()?;
    temporary.persist(path).map_err(|fault| fault.error)?;
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).take();
    // The name is on the disk only once its folder is; not every file system lets one say so.
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Gives the new file to the old one's owner where the process may (a night job run as root).
#[cfg(unix)]
fn keep_owner(old: &fs::Metadata, new: &Path) {
    use std::os::unix::fs::{MetadataExt, chown};
    let _ = chown(new, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_old: &fs::Metadata, _new: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_fails_half_way_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        fs::write(&path, "yesterday").unwrap();
        let destination = Destination::prepare(Some(&path), &[]).unwrap();
        let failure = destination
            .write(|out| {
                out.write_all(&[b'x'; 100_000])?;
                Err(io::Error::other("the disk is full"))
            })
            .unwrap_err();
        assert_eq!(failure.exit(), Exit::Fault);
        assert_eq!(fs::read_to_string(&path).unwrap(), "yesterday");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("plan.json"), folder.path().join("latest.json"));
        fs::write(&path, "yesterday").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        Destination::prepare(Some(&link), &[]).unwrap().write(|out| out.write_all(b"today")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "today");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn an_input_is_never_the_output() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instance.json");
        fs::write(&path, "{}").unwrap();
        let round_about = folder.path().join(".").join("instance.json");
        let failure = Destination::prepare(Some(&round_about), &[&path]).unwrap_err();
        assert_eq!(failure.exit(), Exit::BadInput);
        assert!(Destination::prepare(Some(&path), &[Path::new("-")]).is_ok());
    }

    #[test]
    fn a_folder_that_is_not_there_is_said_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let failure = Destination::prepare(Some(&folder.path().join("no/plan.json")), &[]).unwrap_err();
        assert_eq!(failure.exit(), Exit::Fault);
    }
}
