//! `zdsync history`: what was applied from this folder, by its receipts.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Address, plural};
use crate::report;

use super::args::{HistoryArgs, HistoryFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::folder::Folder;
use super::receipt;
use super::settings::Settings;

/// As much of a receipt as the list shows. Receipts of older versions lack some of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Applied {
    #[serde(default)]
    file: String,
    account: String,
    caller: Option<String>,
    digest: String,
    commit: Option<String>,
    #[serde(default)]
    pull_request: Option<String>,
    started_at: Timestamp,
    finished_at: Timestamp,
    #[serde(default)]
    broken_off: bool,
    done: u64,
    failed: u64,
    skipped: u64,
    requests: u64,
    operations: Vec<Operation>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Operation {
    id: String,
    status: String,
    changes: Vec<String>,
    message: Option<String>,
}

/// The format of the JSON form.
#[derive(Serialize)]
struct History<'a> {
    format: &'static str,
    applies: &'a [Applied],
}

/// Prints the applies of the folder, the newest first.
pub(super) fn run(settings: &Settings, arguments: &HistoryArgs) -> Result<Exit, Failure> {
    let folder = Folder::of(&settings.directory);
    let mut applies = read(settings, &folder)?;
    applies.retain(|applied| is_wanted(applied, arguments));
    applies.reverse();
    let mut out = io::stdout().lock();
    match arguments.format {
        HistoryFormat::Human => human(&applies, &mut out),
        HistoryFormat::Json => report::json::line(
            &History {
                format: "zdsync.history/1",
                applies: &applies,
            },
            &mut out,
        ),
        HistoryFormat::Csv => csv(&applies, &mut out),
    }
    .and_then(|()| out.flush())
    .map_err(|error| Failure::output(&error))?;
    Ok(Exit::Done)
}

/// Every receipt that can be read, the oldest first; the others are named on standard error.
fn read(settings: &Settings, folder: &Folder) -> Result<Vec<Applied>, Failure> {
    let mut applies = Vec::new();
    for name in folder.list(receipt::FOLDER)? {
        let path = format!("{}/{name}", receipt::FOLDER);
        if camino::Utf8Path::new(&name).extension() != Some("json") {
            continue;
        }
        let text = folder.read(&path)?.unwrap_or_default();
        match serde_json::from_str::<Applied>(&text) {
            Ok(found) => applies.push(Applied {
                file: folder.path(&path).to_string(),
                ..found
            }),
            Err(error) => settings.note(&format!(
                "warning: {} is no receipt: {error}",
                folder.path(&path)
            )),
        }
    }
    applies.sort_by_key(|found| found.started_at);
    Ok(applies)
}

fn is_wanted(applied: &Applied, arguments: &HistoryArgs) -> bool {
    let changed = |wanted: &dyn Fn(&str) -> bool| {
        applied
            .operations
            .iter()
            .filter(|operation| operation.status != "skipped")
            .flat_map(|operation| &operation.changes)
            .any(|change| wanted(&change.to_lowercase()))
    };
    let since = arguments
        .since
        .is_none_or(|since| applied.started_at >= since);
    let person = arguments.user.as_ref().is_none_or(|user| {
        let own = Address::user(user.trim()).to_string().to_lowercase();
        let part = own.trim_start_matches("user");
        changed(&|change| {
            change == own
                || (change.contains("_membership/") && change.contains(&format!("{part}/")))
        })
    });
    let addresses = arguments.address.is_empty()
        || arguments.address.iter().any(|address| {
            let address = address.trim().to_lowercase();
            changed(&|change| change == address)
        });
    since && person && addresses
}

fn human(applies: &[Applied], out: &mut dyn Write) -> io::Result<()> {
    if applies.is_empty() {
        return writeln!(out, "No applies.");
    }
    for applied in applies {
        let Applied {
            file: _, // in the other forms
            account,
            caller,
            digest,
            commit,
            pull_request,
            started_at,
            finished_at: _,
            broken_off,
            done,
            failed,
            skipped,
            requests,
            operations: _,
        } = applied;
        let short = |text: &str| text.chars().take(12).collect::<String>();
        let mut counts = format!("{done} done");
        for (count, word) in [(failed, "failed"), (skipped, "skipped")] {
            if *count > 0 {
                counts = format!("{counts}, {count} {word}");
            }
        }
        if *broken_off {
            counts.push_str(", broken off");
        }
        let requests = usize::try_from(*requests).unwrap_or(usize::MAX);
        let parts = [
            Some(format!("{started_at:.0}")),
            Some(format!("plan {}", short(digest))),
            Some(counts),
            Some(plural(requests, "request")),
            Some(account.clone()),
            caller.as_ref().map(|caller| format!("by {caller}")),
            commit
                .as_ref()
                .map(|commit| format!("commit {}", short(commit))),
            pull_request
                .as_ref()
                .map(|number| format!("pull request {number}")),
        ];
        let line = parts.into_iter().flatten().collect::<Vec<_>>().join("  ");
        writeln!(out, "{}", report::text::neutral(&line))?;
    }
    Ok(())
}

fn csv(applies: &[Applied], out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "started_at,digest,account,caller,commit,pull_request,operation,status,address,message"
    )?;
    for applied in applies {
        for operation in &applied.operations {
            for change in &operation.changes {
                let cells = [
                    &*applied.started_at.to_string(),
                    &applied.digest,
                    &applied.account,
                    applied.caller.as_deref().unwrap_or_default(),
                    applied.commit.as_deref().unwrap_or_default(),
                    applied.pull_request.as_deref().unwrap_or_default(),
                    &operation.id,
                    &operation.status,
                    change,
                    operation.message.as_deref().unwrap_or_default(),
                ]
                .map(cell);
                writeln!(out, "{}", cells.join(","))?;
            }
        }
    }
    Ok(())
}

/// How formulas begin, in the wide forms of East Asian keyboards too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// One cell. Spreadsheets take a text that begins like a formula for one; an apostrophe keeps them from it.
fn cell(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let formula = text.trim_start().starts_with(FORMULA);
    let text = if formula { format!("'{text}") } else { text };
    if text.contains([',', '"', ' ', ';']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_or_breaks_its_row() {
        for (text, expected) in [
            ("user/ada@example.com", "user/ada@example.com"),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" -2", "\"' -2\""),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("a\nb", "\"a b\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
