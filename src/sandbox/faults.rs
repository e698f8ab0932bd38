//! Things that go wrong on purpose.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bend::Bend;
use super::jobs::Fate;
use super::random::Random;
use super::request::Request;

/// One fault: on which requests it strikes, and what it does.
///
/// Its short form is `METHOD PATH [CALLS] = KIND`:
///
/// - `METHOD` may be left out; `PATH` is like `/users/*/identities`, with or without `/api/v2`;
///   `*` stands for one part, `**` for the rest.
/// - `CALLS` is `#3` (the third matching call), `#2-5`, `#2-` (from the second on), or `%25` (a
///   quarter of all calls, by the seed). Without it every call is struck.
/// - `KIND` is `status:503`, `status:503:retry=7` (nothing happens), `status-after:500` (it happens,
///   but the answer is an error), `html:502`, `user-limit:27` (the refusal of a sixth update of one user,
///   with the wait it names), `token-expired`, `delay:1500ms`, `drop-before`, `drop-after`,
///   `truncate:20` (so many bytes of the body arrive, then the connection breaks), `cut:20` (so many
///   bytes arrive as if they were all), `empty-page` (the page is empty and promises more, which comes),
///   `foreign-links` (links lead to another host, and there is no cursor), `job-stuck`,
///   `job-half-failed`, `job-failed`; and what somebody else does just before:
///   `delete-user:ada@example.com`, `revoke-credentials`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    method: Option<String>,
    path: Vec<String>,
    calls: Calls,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calls {
    All,
    From(u32, u32),
    Percent(u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Status { code: u16, retry: Option<u32> },
    StatusAfter { code: u16 },
    Html { code: u16 },
    Delay(Duration),
    DropBefore,
    DropAfter,
    Truncate(usize),
    Bent(Bend),
    UserLimit { seconds: i64 },
    TokenExpired,
    Job(Fate),
    Meanwhile(Meanwhile),
}

/// What somebody else does in the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// An admin deletes the user with this address.
    UserDeleted(String),
    /// From now on no credential is taken.
    CredentialsRevoked,
}

/// A fault that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is no fault: {problem}")]
pub struct FaultError {
    text: String,
    problem: String,
}

/// A file of faults.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultFile {
    /// Faults in their short form, such as `POST /groups #1 = drop-after`.
    pub faults: Vec<String>,
}

/// A file of faults that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FaultFileError {
    /// It is no YAML with a list of faults.
    #[error("{0}")]
    Form(String),
    /// A fault in it cannot be read.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

impl FaultFile {
    /// Reads the faults of a YAML file.
    pub fn parse(text: &str) -> Result<Vec<Fault>, FaultFileError> {
        let file: Self =
            serde_yaml::from_str(text).map_err(|error| FaultFileError::Form(error.to_string()))?;
        Ok(file
            .faults
            .iter()
            .map(|fault| fault.parse())
            .collect::<Result<_, _>>()?)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).map_err(|problem| FaultError {
            text: text.to_owned(),
            problem: problem.into(),
        })
    }
}

fn read(text: &str) -> Result<Fault, &'static str> {
    let (when, kind) = text.split_once('=').ok_or("write ROUTE = KIND")?;
    let mut method = None;
    let mut path = None;
    let mut calls = Calls::All;
    for word in when.split_whitespace() {
        if let Some(numbers) = word.strip_prefix('#') {
            calls = read_calls(numbers).ok_or("CALLS is #N, #N-M or #N-")?;
        } else if let Some(percent) = word.strip_prefix('%') {
            calls = Calls::Percent(percent.parse().map_err(|_| "% wants a whole number")?);
        } else if word.starts_with('/') || word.contains('*') {
            path = Some(split(word));
        } else {
            method = Some(word.to_uppercase());
        }
    }
    Ok(Fault {
        method,
        path: path.ok_or("PATH is missing; it begins with /")?,
        calls,
        kind: read_kind(kind.trim()).ok_or("KIND is not known")?,
    })
}

