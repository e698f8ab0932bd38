//! Mistakes of the person at the keyboard: what is wrong, where, why, and what to do next.
//!
//! This room knows files, places and words to show, and no word of the service. Who finds a mistake
//! builds a [`Diagnostic`]; [`Diagnostics`] keeps all of them sorted and without repetition.

mod diagnostic;
mod edit;
mod neutral;
mod snippet;
mod source;
mod suggest;

#[cfg(test)]
mod tests;

pub use diagnostic::{Code, Diagnostic, Diagnostics, Related, RuleHelp, Severity};
pub use edit::{TextEdit, apply_edits};
pub use neutral::{is_deceptive, neutral, quoted};
pub use source::{Place, Source, Span};
pub use suggest::nearest;
