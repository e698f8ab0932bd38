//! Lists that come in pages, and the proof that one was read to its end.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::identities::IdentityWire;
use super::origin::target_of_link;
use super::{Call, Client, EmailRecord, Error, Ignored};

/// Objects on one page; the service allows no more (zendesk-api §3.1).
const PAGE_SIZE: u32 = 100;
/// Empty pages in a row that still promise more, after which the list is given up.
const MOST_EMPTY_PAGES: u32 = 20;

/// An object that comes in lists.
pub(super) trait Listed: DeserializeOwned {
    /// The names under which endpoints give lists of it.
    const KEYS: &'static [&'static str];
}

/// One page of a list, in either style.
pub(super) struct Page<Wire> {
    /// The objects. A page without them is no page.
    items: Vec<Wire>,
    /// For users: the identities that were asked to come along.
    identities: Vec<IdentityWire>,
    meta: Option<Meta>,
    links: Option<Links>,
    /// The link of a list in offset style.
    following: Option<String>,
    count: Option<u64>,
}

impl<'de, Wire: Listed> Deserialize<'de> for Page<Wire> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Envelope(PhantomData))
    }
}

/// Reads a page by the name of its list: others may come along that nobody asked for.
struct Envelope<Wire>(PhantomData<Wire>);

impl<'de, Wire: Listed> Visitor<'de> for Envelope<Wire> {
    type Value = Page<Wire>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page of a list")
    }

    fn visit_map<Map: MapAccess<'de>>(self, mut map: Map) -> Result<Page<Wire>, Map::Error> {
        let mut items = None;
        let mut page = Page {
            items: Vec::new(),
            identities: Vec::new(),
            meta: None,
            links: None,
            following: None,
            count: None,
        };
        while let Some(key) = map.next_key::<String>()? {
            match &*key {
                list if Wire::KEYS.contains(&list) => {
                    items = map.next_value::<Option<_>>()?.or(items);
                }
                "identities" => {
                    page.identities = map.next_value::<Option<_>>()?.unwrap_or_default();
                }
                "meta" => page.meta = map.next_value()?,
                "links" => page.links = map.next_value()?,
                "next_page" => page.following = map.next_value()?,
                "count" => page.count = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let name = Wire::KEYS.first().copied().unwrap_or_default();
        page.items = items.ok_or_else(|| Map::Error::missing_field(name))?;
        Ok(page)
    }
}

#[derive(Deserialize)]
struct Meta {
    has_more: bool,
    after_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Links {
    next: Option<String>,
}

/// What was read of a list.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The objects, in the order of the service.
    pub items: Vec<T>,
    /// For lists of users: the e-mail addresses that came along.
    pub emails: Vec<EmailRecord>,
    /// Whether the service said that nothing follows, and its count agreed where it gave one.
    pub complete: bool,
    /// How many requests it took, repetitions aside.
    pub requests: u64,
    /// What was asked, for people.
    pub source: String,
    /// Objects that came, those left out since included.
    seen: u64,
    rest: Option<Rest>,
}

/// Where an unfinished list goes on.
#[derive(Clone, Debug)]
enum Rest {
    Cursor(String),
    Target(String),
}

impl<T> Listing<T> {
    /// A list of nothing that took no request.
    pub const fn nothing(source: String) -> Self {
        Self {
            items: Vec::new(),
            emails: Vec::new(),
            complete: true,
            requests: 0,
            source,
            seen: 0,
            rest: None,
        }
    }

    /// Says whether the service has more than was read.
    pub const fn has_more(&self) -> bool {
        self.rest.is_some()
    }

    /// The same list with every object turned into another.
    pub fn map<Other>(self, mut turn: impl FnMut(T) -> Other) -> Listing<Other> {
        self.filter_map(|item| Some(turn(item)))
    }

    /// The same list with every object turned into another, or left out.
    pub fn filter_map<Other>(self, turn: impl FnMut(T) -> Option<Other>) -> Listing<Other> {
        let Self {
            items,
            emails,
            complete,
            requests,
            source,
            seen,
            rest,
        } = self;
        Listing {
            items: items.into_iter().filter_map(turn).collect(),
            emails,
            complete,
            requests,
            source,
            seen,
            rest,
        }
    }

    /// Takes over what another read found. The whole is complete if both are.
    pub fn append(&mut self, other: Self) {
        let Self {
            items,
            emails,
            complete,
            requests,
            source: _,
            seen,
            rest: _,
        } = other;
        self.items.extend(items);
        self.emails.extend(emails);
        self.complete &= complete;
        self.requests += requests;
        self.seen += seen;
    }

    /// The same list without some of its objects.
    #[must_use]
    pub fn keep(mut self, wanted: impl FnMut(&T) -> bool) -> Self {
        self.items.retain(wanted);
        self
    }
}

impl Client {
    /// Reads a list to its end. Costs one request for every 100 objects.
    pub(super) async fn all<Wire: Listed>(
        &self,
        call: Call<Page<Wire>>,
    ) -> Result<Listing<Wire>, Error> {
        let first = self.first_page(call.copy()).await?;
        self.rest(call, first, Some).await
    }

    /// Reads the first page of a list. Costs one request.
    pub(super) async fn first_page<Wire: Listed>(
        &self,
        call: Call<Page<Wire>>,
    ) -> Result<Listing<Wire>, Error> {
        let source = call.draft().shown();
        let mut listing = Listing {
            items: Vec::new(),
            emails: Vec::new(),
            complete: false,
            requests: 0,
            source,
            seen: 0,
            rest: None,
        };
        let page = self.send(&call.query("page[size]", PAGE_SIZE)).await?.reply;
        listing.take(page, &Some)?;
        Ok(listing)
    }

