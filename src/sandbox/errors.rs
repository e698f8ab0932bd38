//! Every way in which the service says no (zendesk-api §2.3, §2.4).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::reply::Reply;

/// One complaint about a field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Detail {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// The complaints about one record, by field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Details(BTreeMap<String, Vec<Detail>>);

impl Details {
    pub(crate) fn add(
        &mut self,
        field: &str,
        description: impl Into<String>,
        error: Option<&'static str>,
    ) {
        self.0.entry(field.to_owned()).or_default().push(Detail {
            kind: None,
            description: description.into(),
            error,
        });
    }

    /// Refuses if there is any complaint.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(self))
        }
    }

    /// Returns all descriptions in one line, as failed job items carry them.
    fn text(&self) -> String {
        let all: Vec<&str> = self
            .0
            .values()
            .flatten()
            .map(|detail| detail.description.as_str())
            .collect();
        all.join(", ")
    }
}

/// A request that is answered with an error.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// E1
    NotAuthenticated,
    /// E2
    InvalidToken,
    /// E3
    MissingScope(String),
    /// E4, E19
    Forbidden,
    /// E5
    NoRoute,
    /// E6
    NotFound,
    /// E7, E25
    InvalidAttribute { attribute: String, problem: String },
    /// E8
    Invalid(Details),
    /// E9
    TooManyUsers,
    /// E10
    TooManyValues,
    /// E11
    TooDeep,
    /// E12
    BadPaging(String),
    /// E13
    PageNotInteger,
    /// E14
    SearchTooLarge,
    /// E15
    AccountLimit { seconds: i64 },
    /// E16
    UserLimit { seconds: i64 },
    /// More than one user update in a second
    UserUpdatesPerSecond,
    /// E17
    OrganizationLimit { seconds: i64 },
    /// A limit of one endpoint that has no text of its own
    EndpointLimit { seconds: i64 },
    /// E18
    TooManyJobs {
        job: &'static str,
        running: Vec<String>,
    },
    /// E20
    TooLarge,
    /// E23
    TooRecent,
    /// E23
    InvalidCursor,
    /// A refusal of the token endpoint
    OAuth {
        status: u16,
        error: &'static str,
        text: &'static str,
    },
}

impl Refusal {
    /// Complains about a single field.
    pub(crate) fn field(
        field: &str,
        description: impl Into<String>,
        error: Option<&'static str>,
    ) -> Self {
        let mut details = Details::default();
        details.add(field, description, error);
        Self::Invalid(details)
    }

    /// Refuses to delete a user whose tickets are open.
    pub(crate) fn open_tickets(count: u32) -> Self {
        let text = format!("User is requester on {count} ticket(s) that are not closed.");
        let mut details = Details::default();
        details.0.insert(
            "base".to_owned(),
            vec![Detail {
                kind: Some(text.clone()),
                description: format!("Base {text}"),
                error: None,
            }],
        );
        Self::Invalid(details)
    }

    /// A body that is no JSON, or lacks its root key.
    pub(crate) fn no_object(root: &str) -> Self {
        Self::InvalidAttribute {
            attribute: root.to_owned(),
            problem: format!("Invalid parameter: {root} must be an object"),
        }
    }

    /// Returns the code word and text that a failed job item carries.
    pub(crate) fn for_item(&self) -> (&'static str, String) {
        match self {
            Self::Invalid(details) => ("RecordInvalid", details.text()),
            Self::NotFound => ("RecordNotFound", "Not found".to_owned()),
            Self::Forbidden => ("PermissionDenied", "Forbidden".to_owned()),
            Self::UserLimit { .. } => {
                ("TooManyRequests", "Too many updates of one user".to_owned())
            }
            Self::NotAuthenticated
            | Self::InvalidToken
            | Self::MissingScope(_)
            | Self::NoRoute
            | Self::InvalidAttribute { .. }
            | Self::TooManyUsers
            | Self::TooManyValues
            | Self::TooDeep
            | Self::BadPaging(_)
            | Self::PageNotInteger
            | Self::SearchTooLarge
            | Self::AccountLimit { .. }
            | Self::UserUpdatesPerSecond
            | Self::OrganizationLimit { .. }
            | Self::EndpointLimit { .. }
            | Self::TooManyJobs { .. }
            | Self::TooLarge
            | Self::TooRecent
            | Self::InvalidCursor
            | Self::OAuth { .. } => ("RecordInvalid", "Invalid parameter".to_owned()),
        }
    }

