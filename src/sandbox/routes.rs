//! Every route, with what it asks of its caller.

use super::auth::Scope;
use super::call::Handler;
use super::request::Request;
use super::rights::Right;
use super::text::is_suffixed;
use super::{
    account, audit_logs, custom_roles, fields, group_memberships, groups, identities, incremental,
    jobs, oauth, organization_memberships, organizations, search, users,
};

/// One route.
pub(crate) struct Route {
    method: &'static str,
    /// `{id}` stands for a number, `{key}` for any word.
    path: &'static str,
    pub(crate) scope: Scope,
    pub(crate) right: Right,
    pub(crate) run: Handler,
}

/// The route that a request takes, and the variable parts of its path.
pub(crate) struct Found {
    pub(crate) route: &'static Route,
    pub(crate) variables: Vec<String>,
}

/// Finds the route of a request.
pub(crate) fn find(request: &Request) -> Option<Found> {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let (rest, outside) = match segments.as_slice() {
        ["api", "v2", rest @ ..] => (rest, false),
        other => (other, true),
    };
    ROUTES.iter().find_map(|route| {
        let path = route.path.strip_prefix('/');
        if path.is_some() != outside || request.method.as_str() != route.method {
            return None;
        }
        let variables = variables(path.unwrap_or(route.path), rest)?;
        Some(Found { route, variables })
    })
}

fn variables(path: &str, sent: &[&str]) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut sent = sent.iter();
    for part in path.split('/') {
        let word = *sent.next()?;
        if part.starts_with('{') {
            if is_suffixed(word) {
                return None;
            }
            out.push(word.to_owned());
        } else if part != word {
            return None;
        }
    }
    sent.next().is_none().then_some(out)
}

impl Route {
    pub(crate) fn writes(&self) -> bool {
        self.method != "GET"
    }

    pub(crate) fn is_token_endpoint(&self) -> bool {
        self.path.starts_with('/')
    }

    /// Returns whether the route answers without a credential.
    pub(crate) fn is_me(&self) -> bool {
        self.path == "users/me"
    }

    /// Returns the pattern as the `zendesk-route` header words it.
    pub(crate) fn pattern(&self) -> String {
        let path = self.path.replace("{id}", ":id").replace("{key}", ":id");
        format!("/api/v2/{path}")
    }

    /// Returns the names that the warning about ignored keys gives to what a route does.
    pub(crate) fn controller_and_action(&self) -> (&'static str, &'static str) {
        let mut words = self.path.split('/').filter(|part| !part.starts_with('{'));
        let first = words.next().unwrap_or_default();
        let last = words.next_back();
        let by_method = match self.method {
            "POST" => "create",
            "PUT" => "update",
            "DELETE" => "destroy",
            _ => "index",
        };
        match last {
            None => (first, by_method),
            Some(last) if last.ends_with("ies") || last.ends_with("ships") => (last, by_method),
            Some(last) => (first, last),
        }
    }
}

const fn route(
    method: &'static str,
    path: &'static str,
    scope: Scope,
    right: Right,
    run: Handler,
) -> Route {
    Route {
        method,
        path,
        scope,
        right,
        run,
    }
}

