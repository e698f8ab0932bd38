//! Answers before they become HTTP, and JSON whose keys stand in the order they are written.

use serde::Serialize;
use serde_json::value::RawValue;

/// What a handler answers.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Empty,
    Json(Vec<u8>),
    Text(String),
    Html(String),
}

impl Reply {
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let mut bytes = Vec::new();
        write(&mut bytes, body);
        Self {
            status,
            content: Content::Json(bytes),
            headers: Vec::new(),
        }
    }

    pub(crate) fn document(status: u16, document: Document) -> Self {
        Self {
            status,
            content: Content::Json(document.finish()),
            headers: Vec::new(),
        }
    }

    /// Answers one record under its root key.
    pub(crate) fn one(status: u16, root: &str, record: &impl Serialize) -> Self {
        let mut document = Document::new();
        document.field(root, record);
        Self::document(status, document)
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            content: Content::Text(text.to_owned()),
            headers: Vec::new(),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            content: Content::Empty,
            headers: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A JSON object written key by key.
pub(crate) struct Document {
    out: Vec<u8>,
}

impl Document {
    pub(crate) fn new() -> Self {
        Self { out: b"{".to_vec() }
    }

    fn key(&mut self, key: &str) {
        if self.out.len() > 1 {
            self.out.push(b',');
        }
        write(&mut self.out, &key);
        self.out.push(b':');
    }

    pub(crate) fn field(&mut self, key: &str, value: &impl Serialize) {
        self.key(key);
        write(&mut self.out, value);
    }

    pub(crate) fn list<T: Serialize>(&mut self, key: &str, rows: impl IntoIterator<Item = T>) {
        self.key(key);
        self.out.push(b'[');
        let rows = rows.into_iter();
        // A record takes about a kilobyte; growing by doubling would copy large pages many times.
        self.out.reserve(rows.size_hint().0.max(4) * 1024);
        for (index, row) in rows.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            write(&mut self.out, &row);
        }
        self.out.push(b']');
    }

    /// Returns one record as ready JSON, for lists of mixed kinds.
    pub(crate) fn raw(value: &impl Serialize) -> Option<Box<RawValue>> {
        serde_json::value::to_raw_value(value).ok()
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}

/// Returns a tag that differs where bodies differ. Quick, and good for nothing else.
pub(crate) fn entity_tag(body: &[u8]) -> String {
    let mix = |sum: u64, word: u64| {
        (sum ^ word)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29)
    };
    let (words, rest) = body.as_chunks::<8>();
    let sum = words
        .iter()
        .fold(1, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    let sum = rest
        .iter()
        .fold(sum, |sum, byte| mix(sum, u64::from(*byte)));
    let length = body.len();
    format!("W/\"{sum:016x}{length:016x}\"")
}

/// Appends JSON. None of our records can fail to serialise; should one, it reads as null.
fn write(out: &mut Vec<u8>, value: &impl Serialize) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}
