//! `zdsync check`: tests the connection to the account.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::live::{self, Check, Feature, Finding};
use crate::manifest::Config;
use crate::report;
use crate::report::text::neutral;

use super::account::{self, Purpose};
use super::args::{CheckArgs, CheckFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::project;
use super::settings::Settings;

/// Says who is calling, what the account offers, and what is missing.
pub(super) fn run(settings: &Settings, arguments: &CheckArgs) -> Result<Exit, Failure> {
    let (found, mistakes) = project::read_files(settings)?;
    let Some(found) = found else {
        project::show(settings, &mistakes);
        return Err(Failure::Said(Exit::Error));
    };
    let check = match ask(settings, &found.config, Purpose::Writing) {
        // A client that may not write can still be told so, with everything else.
        Err(Failure::Account { error, .. }) if error.is_scope_out_of_reach() => {
            ask(settings, &found.config, Purpose::Reading)
        }
        other => other,
    }?;
    let mut out = io::stdout().lock();
    match arguments.format {
        CheckFormat::Human => human(&check, &mut out),
        CheckFormat::Json => report::json::line(&document(&check), &mut out),
    }
    .and_then(|()| out.flush())
    .map_err(|error| Failure::output(&error))?;
    Ok(if check.is_ready() {
        Exit::Done
    } else {
        Exit::Error
    })
}

fn ask(settings: &Settings, config: &Config, purpose: Purpose) -> Result<Check, Failure> {
    let client = account::connect(settings, config, purpose, Settings::now())?;
    super::block_on(live::check(&client.reader()))?
        .map_err(|error| Failure::account(&client, error))
}

fn human(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let Check {
        account,
        caller,
        role,
        credential,
        scopes,
        features,
        rate_limit,
        rate_remaining,
        findings,
        requests: _, // of no interest to people
    } = check;
    writeln!(
        out,
        "account      {} ({})",
        neutral(&account.subdomain),
        account.url
    )?;
    writeln!(
        out,
        "fingerprint  {} (pin it with `account.fingerprint`)",
        neutral(&account.fingerprint)
    )?;
    let address = caller.address.name().as_str();
    writeln!(
        out,
        "caller       {} <{}>, {}",
        neutral(&caller.name),
        neutral(address),
        neutral(role)
    )?;
    let scopes = scopes.as_ref().map_or_else(String::new, |scopes| {
        format!(", scopes {}", scopes.join(" "))
    });
    writeln!(out, "credential   {credential}{}", neutral(&scopes))?;
    if let (Some(limit), Some(remaining)) = (rate_limit, rate_remaining) {
        writeln!(
            out,
            "rate limit   {limit} requests a minute, {remaining} left in this one"
        )?;
    }
    offered(features, out)?;
    missing(findings, out)
}

fn offered(features: &[Feature], out: &mut dyn Write) -> io::Result<()> {
    for feature in features {
        let available = match feature.available {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        writeln!(
            out,
            "{:<24}{available:<9}{}",
            feature.name.replace('_', " "),
            feature.note
        )?;
    }
    Ok(())
}

fn missing(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        writeln!(
            out,
            "× {}: {}\n  help: {}",
            finding.code,
            neutral(&finding.message),
            neutral(&finding.help)
        )?;
    }
    if findings.is_empty() {
        writeln!(out, "Everything that plan and apply need is there.")?;
    }
    Ok(())
}

fn document(check: &Check) -> Value {
    let Check {
        account,
        caller,
        role,
        credential,
        scopes,
        features,
        rate_limit,
        rate_remaining,
        findings,
        requests,
    } = check;
    let features = features.iter().map(|feature| {
        json!({ "name": feature.name, "available": feature.available, "note": feature.note })
    });
    let findings = findings.iter().map(|finding| {
        json!({
            "code": finding.code,
            "blocks_planning": finding.blocks_planning,
            "message": finding.message,
            "help": finding.help,
        })
    });
    json!({
        "format": "zdsync.check/1",
        "account": account,
        "caller": {
            "id": caller.id,
            "address": caller.address.to_string(),
            "name": caller.name,
            "role": role,
        },
        "credential": credential,
        "scopes": scopes,
        "features": features.collect::<Vec<_>>(),
        "rate_limit": rate_limit,
        "rate_remaining": rate_remaining,
        "findings": findings.collect::<Vec<_>>(),
        "requests": requests,
    })
}
