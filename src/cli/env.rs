//! Every environment variable zdsync reads, in one place.
//!
//! No other file reads the environment; clippy refuses it.

/// The identifier of an OAuth client, for the client-credentials grant.
pub(super) const OAUTH_CLIENT_ID: &str = "ZENDESK_OAUTH_CLIENT_ID";
/// The secret of that client.
pub(super) const OAUTH_CLIENT_SECRET: &str = "ZENDESK_OAUTH_CLIENT_SECRET";
/// A ready bearer token.
pub(super) const OAUTH_TOKEN: &str = "ZENDESK_OAUTH_TOKEN";
/// The e-mail address that an API token belongs to.
pub(super) const EMAIL: &str = "ZENDESK_EMAIL";
/// An API token.
pub(super) const API_TOKEN: &str = "ZENDESK_API_TOKEN";
/// A program that prints credentials as JSON.
pub(super) const CREDENTIAL_COMMAND: &str = "ZDSYNC_CREDENTIAL_COMMAND";
/// A PEM file with certificates to trust besides the system's.
pub(super) const CA_BUNDLE: &str = "ZDSYNC_CA_BUNDLE";
/// Which log lines to show, in the syntax of `RUST_LOG`; wins over `-v`.
pub(super) const LOG: &str = "ZDSYNC_LOG";
/// When set and not empty, no colours (<https://no-color.org>).
pub(super) const NO_COLOR: &str = "NO_COLOR";
/// Set to `dumb` by terminals that cannot draw.
pub(super) const TERM: &str = "TERM";
/// The width of the terminal in columns, where it cannot be asked.
pub(super) const COLUMNS: &str = "COLUMNS";
/// The commit a GitHub workflow runs for.
pub(super) const GITHUB_SHA: &str = "GITHUB_SHA";
/// The commit a GitLab job runs for.
pub(super) const CI_COMMIT_SHA: &str = "CI_COMMIT_SHA";

/// What a GitHub workflow runs for, such as `refs/pull/7/merge`.
pub(super) const GITHUB_REF: &str = "GITHUB_REF";
/// The merge request a GitLab job runs for.
pub(super) const CI_MERGE_REQUEST_IID: &str = "CI_MERGE_REQUEST_IID";

/// The value of a variable that is set and not blank.
pub(super) fn text(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    let value = std::env::var(name).ok()?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}
