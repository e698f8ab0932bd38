//! What the configuration's own values must keep, and the policy they make.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::codes;
use super::config::{Config, LimitConfig};
use super::read::Project;
use super::text::Text;
use super::value::{Given, Set};
use super::yaml::Sp;
use crate::diag::{Diagnostic, Diagnostics, Place, Source, Span};
use crate::model::{Address, Kind, Limit, Name, Origin, Policy, Scope, Undeclared};

/// Where the account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// `https://<subdomain>.zendesk.com`.
    Subdomain(&'a str),
    /// A whole address.
    Url(&'a str),
    /// The embedded simulator, seeded from this file, which is relative to the project folder.
    Sandbox(&'a str),
}

impl Config {
    /// Where the account is. Configurations with none or several are refused when they are read.
    pub fn target(&self) -> Target<'_> {
        let account = &self.account;
        if let Some(sandbox) = &account.sandbox {
            return Target::Sandbox(sandbox);
        }
        match (&account.url, &account.subdomain) {
            (Some(url), _) => Target::Url(url),
            (None, subdomain) => Target::Subdomain(subdomain.as_ref().map_or("", |name| name)),
        }
    }

    /// The share of the account's rate limit that may be used, in percent.
    pub fn rate_share(&self) -> u64 {
        let share = self.rate_limit.share.get();
        share.and_then(|share| percent(&share.0)).unwrap_or(80)
    }

    /// The policy of the planner: what is written here, and the defaults for the rest.
    pub fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        for (kind, undeclared) in self.undeclared() {
            if let Some(undeclared) = undeclared.get() {
                policy.undeclared.insert(kind, undeclared.value);
            }
        }
        for (kind, limit) in self.removals() {
            if let Some(limit) = limit.get() {
                let LimitConfig { count, percent } = limit.value;
                policy.removals.insert(kind, Limit { count, percent });
            }
        }
        policy.scope = self.manage.users.scope.get().map(|scope| Scope {
            roles: names(&scope.roles),
            email_domains: names(&scope.email_domains),
        });
        if let Some(least) = self.limits.min_admins.get() {
            policy.min_admins = least.value;
        }
        policy.seats = self.limits.seats.get().map(|seats| seats.value);
        if let Some(invite) = self.invite.get() {
            policy.invite = invite.value;
        }
        policy.protected = list(&self.protected)
            .filter_map(|address| Address::parse(address))
            .collect();
        policy.owner = self.account.owner.as_ref().map(|owner| Name::new(owner));
        policy.fingerprint = self.account.fingerprint.as_ref().map(|pin| pin.to_string());
        policy
    }

    /// Where the rules stand that a plan may be refused by, by key.
    fn places(&self) -> impl Iterator<Item = (String, Span)> {
        let removals = self.removals().into_iter().filter_map(|(kind, limit)| {
            let key = format!("limits.removals.{}", kind.section());
            Some((key, limit.get()?.span))
        });
        let protected = list(&self.protected).filter_map(|address| {
            let key = format!("protected.{}", Address::parse(address)?);
            Some((key, address.span))
        });
        let others = [
            (
                "limits.min_admins",
                self.limits.min_admins.get().map(|least| least.span),
            ),
            (
                "limits.seats",
                self.limits.seats.get().map(|seats| seats.span),
            ),
            (
                "account.fingerprint",
                self.account.fingerprint.as_ref().map(|pin| pin.span),
            ),
        ];
        let others = others
            .into_iter()
            .filter_map(|(key, span)| Some((key.to_owned(), span?)));
        removals.chain(protected).chain(others)
    }

    fn undeclared(&self) -> [(Kind, &Given<Undeclared>); 6] {
        let manage = &self.manage;
        [
            (Kind::Role, &manage.roles.undeclared),
            (Kind::Group, &manage.groups.undeclared),
            (Kind::Organization, &manage.organizations.undeclared),
            (Kind::User, &manage.users.undeclared),
            (Kind::GroupMembership, &manage.group_memberships.undeclared),
            (
                Kind::OrganizationMembership,
                &manage.organization_memberships.undeclared,
            ),
        ]
    }

    fn removals(&self) -> [(Kind, &Given<LimitConfig>); 6] {
        let removals = &self.limits.removals;
        [
            (Kind::Role, &removals.roles),
            (Kind::Group, &removals.groups),
            (Kind::Organization, &removals.organizations),
            (Kind::User, &removals.users),
            (Kind::GroupMembership, &removals.group_memberships),
            (
                Kind::OrganizationMembership,
                &removals.organization_memberships,
            ),
        ]
    }
}

impl Project {
    /// The policy of the planner, which knows where its rules stand.
    pub fn policy(&self) -> Policy {
        let source = &self.config_source;
        let places = self.config.places().map(|(key, span)| {
            let (line, column) = source.position(span.start());
            let file = source.shared_path();
            (key, Origin { file, line, column })
        });
        Policy {
            places: places.collect(),
            ..self.config.policy()
        }
    }
}

