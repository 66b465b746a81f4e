//! Which instances there are: files and folders in, one case per instance out.
//!
//! Folders of public sets also hold solutions, tables of best values and licences. Those are passed over; what is an
//! instance and cannot be read is not: it becomes a case that says why.

use crate::cli::exit::Failure;
use crate::cli::files;
use lotwise::diagnostic::Diagnostic;
use lotwise::import::public::{PublicFormat, WT_JOBS, import_public, import_wt, wt_count, wt_jobs};
use lotwise::model::{Instance, read_instance};
use std::fs;
use std::path::{Path, PathBuf};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An instance of our own format.
    Lotwise,
    /// A public benchmark.
    Public(PublicFormat),
    /// One of a file of many, from 1; of so many jobs.
    OneOfMany { jobs: usize, number: usize },
    /// A compressed file.
    Compressed,
}

/// One instance, not yet read.
#[derive(Debug)]
pub struct Case {
    /// What the table calls it.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it holds.
    pub kind: Kind,
}

/// What is taken of the files.
pub struct Selection {
    /// What all of them are; recognised without it.
    pub kind: Option<Kind>,
    /// At most so many instances of a file that holds many.
    pub limit: Option<usize>,
}

impl Case {
    /// Reads it; the reason where it cannot be read.
    pub fn load(&self) -> Result<Instance, String> {
        if self.kind == Kind::Compressed {
            return Err("The file is compressed; gunzip it first.".to_string());
        }
        let text = files::read(&self.path).map_err(|failure| first(failure.issues()))?;
        let instance = match self.kind {
            Kind::Lotwise => read_instance(&text).map_err(|fault| fault.faults),
            Kind::Public(format) => import_public(format, &text, &self.name),
            Kind::OneOfMany { jobs, number } => import_wt(&text, &self.name, jobs, Some(number)),
            Kind::Compressed => unreachable!("answered above"),
        };
        instance.map_err(|issues| first(&issues))
    }
}

fn first(issues: &[Diagnostic]) -> String {
    issues
        .iter()
        .find(|issue| issue.is_error())
        .map_or_else(|| "The file cannot be read.".to_string(), ToString::to_string)
}

/// The instances of the files named, and of the folders, sorted by path within each.
///
/// # Errors
/// Exit 2 for a file or folder that cannot be read, a file named that is of no known format, or no instance at all.
pub fn gather(paths: &[PathBuf], selection: &Selection) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for path in paths {
        if !path.is_dir() {
            if !add(path, selection, &mut cases)? {
                let message = format!("{} is of no known format; --from says what it is.", files::name(path));
                return Err(Failure::usage(message));
            }
            continue;
        }
        for file in files_in(path)? {
            add(&file, selection, &mut cases)?;
        }
    }
    if cases.is_empty() {
        return Err(Failure::usage("No instance was found; --from says of what format the files are."));
    }
    Ok(cases)
}

/// The files of a folder and its folders, sorted; hidden ones are not looked at.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |folder: &Path, fault: std::io::Error| {
        Failure::usage(format!("{} cannot be read: {fault}.", files::name(folder)))
    };
    let (mut folders, mut found) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|fault| unreadable(&folder, fault))? {
            let entry = entry.map_err(|fault| unreadable(&folder, fault))?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // What a link leads to may be the folder it stands in: only folders of its own are entered.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) if entry.path().is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Adds the instances of one file; whether it is of a known format.
fn add(path: &Path, selection: &Selection, cases: &mut Vec<Case>) -> Result<bool, Failure> {
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if let Some(packed) = file.strip_suffix(".gz") {
        let holds_text = [".txt", ".csv", ".psp", ".fjs", ".json"].iter().any(|ending| packed.ends_with(ending));
        if holds_text {
            cases.push(Case { name: file.clone(), path: path.to_path_buf(), kind: Kind::Compressed });
        }
        return Ok(holds_text);
    }
    // A folder's pictures and archives are not read to learn that they are none.
    if selection.kind.is_none()
        && ![".txt", ".csv", ".psp", ".fjs", ".json"].iter().any(|ending| file.ends_with(ending))
    {
        return Ok(false);
    }
    let text = files::read(path)?;
    let Some(kind) = selection.kind.or_else(|| recognise(&file, &text)) else { return Ok(false) };
    let stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem).to_string();
    if kind != Kind::Public(PublicFormat::Wt) {
        cases.push(Case { name: stem, path: path.to_path_buf(), kind });
        return Ok(true);
    }
    let jobs = wt_jobs(&file).unwrap_or(WT_JOBS);
    // A file that cannot be read to its end is one case, which says so when it is loaded.
    let count = wt_count(&text, jobs).unwrap_or(1);
    for number in 1..=count.min(selection.limit.unwrap_or(count)) {
        let name = format!("{stem}-{number}");
        cases.push(Case { name, path: path.to_path_buf(), kind: Kind::OneOfMany { jobs, number } });
    }
    Ok(true)
}

fn recognise(file: &str, text: &[u8]) -> Option<Kind> {
    if file.ends_with(".json") {
        let format = b"\"lotwise/1\"";
        return text.windows(format.len()).any(|window| window == format).then_some(Kind::Lotwise);
    }
    PublicFormat::recognise(file, text).map(Kind::Public)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(folder: &Path, limit: Option<usize>) -> Vec<String> {
        let cases = gather(&[folder.to_path_buf()], &Selection { kind: None, limit }).unwrap();
        cases.into_iter().map(|case| case.name).collect()
    }

    #[test]
    fn a_folder_s_instances_are_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        for (file, text) in [
            ("b.json", "{ \"format\": \"lotwise/1\" }"),
            ("plan.json", "{ \"format\": \"lotwise-plan/1\" }"),
            ("best.csv", "file,best_cost\nx,1\n"),
            ("sub/a.psp", "1"),
            ("sub/big.txt.gz", "?"),
            ("wt1.txt", "1 1 1 2 2 2 3 3 3"),
            ("wtopt1.txt", "1\n2\n3\n"),
            (".hidden.psp", "1"),
            ("README.md", "2 2"),
        ] {
            fs::write(folder.path().join(file), text).unwrap();
        }
        assert_eq!(gathered(folder.path(), None), ["b", "a", "big.txt.gz", "wt1-1", "wt1-2", "wt1-3"]);
        assert_eq!(gathered(folder.path(), Some(1)), ["b", "a", "big.txt.gz", "wt1-1"]);
        let named = |file: &str| gather(&[folder.path().join(file)], &Selection { kind: None, limit: None });
        assert!(named("README.md").is_err() && named("absent.psp").is_err());
        let case = &named("sub/a.psp").unwrap()[0];
        assert!(case.load().unwrap_err().contains("import-public-short"));
    }
}
