//! The one place that credentials are ever sent to.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

/// Scheme, host and port of the account. Requests go there and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: &'static str,
    authority: String,
    /// What the account is called in fingerprints: its subdomain, or the host.
    label: String,
    loopback: bool,
}

/// Why an address cannot be used as the account's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` cannot be the account's address: {why}")]
pub struct OriginError {
    /// The address as given, without what stands before an `@`.
    pub url: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Origin {
    /// The account `https://{subdomain}.zendesk.com`.
    ///
    /// # Errors
    /// When the text is no subdomain, such as a whole URL.
    pub fn of_subdomain(subdomain: &str) -> Result<Self, OriginError> {
        let fits = !subdomain.is_empty()
            && subdomain.len() <= 63
            && subdomain
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !fits {
            return Err(OriginError {
                url: without_user(subdomain).to_owned(),
                why: "a subdomain has letters, digits and hyphens only, as `acme` in `https://acme.zendesk.com`",
            });
        }
        let label = subdomain.to_ascii_lowercase();
        Ok(Self {
            scheme: "https",
            authority: format!("{label}.zendesk.com"),
            label,
            loopback: false,
        })
    }

    /// An account that is simulated in process, called `label`. Nothing is ever sent to its address,
    /// which no network resolves.
    pub fn in_process(label: &str) -> Self {
        Self {
            scheme: "http",
            authority: "sandbox.localhost".to_owned(),
            label: label.to_ascii_lowercase(),
            loopback: true,
        }
    }

    /// The account at `url`: https, or plain http on loopback.
    ///
    /// # Errors
    /// When it is no such address, or holds a path, a query or a password.
    pub fn of_url(url: &str) -> Result<Self, OriginError> {
        let refuse = |why| OriginError {
            url: without_user(url).to_owned(),
            why,
        };
        let uri: Uri = url.parse().map_err(|_| refuse("it is not a URL"))?;
        let authority = uri
            .authority()
            .ok_or_else(|| refuse("it has no host; write `https://` before it"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("credentials do not belong in a URL"));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(refuse("it must end after the host and port"));
        }
        let host = authority.host().to_ascii_lowercase();
        let loopback = is_loopback(&host);
        let scheme = match uri.scheme_str() {
            Some("https") => "https",
            Some("http") if loopback => "http",
            Some("http") => {
                return Err(refuse(
                    "plain http is for loopback addresses only; write `https://`",
                ));
            }
            Some(_) | None => return Err(refuse("it must begin with `https://`")),
        };
        Ok(Self {
            scheme,
            authority: authority.as_str().to_ascii_lowercase(),
            label: host
                .strip_suffix(".zendesk.com")
                .unwrap_or(&host)
                .to_owned(),
            loopback,
        })
    }

    /// What the account is called: its subdomain, or the host of its URL.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether the account is on this computer, as a sandbox is.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether it is called without TLS, which is allowed on loopback only.
    pub(super) fn is_plain(&self) -> bool {
        self.scheme == "http"
    }

    /// The address of a path and query on this origin.
    pub(super) fn join(&self, target: &str) -> String {
        format!("{self}{target}")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// The path and query of a link found in an answer. Its host is not always the one called
/// (zendesk-api §1.1), so it is never used.
pub(super) fn target_of_link(link: &str) -> Option<String> {
    let uri: Uri = link.parse().ok()?;
    let target = uri.path_and_query()?.as_str();
    target.starts_with("/api/v2/").then(|| target.to_owned())
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn without_user(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::{Origin, target_of_link};

    #[test]
    fn an_account_is_https_or_on_loopback() {
        for (url, expected) in [
            (
                "https://acme.zendesk.com",
                Some(("https://acme.zendesk.com", "acme")),
            ),
            (
                "https://acme.zendesk.com/",
                Some(("https://acme.zendesk.com", "acme")),
            ),
            (
                "https://Support.example.com:8443",
                Some(("https://support.example.com:8443", "support.example.com")),
            ),
            (
                "http://127.0.0.1:4010",
                Some(("http://127.0.0.1:4010", "127.0.0.1")),
            ),
            ("http://[::1]:4010", Some(("http://[::1]:4010", "[::1]"))),
            (
                "http://localhost:4010",
                Some(("http://localhost:4010", "localhost")),
            ),
            ("http://acme.zendesk.com", None),
            ("http://127.0.0.1.example.com", None),
            ("https://user:secret@acme.zendesk.com", None),
            ("https://acme.zendesk.com/api/v2", None),
            ("acme.zendesk.com", None),
            ("ftp://acme.zendesk.com", None),
            ("", None),
        ] {
            let origin = Origin::of_url(url);
            let found = origin
                .as_ref()
                .ok()
                .map(|o| (o.to_string(), o.label().to_owned()));
            let expected = expected.map(|(u, l): (&str, &str)| (u.to_owned(), l.to_owned()));
            assert_eq!(found, expected, "{url}");
            if let Err(error) = origin {
                assert!(!error.to_string().contains("secret"), "{error}");
            }
        }
    }

    #[test]
    fn a_subdomain_is_one_label() {
        assert_eq!(
            Origin::of_subdomain("Acme").unwrap().to_string(),
            "https://acme.zendesk.com"
        );
        for bad in [
            "",
            "acme.zendesk.com",
            "https://acme",
            "a/b",
            "evil.example#",
        ] {
            assert!(Origin::of_subdomain(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn links_give_path_and_query_only() {
        assert_eq!(
            target_of_link("https://evil.example/api/v2/groups.json?page%5Bafter%5D=x").as_deref(),
            Some("/api/v2/groups.json?page%5Bafter%5D=x")
        );
        assert_eq!(target_of_link("https://evil.example/oauth/tokens"), None);
        assert_eq!(target_of_link("not a link"), None);
    }
}
