//! The page of the planner's desk: its commands run as they are written, and what it shows of their answers is what they
//! print. With `LOTWISE_RECORD` set the page is brought up to date instead.
//!
//! Lines of `...` leave something out. A part between them is found by its first line; where the answer has changed so
//! much that no line begins like it, whoever records has to choose anew what to show.

use super::{documented_clone, root, shell};
use std::path::Path;

const PAGE: &str = "docs/desk.md";

/// Minutes of search on two builds, which `examples/week.rs` is for.
const NOT_RUN: [&str; 1] = ["cargo run --release --example week 8"];

/// A fenced block: what its fence says and the lines in it, by number.
struct Block<'a> {
    info: &'a str,
    from: usize,
    lines: Vec<&'a str>,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut found: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for (number, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(info) => {
                open = !open;
                if open {
                    found.push(Block { info, from: number + 1, lines: Vec::new() });
                }
            }
            None if open => found.last_mut().unwrap().lines.push(line),
            None => {}
        }
    }
    found
}

/// Commands of a block; a line that ends with a backslash goes on in the next.
fn commands(block: &Block<'_>) -> Vec<String> {
    block
        .lines
        .join("\n")
        .replace("\\\n", "")
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// What a terminal would show. Answers are JSON elsewhere, so words are asked for.
fn answer(clone: &Path, command: &str) -> String {
    const ASKED: [&str; 6] = ["explain", "bottlenecks", "quote", "replan", "compare", "agility"];
    let asks = ASKED.iter().any(|name| command.starts_with(&format!("lotwise {name} ")));
    let run = if asks { format!("{command} --format text") } else { command.to_string() };
    let output = shell(clone, &run);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{command}\n{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// The lines that stand for `shown` in what is printed now: part by part, found by the words they begin with.
fn brought_up_to_date(shown: &[&str], printed: &str) -> Vec<String> {
    let printed: Vec<&str> = printed.lines().collect();
    let mut now = Vec::new();
    let mut at = 0;
    for (number, part) in shown.split(|&line| line == "...").enumerate() {
        if number > 0 {
            now.push("...".to_string());
        }
        let Some(first) = part.first() else { continue };
        let begin = |words: usize| first.split_whitespace().take(words).collect::<Vec<_>>();
        let like = |words: usize| {
            (at..printed.len()).find(|&line| printed[line].split_whitespace().take(words).eq(begin(words)))
        };
        let found = if number == 0 { Some(0) } else { (1..=8).rev().find_map(like) };
        let from = found.unwrap_or_else(|| panic!("nothing printed begins like {first:?}: choose what to show"));
        at = (from + part.len()).min(printed.len());
        now.extend(printed[from..at].iter().map(ToString::to_string));
    }
    // What ends without dots shows the end.
    if shown.last() != Some(&"...") {
        now.extend(printed[at..].iter().map(ToString::to_string));
    }
    now
}

#[test]
fn the_desk_answers_what_its_page_shows() {
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let clone = documented_clone();
    let blocks = blocks(&page);
    let actuals = blocks.iter().find(|block| block.info == "json").unwrap();
    std::fs::write(clone.path().join("actuals.json"), actuals.lines.join("\n")).unwrap();
    let mut lines: Vec<String> = page.lines().map(String::from).collect();
    let mut shown = 0;
    // From the end, so that a part that grows moves none that is still to come.
    let mut changes = Vec::new();
    for (number, block) in blocks.iter().enumerate().filter(|(_, block)| block.info == "sh") {
        let mut printed = None;
        for command in commands(block).iter().filter(|command| !NOT_RUN.contains(&command.as_str())) {
            printed = Some(answer(clone.path(), command));
        }
        let next = blocks.get(number + 1).filter(|next| next.info == "text");
        let Some((printed, next)) = printed.zip(next) else { continue };
        let now = brought_up_to_date(&next.lines, &printed);
        let place = format!("{PAGE}:{}", next.from + 1);
        if std::env::var_os("LOTWISE_RECORD").is_some() {
            changes.push((next.from..next.from + next.lines.len(), now));
        } else {
            assert_eq!(next.lines, now, "{place} is not what is printed; LOTWISE_RECORD=1 brings it up to date");
        }
        shown += 1;
    }
    assert!(shown >= 6, "the answers are found: {shown}");
    for (range, now) in changes.into_iter().rev() {
        lines.splice(range, now);
    }
    if std::env::var_os("LOTWISE_RECORD").is_some() {
        std::fs::write(root().join(PAGE), lines.join("\n") + "\n").unwrap();
    }
}
