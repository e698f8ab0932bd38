//! The codes of mistakes that make a file unreadable. None of them can be switched off.

use crate::diag::Code;

/// A file that cannot be read at all.
pub const UNREADABLE: Code = Code("ZD001");
/// No manifests where some are expected, or a file that declares nothing.
pub const NOTHING_DECLARED: Code = Code("ZD002");
/// A text that is not YAML.
pub const SYNTAX: Code = Code("ZD003");
/// A key that stands twice in one mapping.
pub const DUPLICATE_KEY: Code = Code("ZD004");
/// A key that means nothing here.
pub const UNKNOWN_KEY: Code = Code("ZD005");
/// A value of the wrong type, or none of those allowed.
pub const WRONG_VALUE: Code = Code("ZD006");
/// A key that must be there.
pub const MISSING_KEY: Code = Code("ZD007");
/// A list with nothing after its key.
pub const BLANK_LIST: Code = Code("ZD008");
/// Nesting or aliases beyond all reason.
pub const LIMITS: Code = Code("ZD009");
/// A configuration that contradicts itself.
pub const CONFIGURATION: Code = Code("ZD010");
