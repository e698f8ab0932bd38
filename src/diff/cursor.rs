//! Looks addresses up in a map by walking along it: cheaper than a search for each of many that come in order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, btree_map};
use std::iter::Peekable;

use crate::model::Address;

/// A walk along a map in address order.
pub(crate) struct Cursor<'a, V> {
    map: &'a BTreeMap<Address, V>,
    ahead: Peekable<btree_map::Iter<'a, Address, V>>,
    last: Option<&'a Address>,
}

impl<'a, V> Cursor<'a, V> {
    pub(crate) fn new(map: &'a BTreeMap<Address, V>) -> Self {
        Self {
            map,
            ahead: map.iter().peekable(),
            last: None,
        }
    }

    /// What the map holds at `wanted`. An address before one that was walked past is searched for.
    pub(crate) fn seek(&mut self, wanted: &Address) -> Option<(&'a Address, &'a V)> {
        if self.last.is_some_and(|last| wanted <= last) {
            return self.map.get_key_value(wanted);
        }
        while let Some((address, value)) = self.ahead.peek().copied() {
            match address.cmp(wanted) {
                Ordering::Less => {
                    self.last = Some(address);
                    self.ahead.next();
                }
                Ordering::Equal => return Some((address, value)),
                Ordering::Greater => return None,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Cursor;
    use crate::model::Address;

    #[test]
    fn addresses_are_found_forwards_again_and_backwards() {
        let names = ["a", "c", "e"];
        let map: BTreeMap<Address, &str> = names.map(|name| (Address::group(name), name)).into();
        let mut cursor = Cursor::new(&map);
        for (wanted, found) in [
            ("a", Some("a")),
            ("b", None),
            ("e", Some("e")),
            ("c", Some("c")),
            ("a", Some("a")),
            ("e", Some("e")),
            ("f", None),
            ("b", None),
        ] {
            let at = cursor.seek(&Address::group(wanted));
            assert_eq!(at.map(|(_, value)| *value), found, "{wanted}");
        }
    }
}
