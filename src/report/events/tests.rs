use super::{Progress, json};
use crate::apply::{Event, ItemFailure, Outcome, Status};
use crate::model::Address;
use crate::plan::OperationId;
use crate::report::samples::{everything, hostile};
use crate::report::text::is_deceptive;

fn outcome(id: u32, status: Status) -> Outcome {
    Outcome {
        id: OperationId(id),
        status,
        message: None,
        failures: Vec::new(),
        because: None,
        request_ids: vec![format!("req-{id}")],
        requests: 1,
        numbers: Vec::new(),
    }
}

fn events(message: &str) -> Vec<Event> {
    let failed = Outcome {
        message: Some(message.to_owned()),
        failures: vec![ItemFailure {
            address: Address::user("bob@example.com"),
            message: "the last owner of an account cannot be suspended".to_owned(),
        }],
        ..outcome(2, Status::Failed)
    };
    let skipped = Outcome {
        message: Some("needs op-2, which failed".to_owned()),
        because: Some(OperationId(2)),
        request_ids: Vec::new(),
        requests: 0,
        ..outcome(3, Status::Skipped)
    };
    vec![
        Event::Started {
            digest: "3f9c17aa".to_owned(),
            operations: 3,
            expected_requests: 7,
        },
        Event::Begun {
            id: OperationId(1),
            title: "create a group".to_owned(),
        },
        Event::Operation(outcome(1, Status::Done)),
        Event::Operation(failed),
        Event::Operation(skipped),
        Event::Finished {
            done: 1,
            failed: 1,
            skipped: 1,
            requests: 3,
        },
    ]
}

fn lines(events: &[Event], colour: bool) -> String {
    let plan = everything::everything();
    let mut progress = Progress::new(&plan, colour, 100);
    let mut out = Vec::new();
    for event in events {
        progress.event(event, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

fn objects(events: &[Event]) -> String {
    let plan = everything::everything();
    let mut out = Vec::new();
    for event in events {
        json(&plan, event, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn people_read_what_is_done_and_what_to_do_next() {
    let text = lines(&events("1 of 2 items failed"), false);
    insta::assert_snapshot!(text, @r#"
    [1/3] done    POST /api/v2/groups  group/Escalations
    [2/3] failed  PUT /api/v2/users/update_many  user/ada@example.com, user/bob@example.com
                  1 of 2 items failed
    [3/3] skipped op-3
                  needs op-2, which failed

    Failed
      op-2  PUT /api/v2/users/update_many  user/ada@example.com, user/bob@example.com
          1 of 2 items failed
          user/bob@example.com: the last owner of an account cannot be suspended
          request ids req-2

    Skipped
      op-3  op-3
          needs op-2, which failed
          because of op-2

    Apply: 1 done, 1 failed, 1 skipped · 3 requests, 7 expected
    Next: what is done stays done; mend what the messages above name, then run `zdsync plan` and `zdsync
          apply` again: they do only what is left.
    "#);
    let coloured = lines(&events("1 of 2 items failed"), true);
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text);
}

#[test]
fn an_apply_without_trouble_ends_in_one_line() {
    let events = [
        Event::Operation(outcome(1, Status::Done)),
        Event::Finished {
            done: 1,
            failed: 0,
            skipped: 0,
            requests: 1,
        },
    ];
    insta::assert_snapshot!(lines(&events, false), @r#"
    [1/2] done    POST /api/v2/groups  group/Escalations

    Apply: 1 done · 1 request, 0 expected
    "#);
}

#[test]
fn machines_read_one_event_a_line() {
    insta::assert_snapshot!(objects(&events("1 of 2 items failed")), @r#"
    {"event":"started","format":"zdsync.events/1","digest":"3f9c17aa","operations":3,"expected_requests":7}
    {"event":"operation","format":"zdsync.events/1","id":"op-1","status":"done","method":"POST","path":"/api/v2/groups","changes":["group/Escalations"],"failures":[],"request_ids":["req-1"],"requests":1}
    {"event":"operation","format":"zdsync.events/1","id":"op-2","status":"failed","method":"PUT","path":"/api/v2/users/update_many","changes":["user/ada@example.com","user/bob@example.com"],"message":"1 of 2 items failed","failures":[{"address":"user/bob@example.com","message":"the last owner of an account cannot be suspended"}],"request_ids":["req-2"],"requests":1}
    {"event":"operation","format":"zdsync.events/1","id":"op-3","status":"skipped","method":null,"path":null,"changes":[],"message":"needs op-2, which failed","failures":[],"because":"op-2","request_ids":[],"requests":0}
    {"event":"finished","format":"zdsync.events/1","done":1,"failed":1,"skipped":1,"requests":3}
    "#);
}

#[test]
fn events_keep_to_their_schema() {
    let schema = serde_json::to_value(super::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let text = objects(&events(hostile::HOSTILE));
    assert_eq!(text.lines().count(), 5);
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{line}");
    }
}

#[test]
fn hostile_messages_are_spelled_out() {
    let events = events(hostile::HOSTILE);
    for text in [lines(&events, false), objects(&events)] {
        assert!(!text.replace('\n', "").contains(is_deceptive), "{text}");
    }
}
