use proptest::prelude::*;

use super::{MARKER, View, human, json, markdown};
use crate::plan::Plan;
use crate::report::samples::{self, everything, hostile, stories};
use crate::report::text::is_deceptive;

fn terminal(plan: &Plan, view: View<'_>) -> String {
    let mut out = Vec::new();
    human(plan, &view, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn view(width: usize) -> View<'static> {
    View {
        colour: false,
        width,
        verbose: false,
        source: "",
        only_access: false,
    }
}

fn document(plan: &Plan) -> String {
    let mut out = Vec::new();
    json(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn comment(plan: &Plan, limit: usize) -> String {
    let mut out = Vec::new();
    markdown(plan, limit, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Long lists cut in the middle, where the lines look alike.
fn shortened(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .map(|line| line.chars().take(400).collect::<String>())
        .collect();
    if lines.len() < 80 {
        return lines.join("\n");
    }
    let (head, tail) = (&lines[..16], &lines[lines.len() - 16..]);
    format!(
        "{}\n[{} lines]\n{}",
        head.join("\n"),
        lines.len() - 32,
        tail.join("\n")
    )
}

#[test]
fn the_stories_read_well_on_a_terminal() {
    for (name, plan) in stories::all() {
        insta::assert_snapshot!(
            format!("human_{name}"),
            shortened(&terminal(&plan, view(100)))
        );
    }
}

#[test]
fn the_stories_read_well_in_a_pull_request() {
    for (name, plan) in stories::all() {
        insta::assert_snapshot!(
            format!("markdown_{name}"),
            shortened(&comment(&plan, 65_000))
        );
    }
}

#[test]
fn a_refused_plan_fits_every_width() {
    let mut plan = everything::everything();
    plan.refused.push(everything::over_the_limit());
    for width in [60, 100, 200] {
        let verbose = width == 200;
        let text = terminal(
            &plan,
            View {
                verbose,
                ..view(width)
            },
        );
        insta::assert_snapshot!(format!("human_everything_{width}"), text);
    }
    insta::assert_snapshot!("markdown_everything", comment(&plan, 65_000));
    let only_access = terminal(
        &plan,
        View {
            only_access: true,
            ..view(100)
        },
    );
    insta::assert_snapshot!("human_only_access", only_access);
}

#[test]
fn colour_carries_no_meaning_alone() {
    for (name, plan) in stories::all() {
        let plain = terminal(&plan, view(100));
        let coloured = terminal(
            &plan,
            View {
                colour: true,
                ..view(100)
            },
        );
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            plain,
            "{name}"
        );
        assert!(coloured.contains('\u{1b}'), "{name}");
    }
}

#[test]
fn lines_keep_to_the_width_wherever_words_allow() {
    for (name, plan) in stories::all() {
        for width in [60, 100, 200] {
            let text = terminal(&plan, view(width));
            for line in text
                .lines()
                .filter(|line| !line.contains("--digest") && !line.starts_with("Digest"))
            {
                assert!(
                    crate::report::pen::width(line) <= width,
                    "{name} at {width}: {line}"
                );
            }
        }
    }
}

#[test]
fn hostile_names_reach_no_form() {
    let plan = hostile::hostile();
    for verbose in [false, true] {
        let text = terminal(
            &plan,
            View {
                verbose,
                source: hostile::HOSTILE,
                ..view(100)
            },
        );
        assert!(!text.replace('\n', "").contains(is_deceptive), "{text}");
        assert!(
            text.lines()
                .all(|line| !line.starts_with("```") && !line.starts_with('#'))
        );
    }
    let text = document(&plan);
    assert_eq!(text.matches('\n').count(), 1);
    assert!(!text.trim_end().contains(is_deceptive));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["access"][0]["name"], hostile::HOSTILE);
}

#[test]
fn hostile_names_mean_nothing_in_markdown() {
    let text = comment(&hostile::hostile(), 65_000);
    assert!(!text.replace('\n', "").contains(is_deceptive), "{text}");
    let (open, folded) = text.split_once("<details>").unwrap();
    let known = [
        "<!-- zdsync:plan -->",
        "<span>",
        "</span>",
        "<br>",
        "<sub>",
        "</sub>",
        "<code>",
        "</code>",
    ];
    let bare = known
        .iter()
        .fold(open.to_owned(), |text, tag| text.replace(tag, ""));
    assert!(!bare.contains(['<', '@']), "{bare}");
    assert!(!bare.contains("https:"), "{bare}");
    for line in open.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.matches('|').count(), 5, "{line}");
    }
    // The fence is longer than any run of backticks within, and stands twice.
    assert_eq!(
        folded
            .lines()
            .filter(|line| line.starts_with("````"))
            .count(),
        2,
        "{folded}"
    );
}

#[test]
fn a_name_cannot_speak_for_the_plan() {
    let mut plan = samples::plan();
    let name = "Tier 1 until 2026-12-31 (INC-42)";
    plan.access = vec![crate::plan::Access {
        gains: vec![samples::holds(crate::model::Kind::Group, name)],
        ..samples::access("x> gains nothing", "Ada <ada@example.com>")
    }];
    insta::assert_snapshot!(terminal(&plan, view(200)), @r#"
    zdsync plan · acme (acme.zendesk.com) · live as of 2026-11-21 14:02:11 UTC · 9 requests

    Access
      "Ada <ada@example.com>" <"x> gains nothing">  gains  group "Tier 1 until 2026-12-31 (INC-42)"

    Under management: 37 of 41 team members (90 %), 5 of 5 groups (100 %), 4 organizations of an unknown number (`undeclared: report` reads them all).
    Not ours: 212 users. Unchanged: 2 groups, 2 users (-v shows them).

    No changes. The account is as the manifests say.
    Digest 3f9c17aa0b2d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab
    "#);
}

#[test]
fn json_keeps_to_its_schema() {
    let schema = serde_json::to_value(super::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let plans = stories::all().into_iter().map(|(_, plan)| plan);
    for plan in plans.chain([everything::everything(), hostile::hostile()]) {
        let value: serde_json::Value = serde_json::from_str(&document(&plan)).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn json_says_what_changes_in_its_own_values() {
    let value: serde_json::Value =
        serde_json::from_str(&document(&everything::everything())).unwrap();
    insta::assert_json_snapshot!("json_everything", value);
}

#[test]
fn comments_keep_to_their_limit_and_count_whom_they_leave_out() {
    for (count, limit) in [
        (3_000, 65_000),
        (100_000, 65_000),
        (3_000, 4_000),
        (50, 4_000),
        (10, 1),
    ] {
        let mut same = stories::mass_change(count);
        let mut different = stories::mass_change(count.min(20_000));
        for (index, access) in different.access.iter_mut().enumerate() {
            access.gains.push(samples::holds(
                crate::model::Kind::Group,
                &format!("Group {index}"),
            ));
        }
        same.refused = vec![everything::over_the_limit(); 500];
        for plan in [&same, &different] {
            let text = comment(plan, limit);
            assert!(
                text.len() <= limit.max(4_000),
                "{count} in {limit}: {}",
                text.len()
            );
            assert!(text.starts_with(MARKER));
            assert!(text.trim_end().ends_with("</sub>"));
            let all = text.matches("@example.com`").count() >= count as usize;
            assert!(
                all || text.contains("Too many people for one comment"),
                "{count} in {limit}"
            );
        }
    }
}

#[test]
fn who_differs_among_thousands_is_named_first() {
    let plan = stories::mass_change(3_000);
    let odd = "person001500@example.com";
    let text = comment(&plan, 65_000);
    assert!(text.find(odd) < text.find("2,999 people"), "{text}");
    let text = terminal(&plan, view(100));
    assert!(text.find(odd) < text.find("2,999 people"));
    assert!(text.contains("1 becomes an administrator"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_name_breaks_a_form(name in any::<String>(), limit in 4_000_usize..20_000) {
        let mut plan = everything::everything();
        plan.access[0].name.clone_from(&name);
        plan.access[0].gains[0].name.clone_from(&name);
        plan.warnings = vec![samples::warning("any", &name)];
        let text = comment(&plan, limit);
        prop_assert!(text.len() <= limit);
        for line in text.lines().filter(|line| line.starts_with('|')) {
            prop_assert_eq!(line.matches('|').count(), 5);
        }
        let lines = terminal(&plan, view(100)).lines().count();
        prop_assert!(lines < 120);
        let value: serde_json::Value = serde_json::from_str(&document(&plan)).unwrap();
        prop_assert_eq!(value["access"][0]["name"].as_str(), Some(name.as_str()));
    }
}

#[test]
fn columns_line_up_whatever_the_script() {
    let mut plan = samples::plan();
    for (index, name) in ["林美玲", "Łukasz", "नेहा", "נועה", "e\u{301}lan 👩‍🚀", "ﾊﾝｶｸ"]
        .iter()
        .enumerate()
    {
        plan.access.push(crate::plan::Access {
            gains: vec![samples::holds(
                crate::model::Kind::Group,
                &format!("G{index}"),
            )],
            ..samples::access(&format!("p{index}@example.com"), name)
        });
    }
    let text = terminal(&plan, view(100));
    let columns: std::collections::BTreeSet<_> = text
        .lines()
        .filter_map(|line| Some(crate::report::pen::width(&line[..line.find("gains")?])))
        .collect();
    assert_eq!(columns.len(), 1, "{text}");
}
