//! What is logged, and what never is.

use serde_json::Value;

use super::{MANIFEST, Served, project};
use crate::support::Project;

const TOKEN: &str = "hidden-token-of-the-logs";

fn logged(served: &Served) -> Project {
    let project = project(&served.server.url).variable("ZENDESK_OAUTH_TOKEN", TOKEN);
    let people = "users:\n  - { email: ada@example.com, name: Ada Example, role: agent }\n";
    project.write("manifests/all.yaml", &format!("{MANIFEST}{people}"));
    project
}

#[test]
fn nothing_is_logged_unless_asked_for() {
    let served = Served::with(&[]);
    let run = logged(&served).run(&["plan"]);
    assert!(!run.stderr.contains("/api/v2/"), "{}", run.stderr);
}

#[test]
fn v_tells_every_request_in_one_line_and_why_it_is_made() {
    let served = Served::with(&[]);
    let run = logged(&served).run(&["-v", "plan"]);
    let lines: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains("path="))
        .collect();
    assert_eq!(lines.len(), served.requests().len(), "{}", run.stderr);
    for line in lines {
        for part in [
            "method=GET",
            "path=/api/v2/",
            "status=200",
            "ms=",
            "remaining=",
        ] {
            assert!(line.contains(part), "{line}");
        }
    }
    assert!(
        run.stderr
            .contains("the staff is read: people are declared"),
        "{}",
        run.stderr
    );
    let reasons = run.stderr.matches("the staff is read").count();
    assert_eq!(reasons, 1, "{}", run.stderr);
    // Even so no address of anybody, and no word of a body.
    assert!(!run.stderr.contains("ada@"), "{}", run.stderr);
}

#[test]
fn vv_tells_more_and_json_lines_hold_the_same() {
    let served = Served::with(&[]);
    let run = logged(&served).run(&["-vv", "--log-format", "json", "plan"]);
    let lines: Vec<Value> = run
        .stderr
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let of = |message: &str| -> Vec<&Value> {
        lines
            .iter()
            .filter(|line| line["fields"]["message"] == message)
            .collect()
    };
    let requests = of("request");
    assert_eq!(requests.len(), served.requests().len(), "{}", run.stderr);
    for request in &requests {
        assert_eq!(request["level"], "INFO");
        let fields = &request["fields"];
        assert_eq!(fields["method"], "GET");
        assert_eq!(fields["status"], 200);
        assert!(
            fields["ms"].is_number() && fields["remaining"].is_number(),
            "{fields}"
        );
    }
    let answers = of("answer");
    assert_eq!(answers.len(), requests.len());
    assert!(
        answers
            .iter()
            .all(|line| line["fields"]["request_id"].is_string()),
        "{answers:?}"
    );
}

#[test]
fn bodies_are_logged_when_asked_for_and_tell_nothing_of_people() {
    let served = Served::with(&[]);
    let project = logged(&served);
    let run = project
        .run(&["--log-bodies", "apply", "--auto-approve"])
        .exits(0);
    assert!(run.stderr.contains("<11 characters>"), "{}", run.stderr);
    assert!(run.stderr.contains(r#""role":"agent""#), "{}", run.stderr);
    for words in ["Ada", "ada@", "Owls", "Olga", "olga@", "authenticity"] {
        let told = words == "authenticity" || !run.stderr.contains(words);
        assert!(told, "{words}: {}", run.stderr);
    }
    let run = project.run(&["-vv", "plan"]).exits(0);
    assert!(!run.stderr.contains("received="), "{}", run.stderr);
    // Not even by the variable that sets levels.
    let run = project
        .variable("ZDSYNC_LOG", "trace")
        .run(&["plan"])
        .exits(0);
    assert!(!run.stderr.contains("received="), "{}", run.stderr);
}
