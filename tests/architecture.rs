//! The house's rule: knowing runs one way. Reads the sources and fails on an arrow that runs back up.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up. What stands in one row never names its neighbours, nor what stands in a later row.
const ORDER: [&[&str]; 15] = [
    &["units"],
    &["diagnostic"],
    &["model"],
    &["solution"],
    &["working_time"],
    &["validate", "verify", "import", "generate"],
    &["problem"],
    &["plan"],
    &["schedule"],
    &["proof"],
    &["heuristic", "mip"],
    &["solve", "measure"],
    &["desk", "report"],
    &["partition"],
    &["cli"],
];
/// The checker shares nothing with the planner but these.
const VERIFY_SEES: [&str; 4] = ["units", "model", "solution", "diagnostic"];
/// What only the command may touch: files, the terminal, the process.
const COMMAND_ONLY: [&str; 12] = [
    "std::fs",
    "std::process",
    "std::env",
    "io::stdout",
    "io::stderr",
    "io::stdin",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "dbg!",
    "SystemTime",
];

/// A source file without comments, strings and tests.
struct Source {
    /// Path under `src`.
    path: PathBuf,
    code: String,
}

impl Source {
    /// The room it belongs to: the first part of its path.
    fn room(&self) -> String {
        let first = self.path.components().next().expect("a path has a first part");
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_string()
    }
    /// The modules it lies in, for `super`.
    fn modules(&self) -> Vec<String> {
        let mut parts: Vec<String> =
            self.path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        parts
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // Files that are tests through and through may look wherever they like.
            let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
            let is_test = stem == "tests" || stem.ends_with("_tests");
            if path.is_dir() && !is_test {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !is_test {
                let code = without_tests(&code_only(&fs::read_to_string(&path).unwrap()));
                sources.push(Source { path: path.strip_prefix(&root).unwrap().to_path_buf(), code });
            }
        }
    }
    assert!(sources.len() > 20, "the sources are read");
    sources
}

/// The text with comments and the insides of strings and character literals blanked out.
fn code_only(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = |length: usize| bytes[at..(at + length).min(bytes.len())].iter().collect::<String>();
        if rest(2) == "//" {
            while at < bytes.len() && bytes[at] != '\n' {
                at += 1;
            }
        } else if rest(2) == "/*" {
            while at < bytes.len() && bytes[at..].iter().take(2).collect::<String>() != "*/" {
                at += 1;
            }
            at += 2;
        } else if bytes[at] == 'r' && raw_string_end(&bytes, at).is_some() {
            at = raw_string_end(&bytes, at).expect("just found");
        } else if bytes[at] == '"' {
            at += 1;
            while at < bytes.len() && bytes[at] != '"' {
                at += if bytes[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
            code.push_str("\"\"");
        } else if bytes[at] == '\'' && (rest(3).ends_with('\'') || rest(2).ends_with('\\')) {
            // A character literal, not a lifetime.
            at += if rest(2).ends_with('\\') { 3 } else { 2 };
            while at < bytes.len() && bytes[at] != '\'' {
                at += 1;
            }
            at += 1;
        } else {
            code.push(bytes[at]);
            at += 1;
        }
    }
    code
}

/// Where the raw string that begins at `at` ends, if one does.
fn raw_string_end(text: &[char], at: usize) -> Option<usize> {
    let named = at > 0 && (text[at - 1].is_alphanumeric() || text[at - 1] == '_');
    let hashes = text[at + 1..].iter().take_while(|letter| **letter == '#').count();
    if named || text.get(at + 1 + hashes) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = at + 2 + hashes;
    let end = text[body..].windows(closing.len()).position(|window| window == closing.as_slice())?;
    Some(body + end + closing.len())
}

/// The code without the items under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(begin) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..begin]);
        let item = &rest[begin..];
        let (brace, semicolon) = (item.find('{'), item.find(';'));
        let end = match (brace, semicolon) {
            (Some(brace), semicolon) if semicolon.is_none_or(|semicolon| brace < semicolon) => {
                let mut depth = 0;
                item.char_indices().skip_while(|(index, _)| *index < brace).find_map(|(index, letter)| {
                    depth += i32::from(letter == '{') - i32::from(letter == '}');
                    (depth == 0).then_some(index + 1)
                })
            }
            (_, semicolon) => semicolon.map(|semicolon| semicolon + 1),
        };
        rest = &item[end.unwrap_or(item.len())..];
    }
    kept + rest
}