fn list(set: &Given<Set>) -> impl Iterator<Item = &Sp<Text>> {
    set.get().into_iter().flat_map(|set| set.iter())
}

fn names(set: &Given<Set>) -> BTreeSet<Name> {
    list(set).map(|name| Name::new(name)).collect()
}

fn percent(text: &str) -> Option<u64> {
    let number = text.trim().trim_end_matches('%').trim_end();
    number
        .parse()
        .ok()
        .filter(|share| (1..=100).contains(share))
}

/// Finds what the schema cannot say of a configuration.
pub(super) fn check(config: &Config, source: &Arc<Source>, found: &mut Diagnostics) {
    let account = &config.account;
    let given: Vec<&Sp<Text>> = [&account.subdomain, &account.url, &account.sandbox]
        .into_iter()
        .flatten()
        .collect();
    if given.len() != 1 {
        let message = "exactly one of `subdomain`, `url` and `sandbox` says where the account is";
        let diagnostic = Diagnostic::error(codes::CONFIGURATION, message)
            .help("keep the one that holds and delete the others");
        found.push(match given.as_slice() {
            [first, second, ..] => diagnostic
                .at(Place::new(source, second.span), "the second")
                .related("the first", Place::new(source, first.span)),
            _ => diagnostic.help("add `subdomain: acme` under `account`"),
        });
    }
    check_address(config, source, found);
    check_scope(config, source, found);
    for address in list(&config.protected) {
        if Address::parse(address).is_none() {
            let message = format!("`{}` is not an address", **address);
            let help =
                "write the kind and the name, such as `user/ada@example.com` or `group/Tier 1`";
            found.push(refuse(source, address, message, help));
        }
    }
    if let Some(share) = config.rate_limit.share.get()
        && percent(&share.0).is_none()
    {
        let message = format!("`{}` is not a share", share.0);
        found.push(
            Diagnostic::error(codes::CONFIGURATION, message)
                .at(Place::new(source, share.span), "written here")
                .help("write a percentage from 1% to 100%"),
        );
    }
}

fn refuse(source: &Arc<Source>, value: &Sp<Text>, message: String, help: &str) -> Diagnostic {
    Diagnostic::error(codes::CONFIGURATION, message)
        .at(Place::new(source, value.span), "written here")
        .help(help)
}

fn check_address(config: &Config, source: &Arc<Source>, found: &mut Diagnostics) {
    let account = &config.account;
    if let Some(name) = account
        .subdomain
        .as_ref()
        .filter(|name| !is_subdomain(name))
    {
        let bare = name.trim_start_matches("https://").split('.').next();
        let help = match bare.filter(|bare| is_subdomain(bare)) {
            Some(bare) => format!("write only the first part: `{bare}`"),
            None => "a subdomain is letters, digits and hyphens".to_owned(),
        };
        found.push(refuse(
            source,
            name,
            format!("`{}` is not a subdomain", **name),
            &help,
        ));
    }
    if let Some(url) = account.url.as_ref()
        && let Some(reason) = refused_url(url)
    {
        found.push(refuse(
            source,
            url,
            format!("`{}` cannot be used: {reason}", **url),
            URL_HELP,
        ));
    }
}

const URL_HELP: &str = "write the whole address without a path, such as `https://acme.zendesk.com`; plain http is for loopback only";

/// `undeclared: remove` offboards people: without saying who is ours it would be everybody.
fn check_scope(config: &Config, source: &Arc<Source>, found: &mut Diagnostics) {
    let users = &config.manage.users;
    let Some(remove) = users
        .undeclared
        .get()
        .filter(|undeclared| undeclared.value == Undeclared::Remove)
    else {
        return;
    };
    let narrow = users.scope.get().is_some_and(|scope| {
        list(&scope.roles).next().is_some() || list(&scope.email_domains).next().is_some()
    });
    if !narrow {
        found.push(
            Diagnostic::error(
                codes::CONFIGURATION,
                "`undeclared: remove` for users needs a `scope` that says who is ours",
            )
            .at(
                Place::new(source, remove.span),
                "would offboard everybody undeclared",
            )
            .help(
                "add `scope: { roles: [agent, admin], email_domains: [acme.example] }` beside it",
            ),
        );
    }
}

fn is_subdomain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 63
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn refused_url(url: &str) -> Option<&'static str> {
    let Ok(uri) = url.parse::<http::Uri>() else {
        return Some("it is not an address");
    };
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
        return Some("it names no host");
    };
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Some("credentials never stand in a file");
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Some("it has a path");
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => None,
        Some("http") if loopback => None,
        Some("http") => Some("plain http is for loopback only"),
        _ => Some("it does not begin with https://"),
    }
}
