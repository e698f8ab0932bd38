//! Findings as SARIF 2.1.0, which code scanning reads, with the help of every rule.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::{path_in, write_json};
use crate::diag::{Diagnostic, Diagnostics, Place, RuleHelp, Severity};

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

#[derive(Serialize)]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Text,
    artifact_changes: [Change; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

/// Writes all findings as one SARIF log. `rules` explains the codes; `folder` is the project's folder,
/// seen from the repository's root, empty where they are the same.
///
/// # Errors
/// Those of `out`.
pub fn sarif(
    found: &Diagnostics,
    rules: &[RuleHelp],
    folder: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules.iter().map(descriptor).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: found
                .iter()
                .map(|finding| result(finding, rules, folder))
                .collect(),
        }],
    };
    write_json(&log, out)
}

fn descriptor(rule: &RuleHelp) -> Descriptor {
    let RuleHelp {
        code,
        title,
        why,
        page,
        severity,
    } = rule;
    Descriptor {
        id: code.0,
        short_description: Text {
            text: (*title).to_owned(),
        },
        full_description: Text {
            text: (*why).to_owned(),
        },
        help: Help {
            text: (*why).to_owned(),
            markdown: page.clone(),
        },
        default_configuration: Configuration {
            enabled: severity.is_some(),
            level: severity.unwrap_or(Severity::Warning).word(),
        },
    }
}

fn result(finding: &Diagnostic, rules: &[RuleHelp], folder: &str) -> Finding {
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{help}");
    }
    let related = finding.related.iter().enumerate();
    Finding {
        rule_id: finding.code.0,
        rule_index: rules.iter().position(|rule| rule.code == finding.code),
        level: finding.severity.word(),
        message: Text { text },
        locations: [Location {
            id: None,
            physical: match &finding.place {
                Some(place) => physical(place, folder),
                None => nowhere(folder),
            },
            message: None,
        }],
        related_locations: related
            .map(|(id, related)| Location {
                id: Some(id),
                physical: physical(&related.place, folder),
                message: Some(Text {
                    text: related.message.clone(),
                }),
            })
            .collect(),
        fixes: finding
            .fix
            .iter()
            .map(|fix| Fix {
                description: Text {
                    text: finding.help.clone().unwrap_or_default(),
                },
                artifact_changes: [Change {
                    artifact_location: artifact(&fix.place, folder),
                    replacements: [Replacement {
                        deleted_region: region(&fix.place),
                        inserted_content: Text {
                            text: fix.replacement.clone(),
                        },
                    }],
                }],
            })
            .collect(),
    }
}

fn physical(place: &Place, folder: &str) -> Physical {
    Physical {
        artifact_location: artifact(place, folder),
        region: region(place),
    }
}

/// Where a finding is shown that is about no text, such as a file that cannot be read: code scanning
/// takes no finding without a place.
fn nowhere(folder: &str) -> Physical {
    Physical {
        artifact_location: uri(folder, "zdsync.yaml"),
        region: Region {
            start_line: 1,
            start_column: 1,
            end_line: 1,
            end_column: 1,
        },
    }
}

fn artifact(place: &Place, folder: &str) -> Artifact {
    uri(folder, place.source.path())
}

fn uri(folder: &str, path: &str) -> Artifact {
    let path = path_in(folder, path);
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    Artifact { uri }
}

fn region(place: &Place) -> Region {
    let ((start_line, start_column), (end_line, end_column)) =
        (place.position(), place.end_position());
    Region {
        start_line,
        start_column,
        end_line,
        end_column,
    }
}