/// The rooms a piece of code names: `crate::x`, `crate::{x, y}`, and `super::..::x` where it climbs to the root.
fn named_rooms(source: &Source) -> Vec<String> {
    let mut rooms = Vec::new();
    for (begin, _) in source.code.match_indices("crate::") {
        rooms.extend(heads(&source.code[begin + "crate::".len()..]));
    }
    let depth = source.modules().len();
    let climb = "super::".repeat(depth);
    for (begin, _) in source.code.match_indices(&climb) {
        // A longer chain would have been found from its own beginning.
        rooms.extend(heads(&source.code[begin + climb.len()..]));
    }
    rooms
}

/// The first names of a path or of a group of paths.
fn heads(path: &str) -> Vec<String> {
    let head = |text: &str| -> String {
        text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let Some(group) = path.strip_prefix('{') else { return vec![head(path)] };
    let mut depth = 1;
    let mut names = vec![head(group)];
    for (index, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(head(&group[index + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn row(room: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&room))
}

/// `lib.rs` declares every room and `main.rs` opens the command; neither is one.
fn is_front_door(source: &Source) -> bool {
    ["lib", "main"].contains(&source.room().as_str())
}

#[test]
fn knowing_runs_one_way() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !is_front_door(source)) {
        let room = source.room();
        let Some(own) = row(&room) else {
            faults.push(format!("{}: room {room} has no place in the order", source.path.display()));
            continue;
        };
        for named in named_rooms(source) {
            let Some(other) = row(&named).filter(|_| named != room) else { continue };
            if other >= own {
                faults.push(format!("{}: {room} names {named}", source.path.display()));
            }
            if room == "verify" && !VERIFY_SEES.contains(&named.as_str()) {
                faults.push(format!("{}: the checker names {named}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_command_touches_files_the_terminal_and_the_process() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.room() != "cli" && source.room() != "main") {
        for forbidden in COMMAND_ONLY {
            let whole_word = |begin: usize| {
                !source.code[..begin].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            };
            if source.code.match_indices(forbidden).any(|(begin, _)| whole_word(begin)) {
                faults.push(format!("{}: {forbidden}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_integer_programs_name_their_solver() {
    let mut faults = Vec::new();
    for source in sources() {
        for solver in ["highs", "good_lp", "highs_sys"] {
            let names = source.code.contains(&format!("{solver}::"));
            let raw = solver != "good_lp";
            let allowed = if raw { source.path.ends_with("mip/highs.rs") } else { source.room() == "mip" };
            // `mip::highs::x` is the room's own file, not the solver.
            let own = source.room() == "mip" && raw && !source.code.contains(&format!("use {solver}::"));
            if names && !allowed && !own {
                faults.push(format!("{}: names {solver}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let text = r##"
        //! crate::cli in a comment
        use crate::{model::{self, Instance}, units::Money, plan};
        const TEXT: &str = "crate::solve \" crate::mip";
        const RAW: &str = r#"crate::heuristic "quoted" "#;
        fn letter<'a>(x: &'a str) -> char { let _ = '"'; let _ = '\''; crate::schedule::f(x) }
        #[cfg(test)]
        mod tests { use crate::cli; fn f() { { } } }
        #[cfg(test)]
        use crate::desk;
        fn after() { super::super::report::g() }
    "##;
    let code = without_tests(&code_only(text));
    let source = Source { path: PathBuf::from("problem/calendar.rs"), code };
    assert_eq!(named_rooms(&source), ["model", "units", "plan", "schedule", "report"]);
    assert_eq!(source.room(), "problem");
}
