//! Snapshots as files.

use serde::{Deserialize, Serialize};

use super::redact::Redaction;
use crate::model::Snapshot;

/// The format that this version writes and reads.
pub const SNAPSHOT_FORMAT: &str = "zdsync.snapshot/1";

/// Why a text is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is no JSON, or not of this shape.
    #[error("it is no snapshot: {0}")]
    Shape(#[from] serde_json::Error),
    /// It says that it is something else.
    #[error("its format is `{0}`, and `{SNAPSHOT_FORMAT}` is expected")]
    Format(String),
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

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    /// The salt of the pseudonyms that stand for personal values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    snapshot: Snapshot,
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
/// When it is no JSON, of another format or version, or not of the shape of a snapshot.
pub fn from_text(text: &str) -> Result<Saved, SavedError> {
    let Header { format } = serde_json::from_str(text)?;
    if format != SNAPSHOT_FORMAT {
        return Err(SavedError::Format(format));
    }
    let File {
        format: _,
        salt,
        snapshot,
    } = serde_json::from_str(text)?;
    Ok(Saved {
        snapshot,
        redaction: salt.map(Redaction::new),
    })
}