fn split(path: &str) -> Vec<String> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    match parts.as_slice() {
        [api, version, rest @ ..] if api == "api" && version == "v2" => rest.to_vec(),
        _ => parts,
    }
}

fn read_calls(text: &str) -> Option<Calls> {
    let Some((from, to)) = text.split_once('-') else {
        let only = text.parse().ok()?;
        return Some(Calls::From(only, only));
    };
    let to = if to.is_empty() {
        u32::MAX
    } else {
        to.parse().ok()?
    };
    Some(Calls::From(from.parse().ok()?, to))
}

fn read_kind(text: &str) -> Option<Kind> {
    let (word, rest) = text.split_once(':').unwrap_or((text, ""));
    let code = || rest.split(':').next().and_then(|code| code.parse().ok());
    Some(match word {
        "status" => {
            let retry = rest
                .split_once(":retry=")
                .map(|(_, seconds)| seconds.parse());
            Kind::Status {
                code: code()?,
                retry: retry.transpose().ok()?,
            }
        }
        "status-after" => Kind::StatusAfter { code: code()? },
        "html" => Kind::Html {
            code: code().or(rest.is_empty().then_some(502))?,
        },
        "delay" => Kind::Delay(duration(rest)?),
        "drop-before" => Kind::DropBefore,
        "drop-after" => Kind::DropAfter,
        "truncate" => Kind::Truncate(rest.parse().ok()?),
        "cut" => Kind::Bent(Bend::Cut(rest.parse().ok()?)),
        "empty-page" => Kind::Bent(Bend::EmptyPage),
        "foreign-links" => Kind::Bent(Bend::ForeignLinks),
        "user-limit" => Kind::UserLimit {
            seconds: rest.parse().ok()?,
        },
        "token-expired" => Kind::TokenExpired,
        "job-stuck" => Kind::Job(Fate::Stuck),
        "job-half-failed" => Kind::Job(Fate::HalfFailed),
        "job-failed" => Kind::Job(Fate::Failed),
        "delete-user" if !rest.is_empty() => {
            Kind::Meanwhile(Meanwhile::UserDeleted(rest.to_owned()))
        }
        "revoke-credentials" => Kind::Meanwhile(Meanwhile::CredentialsRevoked),
        _ => return None,
    })
}

fn duration(text: &str) -> Option<Duration> {
    if let Some(millis) = text.strip_suffix("ms") {
        return millis.parse().ok().map(Duration::from_millis);
    }
    text.strip_suffix('s')
        .unwrap_or(text)
        .parse()
        .ok()
        .map(Duration::from_secs)
}

impl Fault {
    fn matches(&self, request: &Request) -> bool {
        let method = self
            .method
            .as_deref()
            .is_none_or(|method| method == request.method.as_str());
        let sent: Vec<&str> = request
            .segments
            .iter()
            .map(String::as_str)
            .skip_while(|part| matches!(*part, "api" | "v2"))
            .collect();
        let mut at = 0;
        for part in &self.path {
            if part == "**" {
                return method;
            }
            let found = sent.get(at).is_some_and(|sent| part == "*" || part == sent);
            if !found {
                return false;
            }
            at += 1;
        }
        method && at == sent.len()
    }
}

/// What the faults do to one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strike {
    /// The words of the faults that struck, for the log.
    pub(crate) names: Vec<String>,
    pub(crate) delay: Duration,
    pub(crate) drop_before: bool,
    pub(crate) drop_after: bool,
    pub(crate) truncate: Option<usize>,
    /// What is bent in the true answer.
    pub(crate) bends: Vec<Bend>,
    /// An answer instead of doing anything.
    pub(crate) instead: Option<Forced>,
    /// An answer instead of the true one.
    pub(crate) after: Option<Forced>,
    pub(crate) fate: Fate,
    /// What somebody else does just before.
    pub(crate) meanwhile: Vec<Meanwhile>,
}