/// One line each, so that it reads as the table it is. Fixed words stand before variables that could take them.
#[rustfmt::skip]
static ROUTES: &[Route] = &[
    route("POST", "/oauth/tokens", Scope::Broad, Right::Anyone, oauth::issue),
    route("GET", "users", Scope::Users, Right::Staff, users::list),
    route("GET", "users/count", Scope::Users, Right::Staff, users::count),
    route("GET", "users/show_many", Scope::Users, Right::Staff, users::show_many),
    route("GET", "users/search", Scope::Users, Right::Staff, search::users),
    route("GET", "users/autocomplete", Scope::Users, Right::Staff, search::autocomplete),
    route("GET", "users/me", Scope::Users, Right::Anyone, users::me),
    route("POST", "users", Scope::Users, Right::Users, users::create),
    route("POST", "users/create_or_update", Scope::Users, Right::Users, users::create_or_update),
    route("POST", "users/create_many", Scope::Users, Right::Users, users::create_many),
    route("POST", "users/create_or_update_many", Scope::Users, Right::Users, users::create_or_update_many),
    route("PUT", "users/update_many", Scope::Users, Right::Users, users::update_many),
    route("DELETE", "users/destroy_many", Scope::Users, Right::Admin, users::destroy_many),
    route("POST", "users/request_create", Scope::Users, Right::Staff, users::request_seat),
    route("POST", "users/logout_many", Scope::Users, Right::Admin, users::logout_many),
    route("GET", "users/{id}", Scope::Users, Right::Staff, users::show),
    route("PUT", "users/{id}", Scope::Users, Right::Staff, users::update),
    route("DELETE", "users/{id}", Scope::Users, Right::Users, users::delete),
    route("GET", "users/{id}/related", Scope::Users, Right::Staff, users::related),
    route("GET", "users/{id}/entitlements/full", Scope::Users, Right::Admin, users::entitlements),
    route("GET", "users/{id}/compliance_deletion_statuses", Scope::Users, Right::Admin, users::compliance),
    route("GET", "users/{id}/tags", Scope::Users, Right::Staff, users::list_tags),
    route("POST", "users/{id}/tags", Scope::Users, Right::Staff, users::set_tags),
    route("PUT", "users/{id}/tags", Scope::Users, Right::Staff, users::add_tags),
    route("DELETE", "users/{id}/tags", Scope::Users, Right::Staff, users::remove_tags),
    route("GET", "users/{id}/identities", Scope::Broad, Right::Staff, identities::list),
    route("POST", "users/{id}/identities", Scope::Broad, Right::Staff, identities::create),
    route("GET", "users/{id}/identities/{id}", Scope::Broad, Right::Staff, identities::show),
    route("PUT", "users/{id}/identities/{id}", Scope::Broad, Right::Staff, identities::update),
    route("DELETE", "users/{id}/identities/{id}", Scope::Broad, Right::Staff, identities::delete),
    route("PUT", "users/{id}/identities/{id}/make_primary", Scope::Broad, Right::Staff, identities::make_primary),
    route("PUT", "users/{id}/identities/{id}/verify", Scope::Broad, Right::Staff, identities::verify),
    route("PUT", "users/{id}/identities/{id}/request_verification", Scope::Broad, Right::Staff, identities::request_verification),
    route("GET", "users/{id}/groups", Scope::Groups, Right::Staff, groups::list_of_user),
    route("GET", "users/{id}/groups/count", Scope::Groups, Right::Staff, groups::count_of_user),
    route("GET", "users/{id}/group_memberships", Scope::Groups, Right::Staff, group_memberships::list_of_user),
    route("POST", "users/{id}/group_memberships", Scope::Groups, Right::GroupMemberships, group_memberships::create_for_user),
    route("GET", "users/{id}/group_memberships/{id}", Scope::Groups, Right::Staff, group_memberships::show_of_user),
    route("DELETE", "users/{id}/group_memberships/{id}", Scope::Groups, Right::GroupMemberships, group_memberships::delete_of_user),
    route("PUT", "users/{id}/group_memberships/{id}/make_default", Scope::Groups, Right::Staff, group_memberships::make_default),
    route("GET", "users/{id}/organizations", Scope::Organizations, Right::Staff, organizations::list_of_user),
    route("DELETE", "users/{id}/organizations/{id}", Scope::Organizations, Right::Users, organization_memberships::delete_by_pair),
    route("PUT", "users/{id}/organizations/{id}/make_default", Scope::Organizations, Right::Users, organization_memberships::make_default_by_pair),
    route("GET", "users/{id}/organization_memberships", Scope::Organizations, Right::Staff, organization_memberships::list_of_user),
    route("POST", "users/{id}/organization_memberships", Scope::Organizations, Right::Users, organization_memberships::create_for_user),
    route("GET", "users/{id}/organization_memberships/{id}", Scope::Organizations, Right::Staff, organization_memberships::show_of_user),
    route("DELETE", "users/{id}/organization_memberships/{id}", Scope::Organizations, Right::Users, organization_memberships::delete_of_user),
    route("PUT", "users/{id}/organization_memberships/{id}/make_default", Scope::Organizations, Right::Users, organization_memberships::make_default),
    route("GET", "deleted_users", Scope::Users, Right::Staff, users::list_deleted),
    route("GET", "deleted_users/count", Scope::Users, Right::Staff, users::count_deleted),
    route("GET", "deleted_users/{id}", Scope::Users, Right::Staff, users::show_deleted),
    route("DELETE", "deleted_users/{id}", Scope::Users, Right::Admin, users::purge),
    route("GET", "groups", Scope::Groups, Right::Staff, groups::list),
    route("GET", "groups/assignable", Scope::Groups, Right::Staff, groups::assignable),
    route("GET", "groups/count", Scope::Groups, Right::Staff, groups::count),
    route("GET", "groups/{id}", Scope::Groups, Right::Staff, groups::show),
    route("POST", "groups", Scope::Groups, Right::Groups, groups::create),
    route("PUT", "groups/{id}", Scope::Groups, Right::Groups, groups::update),
    route("DELETE", "groups/{id}", Scope::Groups, Right::Groups, groups::delete),
    route("GET", "groups/{id}/users", Scope::Users, Right::Staff, users::list_of_group),
    route("GET", "groups/{id}/users/count", Scope::Users, Right::Staff, users::count_of_group),
    route("GET", "groups/{id}/memberships", Scope::Groups, Right::Staff, group_memberships::list_of_group),
    route("GET", "groups/{id}/memberships/assignable", Scope::Groups, Right::Staff, group_memberships::list_of_group),
    route("GET", "group_memberships", Scope::Groups, Right::Staff, group_memberships::list),
    route("GET", "group_memberships/assignable", Scope::Groups, Right::Staff, group_memberships::list),
    route("POST", "group_memberships", Scope::Groups, Right::GroupMemberships, group_memberships::create),
    route("POST", "group_memberships/create_many", Scope::Groups, Right::GroupMemberships, group_memberships::create_many),
    route("DELETE", "group_memberships/destroy_many", Scope::Groups, Right::GroupMemberships, group_memberships::destroy_many),
    route("GET", "group_memberships/{id}", Scope::Groups, Right::Staff, group_memberships::show),
    route("DELETE", "group_memberships/{id}", Scope::Groups, Right::GroupMemberships, group_memberships::delete),
    route("GET", "organizations", Scope::Organizations, Right::Staff, organizations::list),
    route("GET", "organizations/count", Scope::Organizations, Right::Staff, organizations::count),
    route("GET", "organizations/show_many", Scope::Organizations, Right::Staff, organizations::show_many),
    route("GET", "organizations/search", Scope::Organizations, Right::Staff, organizations::search),
    route("GET", "organizations/autocomplete", Scope::Organizations, Right::Staff, organizations::autocomplete),
    route("POST", "organizations", Scope::Organizations, Right::Organizations, organizations::create),
    route("POST", "organizations/create_or_update", Scope::Organizations, Right::Organizations, organizations::create_or_update),
    route("POST", "organizations/create_many", Scope::Organizations, Right::Organizations, organizations::create_many),
    route("PUT", "organizations/update_many", Scope::Organizations, Right::Staff, organizations::update_many),
    route("DELETE", "organizations/destroy_many", Scope::Organizations, Right::Admin, organizations::destroy_many),
    route("GET", "organizations/{id}", Scope::Organizations, Right::Staff, organizations::show),
    route("PUT", "organizations/{id}", Scope::Organizations, Right::Staff, organizations::update),
    route("DELETE", "organizations/{id}", Scope::Organizations, Right::Organizations, organizations::delete),
    route("GET", "organizations/{id}/related", Scope::Organizations, Right::Staff, organizations::related),
    route("GET", "organizations/{id}/users", Scope::Users, Right::Staff, users::list_of_organization),
    route("GET", "organizations/{id}/users/count", Scope::Users, Right::Staff, users::count_of_organization),
    route("GET", "organizations/{id}/organization_memberships", Scope::Organizations, Right::Staff, organization_memberships::list_of_organization),
    route("GET", "organization_memberships", Scope::Organizations, Right::Staff, organization_memberships::list),
    route("POST", "organization_memberships", Scope::Organizations, Right::Users, organization_memberships::create),
    route("POST", "organization_memberships/create_many", Scope::Organizations, Right::Users, organization_memberships::create_many),
    route("DELETE", "organization_memberships/destroy_many", Scope::Organizations, Right::Users, organization_memberships::destroy_many),
    route("GET", "organization_memberships/{id}", Scope::Organizations, Right::Staff, organization_memberships::show),
    route("DELETE", "organization_memberships/{id}", Scope::Organizations, Right::Users, organization_memberships::delete),
    route("GET", "custom_roles", Scope::Broad, Right::Staff, custom_roles::list),
    route("POST", "custom_roles", Scope::Broad, Right::Roles, custom_roles::create),
    route("GET", "custom_roles/{id}", Scope::Broad, Right::Staff, custom_roles::show),
    route("PUT", "custom_roles/{id}", Scope::Broad, Right::Roles, custom_roles::update),
    route("DELETE", "custom_roles/{id}", Scope::Broad, Right::Roles, custom_roles::delete),
    route("GET", "user_fields", Scope::Broad, Right::Staff, fields::list),
    route("POST", "user_fields", Scope::Broad, Right::Admin, fields::create),
    route("PUT", "user_fields/reorder", Scope::Broad, Right::Admin, fields::reorder),
    route("GET", "user_fields/{key}", Scope::Broad, Right::Staff, fields::show),
    route("PUT", "user_fields/{key}", Scope::Broad, Right::Admin, fields::update),
    route("DELETE", "user_fields/{key}", Scope::Broad, Right::Admin, fields::delete),
    route("GET", "user_fields/{key}/options", Scope::Broad, Right::Staff, fields::options),
    route("GET", "organization_fields", Scope::Broad, Right::Staff, fields::list),
    route("POST", "organization_fields", Scope::Broad, Right::Admin, fields::create),
    route("PUT", "organization_fields/reorder", Scope::Broad, Right::Admin, fields::reorder),
    route("GET", "organization_fields/{key}", Scope::Broad, Right::Staff, fields::show),
    route("PUT", "organization_fields/{key}", Scope::Broad, Right::Admin, fields::update),
    route("DELETE", "organization_fields/{key}", Scope::Broad, Right::Admin, fields::delete),
    route("GET", "organization_fields/{key}/options", Scope::Broad, Right::Staff, fields::options),
    route("GET", "job_statuses", Scope::Broad, Right::Staff, jobs::list),
    route("GET", "job_statuses/show_many", Scope::Broad, Right::Staff, jobs::show_many),
    route("GET", "job_statuses/{key}", Scope::Broad, Right::Staff, jobs::show),
    route("GET", "account", Scope::Broad, Right::Staff, account::show),
    route("GET", "account/settings", Scope::Broad, Right::Staff, account::show_settings),
    route("PUT", "account/settings", Scope::Broad, Right::Admin, account::update_settings),
    route("GET", "search", Scope::Broad, Right::Staff, search::list),
    route("GET", "search/count", Scope::Broad, Right::Staff, search::count),
    route("GET", "search/export", Scope::Broad, Right::Staff, search::export),
    route("GET", "incremental/users", Scope::Users, Right::Admin, incremental::users_by_time),
    route("GET", "incremental/users/cursor", Scope::Users, Right::Admin, incremental::users_by_cursor),
    route("GET", "incremental/users/sample", Scope::Users, Right::Admin, incremental::users_sample),
    route("GET", "incremental/organizations", Scope::Organizations, Right::Admin, incremental::organizations_by_time),
    route("GET", "audit_logs", Scope::AuditLogs, Right::Admin, audit_logs::list),
    route("POST", "audit_logs/export", Scope::AuditLogs, Right::Admin, audit_logs::export),
    route("GET", "audit_logs/{id}", Scope::AuditLogs, Right::Admin, audit_logs::show),
    route("GET", "oauth/tokens", Scope::Broad, Right::Admin, oauth::list),
    route("POST", "oauth/tokens", Scope::Broad, Right::Admin, oauth::create),
    route("GET", "oauth/tokens/current", Scope::Broad, Right::Anyone, oauth::current),
    route("DELETE", "oauth/tokens/{id}", Scope::Broad, Right::Admin, oauth::revoke),
];
