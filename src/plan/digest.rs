//! The digest: what makes two plans the same.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::model::{self, Address, Book, Each, FieldChange, ObjectId};

use super::types::{Action, Change, Operation, OperationId, Plan};

/// Hexadecimal SHA-256 over the account, the changes with their before-values, and the operations.
///
/// Consequences, places in manifests and times are left out: they steer nothing.
pub(super) fn digest(plan: &Plan) -> String {
    let covered = Covered {
        fingerprint: &plan.account.fingerprint,
        changes: Each(&plan.changes, covered_change),
        operations: Each(&plan.operations, covered_operation),
        numbers: &plan.numbers,
    };
    // Plain data with text keys always has a JSON form; if it had none, no digest would match.
    hash(&covered).unwrap_or_default()
}

/// Hexadecimal SHA-256 over the JSON form of a value, which is never held as a whole.
pub(super) fn hash(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut out = BufWriter::with_capacity(1 << 16, Hashing(Sha256::new()));
    serde_json::to_writer(&mut out, value)?;
    let Hashing(hasher) = out
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .map_err(serde_json::Error::io)?;
    Ok(hexadecimal(&hasher.finalize()))
}

/// Takes in bytes for a hash.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[derive(Serialize)]
struct Covered<'p> {
    fingerprint: &'p str,
    changes: Each<'p, Change, CoveredChange<'p>>,
    operations: Each<'p, Operation, CoveredOperation<'p>>,
    numbers: &'p Book,
}

#[derive(Serialize)]
struct CoveredChange<'p> {
    address: &'p Address,
    was: &'p Option<Address>,
    action: Action,
    along_with: &'p Option<Address>,
    id: Option<ObjectId>,
    fields: &'p [FieldChange],
}

#[derive(Serialize)]
struct CoveredOperation<'p> {
    id: OperationId,
    wave: u32,
    write: &'p model::Write,
    changes: &'p [Address],
    requires: &'p [OperationId],
    settles: &'p [Address],
    whole: &'p [Address],
}

fn covered_change(change: &Change) -> CoveredChange<'_> {
    let Change {
        address,
        was,
        action,
        along_with,
        id,
        fields,
        consequences: _,
        origin: _,
        requires: _, // follows from the operations
        grant: _,
        cause: _,
    } = change;
    CoveredChange {
        address,
        was,
        action: *action,
        along_with,
        id: *id,
        fields,
    }
}

fn covered_operation(operation: &Operation) -> CoveredOperation<'_> {
    let Operation {
        id,
        wave,
        write,
        route: _, // follows from the write
        changes,
        requires,
        after: _, // shows in `wave`
        settles,
        whole,
        needs: _, // the finer form of `requires`
    } = operation;
    CoveredOperation {
        id: *id,
        wave: *wave,
        write,
        changes,
        requires,
        settles,
        whole,
    }
}

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn every_byte_is_two_digits() {
        assert_eq!(hexadecimal(&[0x3f, 0x9c, 0x00, 0xff]), "3f9c00ff");
    }
}