    /// Reads the rest of a list whose first page is there, turning every object into what it holds.
    pub(super) async fn rest<Wire: Listed, T>(
        &self,
        call: Call<Page<Wire>>,
        mut listing: Listing<T>,
        turn: impl Fn(Wire) -> Option<T>,
    ) -> Result<Listing<T>, Error> {
        let mut visited = BTreeSet::new();
        let mut empty = 0;
        while let Some(rest) = listing.rest.take() {
            let (place, next) = match rest {
                Rest::Cursor(cursor) => {
                    let next = call
                        .copy()
                        .query("page[size]", PAGE_SIZE)
                        .query("page[after]", &cursor);
                    (cursor, next)
                }
                Rest::Target(target) => (target.clone(), Call::of_target(&target)),
            };
            if !visited.insert(place) {
                return Err(listing.endless("it leads back to a page that was read"));
            }
            let page = self.send(&next).await?.reply;
            empty = if page.items.is_empty() { empty + 1 } else { 0 };
            listing.take(page, &turn)?;
            if empty > MOST_EMPTY_PAGES {
                return Err(listing.endless("page after page is empty and promises more"));
            }
        }
        Ok(listing)
    }

    /// Reads a list that is known to come whole, and goes on where it does not. Costs one request.
    pub(super) async fn whole_or_all<Wire: Listed>(
        &self,
        call: Call<Page<Wire>>,
    ) -> Result<Listing<Wire>, Error> {
        let first = self.whole(call.copy()).await?;
        self.rest(call, first, Some).await
    }

    /// Reads a list that comes whole in one answer. Costs one request.
    pub(super) async fn whole<Wire: Listed>(
        &self,
        call: Call<Page<Wire>>,
    ) -> Result<Listing<Wire>, Error> {
        let mut listing = Listing::nothing(call.draft().shown());
        let page = self.send(&call).await?.reply;
        listing.take(page, &Some)?;
        Ok(listing)
    }
}

impl<T> Listing<T> {
    fn endless(&self, why: &'static str) -> Error {
        Error::Endless {
            shown: self.source.clone(),
            why,
        }
    }

    /// Takes a page over, and what it says about the next one. The end is `has_more: false`: links and
    /// cursors are there on the last page too (zendesk-api §3.1).
    fn take<Wire>(
        &mut self,
        page: Page<Wire>,
        turn: &impl Fn(Wire) -> Option<T>,
    ) -> Result<(), Error> {
        let Page {
            items,
            identities,
            meta,
            links,
            following,
            count,
        } = page;
        self.seen += u64::try_from(items.len()).unwrap_or(u64::MAX);
        self.items.extend(items.into_iter().filter_map(turn));
        self.emails
            .extend(identities.into_iter().filter_map(IdentityWire::email));
        self.requests += 1;
        let linked = |link: Option<String>| {
            link.as_deref()
                .and_then(target_of_link)
                .map(Rest::Target)
                .ok_or_else(|| self.endless("it promises more without saying where"))
        };
        self.rest = if let Some(Meta {
            has_more,
            after_cursor,
        }) = meta
        {
            match (has_more, after_cursor) {
                (false, _) => None,
                (true, Some(cursor)) => Some(Rest::Cursor(cursor)),
                (true, None) => Some(linked(links.and_then(|links| links.next))?),
            }
        } else {
            // Offset style: what is not paged by cursor says so by a link (zendesk-api §3.2, §3.3).
            following.map(|link| linked(Some(link))).transpose()?
        };
        let agrees = count.is_none_or(|count| count == self.seen);
        self.complete = self.rest.is_none() && agrees;
        Ok(())
    }
}

impl<Reply> Call<Reply> {
    /// The call that a link of an answer stands for.
    fn of_target(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .fold(Self::get(path), |call, pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                call.query(&decoded(name), decoded(value))
            })
    }
}

/// Undoes percent-encoding; what is not encoded properly stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let encoded = text
            .get(place + 1..place + 3)
            .filter(|_| bytes[place] == b'%')
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = encoded {
            plain.push(byte);
            place += 3;
        } else {
            plain.push(if bytes[place] == b'+' {
                b' '
            } else {
                bytes[place]
            });
            place += 1;
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// How many objects a list has, as far as the service remembers. It decides about cost, never about
/// content (zendesk-api §3.4).
#[derive(Deserialize)]
pub(super) struct CountReply {
    count: Count,
}

#[derive(Deserialize)]
struct Count {
    value: u64,
}

impl Client {
    /// Asks for the size of a list; `None` where the service does not say. Costs one request.
    pub(super) async fn count(&self, path: &str) -> Result<Option<u64>, Error> {
        match self.send(&Call::<CountReply>::get(path)).await {
            Ok(replied) => Ok(Some(replied.reply.count.value)),
            Err(error) if error.is_not_found() || error.is_forbidden() => Ok(None),
            Err(error @ Error::Unreadable { .. }) => {
                tracing::debug!(%error, "no count");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Sends a call whose reply does not matter.
    pub(super) async fn run(&self, call: Call<Ignored>) -> Result<Option<String>, Error> {
        Ok(self.send(&call).await?.request_id)
    }
}
