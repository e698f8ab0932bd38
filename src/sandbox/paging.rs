//! Cursor and offset paging (zendesk-api §3.1, §3.2).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::errors::Refusal;
use super::records::Id;
use super::reply::Document;
use super::request::Request;
use super::text;

/// The longest page.
pub(crate) const LONGEST: usize = 100;

/// Ids that can be walked from any point in either direction.
pub(crate) trait Ids {
    fn count(&self) -> usize;
    fn up(&self, after: Option<Id>, most: usize) -> Vec<Id>;
    fn down(&self, before: Option<Id>, most: usize) -> Vec<Id>;
}

fn above(after: Option<Id>) -> (Bound<Id>, Bound<Id>) {
    (
        after.map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded,
    )
}

fn below(before: Option<Id>) -> (Bound<Id>, Bound<Id>) {
    (
        Bound::Unbounded,
        before.map_or(Bound::Unbounded, Bound::Excluded),
    )
}

impl Ids for BTreeSet<Id> {
    fn count(&self) -> usize {
        self.len()
    }

    fn up(&self, after: Option<Id>, most: usize) -> Vec<Id> {
        self.range(above(after)).take(most).copied().collect()
    }

    fn down(&self, before: Option<Id>, most: usize) -> Vec<Id> {
        self.range(below(before))
            .rev()
            .take(most)
            .copied()
            .collect()
    }
}

impl<T> Ids for BTreeMap<Id, T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn up(&self, after: Option<Id>, most: usize) -> Vec<Id> {
        self.range(above(after))
            .take(most)
            .map(|(id, _)| *id)
            .collect()
    }

    fn down(&self, before: Option<Id>, most: usize) -> Vec<Id> {
        self.range(below(before))
            .rev()
            .take(most)
            .map(|(id, _)| *id)
            .collect()
    }
}

/// A list that can be cut into pages.
pub(crate) enum Listing<'a> {
    /// Disjoint sets of ids, walked together in id order.
    ById(Vec<&'a dyn Ids>),
    /// Rows in the order given, each with the text that places it.
    Rows {
        order: &'static str,
        rows: Vec<(String, Id)>,
    },
}

impl Listing<'_> {
    /// Puts rows in order of their key, then of their id.
    pub(crate) fn sorted(order: &'static str, mut rows: Vec<(String, Id)>) -> Self {
        rows.sort();
        Self::Rows { order, rows }
    }

    pub(crate) fn count(&self) -> usize {
        match self {
            Self::ById(sets) => sets.iter().map(|set| set.count()).sum(),
            Self::Rows { rows, .. } => rows.len(),
        }
    }

    fn order(&self) -> &'static str {
        match self {
            Self::ById(_) => "id",
            Self::Rows { order, .. } => order,
        }
    }

    fn up(&self, after: Option<&(String, Id)>, most: usize) -> Vec<(String, Id)> {
        match self {
            Self::ById(sets) => {
                let after = after.map(|(_, id)| *id);
                let mut ids: Vec<Id> = sets.iter().flat_map(|set| set.up(after, most)).collect();
                ids.sort_unstable();
                ids.truncate(most);
                ids.into_iter().map(|id| (String::new(), id)).collect()
            }
            Self::Rows { rows, .. } => {
                let start = after.map_or(0, |at| rows.partition_point(|row| row <= at));
                rows.iter().skip(start).take(most).cloned().collect()
            }
        }
    }

    /// The rows before a point, nearest first.
    fn down(&self, before: Option<&(String, Id)>, most: usize) -> Vec<(String, Id)> {
        match self {
            Self::ById(sets) => {
                let before = before.map(|(_, id)| *id);
                let mut ids: Vec<Id> = sets.iter().flat_map(|set| set.down(before, most)).collect();
                ids.sort_unstable_by(|a, b| b.cmp(a));
                ids.truncate(most);
                ids.into_iter().map(|id| (String::new(), id)).collect()
            }
            Self::Rows { rows, .. } => {
                let end = before.map_or(rows.len(), |at| rows.partition_point(|row| row < at));
                rows.iter().take(end).rev().take(most).cloned().collect()
            }
        }
    }
}

/// One page of a list and how to go on from it.
pub(crate) struct Page {
    pub(crate) ids: Vec<Id>,
    tail: Tail,
}

enum Tail {
    Cursor {
        meta: Meta,
        links: Links,
    },
    Offset {
        next_page: Option<String>,
        previous_page: Option<String>,
        count: usize,
    },
}

