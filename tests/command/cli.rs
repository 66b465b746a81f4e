//! The command from outside: exit statuses, what stands on which stream, files written whole or not at all, signals.

use crate::process::{Desk, PROGRAM, error_of, mugs, status, stderr, stdout_json};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn help_version_and_schemas_are_answers() {
    let desk = Desk::new(&json!({}));
    let version = desk.run(&["--version"]);
    assert_eq!((status(&version), version.stderr.is_empty()), (0, true));
    assert!(version.stdout.starts_with(b"lotwise "));
    for subcommand in ["solve", "check", "validate", "report", "compare", "import", "generate", "bench", "schema"] {
        let help = desk.run(&[subcommand, "--help"]);
        assert_eq!(status(&help), 0);
        assert!(String::from_utf8(help.stdout).unwrap().contains(&format!("\n  lotwise {subcommand}")), "{subcommand}");
    }
    for file in ["instance", "plan", "actuals"] {
        assert_eq!(stdout_json(&desk.run(&["schema", file]))["type"], "object");
    }
}

#[test]
fn a_call_nobody_can_read_is_usage() {
    let desk = Desk::new(&json!({}));
    let calls: [&[&str]; 7] = [
        &[],
        &["plan"],
        &["solve"],
        &["solve", "instance.json", "--time-limit", "soon"],
        &["solve", "instance.json", "--threads", "0"],
        &["check", "-", "-"],
        &["generate"],
    ];
    for call in calls {
        assert_eq!(error_of(&desk.run(call), 2)["code"], "usage", "{call:?}");
    }
}

#[test]
fn files_that_cannot_be_used_are_bad_input() {
    let desk = Desk::new(&json!({ "format": "lotwise/1", "orders": 3 }));
    assert_eq!(error_of(&desk.run(&["solve", "nowhere.json"]), 2)["code"], "file-unreadable");
    assert_eq!(error_of(&desk.run(&["solve", "."]), 2)["code"], "file-unreadable");
    let error = error_of(&desk.solve(), 2);
    assert_eq!(error["code"], "bad-input");
    assert!(error["issues"].as_array().unwrap().len() > 2, "all faults at once: {error}");
    assert!(!desk.path("plan.json").exists());
    fs::write(desk.path("junk"), [0xff, 0, b'{']).unwrap();
    error_of(&desk.run(&["validate", "junk"]), 2);
    error_of(&desk.run(&["generate", "no-such-thing"]), 2);
}

