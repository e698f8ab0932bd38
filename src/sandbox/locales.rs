//! Locales and their numbers.

const KNOWN: &[(u32, &str)] = &[
    (1, "en-US"),
    (2, "es"),
    (8, "de"),
    (9, "zh-TW"),
    (10, "zh-CN"),
    (13, "pl"),
    (16, "fr"),
    (19, "pt-BR"),
    (22, "it"),
    (27, "ru"),
    (30, "he"),
    (66, "ar"),
    (67, "ja"),
    (69, "ko"),
    (77, "th"),
    (78, "cs"),
    (84, "fi"),
    (88, "tr"),
    (92, "sv"),
    (1000, "da"),
    (1005, "nl"),
    (1176, "en-GB"),
];

/// Returns the number of a locale; one that is not known here gets a number of its own.
pub(crate) fn id_of(locale: &str) -> u32 {
    let known = KNOWN
        .iter()
        .find(|(_, name)| name.eq_ignore_ascii_case(locale));
    known.map_or_else(
        || {
            locale.bytes().fold(2000, |sum, byte| {
                (sum * 31 + u32::from(byte)) % 90_000 + 2000
            })
        },
        |(id, _)| *id,
    )
}

/// Returns the locale that a number stands for.
pub(crate) fn by_id(id: u32) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, name)| *name)
}
