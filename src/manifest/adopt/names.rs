//! Names of files made from names of the account, which may be anything.

use std::collections::BTreeSet;

use crate::model::Name;

/// How many bytes of a name go into a file's name: with its number and ending it stays below the 255 that
/// file systems take.
const LONGEST: usize = 64;

/// What Windows takes for a device, whatever its ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// Gives names that differ from each other on every file system: in case-insensitive ones too.
#[derive(Debug, Default)]
pub(super) struct FileNames {
    taken: BTreeSet<String>,
}

impl FileNames {
    /// A name for `name`, unlike any given before. Where nothing of it can stand in a file's name, it is
    /// called `otherwise`; names that would be alike are numbered in the order in which they are asked for.
    pub(super) fn name(&mut self, name: &Name, otherwise: &str) -> String {
        let base = slug(name, otherwise);
        let mut given = base.clone();
        let mut number = 2_u32;
        while !self.taken.insert(given.to_uppercase().to_lowercase()) {
            given = format!("{base}-{number}");
            number += 1;
        }
        given
    }
}

/// Letters and digits in lower case, one hyphen between words.
pub(super) fn slug(name: &Name, otherwise: &str) -> String {
    let mut slug = String::new();
    for word in name
        .folded()
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !slug.is_empty() {
            slug.push('-');
        }
        for character in word.chars() {
            if slug.len() + character.len_utf8() > LONGEST {
                return slug.trim_end_matches('-').to_owned();
            }
            slug.push(character);
        }
    }
    if slug.is_empty() {
        return otherwise.to_owned();
    }
    if is_device(&slug) {
        return format!("{otherwise}-{slug}");
    }
    slug
}

fn is_device(name: &str) -> bool {
    if DEVICES.contains(&name) {
        return true;
    }
    let numbered = ["com", "lpt"]
        .iter()
        .find_map(|port| name.strip_prefix(port));
    numbered.is_some_and(|number| {
        let mut characters = number.chars();
        let digit = characters.next().is_some_and(char::is_numeric);
        digit && characters.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::FileNames;
    use crate::model::Name;

    #[test]
    fn every_name_gives_a_file_name_that_every_system_takes() {
        let mut names = FileNames::default();
        for (name, expected) in [
            ("Tier 1", "tier-1"),
            ("tier/1", "tier-1-2"),
            ("TIER  1!", "tier-1-3"),
            ("../../etc/passwd", "etc-passwd"),
            ("..", "group"),
            ("", "group-2"),
            ("\u{202e}\0", "group-3"),
            ("NUL", "group-nul"),
            ("com1", "group-com1"),
            ("Straße 東京", "straße-東京"),
            ("STRASSE 東京", "strasse-東京-2"),
            ("-rf *", "rf"),
        ] {
            assert_eq!(names.name(&Name::new(name), "group"), expected, "{name}");
        }
        let long = names.name(&Name::new(&"長".repeat(500)), "group");
        assert!(long.len() <= 100, "{}", long.len());
    }
}