#[test]
fn a_folder_is_benchmarked_and_what_is_refused_stands_in_the_table() {
    let desk = Desk::new(&mugs(4));
    let folder = desk.path("set");
    fs::create_dir(&folder).unwrap();
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/public");
    // Two instances of one machine; its optima are 4 and 6.
    fs::copy(public.join("wt3.txt"), folder.join("wt3.txt")).unwrap();
    fs::write(folder.join("best.txt"), "4\n5\n").unwrap();
    fs::write(folder.join("nothing.json"), r#"{"format":"lotwise/1","start":"2026-11-23T08:00:00Z","lines":7}"#)
        .unwrap();
    let bench = |more: &[&str]| {
        let call = ["bench", "set", "--iterations", "100", "--seeds", "2", "--best", "set/best.txt"];
        desk.run(&[&call[..], more].concat())
    };
    let made = bench(&["--format", "csv", "-o", "table.csv"]);
    assert_eq!((status(&made), made.stdout.is_empty()), (0, true), "{made:?}");
    let table = fs::read_to_string(desk.path("table.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split(',').collect()).collect();
    let column = |name: &str| rows[0].iter().position(|&column| column == name).unwrap();
    let row = |name: &str| rows.iter().find(|row| row[column("instance")] == name).unwrap();
    for (name, best, ours, gap) in [("wt3-1", "4", "4", 0.0), ("wt3-2", "5", "6", 20.0)] {
        let row = row(name);
        assert_eq!(row[column("best_known")], best, "{table}");
        assert_eq!([row[column("best")], row[column("worst")], row[column("runs")]], [ours, ours, "2"], "{table}");
        if cfg!(feature = "mip") {
            assert_eq!([row[column("bound")], row[column("status")]], [ours, "optimal"], "{table}");
        }
        assert_eq!(row[column("gap_percent")].parse::<f64>().unwrap(), gap, "{table}");
    }
    assert_eq!(row("nothing")[column("status")], "refused", "{table}");
    // Without a bound where the search alone is asked for; for people, with what it comes to.
    let told = bench(&["--format", "text", "--method", "heuristic"]);
    let text = String::from_utf8(told.stdout.clone()).unwrap();
    assert_eq!(status(&told), 0);
    assert!(text.contains("3 instances, 1 refused, 2 seeds; mean gap 10.000 % over 2"), "{text}");
    assert!(text.contains("feasible") && !text.contains("optimal"), "{text}");
    // Nothing that can be run.
    assert_eq!(status(&desk.run(&["bench", "set/nothing.json", "--iterations", "1"])), 2);
}

#[test]
fn a_plan_is_solved_checked_and_drawn() {
    let desk = Desk::new(&mugs(12));
    let solved = desk.solve();
    assert_eq!(status(&solved), 0, "{solved:?}");
    assert!(solved.stdout.is_empty(), "the plan is in its file");
    let summary = stderr(&solved);
    for word in ["cost", "orders", "search", "next"] {
        assert!(summary.lines().any(|line| line.starts_with(word)), "{summary}");
    }
    assert_eq!(desk.json("plan.json")["format"], "lotwise-plan/1");
    let checked = desk.run(&["check", "instance.json", "plan.json"]);
    assert_eq!(status(&checked), 0, "{checked:?}");
    assert_eq!(stdout_json(&checked)["accepted"], true);
    let drawn = desk.run(&["report", "instance.json", "plan.json"]);
    assert!(drawn.stdout.starts_with(b"<svg ") && drawn.stdout.ends_with(b"</svg>\n"));
    for output in [solved, checked, drawn] {
        assert!(!String::from_utf8_lossy(&output.stdout).contains("Confidential"));
        assert!(!stderr(&output).contains("Confidential"));
    }
}

#[test]
fn stdin_and_stdout_are_files_too_and_quiet_is_quiet() {
    let desk = Desk::new(&mugs(4));
    let input = fs::File::open(desk.path("instance.json")).unwrap();
    let mut command = desk.command(&["solve", "-", "--iterations", "50", "--quiet"]);
    let solved = command.stdin(input).output().unwrap();
    assert_eq!(status(&solved), 0, "{solved:?}");
    assert_eq!(stdout_json(&solved)["instance"], "mugs");
    assert!(solved.stderr.is_empty(), "{solved:?}");
    // Stdout by the system's name for it.
    if cfg!(target_os = "linux") {
        let call = ["solve", "instance.json", "--iterations", "50", "--quiet", "-o", "/dev/stdout"];
        let named = desk.command(&call).output().unwrap();
        assert_eq!((&named.stdout, &named.stderr), (&solved.stdout, &Vec::new()));
    }
}

#[test]
fn a_seed_and_iterations_give_the_same_bytes_on_any_number_of_threads() {
    let desk = Desk::new(&mugs(20));
    let solve = |threads: &str| {
        desk.run(&["solve", "instance.json", "--iterations", "2000", "--seed", "9", "--threads", threads]).stdout
    };
    let one = solve("1");
    assert!(!one.is_empty());
    assert_eq!(one, solve("2"));
}

#[test]
fn progress_is_one_json_object_a_line() {
    let desk = Desk::new(&mugs(12));
    let solved =
        desk.run(&["solve", "instance.json", "-o", "plan.json", "--iterations", "500", "-q", "--progress", "json"]);
    assert_eq!(status(&solved), 0);
    let lines = stderr(&solved);
    assert!(lines.lines().count() > 0);
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|fault| panic!("{fault}: {line}"));
        assert!(event["event"].is_string());
    }
}

#[test]
fn a_plan_that_lies_is_a_breach() {
    let desk = Desk::new(&mugs(6));
    assert_eq!(status(&desk.solve()), 0);
    let mut plan = desk.json("plan.json");
    plan["cost"]["total"] = json!(1);
    plan["lots"][0]["quantity"] = json!(1);
    fs::write(desk.path("lie.json"), plan.to_string()).unwrap();
    let error = error_of(&desk.run(&["check", "instance.json", "lie.json"]), 5);
    assert_eq!(error["code"], "breach");
    assert!(error["issues"].as_array().unwrap().len() >= 2);
    let text = desk.run(&["check", "instance.json", "lie.json", "--format", "text"]);
    assert_eq!(status(&text), 5);
    assert!(String::from_utf8(text.stdout).unwrap().contains("refused"));
}

#[test]
fn orders_that_do_not_all_fit_are_unplanned_and_the_rest_is_written() {
    let mut instance = mugs(3);
    instance["lines"].as_array_mut().unwrap().pop();
    for order in instance["orders"].as_array_mut().unwrap() {
        // Each alone fits before it, two do not.
        order["deadline"] = json!("2026-11-23T09:00:00Z");
    }
    let desk = Desk::new(&instance);
    let solved = desk.solve();
    assert!([3, 4].contains(&status(&solved)), "{solved:?}");
    let error = error_of(&solved, status(&solved));
    assert_eq!(error["issues"].as_array().unwrap().len(), 2, "{error}");
    assert_eq!(desk.json("plan.json")["lots"].as_array().unwrap().len(), 1);
    // A plan on stdout is the one document there.
    let piped = desk.run(&["solve", "instance.json", "--iterations", "50"]);
    assert_eq!(status(&piped), status(&solved));
    assert_eq!(stdout_json(&piped)["format"], "lotwise-plan/1");
}

#[test]
fn one_bad_order_does_not_cost_the_night() {
    let mut instance = mugs(5);
    instance["orders"][2]["items"][0]["variant"] = json!("gren");
    let desk = Desk::new(&instance);
    let error = error_of(&desk.solve(), 2);
    assert!(error["message"].as_str().unwrap().contains("--set-aside"), "{error}");
    let solved = desk.run(&["solve", "instance.json", "-o", "plan.json", "--iterations", "50", "--set-aside"]);
    assert_eq!(status(&solved), 6, "{solved:?}");
    assert!(stderr(&solved).contains("set aside"), "{solved:?}");
    let plan = desk.json("plan.json");
    assert_eq!(plan["orders"][2]["status"], "unplanned");
    assert_eq!(
        status(&desk.run(&["check", "instance.json", "plan.json"])),
        0,
        "{:?}",
        desk.run(&["check", "instance.json", "plan.json"])
    );
}

#[test]
fn an_order_of_faulty_form_is_set_aside_too() {
    let mut instance = mugs(3);
    instance["orders"][1]["due"] = json!("soon");
    let desk = Desk::new(&instance);
    assert!(error_of(&desk.solve(), 2)["message"].as_str().unwrap().contains("--set-aside"));
    let solved = desk.run(&["solve", "instance.json", "-o", "plan.json", "--iterations", "50", "--set-aside"]);
    assert_eq!(status(&solved), 6, "{solved:?}");
    let plan = desk.json("plan.json");
    assert_eq!((&plan["kpis"]["orders"], &plan["kpis"]["unplanned"]), (&json!(3), &json!(1)));
    assert_eq!(plan["orders"][2]["reason"]["code"], "bad-value");
}

#[test]
fn an_instance_is_validated() {
    let desk = Desk::new(&mugs(2));
    let sound = desk.run(&["validate", "instance.json"]);
    assert_eq!((status(&sound), &stdout_json(&sound)["valid"]), (0, &json!(true)));
    let mut instance = mugs(2);
    instance["orders"][1]["id"] = json!("SO-0");
    let desk = Desk::new(&instance);
    error_of(&desk.run(&["validate", "instance.json"]), 2);
    let text = desk.run(&["validate", "instance.json", "--format", "text"]);
    assert_eq!(status(&text), 2);
    assert!(String::from_utf8(text.stdout).unwrap().contains("error["));
}

#[test]
fn a_dump_becomes_an_instance_and_a_report() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let file = |name: &str| data.join(name).display().to_string();
    let desk = Desk::new(&json!({}));
    let (dump, plant, mapping) = (file("messy.csv"), file("plant.json"), file("mapping.json"));
    let call = ["import", "orders", &dump, "--plant", &plant, "--mapping", &mapping, "--date-format", "d/m/Y"];
    let imported = desk.run(&[&call[..], &["-o", "made.json"]].concat());
    assert_eq!(status(&imported), 0, "{imported:?}");
    assert!(!desk.json("made.json")["orders"].as_array().unwrap().is_empty());
    let report: Value = serde_json::from_slice(&imported.stderr).unwrap();
    assert!(report["rows"]["read"].as_u64().unwrap() > 0);
}

