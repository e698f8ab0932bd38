//! Declarative access management for Zendesk: YAML manifests in git, a plan that people can read,
//! and an apply that does exactly what the plan said.
//!
//! The rooms, from the outside in (a room uses only those named after it):
//!
//! - [`cli`]: the command line; may use every room below.
//! - [`sandbox`]: the embedded Zendesk simulator. It stands on the other side of the wire and knows
//!   nothing of the other rooms.
//! - [`report`]: plans, events and diagnostics as text, JSON and Markdown.
//! - [`apply`]: carries a plan out. The only room that holds a writer.
//! - [`live`]: reads the account into a snapshot.
//! - [`plan`]: turns changes into ordered operations, and refuses what must not happen.
//! - [`diff`]: compares what is declared with what is live.
//! - [`desired`]: resolves manifests into one inventory and applies the rules.
//! - [`manifest`]: YAML text to spanned documents, and the JSON Schemas.
//! - [`api`]: requests as data, and the client that sends them.
//! - [`diag`]: mistakes of the person at the keyboard, with codes and places.
//! - [`model`]: the words everything else is written in.
//!
//! On disk a project is `zdsync.yaml`, `manifests/**/*.yaml` and `.zdsync/` (journal, receipts and the
//! state of an embedded sandbox).

pub mod api;
pub mod apply;
pub mod cli;
pub mod desired;
pub mod diag;
pub mod diff;
pub mod live;
pub mod manifest;
pub mod model;
pub mod plan;
pub mod report;
pub mod sandbox;
