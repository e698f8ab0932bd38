//! How much processor time reading and checking manifests takes, and how much memory, beside the YAML parser alone.
//!
//! `cargo bench --bench validate` runs each case in a process of its own and prints one line for it.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark measures, prints and gives up when something is wrong"
)]

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use serde::Deserialize;
use zdsync::desired;
use zdsync::diag::Source;
use zdsync::manifest::{Project, parse_config, parse_manifests};

#[path = "support/people.rs"]
mod people;

/// People as the parser reads them where nothing is kept of their places.
#[derive(Deserialize)]
struct Plain {
    #[serde(default)]
    groups: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    organizations: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    users: Vec<PlainUser>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PlainUser {
    email: String,
    name: String,
    external_id: String,
    role: String,
    groups: Vec<String>,
    organizations: Vec<String>,
    tags: Vec<String>,
    time_zone: String,
    user_fields: BTreeMap<String, String>,
}

fn sources(case: &str) -> Vec<Arc<Source>> {
    if case == "one" {
        let text = people::head() + &people::users(0, 100_000);
        return vec![Source::new("manifests/all.yaml", text)];
    }
    if case == "small" {
        let entry = |number| {
            let name = format!("p{number:06}");
            format!(
                "  - email: {name}@example.com\n    name: Person {name}\n    role: end-user\n    alias: \"\"\n"
            )
        };
        let text = "users:\n".to_owned() + &(0..600_000).map(entry).collect::<String>();
        return vec![Source::new("manifests/all.yaml", text)];
    }
    let mut all = vec![Source::new("manifests/head.yaml", people::head())];
    all.extend((0..1_000).map(|file| {
        let text = people::users(file * 100, file * 100 + 100);
        Source::new(format!("manifests/{file:04}.yaml"), text)
    }));
    all
}

/// Runs one case; prints seconds, peak memory and size in megabytes.
fn run(mode: &str, case: &str) {
    let sources = sources(case);
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    let start = people::processor_time();
    let found = match mode {
        "parser" => {
            let mut people = 0;
            for source in &sources {
                let size = source.text().len();
                let options = serde_yaml::options! {
                    with_snippet: false,
                    budget: serde_yaml::budget! {
                        max_events: 2 * size, max_nodes: size, max_total_scalar_bytes: 2 * size,
                    },
                };
                let plain: Plain =
                    serde_yaml::from_str_with_options(source.text(), options).unwrap();
                people += plain.users.len() + plain.groups.len() + plain.organizations.len();
                std::hint::black_box(plain);
            }
            people
        }
        "read" => parse_manifests(&sources).0.len(),
        _ => {
            let config = Source::new("zdsync.yaml", "account: { subdomain: acme }\n");
            let (files, broken, _) = parse_manifests(&sources);
            let project = Project {
                config: parse_config(&config).0.unwrap(),
                config_source: config,
                files,
                broken,
            };
            let at = "2026-06-15T12:00:00Z".parse().unwrap();
            match mode {
                "validate" => desired::check(&project, at).iter().count(),
                _ => desired::resolve(&project, at).0.resources.len(),
            }
        }
    };
    let seconds = people::processor_time() - start;
    let peak = people::peak_memory().map_or(f64::NAN, |bytes| bytes / 1_048_576.0);
    let size = f64::from(u32::try_from(bytes).unwrap()) / 1_048_576.0;
    println!(
        "{case:>5} {mode:>9}  {seconds:6.2} s  {peak:6.0} MB of memory, {:4.1} times the {size:.0} MB read  ({found})",
        peak / size
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, mode, case] = arguments.as_slice() {
        return run(mode, case);
    }
    for case in ["one", "many", "small"] {
        for mode in ["parser", "read", "validate", "resolve"] {
            let status = Command::new(&arguments[0])
                .args([mode, case])
                .status()
                .unwrap();
            assert!(status.success());
        }
    }
}
