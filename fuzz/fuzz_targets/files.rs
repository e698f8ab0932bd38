//! No text makes reading a file that the program is given panic: a sandbox's seed, its faults and its
//! saved state, a snapshot, a saved plan. A snapshot that can be read can be adopted, planned against
//! and shown.
//!
//! `cargo +nightly fuzz run files`
#![no_main]

use std::collections::BTreeSet;
use std::io;

use libfuzzer_sys::fuzz_target;
use zdsync::api;
use zdsync::desired;
use zdsync::diag::Source;
use zdsync::live::{self, Redaction};
use zdsync::manifest::{Dropped, Project, Wishes, adopt, parse_config, parse_manifests};
use zdsync::model::Snapshot;
use zdsync::plan::{self, Inputs, Plan};
use zdsync::report::plan::{View, human, json, markdown};
use zdsync::sandbox::{FaultFile, Sandbox, Seed, Settings};

fuzz_target!(|text: &str| {
    let now = jiff::Timestamp::from_second(1_780_000_000).unwrap_or_default();
    let _ = FaultFile::parse(text);
    if let Ok(seed) = Seed::parse(text) {
        let account = Sandbox::new(&seed, Settings::default(), now);
        let saved = account.save().unwrap_or_default();
        assert!(Sandbox::restore(&saved, Settings::default()).is_ok());
    }
    let _ = Sandbox::restore(text, Settings::default());
    if let Ok((plan, _)) = plan::saved::from_text(text) {
        show(&plan);
    }
    if let Ok(saved) = live::saved::from_text(text) {
        let redaction = Redaction::new("salt".to_owned());
        adopted(&saved.snapshot, now);
        adopted(&redaction.hide(&saved.snapshot), now);
    }
});

/// Writes manifests for a snapshot, reads them and plans them against it.
fn adopted(snapshot: &Snapshot, at: jiff::Timestamp) {
    let (none, dropped) = (BTreeSet::new(), Dropped::default());
    let wishes = Wishes {
        end_users: true,
        profiles: true,
        only: &[],
        in_scope: &|_| true,
        known: &none,
        needed: &none,
        writable: &|_| true,
        dropped: &dropped,
        schema: None,
    };
    let written = adopt(snapshot, wishes).files;
    let sources: Vec<_> = written
        .into_iter()
        .map(|(path, manifest)| Source::new(path, manifest.text))
        .collect();
    let (files, broken, _) = parse_manifests(&sources);
    let config_source = Source::new("zdsync.yaml", "account: { subdomain: acme }\n");
    let Some(config) = parse_config(&config_source).0 else {
        return;
    };
    let policy = config.policy();
    let project = Project {
        config,
        config_source,
        files,
        broken,
    };
    let (inventory, _) = desired::resolve(&project, at);
    let plan = plan::build(&Inputs {
        inventory: &inventory,
        snapshot,
        policy: &policy,
        at,
        route: &api::route,
        targets: &[],
    });
    show(&plan);
    let saved = plan::saved::to_text(&plan, None).unwrap_or_default();
    assert!(plan::saved::from_text(&saved).is_ok());
}

fn show(plan: &Plan) {
    let mut out = io::sink();
    let view = View {
        colour: true,
        width: 80,
        verbose: true,
        source: "",
        only_access: false,
    };
    let shown = human(plan, &view, &mut out)
        .and_then(|()| markdown(plan, 65_536, &mut out))
        .and_then(|()| json(plan, &mut out));
    assert!(shown.is_ok());
}
