//! Finds things by address in plans of hundreds of thousands of changes.

use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use crate::model::Address;

#[expect(
    clippy::disallowed_types,
    reason = "nothing here walks along it, so no order of it can reach output"
)]
type Map<V> = std::collections::HashMap<Address, V, BuildHasherDefault<Mixing>>;

/// Puts together what an address is hashed by: the hashes of its names, which nobody can foresee.
#[derive(Clone, Copy, Debug, Default)]
struct Mixing(u64);

impl Hasher for Mixing {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_isize(&mut self, variant: isize) {
        self.write_u64(variant.unsigned_abs() as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    /// The upper half is mixed best, and tables look at the lower one first.
    fn finish(&self) -> u64 {
        self.0.rotate_left(32)
    }
}

/// What is known under an address. It can only be asked, never listed: an ordered map would be several
/// times slower here, and the order of this one would differ from run to run.
#[derive(Clone, Debug)]
pub(super) struct Lookup<V>(Map<V>);

impl<V> Default for Lookup<V> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<V> Lookup<V> {
    /// What is known under each of these addresses, the last of those that are equal winning.
    pub(super) fn of(pairs: impl Iterator<Item = (Address, V)>) -> Self {
        Self(pairs.collect())
    }

    pub(super) fn get(&self, address: &Address) -> Option<&V> {
        self.0.get(address)
    }

    pub(super) fn contains(&self, address: &Address) -> bool {
        self.0.contains_key(address)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is known under an address, first what `value` gives.
    pub(super) fn entry_or_insert(
        &mut self,
        address: Address,
        value: impl FnOnce() -> V,
    ) -> &mut V {
        self.0.entry(address).or_insert_with(value)
    }

    /// Notes a value; gives the one that was known before.
    pub(super) fn insert(&mut self, address: Address, value: V) -> Option<V> {
        self.0.insert(address, value)
    }
}

impl<V: Default> Lookup<V> {
    /// What is known under an address, to be changed; first nothing.
    pub(super) fn entry(&mut self, address: &Address) -> &mut V {
        match self.0.entry(address.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(V::default()),
        }
    }
}
