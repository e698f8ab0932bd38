//! Declarations and values together with the file they stand in.

use std::sync::Arc;

use crate::diag::{Place, Source, Span};
use crate::manifest::{Defaults, Given, Sp};
use crate::model::Origin;

/// A file, and the defaults that hold in it, the nearest first.
#[derive(Debug)]
pub(super) struct Home<'a> {
    /// The file.
    pub(super) source: &'a Arc<Source>,
    /// The defaults of the file, then those of the project, each with where it stands.
    pub(super) defaults: Vec<(&'a Defaults, &'a Arc<Source>)>,
}

/// A declaration and the file it stands in.
#[derive(Debug)]
pub(super) struct Entry<'a, T> {
    /// What is declared.
    pub(super) value: &'a T,
    /// Its identity: the place to complain at.
    pub(super) span: Span,
    /// Where it stands.
    pub(super) home: &'a Home<'a>,
}

impl<T> Clone for Entry<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Entry<'_, T> {}

impl<'a, T> Entry<'a, T> {
    /// The place of its identity.
    pub(super) fn place(&self) -> Place {
        Place::new(self.home.source, self.span)
    }

    /// A value of this entry, with its place.
    pub(super) const fn placed<V>(&self, value: &'a Sp<V>) -> Placed<'a, V> {
        Placed::new(value, self.home.source)
    }

    /// The value of a key, from the entry or else from the nearest defaults that have it.
    pub(super) fn or_default<V>(
        &self,
        own: &'a Given<V>,
        default: impl Fn(&'a Defaults) -> &'a Given<V>,
    ) -> Option<Placed<'a, V>> {
        if let Some(value) = own.get() {
            return Some(self.placed(value));
        }
        self.home.defaults.iter().find_map(|(defaults, source)| {
            default(defaults)
                .get()
                .map(|value| Placed::new(value, source))
        })
    }
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Placed<'a, T> {
    /// The value.
    pub(super) value: &'a T,
    /// Its stretch of text.
    pub(super) span: Span,
    /// The file.
    pub(super) source: &'a Arc<Source>,
}

impl<T> Clone for Placed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Placed<'_, T> {}

impl<'a, T> Placed<'a, T> {
    /// A value of `source`.
    pub(super) const fn new(value: &'a Sp<T>, source: &'a Arc<Source>) -> Self {
        Self {
            value: &value.value,
            span: value.span,
            source,
        }
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        Place::new(self.source, self.span)
    }
}

/// The place as plans name it.
pub(super) fn origin(source: &Source, offset: usize) -> Origin {
    let (line, column) = source.position(offset);
    Origin {
        file: source.shared_path(),
        line,
        column,
    }
}

/// The place of the key under which a list stands, from the place of the list.
pub(super) fn origin_of_key(source: &Source, list: Span, key: &str) -> Origin {
    let before = source.text().get(..list.start()).unwrap_or_default();
    // The key stands right before its list; comments between the two are short.
    let from = before.len().saturating_sub(2_000);
    let near = before.get(from..).unwrap_or(before);
    let offset = near
        .rfind(&format!("{key}:"))
        .map_or(list.start(), |at| before.len() - near.len() + at);
    origin(source, offset)
}