#[test]
fn an_input_is_never_the_output() {
    let desk = Desk::new(&mugs(2));
    let before = fs::read(desk.path("instance.json")).unwrap();
    error_of(&desk.run(&["solve", "instance.json", "-o", "./instance.json"]), 2);
    assert_eq!(fs::read(desk.path("instance.json")).unwrap(), before);
}

#[test]
fn a_folder_that_is_not_there_is_said_before_the_search() {
    let desk = Desk::new(&mugs(2));
    let began = std::time::Instant::now();
    let error = error_of(&desk.run(&["solve", "instance.json", "-o", "no/plan.json", "--time-limit", "60s"]), 1);
    assert_eq!(error["code"], "write-failed");
    assert!(began.elapsed().as_secs() < 30, "said before the search, not after it");
}

#[test]
#[cfg(feature = "mip")]
fn the_program_is_exported_whole_and_the_same_each_time() {
    let desk = Desk::new(&mugs(4));
    let first = desk.run(&["export", "instance.json", "--lp"]);
    assert_eq!(status(&first), 0, "{first:?}");
    let text = String::from_utf8(first.stdout).unwrap();
    assert!(text.contains("run.SO_0.0.0.kiln_1.t") && text.ends_with("End\n"), "{text}");
    assert_eq!(status(&desk.run(&["export", "instance.json", "--lp", "-o", "program.lp"])), 0);
    assert_eq!(fs::read_to_string(desk.path("program.lp")).unwrap(), text);
    let mps = desk.run(&["export", "instance.json", "--mps", "--buckets", "5"]);
    assert!(String::from_utf8(mps.stdout).unwrap().ends_with("ENDATA\n"));
    error_of(&desk.run(&["export", "instance.json"]), 2);
    error_of(&desk.run(&["export", "instance.json", "--lp", "--mps"]), 2);
    let empty = Desk::new(&mugs(0));
    let refused = error_of(&empty.run(&["export", "instance.json", "--lp"]), 2);
    assert!(refused["message"].as_str().unwrap().contains("nothing to decide"), "{refused}");
}

