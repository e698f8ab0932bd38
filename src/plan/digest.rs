//! The digest: what makes two plans the same.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::model::{Address, Book, FieldChange, ObjectId, Write};

use super::types::{Action, Change, Operation, OperationId, Plan};

/// Hexadecimal SHA-256 over the account, the changes with their before-values, and the operations.
///
/// Consequences, places in manifests and times are left out: they steer nothing.
pub(super) fn digest(plan: &Plan) -> String {
    let covered = Covered {
        fingerprint: &plan.account.fingerprint,
        changes: plan.changes.iter().map(covered_change).collect(),
        operations: plan.operations.iter().map(covered_operation).collect(),
        numbers: &plan.numbers,
    };
    // Writing to memory plain data with text keys cannot fail; if it did, no digest would match.
    let bytes = serde_json::to_vec(&covered).unwrap_or_default();
    hexadecimal(&Sha256::digest(bytes))
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
    changes: Vec<CoveredChange<'p>>,
    operations: Vec<CoveredOperation<'p>>,
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
    write: &'p Write,
    changes: &'p [Address],
    requires: &'p [OperationId],
    settles: &'p [Address],
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
        settles,
        needs: _, // the finer form of `requires`
    } = operation;
    CoveredOperation {
        id: *id,
        wave: *wave,
        write,
        changes,
        requires,
        settles,
    }
}
