//! The documentation of rules, written from the rules themselves.

use std::fmt::Write as _;

use super::{ALL, Rule};
use crate::diag::{RuleHelp, Severity};
use crate::manifest::RuleLevel;

/// One rule as a section of Markdown: what, why, a bad and a good example, and the source.
pub fn page(rule: &Rule) -> String {
    let Rule {
        code,
        title,
        level: _,
        enforced: _,
        why,
        config,
        bad,
        good,
        source,
        checks: _,
    } = rule;
    let mut page = format!("## {code}: {title}\n\n{why}\n\n{}\n", level(rule));
    let mut example = |heading: &str, text: &str| {
        if !text.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(page, "\n{heading}\n\n```yaml\n{text}```\n");
        }
    };
    example("With this in `zdsync.yaml`:", config);
    example("Not so:", bad);
    example("But so:", good);
    let _ = write!(page, "\nSource: {source}\n");
    page
}

/// How findings of the rule count, in one sentence.
fn level(rule: &Rule) -> &'static str {
    match (rule.enforced, rule.level) {
        (true, _) => "Always an error.",
        (false, RuleLevel::Error) => "An error, unless the configuration says otherwise.",
        (false, RuleLevel::Warning) => "A warning, unless the configuration says otherwise.",
        (false, RuleLevel::Off) => "Off, unless the configuration says otherwise.",
    }
}

/// What every rule is about, for outputs that explain rules beside findings.
pub fn help() -> Vec<RuleHelp> {
    let help = |rule: &&Rule| RuleHelp {
        code: rule.code,
        title: rule.title,
        why: rule.why,
        page: page(rule),
        severity: match rule.level {
            RuleLevel::Error => Some(Severity::Error),
            RuleLevel::Warning => Some(Severity::Warning),
            RuleLevel::Off => None,
        },
    };
    ALL.iter().map(help).collect()
}

/// All rules as one page of Markdown, in the order of their codes.
pub fn pages() -> String {
    let mut text = String::from(
        "# Rules\n\n\
         What `zdsync validate` looks for. Where a rule does not say that it is always an error, the\n\
         configuration can make it an `error`, a `warning` or nothing (`off`):\n\n\
         ```yaml\nrules:\n  ZD022: off\n```\n\n\
         | code | finds | counts as |\n| --- | --- | --- |\n",
    );
    for rule in ALL {
        let anchor: String = format!("{}-{}", rule.code, rule.title)
            .to_lowercase()
            .chars()
            .filter_map(|character| match character {
                ' ' => Some('-'),
                character if character.is_alphanumeric() || character == '-' => Some(character),
                _ => None,
            })
            .collect();
        let counts = match (rule.enforced, rule.level) {
            (true, _) => "error, always",
            (false, RuleLevel::Error) => "error",
            (false, RuleLevel::Warning) => "warning",
            (false, RuleLevel::Off) => "off",
        };
        let _ = writeln!(
            text,
            "| [{}](#{anchor}) | {} | {counts} |",
            rule.code, rule.title
        );
    }
    for rule in ALL {
        text.push('\n');
        text.push_str(&page(rule));
    }
    text
}