#[derive(Serialize)]
struct Meta {
    has_more: bool,
    after_cursor: Option<String>,
    before_cursor: Option<String>,
}

#[derive(Serialize)]
struct Links {
    prev: Option<String>,
    next: Option<String>,
}

impl Page {
    /// Writes the paging keys behind the records.
    pub(crate) fn finish(&self, document: &mut Document) {
        match &self.tail {
            Tail::Cursor { meta, links } => {
                document.field("meta", meta);
                document.field("links", links);
            }
            Tail::Offset {
                next_page,
                previous_page,
                count,
            } => {
                document.field("next_page", next_page);
                document.field("previous_page", previous_page);
                document.field("count", count);
            }
        }
    }

    /// A list that is answered whole, with offset keys.
    pub(crate) fn whole(ids: Vec<Id>) -> Self {
        let count = ids.len();
        let tail = Tail::Offset {
            next_page: None,
            previous_page: None,
            count,
        };
        Self { ids, tail }
    }
}

/// Returns whether the request asks for cursor paging.
pub(crate) fn by_cursor(request: &Request) -> bool {
    request
        .query
        .iter()
        .any(|(key, _)| key.starts_with("page["))
}

/// Cuts the page that the request asks for, in the style it asks for.
pub(crate) fn page(listing: &Listing<'_>, request: &Request) -> Result<Page, Refusal> {
    if by_cursor(request) {
        cursor_page(listing, request)
    } else {
        offset_page(listing, request)
    }
}

/// Cuts a page by cursor; without a size it is as long as can be.
pub(crate) fn cursor_page(listing: &Listing<'_>, request: &Request) -> Result<Page, Refusal> {
    sorted_cursor_page(listing, request, &["id"])
}

/// Cuts a page by cursor of a list that takes some values of `sort`.
pub(crate) fn sorted_cursor_page(
    listing: &Listing<'_>,
    request: &Request,
    sorts: &[&str],
) -> Result<Page, Refusal> {
    if request
        .param("sort")
        .is_some_and(|sort| !sorts.contains(&sort))
    {
        return Err(Refusal::BadPaging("sort is not valid".to_owned()));
    }
    let size = size(request)?;
    let (mut rows, has_more) = if let Some(cursor) = request.param("page[after]") {
        cut(listing.up(Some(&position(cursor)?), size + 1), size)
    } else if let Some(cursor) = request.param("page[before]") {
        let (mut rows, more) = cut(listing.down(Some(&position(cursor)?), size + 1), size);
        rows.reverse();
        (rows, more)
    } else {
        cut(listing.up(None, size + 1), size)
    };
    let order = listing.order();
    let after_cursor = rows.last().map(|row| cursor(order, row));
    let before_cursor = rows.first().map(|row| cursor(order, row));
    let link = |name: &str, cursor: &Option<String>| {
        let cursor = cursor.as_ref()?;
        Some(cursor_link(request, name, cursor, size))
    };
    let links = Links {
        prev: link("page[before]", &before_cursor),
        next: link("page[after]", &after_cursor),
    };
    let ids = rows.drain(..).map(|(_, id)| id).collect();
    let meta = Meta {
        has_more,
        after_cursor,
        before_cursor,
    };
    Ok(Page {
        ids,
        tail: Tail::Cursor { meta, links },
    })
}

fn cut(mut rows: Vec<(String, Id)>, size: usize) -> (Vec<(String, Id)>, bool) {
    let more = rows.len() > size;
    rows.truncate(size);
    (rows, more)
}

fn size(request: &Request) -> Result<usize, Refusal> {
    let Some(text) = request.param("page[size]") else {
        return Ok(LONGEST);
    };
    match text.parse::<usize>() {
        Ok(size) if size > 0 => Ok(size.min(LONGEST)),
        Ok(_) | Err(_) => Err(Refusal::BadPaging("page[size] is not valid".to_owned())),
    }
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    o: String,
    v: String,
}

fn cursor(order: &str, (key, id): &(String, Id)) -> String {
    let place = STANDARD.encode(format!("{id}\u{0}{key}"));
    let json = format!("{{\"o\":\"{order}\",\"v\":\"{place}\"}}");
    STANDARD.encode(json)
}

fn position(cursor: &str) -> Result<(String, Id), Refusal> {
    let read = || {
        let json = STANDARD.decode(cursor).ok()?;
        let cursor: Cursor = serde_json::from_slice(&json).ok()?;
        let place = String::from_utf8(STANDARD.decode(cursor.v).ok()?).ok()?;
        let (id, key) = place.split_once('\u{0}')?;
        Some((key.to_owned(), id.parse().ok()?))
    };
    read().ok_or_else(|| Refusal::BadPaging("The cursor is not valid".to_owned()))
}