    /// Returns the answer.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Self::NotAuthenticated => not_authenticated(),
            Self::InvalidToken => invalid_token(),
            Self::MissingScope(scopes) => coded(
                403,
                "Forbidden",
                format!("You are missing the following required scopes: {scopes}"),
            ),
            Self::Forbidden => titled(403, "Forbidden", FORBIDDEN),
            Self::NoRoute => coded(404, "InvalidEndpoint", "Not found"),
            Self::NotFound => coded(404, "RecordNotFound", "Not found"),
            Self::InvalidAttribute { attribute, problem } => invalid_attribute(attribute, problem),
            Self::Invalid(details) => invalid(details),
            Self::TooManyUsers => coded(
                400,
                "TooManyValues",
                "Maximum 100 users may be created per call",
            ),
            Self::TooManyValues => too_many_values(),
            Self::TooDeep => listed(400, "InvalidPaginationDepth", TOO_DEEP),
            Self::BadPaging(text) => listed(400, "InvalidPaginationParameter", text),
            Self::PageNotInteger => {
                invalid_attribute("page", "Invalid parameter: page must be an integer")
            }
            Self::SearchTooLarge => coded(422, "SearchLimitExceeded", SEARCH_TOO_LARGE),
            Self::AccountLimit { seconds } => {
                let text = "Number of allowed API requests per minute exceeded";
                retry(Reply::text(429, text), *seconds)
            }
            Self::UserLimit { seconds } => retry(Reply::text(429, USER_LIMIT), *seconds),
            Self::UserUpdatesPerSecond => retry(Reply::text(429, USER_LIMIT), 1),
            Self::OrganizationLimit { seconds } | Self::EndpointLimit { seconds } => retry(
                listed(429, "TooManyRequests", "Too many requests to update"),
                *seconds,
            ),
            Self::TooManyJobs { job, running } => retry(too_many_jobs(job, running), 60),
            Self::TooLarge => coded(413, "PayloadTooLarge", "The request body is too large"),
            Self::TooRecent => listed(
                400,
                "StartTimeTooRecent",
                "start_time must be more than 60 seconds ago",
            ),
            Self::InvalidCursor => listed(400, "InvalidCursor", "cursor is invalid or expired"),
            Self::OAuth {
                status,
                error,
                text,
            } => Reply::json(
                *status,
                &json!({ "error": error, "error_description": text }),
            ),
        }
    }
}

const FORBIDDEN: &str = "You do not have access to this page. Please contact the account owner of \
                         this help desk for further help.";
const TOO_DEEP: &str = "Pagination requests using Offset Pagination are limited to page 100 or up \
                        to 10000 records (page * per_page)";
const SEARCH_TOO_LARGE: &str = "Requested response size was greater than Search Response Limits";
const USER_LIMIT: &str = "You have exceeded the rate limit for updating a single unique user. \
                          user email:  id:  external_id: ";

fn retry(reply: Reply, seconds: i64) -> Reply {
    reply.header("retry-after", seconds.to_string())
}

fn not_authenticated() -> Reply {
    Reply::json(401, &json!({ "error": "Couldn't authenticate you" }))
        .header("www-authenticate", "Basic realm=\"Web Password\"")
}

fn invalid_token() -> Reply {
    let text = "The access token provided is expired, revoked, malformed or invalid for other \
                reasons.";
    Reply::json(
        401,
        &json!({ "error": "invalid_token", "error_description": text }),
    )
    .header("www-authenticate", "Bearer realm=\"Zendesk\"")
}

fn coded(status: u16, error: &'static str, description: impl Into<String>) -> Reply {
    Reply::json(
        status,
        &Coded {
            error,
            description: description.into(),
        },
    )
}

fn titled(status: u16, title: &'static str, message: impl Into<String>) -> Reply {
    Reply::json(
        status,
        &Titled {
            error: Title {
                title,
                message: message.into(),
            },
        },
    )
}

fn invalid_attribute(attribute: &str, problem: &str) -> Reply {
    let text = format!("You passed an invalid value for the {attribute} attribute. {problem}");
    titled(400, "Invalid attribute", text)
}

fn invalid(details: &Details) -> Reply {
    let body = Invalid {
        error: "RecordInvalid",
        description: "Record validation errors",
        details,
    };
    Reply::json(422, &body)
}

fn too_many_values() -> Reply {
    let body = Counted {
        error: "TooManyValues",
        description: "Parameter  cannot specify more than 100 values",
        max_count: 100,
    };
    Reply::json(400, &body)
}

fn too_many_jobs(job: &str, current_job_ids: &[String]) -> Reply {
    let description =
        format!("Too many {job} jobs are currently queued or running. Try again later.");
    Reply::json(
        429,
        &Jobs {
            error: "TooManyJobs",
            description,
            current_job_ids,
        },
    )
}

/// Envelope 3.
fn listed(status: u16, code: &str, title: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "errors": [{ "code": code, "title": title }] }),
    )
}

/// Envelope 1 of zendesk-api §2.3.
#[derive(Serialize)]
struct Coded {
    error: &'static str,
    description: String,
}

/// Envelope 1 with complaints by field.
#[derive(Serialize)]
struct Invalid<'a> {
    error: &'static str,
    description: &'static str,
    details: &'a Details,
}

/// Envelope 1 with a bound.
#[derive(Serialize)]
struct Counted {
    error: &'static str,
    description: &'static str,
    max_count: u32,
}

/// Envelope 1 with the jobs in the way.
#[derive(Serialize)]
struct Jobs<'a> {
    error: &'static str,
    description: String,
    current_job_ids: &'a [String],
}

/// Envelope 2.
#[derive(Serialize)]
struct Titled {
    error: Title,
}

#[derive(Serialize)]
struct Title {
    title: &'static str,
    message: String,
}
