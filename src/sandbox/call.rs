//! A request on its way through a handler.

use jiff::Timestamp;

use super::desk::Desk;
use super::errors::Refusal;
use super::jobs::Fate;
use super::limits::Limit;
use super::options::Switch;
use super::records::{Id, Role};
use super::reply::Reply;
use super::request::Request;

/// What every handler gives.
pub(crate) type Outcome = Result<Reply, Refusal>;

/// A handler of one route.
pub(crate) type Handler = fn(&mut Call<'_>) -> Outcome;

/// Everything a handler may use.
pub(crate) struct Call<'a> {
    pub(crate) desk: Desk<'a>,
    pub(crate) request: &'a Request,
    /// The clock to the fraction of a second; records keep whole seconds.
    pub(crate) instant: Timestamp,
    /// The variable parts of the path, in order.
    pub(crate) variables: Vec<String>,
    /// Nobody: only `users/me` answers without a credential.
    pub(crate) anonymous: bool,
    /// The access token that was used, if the account issued it.
    pub(crate) token: Option<Id>,
    /// What the credential reaches; none reaches everything.
    pub(crate) scopes: Option<&'a [String]>,
    /// What a fault wants of jobs that this call makes.
    pub(crate) fate: Fate,
    /// Headers for the answer, also for a refusal.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Call<'_> {
    /// Returns a variable part of the path.
    pub(crate) fn variable(&self, index: usize) -> &str {
        self.variables.get(index).map_or("", String::as_str)
    }

    /// Returns a variable part of the path as an id.
    pub(crate) fn id(&self, index: usize) -> Result<Id, Refusal> {
        self.variable(index).parse().map_err(|_| {
            if self.desk.settings.is(Switch::MalformedId404) {
                return Refusal::NotFound;
            }
            Refusal::InvalidAttribute {
                attribute: "id".to_owned(),
                problem: "must be an integer".to_owned(),
            }
        })
    }

    /// Returns an id from the query; what is no number names nothing.
    pub(crate) fn id_param(&self, name: &str) -> Option<Id> {
        self.request
            .param(name)
            .map(|text| text.parse().unwrap_or(0))
    }

    /// Returns a list of ids from the query, without those that are no numbers.
    pub(crate) fn ids_param(&self, name: &str) -> Result<Option<Vec<Id>>, Refusal> {
        let words = self.request.list(name)?;
        Ok(words.map(|words| words.iter().filter_map(|word| word.parse().ok()).collect()))
    }

    /// Returns whether the caller may do everything.
    pub(crate) fn is_admin(&self) -> bool {
        self.desk
            .caller()
            .is_some_and(|user| user.rank.role == Role::Admin)
    }

    /// Counts one use of an endpoint's own limit. The name becomes part of a header.
    pub(crate) fn take(
        &mut self,
        header: Option<&'static str>,
        key: &str,
        limit: Limit,
    ) -> Result<(), i64> {
        if !self.desk.settings.limits {
            return Ok(());
        }
        let minute = self.desk.settings.window;
        let left = self
            .desk
            .state
            .limits
            .take(key, limit, minute, self.instant)?;
        if let Some(name) = header {
            self.headers.push((name, left.header()));
        }
        Ok(())
    }

    /// Returns the address of an object, as its `location` header carries it.
    pub(crate) fn location(&self, kind: &str, id: Id) -> String {
        url(&self.request.origin, kind, id)
    }
}

/// Returns the `url` of an object.
pub(crate) fn url(origin: &str, kind: &str, id: Id) -> String {
    format!("{origin}/api/v2/{kind}/{id}.json")
}
