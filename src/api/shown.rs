//! Bodies for a log: their shape, without what they say of people.
//!
//! Only what is known to be harmless is shown, so that a key that nobody thought of is not.

use serde_json::Value;

use super::failure::tidy;
use crate::model::{Excerpt, plural};

/// Keys whose texts are words of the service or of zdsync, and tell nothing of anybody.
const PLAIN: [&str; 17] = [
    "action",
    "code",
    "created_at",
    "error",
    "grant_type",
    "iana_time_zone",
    "id",
    "job_type",
    "locale",
    "role",
    "scope",
    "scopes",
    "status",
    "ticket_restriction",
    "time_zone",
    "token_type",
    "updated_at",
];
/// Objects shown of a list.
const FIRST: usize = 3;
/// The longest body that is shown.
const LONGEST: usize = 4096;

/// How the values below a key are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Numbers and flags as they are, texts by their key.
    ByKey,
    /// Everything: permissions of a role.
    All,
    /// Nothing: custom fields hold what somebody thought up.
    Nothing,
}

/// A body without secrets and personal values, which stand as their length.
pub(super) fn shown(body: &[u8]) -> String {
    if body.is_empty() {
        return "nothing".to_owned();
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => {
            let text = masked("", value, Shown::ByKey).to_string();
            Excerpt(&text, LONGEST).to_string()
        }
        Err(_) => format!("{} that are no JSON", plural(body.len(), "byte")),
    }
}

fn masked(key: &str, value: Value, how: Shown) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) | Value::Number(_) if how == Shown::Nothing => hidden("1 value"),
        Value::Bool(_) | Value::Number(_) => value,
        Value::String(text) => {
            let plain = how == Shown::All || (how == Shown::ByKey && PLAIN.contains(&key));
            if plain || text.is_empty() {
                Value::String(tidy(&text))
            } else {
                hidden(&plural(text.chars().count(), "character"))
            }
        }
        Value::Array(items) => {
            let more = items.len().saturating_sub(FIRST);
            let first = items.into_iter().take(FIRST);
            let mut list: Vec<Value> = first.map(|item| masked(key, item, how)).collect();
            if more > 0 {
                list.push(hidden(&format!("{more} more")));
            }
            Value::Array(list)
        }
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|field| member(field, how)).collect())
        }
    }
}

fn member((key, value): (String, Value), how: Shown) -> (String, Value) {
    let how = match key.as_str() {
        "configuration" => Shown::All,
        "user_fields" | "organization_fields" => Shown::Nothing,
        _ => how,
    };
    let value = masked(&key, value, how);
    (tidy(&key), value)
}

fn hidden(what: &str) -> Value {
    Value::String(format!("<{what}>"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{LONGEST, shown};

    fn of(body: &Value) -> String {
        shown(body.to_string().as_bytes())
    }

    #[test]
    fn texts_stand_as_their_length_unless_they_are_words_of_the_service() {
        assert_eq!(
            of(
                &json!({"user": {"id": 7, "name": "Zoë", "email": "zoe@example.com", "role": "agent",
                "suspended": false, "external_id": null, "alias": "", "tags": ["a", "bb", "c", "d"],
                "user_fields": {"age": 44, "vip": true, "dept": null}}})
            ),
            r#"{"user":{"alias":"","email":"<15 characters>","external_id":null,"id":7,"name":"<3 characters>","role":"agent","suspended":false,"tags":["<1 character>","<2 characters>","<1 character>","<1 more>"],"user_fields":{"age":"<1 value>","dept":null,"vip":"<1 value>"}}}"#
        );
        assert_eq!(
            of(&json!({"custom_role": {"configuration": {"ticket_access": "all"}}})),
            r#"{"custom_role":{"configuration":{"ticket_access":"all"}}}"#
        );
    }

    #[test]
    fn no_secret_is_shown() {
        for secret in [
            "access_token",
            "refresh_token",
            "client_secret",
            "full_token",
            "authenticity_token",
            "whatever",
        ] {
            assert!(
                !of(&json!({secret: "hidden", "list": [{secret: "hidden"}]})).contains("hidden")
            );
        }
        assert_eq!(shown(b"hidden"), "6 bytes that are no JSON");
        assert_eq!(shown(b""), "nothing");
    }

    #[test]
    fn long_bodies_are_cut_and_nothing_steers_a_terminal() {
        let long: Value = (0..1000)
            .map(|number| (format!("k{number}"), json!(1)))
            .collect();
        assert_eq!(of(&long).chars().count(), LONGEST + 1);
        assert!(!of(&json!({"status": "\u{1b}[2J", "\u{1b}[2J": 1})).contains("u001b"));
    }
}
