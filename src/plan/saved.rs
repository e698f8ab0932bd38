//! The saved form of a plan: JSON text that notices when it was touched.

use serde::{Deserialize, Serialize};

use super::applied::Memory;
use super::digest::{digest, hash};
use super::types::Plan;

/// Says what a file is. Another word means another form.
const FORMAT: &str = "zdsync.saved-plan/1";

/// Why a saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is not JSON, or not of this shape.
    #[error("not a saved plan: {0}")]
    Shape(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("a saved plan of format `{found}`; this version reads `{FORMAT}`")]
    Format {
        /// The format it says it has.
        found: String,
    },
    /// What it holds is not what was saved.
    #[error("the plan was changed after it was saved (its digest does not match)")]
    Tampered,
}

#[derive(Serialize)]
struct Saved<'p> {
    format: &'static str,
    checksum: String,
    plan: &'p Plan,
    declared: Option<&'p Memory>,
}

#[derive(Deserialize)]
struct Loaded {
    checksum: String,
    plan: Plan,
    declared: Option<Memory>,
}

/// Only the word that says what comes, so that another version is told apart from a damaged file.
#[derive(Deserialize)]
struct Heading {
    format: String,
}

/// The plan as text, the same for the same plan, with what was declared when it was made, for the
/// receipt of the apply that carries it out.
///
/// # Errors
///
/// [`SavedError::Shape`] if a value has no JSON form, which none of a plan's has.
pub fn to_text(plan: &Plan, declared: Option<&Memory>) -> Result<String, SavedError> {
    let saved = Saved {
        format: FORMAT,
        checksum: checksum(plan, declared)?,
        plan,
        declared,
    };
    let mut text = serde_json::to_string(&saved)?;
    text.push('\n');
    Ok(text)
}

/// The plan that a text holds, refusals included, and what was declared when it was made.
///
/// # Errors
///
/// Where the text is no saved plan, is one of another version, or was changed: the digest covers what
/// would be done, the checksum everything that is told about it.
pub fn from_text(text: &str) -> Result<(Plan, Option<Memory>), SavedError> {
    let Heading { format } = serde_json::from_str(text)?;
    if format != FORMAT {
        return Err(SavedError::Format { found: format });
    }
    let Loaded {
        checksum: said,
        plan,
        declared,
    } = serde_json::from_str(text)?;
    if said != checksum(&plan, declared.as_ref())? || plan.digest != digest(&plan) {
        return Err(SavedError::Tampered);
    }
    Ok((plan, declared))
}

fn checksum(plan: &Plan, declared: Option<&Memory>) -> Result<String, SavedError> {
    Ok(hash(&(plan, declared))?)
}
