//! True answers, bent by a fault.

use serde_json::{Value, json};

use super::reply::{Content, Reply};
use super::request::Request;

/// Begins the cursor of a page that comes after one that a fault has emptied; the rest is the cursor that
/// was asked for.
const EMPTIED: &str = "emptied:";
/// Where links lead that lead away.
const ELSEWHERE: &str = "https://elsewhere.example";

/// What is bent in a true answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bend {
    /// So many bytes of the body stand for all of it.
    Cut(usize),
    /// The page holds nothing and promises more.
    EmptyPage,
    /// Links lead to another host, and no cursor leads on.
    ForeignLinks,
}

/// Takes the mark off the cursor of a request that goes on after an emptied page.
pub(crate) fn straighten(request: &mut Request) {
    let marked = |value: &str| value.strip_prefix(EMPTIED).map(str::to_owned);
    request.query = std::mem::take(&mut request.query)
        .into_iter()
        .filter_map(|(name, value)| match marked(&value) {
            // The emptied page was the first one: there is no cursor to go back to.
            Some(asked) if asked.is_empty() => None,
            Some(asked) => Some((name, asked)),
            None => Some((name, value)),
        })
        .collect();
}

impl Bend {
    /// Bends an answer; lists are bent only where they come page by page.
    pub(crate) fn apply(self, request: &Request, mut reply: Reply) -> Reply {
        let Content::Json(body) = &mut reply.content else {
            return reply;
        };
        if let Self::Cut(bytes) = self {
            body.truncate(bytes);
            return reply;
        }
        let Ok(mut answer) = serde_json::from_slice::<Value>(body) else {
            return reply;
        };
        if answer.get("meta").is_some() {
            match self {
                Self::EmptyPage => empty(request, &mut answer),
                Self::ForeignLinks | Self::Cut(_) => lead_away(&request.origin, &mut answer),
            }
            *body = answer.to_string().into_bytes();
        }
        reply
    }
}

fn empty(request: &Request, answer: &mut Value) {
    let lists = answer.as_object_mut().into_iter().flatten();
    for (_, value) in lists {
        if value.is_array() {
            *value = json!([]);
        }
    }
    let asked = request.param("page[after]").unwrap_or_default();
    answer["meta"] = json!({
        "has_more": true,
        "after_cursor": format!("{EMPTIED}{asked}"),
        "before_cursor": null,
    });
    answer["links"] = json!({ "prev": null, "next": null });
}

fn lead_away(origin: &str, answer: &mut Value) {
    for link in ["prev", "next"] {
        if let Some(Value::String(link)) = answer["links"].get_mut(link) {
            *link = link.replacen(origin, ELSEWHERE, 1);
        }
    }
    answer["meta"]["after_cursor"] = Value::Null;
}
