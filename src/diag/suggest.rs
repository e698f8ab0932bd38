//! "Did you mean": the nearest of the words that would have been right.

/// The candidate that differs least from `word`, ignoring case, if it is near enough to be meant.
///
/// Of several that are equally near, the first in the order given.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| -> String {
        let text = text.to_lowercase();
        text.chars()
            .filter(|character| character.is_alphanumeric() || *character == '@')
            .collect()
    };
    let wanted = plain(word);
    let allowed = match wanted.chars().count() {
        0..=2 => 0,
        length => (length / 3).max(1),
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let there = plain(candidate);
        if there.is_empty() || there.len().abs_diff(wanted.len()) > 4 * allowed.max(1) {
            continue;
        }
        let distance = strsim::osa_distance(&wanted, &there);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggestions_see_through_typos_case_and_punctuation_but_do_not_guess() {
        let names = ["Tier 1", "Escalations", "external_id"];
        for (case, word, expected) in [
            ("punctuation", "Tier-1", Some("Tier 1")),
            ("case", "ESCALATIONS", Some("Escalations")),
            ("a swap", "Escaltaions", Some("Escalations")),
            ("a forgotten mark", "externalid", Some("external_id")),
            ("something else", "Finance", None),
            ("too short to tell", "T", None),
            ("nothing", "", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{case}");
        }
    }
}