fn cursor_link(request: &Request, name: &str, cursor: &str, size: usize) -> String {
    let kept = request
        .query
        .iter()
        .filter(|(key, _)| !key.starts_with("page["));
    let mut pairs: Vec<(String, String)> = kept.cloned().collect();
    pairs.push((name.to_owned(), cursor.to_owned()));
    pairs.push(("page[size]".to_owned(), size.to_string()));
    link(request, &pairs)
}

/// Writes a link that repeats the form of the request's path, with its parameters in order.
pub(crate) fn link(request: &Request, pairs: &[(String, String)]) -> String {
    let mut pairs: Vec<&(String, String)> = pairs.iter().collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let query: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", text::encode_query(key), text::encode_query(value)))
        .collect();
    format!("{}{}?{}", request.origin, request.path, query.join("&"))
}

fn number(request: &Request, name: &str) -> Result<Option<usize>, Refusal> {
    let Some(text) = request.param(name) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| Refusal::PageNotInteger)
}

/// Cuts a page by its number.
pub(crate) fn offset_page(listing: &Listing<'_>, request: &Request) -> Result<Page, Refusal> {
    let (page, size) = place(request)?;
    let count = listing.count();
    let skip = (page - 1) * size;
    let rows = listing.up(None, skip + size);
    let ids = rows.into_iter().skip(skip).map(|(_, id)| id).collect();
    Ok(offset_tail(request, ids, page, size, count))
}

/// Returns the number and length of the page asked for.
pub(crate) fn place(request: &Request) -> Result<(usize, usize), Refusal> {
    let size = number(request, "per_page")?
        .unwrap_or(LONGEST)
        .clamp(1, LONGEST);
    let page = number(request, "page")?.unwrap_or(1).max(1);
    if page.saturating_mul(size) > 10_000 {
        return Err(Refusal::TooDeep);
    }
    Ok((page, size))
}

/// Wraps ids that are already cut with the keys of offset paging.
pub(crate) fn offset_tail(
    request: &Request,
    ids: Vec<Id>,
    page: usize,
    size: usize,
    count: usize,
) -> Page {
    let to = |number: usize| {
        let kept = request.query.iter().filter(|(key, _)| key != "page");
        let mut pairs: Vec<(String, String)> = kept.cloned().collect();
        pairs.push(("page".to_owned(), number.to_string()));
        link(request, &pairs)
    };
    let tail = Tail::Offset {
        next_page: (page * size < count).then(|| to(page + 1)),
        previous_page: (page > 1).then(|| to(page - 1)),
        count,
    };
    Page { ids, tail }
}

/// How long a cursor of the search export lives.
const EXPORT_SECONDS: i64 = 3600;

/// Returns where a page of the search export begins and how long it is.
pub(crate) fn export_place(
    request: &Request,
    now: jiff::Timestamp,
) -> Result<(usize, usize), Refusal> {
    let size = request
        .param("page[size]")
        .map_or(Ok(LONGEST), str::parse::<usize>);
    let size = size.map_err(|_| Refusal::BadPaging("page[size] is not valid".to_owned()))?;
    let start = match request.param("page[after]") {
        None => 0,
        Some(cursor) => {
            let (made, place) = position(cursor)?;
            let made: i64 = made.parse().map_err(|_| Refusal::InvalidCursor)?;
            if now.as_second() - made > EXPORT_SECONDS {
                return Err(Refusal::InvalidCursor);
            }
            usize::try_from(place).map_err(|_| Refusal::InvalidCursor)?
        }
    };
    Ok((start, size.clamp(1, 1000)))
}

/// Writes the paging keys of the search export, which only ever goes forward.
pub(crate) fn export_tail(
    document: &mut Document,
    request: &Request,
    now: jiff::Timestamp,
    (end, size): (usize, usize),
    any: bool,
    has_more: bool,
) {
    let place = (now.as_second().to_string(), end as Id);
    let after_cursor = any.then(|| cursor("created_at", &place));
    let next = after_cursor
        .as_ref()
        .map(|cursor| cursor_link(request, "page[after]", cursor, size));
    document.field(
        "meta",
        &Meta {
            has_more,
            after_cursor,
            before_cursor: None,
        },
    );
    document.field("links", &Links { prev: None, next });
}