#[test]
fn what_cannot_be_done_ends_with_3_and_the_orders_that_clash() {
    let mut instance = mugs(3);
    instance["lines"].as_array_mut().unwrap().truncate(1);
    for order in instance["orders"].as_array_mut().unwrap() {
        order["deadline"] = json!("2026-11-23T09:00:00Z");
    }
    let desk = Desk::new(&instance);
    let output = desk.solve();
    let error = error_of(&output, 3);
    assert!(error["message"].as_str().unwrap().contains("kiln-1"), "{error}");
    let plan = desk.json("plan.json");
    assert_eq!((&plan["status"], &plan["clash"]["code"]), (&json!("infeasible"), &json!("capacity")));
    assert_eq!(plan["clash"]["orders"].as_array().unwrap().len(), 2, "{}", plan["clash"]);
    assert_eq!(status(&desk.run(&["check", "instance.json", "plan.json"])), 0);
}

#[test]
fn the_log_is_a_table_on_stderr() {
    let desk = Desk::new(&mugs(6));
    let output = desk.run(&["solve", "instance.json", "--iterations", "200", "--progress", "log", "--quiet"]);
    let text = stderr(&output);
    let mut lines = text.lines();
    assert!(lines.next().unwrap().trim().starts_with("seconds  source"), "{text}");
    assert!(lines.any(|line| line.contains("* ")), "{text}");
    assert_eq!(stdout_json(&output)["format"], "lotwise-plan/1");
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::io::Read;
    use std::time::{Duration, Instant};

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_never_silent() {
        let desk = Desk::new(&mugs(4));
        let calls: [&[&str]; 5] = [
            &["--help"],
            &["--version"],
            &["schema", "instance"],
            &["validate", "instance.json"],
            &["solve", "instance.json", "--iterations", "20"],
        ];
        for call in calls {
            let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let ended = desk.command(call).stdout(full).stderr(Stdio::piped()).output().unwrap();
            assert_eq!(status(&ended), 1, "{call:?} {ended:?}");
            assert!(stderr(&ended).contains("stdout cannot be written"), "{call:?} {ended:?}");
        }
        let error = error_of(&desk.run(&["solve", "instance.json", "--iterations", "20", "-o", "/dev/full"]), 1);
        assert_eq!(error["code"], "write-failed");
    }

    #[test]
    fn a_closed_pipe_is_an_error_and_no_panic() {
        let desk = Desk::new(&mugs(4));
        let calls: [&[&str]; 2] = [&["schema", "instance"], &["solve", "instance.json", "--iterations", "20"]];
        for call in calls {
            let mut command = desk.command(call);
            // Closed before the child begins: what fits into a pipe would else now and then be written in time.
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
            assert!(said.contains("stdout cannot be written") && !said.contains("panic"), "{said}");
        }
    }

    #[test]
    fn a_folder_without_the_right_to_write_keeps_the_old_plan() {
        use std::os::unix::fs::PermissionsExt;
        let desk = Desk::new(&mugs(2));
        let closed = desk.path("closed");
        fs::create_dir(&closed).unwrap();
        fs::write(closed.join("plan.json"), "yesterday").unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
        let call = ["solve", "instance.json", "-o", "closed/plan.json", "--iterations", "20"];
        let refused = if fs::write(closed.join("probe"), "").is_ok() {
            // This user may write anywhere: nobody may not.
            fs::remove_file(closed.join("probe")).unwrap();
            fs::set_permissions(desk.path("."), fs::Permissions::from_mode(0o755)).unwrap();
            let as_nobody = |call: &[&str]| {
                let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", PROGRAM];
                Command::new("setpriv").current_dir(desk.path(".")).args(nobody).args(call).output()
            };
            if !as_nobody(&["--version"]).is_ok_and(|output| output.status.success()) {
                eprintln!("skipped: nobody may not run the program here");
                return;
            }
            as_nobody(&call).unwrap()
        } else {
            desk.run(&call)
        };
        error_of(&refused, 1);
        assert_eq!(fs::read_to_string(closed.join("plan.json")).unwrap(), "yesterday");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Starts a long search and returns once its first plan stands.
    fn searching(desk: &Desk) -> std::process::Child {
        use std::io::{BufRead, BufReader};
        let call = ["solve", "instance.json", "-o", "plan.json", "--time-limit", "10m", "--progress", "json"];
        let mut child = desk.command(&call).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("\"incumbent\"")), "a first plan");
        // Somebody must go on reading, or the pipe fills up.
        std::thread::spawn(move || lines.count());
        child
    }

    fn signal(child: &std::process::Child, name: &str) {
        let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    #[test]
    fn a_signal_ends_with_the_best_plan_so_far_written_whole() {
        for name in ["-TERM", "-INT"] {
            // Of so many somebody is late: the search has no reason to end by itself.
            let desk = Desk::new(&mugs(300));
            let mut child = searching(&desk);
            let sent = Instant::now();
            signal(&child, name);
            assert_eq!(child.wait().unwrap().code(), Some(0));
            assert!(sent.elapsed() < Duration::from_secs(10), "{:?}", sent.elapsed());
            assert_eq!(desk.json("plan.json")["run"]["stopped_by"], "cancelled");
            assert_eq!(status(&desk.run(&["check", "instance.json", "plan.json"])), 0);
            let left: Vec<_> =
                fs::read_dir(desk.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(left.len(), 2, "no temporary file stays: {left:?}");
        }
    }

    /// Whenever the signal comes: while the file is read, while plans are made, while one is written.
    #[test]
    fn a_signal_at_any_instant_leaves_a_whole_plan_or_the_old_one() {
        let mut written = 0;
        for (turn, delay) in [0, 1, 2, 4, 8, 15, 30, 60, 120, 250, 500, 900].into_iter().enumerate() {
            let desk = Desk::new(&mugs(300));
            fs::write(desk.path("plan.json"), "yesterday").unwrap();
            let call = ["solve", "instance.json", "-o", "plan.json", "--time-limit", "10m", "--quiet"];
            let mut child = desk.command(&call).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(delay));
            signal(&child, ["-TERM", "-INT"][turn % 2]);
            let sent = Instant::now();
            let status_code = child.wait().unwrap().code();
            assert!(sent.elapsed() < Duration::from_secs(10), "after {delay} ms: {:?}", sent.elapsed());
            match status_code {
                Some(0) => {
                    assert_eq!(desk.json("plan.json")["run"]["stopped_by"], "cancelled");
                    assert_eq!(status(&desk.run(&["check", "instance.json", "plan.json"])), 0, "after {delay} ms");
                    written += 1;
                }
                // Before the program listens, a signal ends it as it ends any other.
                None => assert_eq!(fs::read(desk.path("plan.json")).unwrap(), b"yesterday", "after {delay} ms"),
                other => panic!("exit {other:?} after {delay} ms"),
            }
            assert_eq!(fs::read_dir(desk.folder.path()).unwrap().count(), 2, "no temporary file stays");
        }
        assert!(written >= 4, "only {written} plans were written");
    }
}

