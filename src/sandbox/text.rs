//! Small text rules of the wire: percent encoding, folding, addresses, tags.

/// Decodes a part of a query; `+` is a blank there.
pub(crate) fn decode_query(text: &str) -> String {
    decode(&text.replace('+', " "))
}

/// Decodes percent escapes; what is no escape stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = text
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(byte) = escape {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Encodes a part of a query as forms do.
pub(crate) fn encode_query(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b' ' {
            out.push('+');
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The suffix that every path may carry.
const SUFFIX: &str = ".json";

/// Returns whether a path or a part of one carries the suffix.
pub(crate) fn is_suffixed(text: &str) -> bool {
    text.strip_suffix(SUFFIX).is_some()
}

/// Returns a path without the suffix; only one goes.
pub(crate) fn without_suffix(path: &str) -> &str {
    path.strip_suffix(SUFFIX).unwrap_or(path)
}

/// Returns the form in which names, addresses and external ids are compared.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Returns whether an address has the least form that is taken.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let dotted = domain
        .split_once('.')
        .is_some_and(|(host, rest)| !host.is_empty() && !rest.is_empty());
    !local.is_empty()
        && dotted
        && !domain.ends_with('.')
        && !text.contains(char::is_whitespace)
        && !domain.contains('@')
}

/// Returns the tags as they are kept: lower case, no blanks, no doubles, in the order sent.
pub(crate) fn tags<'a>(sent: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for tag in sent {
        let tag = tag.trim().to_lowercase().replace(char::is_whitespace, "_");
        if !tag.is_empty() && !out.contains(&tag) {
            out.push(tag);
        }
    }
    out
}

/// Returns lower-case hex of the first `bytes` bytes.
pub(crate) fn hex(digest: &[u8], bytes: usize) -> String {
    use std::fmt::Write as _;
    digest
        .iter()
        .take(bytes)
        .fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_survive_a_round_trip() {
        for text in ["page[after]", "a b+c", "ü=ß&", "100%", "eyJ=="] {
            assert_eq!(decode_query(&encode_query(text)), text);
        }
        assert_eq!(encode_query("page[size]"), "page%5Bsize%5D");
        assert_eq!(decode("%zz%4"), "%zz%4");
    }

    #[test]
    fn addresses_need_a_dot_after_the_at() {
        for (text, good) in [
            ("a@b.c", true),
            ("badmail", false),
            ("a@b", false),
            ("@b.c", false),
            ("a b@c.d", false),
            ("a@.c", false),
        ] {
            assert_eq!(is_email(text), good, "{text}");
        }
    }

    #[test]
    fn tags_are_lower_case_and_single() {
        assert_eq!(tags(["VIP", "two words", "vip"]), ["vip", "two_words"]);
    }
}
