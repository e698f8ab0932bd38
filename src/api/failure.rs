//! What the service says when it refuses: four envelopes, or anything else (zendesk-api §2.3).

use std::fmt;

use serde_json::Value;

use crate::model::Excerpt;

/// How much of a body that is no known envelope is kept.
const LONGEST_TEXT: usize = 512;

/// One complaint about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The field, or `base` for the whole record.
    pub field: String,
    /// The service's code word, such as `DuplicateValue`, where it gives one.
    pub code: Option<String>,
    /// The complaint.
    pub text: String,
}

/// A refusal as the service words it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The code word, such as `RecordInvalid`, where there is one.
    pub code: Option<String>,
    /// The sentence for people; cut, and without control characters.
    pub message: String,
    /// Complaints by field.
    pub details: Vec<Detail>,
}

impl Failure {
    /// Reads whatever the service answered. It never fails: what is no envelope becomes the message.
    pub(super) fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let Ok(Value::Object(envelope)) = serde_json::from_str::<Value>(&text) else {
            return Self {
                message: plain_text(&text),
                ..Self::default()
            };
        };
        let mut failure = match (envelope.get("error"), envelope.get("errors")) {
            (Some(Value::Object(error)), _) => Self {
                code: word(error.get("title")),
                message: tidy(&text_of(error.get("message"))),
                details: Vec::new(),
            },
            (Some(Value::String(error)), _) => Self::coded(
                error,
                envelope
                    .get("description")
                    .or(envelope.get("error_description")),
            ),
            (_, Some(Value::Array(errors))) => Self::listed(errors),
            (Some(_) | None, _) => Self {
                message: tidy(&text),
                ..Self::default()
            },
        };
        failure.details.extend(details_of(envelope.get("details")));
        failure
    }

    /// `{"error": "Code", "description": "text"}`, or a whole sentence in `error`.
    fn coded(error: &str, description: Option<&Value>) -> Self {
        let message = text_of(description);
        if error.contains(' ') {
            return Self {
                code: None,
                message: tidy(if message.is_empty() { error } else { &message }),
                details: Vec::new(),
            };
        }
        Self {
            code: Some(tidy(error)),
            message: tidy(&message),
            details: Vec::new(),
        }
    }

    /// `{"errors": [{"code", "title", "detail"}]}`
    fn listed(errors: &[Value]) -> Self {
        let code = errors.iter().find_map(|error| word(error.get("code")));
        let texts: Vec<String> = errors
            .iter()
            .map(|error| {
                let title = text_of(error.get("title"));
                let detail = text_of(error.get("detail"));
                if title.is_empty() { detail } else { title }
            })
            .filter(|text| !text.is_empty())
            .collect();
        Self {
            code,
            message: tidy(&texts.join("; ")),
            details: Vec::new(),
        }
    }

    /// Says whether `word` is the code of the refusal or of one of its complaints.
    pub(super) fn has_code(&self, word: &str) -> bool {
        self.code.as_deref() == Some(word)
            || self
                .details
                .iter()
                .any(|detail| detail.code.as_deref() == Some(word) || detail.text.contains(word))
            || self.message.contains(word)
    }

    /// Says whether a value is taken already: by code word, or by the words of older answers
    /// (zendesk-api §20, last line).
    pub(super) fn says_duplicate(&self) -> bool {
        self.has_code("DuplicateValue")
            || self
                .details
                .iter()
                .any(|detail| detail.text.contains("already"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let complaints: Vec<&str> = self
            .details
            .iter()
            .map(|detail| detail.text.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        match (complaints.is_empty(), self.message.is_empty(), &self.code) {
            (false, _, _) => f.write_str(&complaints.join("; ")),
            (true, false, _) => f.write_str(&self.message),
            (true, true, Some(code)) => f.write_str(code),
            (true, true, None) => f.write_str("no reason was given"),
        }
    }
}

/// `details`: a map of field to complaints; in jobs and old answers also one text.
pub(super) fn details_of(details: Option<&Value>) -> Vec<Detail> {
    let complaint = |field: &str, value: &Value| Detail {
        field: field.to_owned(),
        code: word(value.get("error"))
            .or_else(|| word(value.get("type")).filter(|w| !w.contains(' '))),
        text: tidy(&match value {
            Value::String(text) => text.clone(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => text_of(value.get("description")),
        }),
    };
    match details {
        Some(Value::Object(fields)) => fields
            .iter()
            .flat_map(|(field, complaints)| match complaints {
                Value::Array(list) => list.iter().map(|one| complaint(field, one)).collect(),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Object(_) => vec![complaint(field, complaints)],
            })
            .collect(),
        Some(text @ Value::String(_)) => vec![complaint("base", text)],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => {
            Vec::new()
        }
    }
}

fn word(value: Option<&Value>) -> Option<String> {
    value
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(tidy)
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// A page or sentence that is no JSON: markup is left out, the rest is cut.
fn plain_text(text: &str) -> String {
    let trimmed = text.trim();
    if !trimmed.starts_with('<') {
        return tidy(trimmed);
    }
    let title = trimmed
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map(|(title, _)| title.trim());
    title.map_or_else(
        || "an HTML page".to_owned(),
        |title| format!("an HTML page, “{}”", tidy(title)),
    )
}

/// Cuts a text and replaces what could steer a terminal. Others' words stand in it.
pub(super) fn tidy(text: &str) -> String {
    let clean: String = text
        .trim()
        .chars()
        .map(|character| {
            if character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
                ' '
            } else {
                character
            }
        })
        .collect();
    Excerpt(&clean, LONGEST_TEXT).to_string()
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn every_envelope_is_read() {
        for (body, code, text) in [
            (
                r#"{"error":"RecordNotFound","description":"Not found"}"#,
                Some("RecordNotFound"),
                "Not found",
            ),
            (
                r#"{"error":{"title":"Forbidden","message":"You do not have access to this page."}}"#,
                Some("Forbidden"),
                "You do not have access to this page.",
            ),
            (
                r#"{"errors":[{"code":"InvalidPaginationDepth","title":"Too deep"},{"code":"B","detail":"more"}]}"#,
                Some("InvalidPaginationDepth"),
                "Too deep; more",
            ),
            (
                r#"{"error":"Couldn't authenticate you"}"#,
                None,
                "Couldn't authenticate you",
            ),
            (
                r#"{"error":"invalid_client","error_description":"wrong"}"#,
                Some("invalid_client"),
                "wrong",
            ),
            (
                r#"{"error":"RecordInvalid","description":"Record validation errors","details":{"email":[{"description":"Email: ada@example.com is already being used by another user","error":"DuplicateValue"}]}}"#,
                Some("RecordInvalid"),
                "Email: ada@example.com is already being used by another user",
            ),
            (
                r#"{"error":"OrganizationUpdateFailed","details":"Name:  X has already been taken"}"#,
                Some("OrganizationUpdateFailed"),
                "Name:  X has already been taken",
            ),
            (
                r#"{"error":"InvalidEndpoint"}"#,
                Some("InvalidEndpoint"),
                "InvalidEndpoint",
            ),
            (
                "Number of allowed API requests per minute exceeded\n",
                None,
                "Number of allowed API requests per minute exceeded",
            ),
            (
                "<html><head><title>502 Bad Gateway</title></head></html>",
                None,
                "an HTML page, “502 Bad Gateway”",
            ),
            ("", None, "no reason was given"),
            ("{\"error\":17}", None, "{\"error\":17}"),
            ("evil \u{1b}[2J \u{202e}text", None, "evil  [2J  text"),
        ] {
            let failure = Failure::parse(body.as_bytes());
            assert_eq!(failure.code.as_deref(), code, "{body}");
            assert_eq!(failure.to_string(), text, "{body}");
        }
    }

    #[test]
    fn bodies_are_cut() {
        assert_eq!(
            Failure::parse("x".repeat(9000).as_bytes())
                .message
                .chars()
                .count(),
            513
        );
    }

    #[test]
    fn duplicates_are_told_by_code_or_by_words() {
        for (body, expected) in [
            (
                r#"{"error":"RecordInvalid","details":{"name":[{"description":"Name: has already been taken"}]}}"#,
                true,
            ),
            (
                r#"{"error":"RecordInvalid","details":{"value":[{"description":"taken","error":"DuplicateValue"}]}}"#,
                true,
            ),
            (
                r#"{"error":"RecordInvalid","details":{"name":[{"description":"Name: is too short","error":"ValueTooShort"}]}}"#,
                false,
            ),
        ] {
            assert_eq!(
                Failure::parse(body.as_bytes()).says_duplicate(),
                expected,
                "{body}"
            );
        }
    }
}