/// An answer that a fault gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Forced {
    Status {
        code: u16,
        retry: Option<u32>,
        html: bool,
    },
    UserLimit {
        seconds: i64,
    },
    TokenExpired,
}

/// The faults of a simulator and how often each was met.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    faults: Vec<(Fault, u32)>,
    random: Random,
}

impl Faults {
    pub(crate) fn new(faults: &[Fault], seed: u64) -> Self {
        let faults = faults.iter().map(|fault| (fault.clone(), 0)).collect();
        Self {
            faults,
            random: Random::new(seed),
        }
    }

    /// Counts a request and tells what goes wrong with it.
    pub(crate) fn strike(&mut self, request: &Request) -> Strike {
        let mut strike = Strike::default();
        for (fault, met) in &mut self.faults {
            if !fault.matches(request) {
                continue;
            }
            *met += 1;
            let hit = match fault.calls {
                Calls::All => true,
                Calls::From(from, to) => (from..=to).contains(met),
                Calls::Percent(percent) => self.random.chance(percent),
            };
            if hit {
                strike.names.push(fault.kind.to_string());
                fault.kind.add_to(&mut strike);
            }
        }
        strike
    }
}

impl Kind {
    fn add_to(&self, strike: &mut Strike) {
        match *self {
            Self::Status { code, retry } => {
                strike.instead = Some(Forced::Status {
                    code,
                    retry,
                    html: false,
                });
            }
            Self::Html { code } => {
                strike.instead = Some(Forced::Status {
                    code,
                    retry: None,
                    html: true,
                });
            }
            Self::StatusAfter { code } => {
                strike.after = Some(Forced::Status {
                    code,
                    retry: None,
                    html: false,
                });
            }
            Self::Delay(delay) => strike.delay += delay,
            Self::DropBefore => strike.drop_before = true,
            Self::DropAfter => strike.drop_after = true,
            Self::Truncate(bytes) => strike.truncate = Some(bytes),
            Self::Bent(bend) => strike.bends.push(bend),
            Self::UserLimit { seconds } => strike.instead = Some(Forced::UserLimit { seconds }),
            Self::TokenExpired => strike.instead = Some(Forced::TokenExpired),
            Self::Job(fate) => strike.fate = fate,
            Self::Meanwhile(ref what) => strike.meanwhile.push(what.clone()),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { code, .. } => write!(f, "status:{code}"),
            Self::StatusAfter { code } => write!(f, "status-after:{code}"),
            Self::Html { code } => write!(f, "html:{code}"),
            Self::Delay(delay) => write!(f, "delay:{}ms", delay.as_millis()),
            Self::DropBefore => f.write_str("drop-before"),
            Self::DropAfter => f.write_str("drop-after"),
            Self::Truncate(bytes) => write!(f, "truncate:{bytes}"),
            Self::Bent(Bend::Cut(bytes)) => write!(f, "cut:{bytes}"),
            Self::Bent(Bend::EmptyPage) => f.write_str("empty-page"),
            Self::Bent(Bend::ForeignLinks) => f.write_str("foreign-links"),
            Self::UserLimit { seconds } => write!(f, "user-limit:{seconds}"),
            Self::TokenExpired => f.write_str("token-expired"),
            Self::Job(Fate::Stuck) => f.write_str("job-stuck"),
            Self::Job(Fate::HalfFailed) => f.write_str("job-half-failed"),
            Self::Job(Fate::Failed) => f.write_str("job-failed"),
            Self::Job(Fate::Normal) => f.write_str("job-normal"),
            Self::Meanwhile(Meanwhile::UserDeleted(email)) => write!(f, "delete-user:{email}"),
            Self::Meanwhile(Meanwhile::CredentialsRevoked) => f.write_str("revoke-credentials"),
        }
    }
}
