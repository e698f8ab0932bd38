//! The reference pages of commands and of environment variables.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test gives up where its own set-up fails, and reads the repository"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Arg, Command};

use super::pages::ROOT;

/// Every command with its arguments, as clap knows them.
pub(super) fn commands() -> String {
    let mut command = zdsync::cli::command();
    command.build();
    let mut text = String::from("# Commands\n\n");
    writeln!(text, "{}\n", about(&command)).unwrap();
    text.push_str("Data goes to standard output, everything else to standard error.\n\n");
    text.push_str("## Flags of every command\n\n");
    for argument in command
        .get_arguments()
        .filter(|argument| argument.is_global_set())
    {
        entry(argument, &mut text);
    }
    for sub in command.get_subcommands() {
        if sub.get_name() == "help" {
            continue;
        }
        write!(text, "\n## zdsync {}\n\n{}\n\n", sub.get_name(), about(sub)).unwrap();
        let usage = sub.clone().render_usage().to_string();
        writeln!(
            text,
            "```text\n{}\n```\n",
            usage.trim_start_matches("Usage: ")
        )
        .unwrap();
        for argument in sub
            .get_arguments()
            .filter(|argument| !argument.is_global_set())
        {
            entry(argument, &mut text);
        }
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.unwrap().to_string()
}

/// One argument as an item of a list.
fn entry(argument: &Arg, text: &mut String) {
    if argument.is_hide_set() || argument.get_id() == "help" || argument.get_id() == "version" {
        return;
    }
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let help = help.unwrap().to_string();
    let mut paragraphs = help.split("\n\n");
    let takes_values = argument.get_action().takes_values();
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<_> = defaults.filter_map(|value| value.to_str()).collect();
    let default = if takes_values && !defaults.is_empty() {
        format!(". Without it: `{}`", defaults.join(", "))
    } else {
        String::new()
    };
    let first = paragraphs.next().unwrap();
    writeln!(text, "- {}: {first}{default}", name(argument)).unwrap();
    for paragraph in paragraphs {
        write!(text, "\n  {paragraph}\n").unwrap();
    }
    if takes_values {
        for value in argument.get_possible_values() {
            let help = value.get_help().map(|help| format!(": {help}"));
            let help = help.unwrap_or_default();
            writeln!(text, "  - `{}`{help}", value.get_name()).unwrap();
        }
    }
}

/// How it is written on the command line.
fn name(argument: &Arg) -> String {
    let values = argument.get_value_names().unwrap_or_default();
    let values: String = if argument.get_action().takes_values() {
        let values: Vec<_> = values.iter().map(|value| format!(" <{value}>")).collect();
        values.concat()
    } else {
        String::new()
    };
    let long = argument
        .get_long()
        .map(|long| format!("`--{long}{values}`"));
    let short = argument
        .get_short()
        .map(|short| format!("`-{short}{values}`"));
    match (short, long) {
        (Some(short), Some(long)) => format!("{short}, {long}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => format!("`[{}]`", values.trim().trim_matches(['<', '>'])),
    }
}

/// Every variable, from the one file that may read them.
pub(super) fn environment() -> String {
    let source = fs::read_to_string(Path::new(ROOT).join("src/cli/env.rs")).unwrap();
    let mut text = String::from(
        "# Environment variables\n\n\
         Credentials come from these variables only, and never appear in output, logs, plans, receipts or errors.\n\
         [Security](../security.md) says which kind to prefer.\n\n\
         | variable | meaning |\n| --- | --- |\n",
    );
    let mut help = String::new();
    for line in source.lines() {
        if let Some(said) = line.strip_prefix("/// ") {
            help.push_str(said);
            help.push(' ');
        } else if let Some(rest) = line.strip_prefix("pub(super) const ") {
            let name = rest.split('"').nth(1).unwrap();
            let help = help.trim().replace('|', "\\|");
            writeln!(text, "| `{name}` | {help} |").unwrap();
        } else {
            help.clear();
            continue;
        }
        if !line.starts_with("///") {
            help.clear();
        }
    }
    text
}