#[test]
fn a_report_is_a_page_tables_a_workbook_and_figures() {
    let desk = Desk::new(&mugs(6));
    assert_eq!(status(&desk.solve()), 0);
    let asked = ["report", "instance.json", "plan.json", "-o", "plan.html", "--csv", "tables", "--xlsx", "plan.xlsx"];
    let told = desk.run(&[&asked[..], &["--json", "--tolerance", "PT2H"]].concat());
    assert_eq!(status(&told), 0, "{told:?}");
    assert_eq!(stdout_json(&told)["time_tolerance_hours"], 2.0);
    let page = fs::read_to_string(desk.path("plan.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    for name in ["orders", "lines", "lots"] {
        let table = fs::read_to_string(desk.path(&format!("tables/{name}.csv"))).unwrap();
        assert!(table.starts_with(&format!("{},", name.trim_end_matches('s').replace("lot", "order"))), "{table}");
        assert!(!table.contains("Confidential") && !page.contains("Confidential"));
    }
    assert!(fs::read(desk.path("plan.xlsx")).unwrap().starts_with(b"PK"));
    let named = desk.run(&["report", "instance.json", "plan.json", "-o", "named.html", "--customers"]);
    assert_eq!(status(&named), 0);
    assert!(named.stdout.is_empty());
    let drawn = desk.run(&["report", "instance.json", "plan.json", "-o", "plan.svg"]);
    assert_eq!((status(&drawn), &fs::read(desk.path("plan.svg")).unwrap()[..5]), (0, &b"<svg "[..]));
    for wrong in [["--tolerance", "2h"], ["--quantity-tolerance", "1.5"]] {
        let refused = desk.run(&[&["report", "instance.json", "plan.json"][..], &wrong[..]].concat());
        assert_eq!((status(&refused), stdout_json(&refused)["error"]["code"].as_str()), (2, Some("usage")));
    }
}

#[test]
fn a_lot_table_becomes_the_plan_it_was_and_two_plans_are_compared() {
    let desk = Desk::new(&mugs(6));
    assert_eq!(status(&desk.solve()), 0);
    let lots = desk.run(&["report", "instance.json", "plan.json", "--csv", "-"]);
    fs::write(desk.path("lots.csv"), &lots.stdout).unwrap();
    let read = desk.run(&["import", "plan", "lots.csv", "--instance", "instance.json", "-o", "read.json"]);
    assert_eq!(status(&read), 0, "{read:?}");
    assert_eq!(status(&desk.run(&["check", "instance.json", "read.json"])), 0);
    let same = desk.run(&["compare", "instance.json", "plan.json", "read.json"]);
    assert_eq!(status(&same), 0, "{same:?}");
    let same = stdout_json(&same);
    assert_eq!((&same["stability"]["untouched_share"], same["lots"].as_array().unwrap().len()), (&json!(1.0), 0));
    assert_eq!(same["cost"][0]["change"], 0);
    let text = desk.run(&["compare", "instance.json", "plan.json", "read.json", "--format", "text"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("kept are untouched (100 %)"), "{text:?}");
    fs::write(desk.path("lots.csv"), "order,item\n").unwrap();
    let refused = desk.run(&["import", "plan", "lots.csv", "--instance", "instance.json"]);
    assert_eq!(status(&refused), 2);
}
