//! Credentials, from the environment or from a program it names.

use std::process::{Command, Stdio};

use crate::api::{Credentials, FoundCredentials};

use super::env;
use super::failure::Failure;

/// Takes the one credential the environment holds.
pub(super) fn from_environment() -> Result<Credentials, Failure> {
    let command_output = match env::text(env::CREDENTIAL_COMMAND) {
        Some(command) => Some(run(&command)?),
        None => None,
    };
    let found = FoundCredentials {
        oauth_client_id: env::text(env::OAUTH_CLIENT_ID),
        oauth_client_secret: env::text(env::OAUTH_CLIENT_SECRET),
        oauth_token: env::text(env::OAUTH_TOKEN),
        email: env::text(env::EMAIL),
        api_token: env::text(env::API_TOKEN),
        command_output,
    };
    Credentials::from_found(found).map_err(|error| Failure::new(error.to_string(), error.hint()))
}

/// Runs the credential program in a shell and gives what it printed. Its standard error goes to ours, so
/// that a vault can say what is wrong.
fn run(command: &str) -> Result<String, Failure> {
    let failed = |why: String| {
        Failure::new(
            format!("the program in `{}` failed: {why}", env::CREDENTIAL_COMMAND),
            "run it by hand; it must print the credential as JSON and end with 0",
        )
    };
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let output = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| failed("it printed something that is no text".to_owned()))
}
