//! The copy of the sources with all changes in it, made to compile, and its tests.

use crate::kept::{read_or_default, write};
use crate::names::Mutants;
use crate::switches::{MODULE, Switched, switch};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The copy.
pub struct SourceCopy {
    tree: PathBuf,
    target: PathBuf,
    left_out: PathBuf,
    without_mip: bool,
}

/// Programs of tests by the name of their target.
pub type Programs = BTreeMap<String, PathBuf>;

#[derive(Deserialize)]
struct Message {
    reason: String,
    message: Option<Fault>,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Fault {
    level: String,
    message: String,
    spans: Vec<FaultSpan>,
}

#[derive(Deserialize)]
struct FaultSpan {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}

impl SourceCopy {
    /// Copies what git knows of the folder this is called in, but for the sources that `compile` writes.
    pub fn new(work: &Path, mutants: &Mutants, without_mip: bool) -> Result<Self, Box<dyn Error>> {
        let tree = work.join("tree");
        let changed: BTreeSet<&str> = mutants.values().map(|mutant| mutant.file.as_str()).collect();
        let listed = Command::new("git").args(["ls-files", "-z"]).output()?;
        for name in String::from_utf8(listed.stdout)?.split_terminator('\0').filter(|name| Path::new(name).is_file()) {
            if name == "src/lib.rs" {
                // Behind the inner attributes and the documentation, where the first module is.
                let text = fs::read_to_string(name)?;
                let first = text.find("\npub mod ").ok_or("src/lib.rs has no module")?;
                let text = format!("{}\n#[doc(hidden)]\npub mod mutants;{}", &text[..first], &text[first..]);
                put(&tree.join(name), text.as_bytes())?;
            } else if !changed.contains(name) {
                put(&tree.join(name), &fs::read(name)?)?;
                fs::set_permissions(tree.join(name), fs::metadata(name)?.permissions())?;
            }
        }
        put(&tree.join("src/mutants.rs"), MODULE.as_bytes())?;
        Ok(Self { tree, target: work.join("target"), left_out: work.join("left_out.json"), without_mip })
    }

    fn cargo(&self, arguments: &[&str]) -> Result<(bool, Vec<Message>, String), Box<dyn Error>> {
        let output = Command::new(std::env::var("CARGO").unwrap_or("cargo".into()))
            .args(arguments)
            .args(["--locked", "--message-format=json"])
            .args(self.without_mip.then_some("--no-default-features"))
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "2")
            .env("CARGO_INCREMENTAL", "0")
            .stderr(Stdio::piped())
            .output()?;
        let messages = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let messages = messages.map(serde_json::from_slice).collect::<Result<Vec<Message>, _>>()?;
        Ok((output.status.success(), messages, String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    /// Writes the changes into the copy and takes out those that do not compile, until it does. Returns those that are not in it.
    pub fn compile(&self, mutants: &Mutants) -> Result<BTreeSet<u32>, Box<dyn Error>> {
        let mut left_out: BTreeSet<u32> = read_or_default(&self.left_out)?;
        let files: BTreeSet<&str> = mutants.values().map(|mutant| mutant.file.as_str()).collect();
        loop {
            let mut written = BTreeMap::new();
            let mut unknown = Vec::new();
            for &file in &files {
                let of_file =
                    mutants.iter().filter(|(_, mutant)| mutant.file == file).map(|(id, mutant)| (*id, mutant));
                let switched = switch(&fs::read_to_string(file)?, of_file, &|id| left_out.contains(&id))?;
                unknown.extend_from_slice(&switched.unknown);
                put(&self.tree.join(file), switched.text.as_bytes())?;
                written.insert(file, switched);
            }
            let (compiles, messages, said) = self.cargo(&["check", "--lib"])?;
            if compiles {
                write(&self.left_out, &left_out)?;
                left_out.extend(unknown);
                eprintln!("{} changes in one build, {} not in it", mutants.len() - left_out.len(), left_out.len());
                return Ok(left_out);
            }
            let faults = messages.into_iter().filter(|message| message.reason == "compiler-message");
            let faults = faults.filter_map(|message| message.message).filter(|fault| fault.level == "error");
            let at_fault: BTreeSet<u32> = faults.flat_map(|fault| blamed(&fault, &written, mutants)).collect();
            eprintln!("{} changes do not compile", at_fault.len());
            if at_fault.is_empty() {
                return Err(format!("the copy does not compile, and no change is to blame:\n{said}").into());
            }
            left_out.extend(at_fault);
        }
    }

    /// Builds the tests, and says where they are.
    pub fn build_tests(&self) -> Result<Programs, Box<dyn Error>> {
        let mut arguments =
            vec!["test", "--no-run", "--lib", "--test", "meaning", "--test", "validate", "--test", "library"];
        if !self.without_mip {
            arguments.extend(["--test", "command"]);
        }
        let (built, messages, said) = self.cargo(&arguments)?;
        if !built {
            return Err(format!("the tests do not compile:\n{said}").into());
        }
        let programs = messages.into_iter().filter_map(|message| {
            let target = message.target?;
            (target.kind != ["bin"]).then_some((target.name, message.executable?))
        });
        Ok(programs.collect())
    }
}

/// Writes a file, unless it is there already: what is the same keeps its time and is not compiled again.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    Ok(fs::write(path, bytes)?)
}

/// The changes that an error speaks of: those of the least text it points into.
fn blamed(fault: &Fault, written: &BTreeMap<&str, Switched>, mutants: &Mutants) -> Vec<u32> {
    let mut spans: Vec<&FaultSpan> = fault.spans.iter().collect();
    spans.sort_by_key(|span| !span.is_primary);
    let places = |span: &FaultSpan| written.get(span.file_name.as_str()).map_or([].as_slice(), |of| &of.places);
    let genre = |ids: &[u32]| mutants[&ids[0]].genre.as_str();
    for span in &spans {
        let holding = places(span).iter().filter(|(at, _)| at.0 <= span.byte_start && span.byte_end <= at.1);
        if let Some((_, ids)) = holding.min_by_key(|(at, _)| at.1 - at.0) {
            return ids.clone();
        }
    }
    for span in &spans {
        // An arm that is gone leaves its match wanting, a body that returns early leaves the rest with a type of its own.
        let near = if fault.message.contains("non-exhaustive") {
            let behind = places(span).iter().filter(|(at, ids)| at.0 >= span.byte_start && genre(ids) == "MatchArm");
            behind.min_by_key(|(at, _)| at.0)
        } else {
            let before = places(span).iter().filter(|(at, ids)| at.0 <= span.byte_start && genre(ids) == "FnValue");
            before.max_by_key(|(at, ids)| (at.0, ids.len()))
        };
        if let Some((_, ids)) = near {
            return ids.clone();
        }
    }
    Vec::new()
}
