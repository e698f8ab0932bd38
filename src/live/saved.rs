//! Snapshots as files.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use super::redact::Redaction;
use crate::model::{Address, Snapshot};

/// The format that this version writes and reads.
pub const SNAPSHOT_FORMAT: &str = "zdsync.snapshot/1";

/// Why a text is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It ends before it is complete.
    #[error("it breaks off in line {0}: the file was cut off")]
    CutOff(usize),
    /// It is no JSON, or not of this shape.
    #[error("it is no snapshot: {0}")]
    Shape(serde_json::Error),
    /// It is a snapshot of another version.
    #[error("its format is `{0}`, which another version wrote; this one reads `{SNAPSHOT_FORMAT}`")]
    Version(String),
    /// It says that it is something else.
    #[error("its format is `{0}`, and `{SNAPSHOT_FORMAT}` is expected")]
    Format(String),
    /// It calls an object by a name that its own values do not give it.
    #[error("it contradicts itself: what it lists as `{listed}` calls itself `{own}`")]
    Contradiction {
        /// The address under which the object is listed.
        listed: Box<Address>,
        /// The address that its values give.
        own: Box<Address>,
    },
}

impl From<serde_json::Error> for SavedError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_eof() {
            Self::CutOff(error.line())
        } else {
            Self::Shape(error)
        }
    }
}

/// A snapshot with what its file says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The account.
    pub snapshot: Snapshot,
    /// How personal values were replaced, where they were.
    pub redaction: Option<Redaction>,
}

#[derive(Deserialize)]
struct Header {
    format: String,
}

/// The live account as `zdsync snapshot` saves it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(title = "zdsync snapshot")]
struct File {
    /// The format and its version: `zdsync.snapshot/1`.
    format: String,
    /// The salt of the pseudonyms that stand for personal values; without it, the values are the
    /// account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    /// What was read, when, and how complete it is.
    snapshot: Snapshot,
}

/// The JSON Schema of a snapshot's file.
pub fn schema() -> Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<File>()
}

/// The text of a snapshot's file: with `redaction`, with pseudonyms for what is personal.
///
/// # Errors
/// When a value cannot be written as JSON, which no snapshot read from an account has.
pub fn to_text(
    snapshot: &Snapshot,
    redaction: Option<&Redaction>,
) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string(&File {
        format: SNAPSHOT_FORMAT.to_owned(),
        salt: redaction.map(|redaction| redaction.salt().to_owned()),
        snapshot: redaction.map_or_else(|| snapshot.clone(), |redaction| redaction.hide(snapshot)),
    })?;
    text.push('\n');
    Ok(text)
}

/// Reads the text of a snapshot's file.
///
/// # Errors
/// When it is no JSON, cut off, of another format or version, not of the shape of a snapshot, or in
/// contradiction with itself.
pub fn from_text(text: &str) -> Result<Saved, SavedError> {
    let Header { format } = serde_json::from_str(text)?;
    if format != SNAPSHOT_FORMAT {
        let family = SNAPSHOT_FORMAT.trim_end_matches(|digit: char| digit.is_ascii_digit());
        return Err(if format.starts_with(family) {
            SavedError::Version(format)
        } else {
            SavedError::Format(format)
        });
    }
    let File {
        format: _,
        salt,
        snapshot,
    } = serde_json::from_str(text)?;
    for (listed, observed) in &snapshot.objects {
        let own = observed.resource.address();
        if own != *listed {
            return Err(SavedError::Contradiction {
                listed: Box::new(listed.clone()),
                own: Box::new(own),
            });
        }
    }
    Ok(Saved {
        snapshot,
        redaction: salt.map(Redaction::new),
    })
}
