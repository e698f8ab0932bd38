//! The way to the account, through the real binary: credentials, scopes, logs, proxies, certificates.
#![expect(
    clippy::expect_used,
    reason = "a test gives up where its own set-up fails"
)]

mod credentials;
mod logs;
mod network;
mod stub;
mod tls;

use crate::support::{Project, Server};

/// An account with one group, and a manifest that adds another.
const ACCOUNT: &str = "\
subdomain: acme
owner: olga@example.com
groups: [{ name: Support, default: true }]
users:
  - { email: olga@example.com, name: Olga Owner, role: admin }
  - { email: ada@example.com, name: Ada Example, role: agent }
  - { email: cleo@example.net, name: Cleo Customer }
";
const MANIFEST: &str = "groups:\n  - { name: Night, description: Owls }\n";
const CLIENT_SECRET: &str = "hidden-secret-of-a-client";

/// A project without credentials for the account at `url`.
fn project(url: &str) -> Project {
    let project = Project::empty();
    project.write("zdsync.yaml", &format!("account: {{ url: \"{url}\" }}\n"));
    project.write("manifests/all.yaml", MANIFEST);
    project
}

/// An account served with more flags, and the file its requests are logged to.
struct Served {
    server: Server,
    files: Project,
}

impl Served {
    fn with(flags: &[&str]) -> Self {
        let files = Project::empty();
        let seed = files.write("account.yaml", ACCOUNT);
        let log = files.path().join("requests.jsonl");
        let mut all = vec!["--log", log.to_str().expect("a readable path")];
        all.extend(flags);
        Self {
            server: Server::start_with(&seed, &all),
            files,
        }
    }

    /// The method, path and status of every request so far.
    fn requests(&self) -> Vec<String> {
        let log = self.files.read("requests.jsonl");
        log.lines()
            .map(|line| {
                let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
                let word = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
                format!("{} {} {}", word("method"), word("path"), entry["status"])
            })
            .collect()
    }

    fn count(&self, request: &str) -> usize {
        let all = self.requests();
        all.iter().filter(|line| line.starts_with(request)).count()
    }

    /// A project that calls as an OAuth client.
    fn client_project(&self) -> Project {
        project(&self.server.url)
            .variable("ZENDESK_OAUTH_CLIENT_ID", "zdsync")
            .variable("ZENDESK_OAUTH_CLIENT_SECRET", CLIENT_SECRET)
    }
}
