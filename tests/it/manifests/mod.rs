//! Every example is taken by the schema and by the reader alike, or by neither.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its setting is wrong"
)]

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;
use zdsync::desired;
use zdsync::diag::Source;
use zdsync::manifest::{Project, parse_config, parse_manifests, schema};

/// The YAML files of a folder beside this file.
#[expect(clippy::disallowed_methods, reason = "reads the examples")]
fn examples(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/manifests")
        .join(folder);
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), text)
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Says whether the schema takes every document of a text that is not empty.
fn schema_takes(text: &str) -> bool {
    let schema: Value = serde_json::from_str(&schema("manifest").unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let options = serde_yaml::options! {
        with_snippet: false, strict_booleans: true, leading_zero_numbers_as_strings: true,
    };
    let documents: Vec<Value> = serde_yaml::from_multiple_with_options(text, options).unwrap();
    documents
        .iter()
        .all(|document| validator.is_valid(document))
}

fn reader_takes(text: &str) -> bool {
    let (_, _, found) = parse_manifests(&[Source::new("a.yaml", text)]);
    found.errors() == 0
}

#[test]
fn valid_examples_pass_schema_and_reader() {
    for (name, text) in examples("valid") {
        let (_, _, found) = parse_manifests(&[Source::new(name.as_str(), text.as_str())]);
        let messages: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
        assert!(messages.is_empty(), "{name}: {messages:?}");
        assert!(schema_takes(&text), "{name}");
    }
}

#[test]
fn invalid_examples_fail_schema_and_reader() {
    for (name, text) in examples("invalid") {
        assert!(!reader_takes(&text), "{name} is taken by the reader");
        assert!(!schema_takes(&text), "{name} is taken by the schema");
    }
}

/// Reads and resolves a text as a whole project, whatever it is.
fn survive(config: &str, text: &str) {
    let source = Source::new("zdsync.yaml", config);
    let (read, found) = parse_config(&source);
    for finding in &found {
        assert!(!finding.message.is_empty());
    }
    let sound = Source::new("zdsync.yaml", "account: { subdomain: acme }\n");
    let config = read.unwrap_or_else(|| parse_config(&sound).0.unwrap());
    let manifests = [Source::new("manifests/a.yaml", text)];
    let (files, broken, mut found) = parse_manifests(&manifests);
    let project = Project {
        config,
        config_source: source,
        files,
        broken,
    };
    let at = "2026-06-15T12:00:00Z".parse().unwrap();
    let (inventory, meaning) = desired::resolve(&project, at);
    assert_eq!(
        desired::check(&project, at).iter().count(),
        meaning.iter().count()
    );
    found.append(meaning);
    found.sort();
    for (address, declared) in &inventory.resources {
        assert_eq!(*address, declared.resource.address());
    }
    let mut shown = String::new();
    let handler = miette::GraphicalReportHandler::new();
    for finding in &found {
        handler.render_report(&mut shown, finding).unwrap();
        if let Some(place) = &finding.place {
            let (line, column) = place.position();
            assert!(line >= 1 && column >= 1);
        }
    }
    for (source, edits) in found.fixes() {
        let (_, made) = zdsync::diag::apply_edits(&source, edits);
        assert!(made >= 1);
    }
}

/// Whole projects to be torn apart: configuration and manifests.
fn seeds() -> Vec<String> {
    let mut seeds: Vec<String> = examples("valid")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    seeds.extend(examples("invalid").into_iter().map(|(_, text)| text));
    seeds.push(
        "account: { subdomain: acme, owner: owner@example.com }\nmanifests: [manifests]\n\
         manage: { users: { undeclared: remove, scope: { roles: [agent] } } }\n\
         limits: { removals: { users: 5, groups: { count: 1, percent: 20 } }, min_admins: 2 }\n\
         protected: [user/owner@example.com]\nrate_limit: { share: 80% }\nrules: { ZD022: off }\n\
         grants: { require_reason: true, longest_days: 30 }\ninvite: false\n"
            .to_owned(),
    );
    seeds
}

/// One change to a text.
#[derive(Clone, Debug)]
enum Tear {
    Cut(usize, usize),
    Repeat(usize, usize),
    Put(usize, String),
}

fn tear() -> impl Strategy<Value = Tear> {
    let scrap = prop_oneof![
        Just("\n".to_owned()),
        Just(": ".to_owned()),
        Just("- ".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("<<: *a".to_owned()),
        Just("!!binary ".to_owned()),
        Just("\n---\n".to_owned()),
        Just("[".to_owned()),
        Just("}".to_owned()),
        Just("'".to_owned()),
        Just("\"\\u202e".to_owned()),
        Just("\t".to_owned()),
        Just("null".to_owned()),
        Just("1e999".to_owned()),
        Just("until: 9999-12-31".to_owned()),
        any::<char>().prop_map(String::from),
        "\\PC{0,12}",
    ];
    prop_oneof![
        (any::<usize>(), 1..20_usize).prop_map(|(at, length)| Tear::Cut(at, length)),
        (any::<usize>(), 1..200_usize).prop_map(|(at, length)| Tear::Repeat(at, length)),
        (any::<usize>(), scrap).prop_map(|(at, text)| Tear::Put(at, text)),
    ]
}

fn torn(text: &str, tears: &[Tear]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for tear in tears {
        let within = |at: usize| at % (characters.len() + 1);
        match tear {
            Tear::Cut(at, length) => {
                let at = within(*at);
                let end = (at + length).min(characters.len());
                characters.drain(at..end);
            }
            Tear::Repeat(at, length) => {
                let at = within(*at);
                let end = (at + length).min(characters.len());
                let copy: Vec<char> = characters[at..end].to_vec();
                characters.splice(end..end, copy);
            }
            Tear::Put(at, scrap) => {
                let at = within(*at);
                characters.splice(at..at, scrap.chars());
            }
        }
    }
    characters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_reading_or_resolving_panic(
        seed in any::<prop::sample::Index>(),
        tears in prop::collection::vec(tear(), 0..8),
    ) {
        let seeds = seeds();
        let text = torn(seed.get::<String>(&seeds), &tears);
        survive(&text, &text);
    }

    #[test]
    fn any_characters_at_all_are_survived(text in any::<String>()) {
        survive(&text, &text);
    }

    #[test]
    fn the_inventory_does_not_depend_on_the_order_of_files(order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle()) {
        let texts = [
            "groups: [{ name: Tier 1 }, { name: Tier 2 }]\n",
            "profiles: [{ name: base, groups: [Tier 1], role: agent }]\n",
            "users: [{ email: ada@example.com, profile: base }, { email: bob@example.com, groups: [Tier 2] }]\n",
            "organizations: [{ name: Globex, group: Tier 1 }]\n",
        ];
        let inventory = |order: &[usize]| {
            let sources: Vec<_> = order
                .iter()
                .map(|index| Source::new(format!("{index}.yaml"), texts[*index]))
                .collect();
            let source = Source::new("zdsync.yaml", "account: { subdomain: acme }\n");
            let (files, broken, _) = parse_manifests(&sources);
            let project = Project {
                config: parse_config(&source).0.unwrap(),
                config_source: source,
                files,
                broken,
            };
            desired::resolve(&project, "2026-06-15T12:00:00Z".parse().unwrap()).0
        };
        prop_assert_eq!(inventory(&order), inventory(&[0, 1, 2, 3]));
    }
}
