//! JSON in which nothing is obeyed, hidden or reordered by where it is shown: control characters,
//! bidirectional marks and invisible characters are written as `\u202e`.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter};

use crate::model::Address;

use super::text::is_deceptive;

/// Writes a value as one line of JSON.
///
/// # Errors
///
/// Those of `out`, and values that JSON cannot hold.
pub fn line<T: Serialize + ?Sized>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    // Standard output passes on every few bytes by itself.
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut out, Visible(CompactFormatter));
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The JSON Schema of what [`line()`] writes of a value.
pub(super) fn schema<T: JsonSchema>() -> Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}

/// Compact JSON in which deceptive characters are escaped.
struct Visible(CompactFormatter);

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let Self(compact) = self;
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return compact.write_string_fragment(writer, fragment);
        }
        let mut start = 0;
        for (at, character) in fragment.char_indices().filter(|(_, c)| is_deceptive(*c)) {
            compact.write_string_fragment(writer, &fragment[start..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            start = at + character.len_utf8();
        }
        compact.write_string_fragment(writer, &fragment[start..])
    }
}

/// An address as the text people write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a>(pub(super) &'a Address);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

impl JsonSchema for Shown<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::line;
    use crate::report::text::is_deceptive;

    #[test]
    fn hidden_characters_are_written_out() {
        let mut out = Vec::new();
        line("a\u{1b}\u{9b}\u{7f}\u{202e}\u{e0041}\n\"é张", &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\"a\\u001b\\u009b\\u007f\\u202e\\udb40\\udc41\\n\\\"é张\"\n"
        );
    }

    proptest! {
        #[test]
        fn readers_get_back_what_was_written(text in any::<String>()) {
            let mut out = Vec::new();
            line(&text, &mut out).unwrap();
            let written = String::from_utf8(out).unwrap();
            prop_assert!(!written.trim_end_matches('\n').contains(is_deceptive));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }
    }
}
