//! Foreign text made harmless for terminals. Mistakes need it below this room, so that it stands there.

pub use crate::diag::{is_deceptive, neutral, quoted};
