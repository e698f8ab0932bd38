//! What the README shows and says is what the program does.
#![expect(clippy::disallowed_methods, reason = "it reads and writes the README")]

use std::fs;

use crate::support::Project;

const BEGIN: &str = "<!-- plan:begin -->\n";
const END: &str = "<!-- plan:end -->\n";

/// The one line of a plan that differs from run to run.
fn without_time(text: &str) -> String {
    text.lines()
        .map(|line| line.split(" · live as of").next().unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_plan_in_the_readme_is_the_plan_of_the_example() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let plan = Project::example("acme")
        .run(&["plan", "--only-access"])
        .exits(0);
    let block = format!("```text\n$ zdsync plan --only-access\n{}```\n", plan.stdout);
    if std::env::var_os("ZDSYNC_GENERATE").is_some() {
        fs::write(path, format!("{before}{BEGIN}{block}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        without_time(shown),
        without_time(&block),
        "run `just generate`"
    );
}

#[test]
fn the_commands_of_the_readme_are_those_of_the_program() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let help = Project::empty().run(&["--help"]).exits(0).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in listed.take_while(|line| !line.is_empty()) {
        let Some(command) = line
            .strip_prefix("  ")
            .and_then(|line| line.split(' ').next())
        else {
            continue;
        };
        if command.is_empty() || command == "help" {
            continue;
        }
        assert!(
            readme.contains(&format!("`{command}")),
            "the README does not name `{command}`"
        );
    }
}

#[test]
fn the_page_of_rules_is_that_of_the_rules() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    let pages = zdsync::desired::rules::pages();
    if std::env::var_os("ZDSYNC_GENERATE").is_some() {
        fs::write(path, &pages).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap() == pages,
        "run `just generate`"
    );
}
