//! No text makes reading, checking, resolving or showing a project panic.
//!
//! `cargo +nightly fuzz run project tests/it/manifests/valid tests/it/manifests/invalid`
#![no_main]

use libfuzzer_sys::fuzz_target;
use zdsync::desired;
use zdsync::diag::{Source, apply_edits};
use zdsync::manifest::{Project, parse_config, parse_manifests};
use zdsync::report::diagnostics;

fuzz_target!(|text: &str| {
    let source = Source::new("zdsync.yaml", text);
    let (read, mut found) = parse_config(&source);
    let sound = Source::new("zdsync.yaml", "account: { subdomain: acme }\n");
    let Some(config) = read.or_else(|| parse_config(&sound).0) else {
        return;
    };
    let (files, broken, mistakes) = parse_manifests(&[Source::new("manifests/a.yaml", text)]);
    found.append(mistakes);
    let project = Project {
        config,
        config_source: source,
        files,
        broken,
    };
    let at = jiff::Timestamp::from_second(1_780_000_000).unwrap_or_default();
    let (_, meaning) = desired::resolve(&project, at);
    found.append(meaning);
    found.sort();
    let mut out = std::io::sink();
    let shown = diagnostics::human(&found, true, 80, &mut out)
        .and_then(|()| diagnostics::json(&found, &mut out))
        .and_then(|()| diagnostics::github(&found, "", &mut out))
        .and_then(|()| diagnostics::sarif(&found, &desired::rules::help(), "", &mut out));
    assert!(shown.is_ok());
    for (source, edits) in found.fixes() {
        let _ = apply_edits(&source, edits);
    }
});
