//! What goes wrong, for the person at the keyboard: one clear error with its cause and the next step.

use std::io::{self, Write};

use camino::Utf8Path;

use crate::api;
use crate::report::text::neutral;

use super::exit::Exit;
use super::settings::Settings;

/// Why a command ends early.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something is wrong that one sentence explains.
    Error {
        /// What is wrong and where.
        message: String,
        /// What to do next.
        help: String,
    },
    /// Something is refused, although nothing is broken.
    Refused {
        /// What is refused and why.
        message: String,
        /// What to do next.
        help: String,
    },
    /// The account, or the way to it.
    Account {
        /// The account's address.
        origin: String,
        /// What is wrong.
        error: Box<api::Error>,
    },
    /// Everything has been said already.
    Said(Exit),
}

impl Failure {
    /// An error with its next step.
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Error {
            message: message.into(),
            help: help.into(),
        }
    }

    /// Something about the account of `client`.
    pub(super) fn account(client: &api::Client, error: api::Error) -> Self {
        Self::Account {
            origin: client.origin().to_string(),
            error: Box::new(error),
        }
    }

    /// A way to the account that cannot be set up.
    pub(super) fn connection(error: impl Into<api::Error>) -> Self {
        let error = error.into();
        let hint = error.hint().unwrap_or_default();
        Self::new(error.to_string(), hint)
    }

    /// A file that cannot be used.
    pub(super) fn file(what: &str, path: &Utf8Path, error: &io::Error) -> Self {
        Self::new(
            format!("{what} `{path}`: {error}"),
            "check the path and its permissions",
        )
    }

    /// Standard output that cannot be written. A reader that went away, as `head` does, is no error to
    /// speak of.
    pub(super) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Said(Exit::Error);
        }
        Self::new(
            format!("cannot write the output: {error}"),
            "check where it goes to",
        )
    }

    /// The exit code that it leads to.
    const fn exit(&self) -> Exit {
        match self {
            Self::Error { .. } | Self::Account { .. } => Exit::Error,
            Self::Refused { .. } => Exit::Refused,
            Self::Said(exit) => *exit,
        }
    }

    /// Tells the person on standard error, and gives the exit code.
    pub(super) fn report(&self, settings: &Settings) -> Exit {
        let (message, help) = match self {
            Self::Error { message, help } | Self::Refused { message, help } => {
                (message.clone(), Some(help.clone()))
            }
            Self::Account { origin, error } => {
                (format!("{error} (account {origin})"), error.hint())
            }
            Self::Said(exit) => return *exit,
        };
        let (bold, plain) = if settings.colour_errors {
            ("\u{1b}[1;31m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        let mut text = format!("{bold}error{plain}: {}\n", neutral(&message));
        if let Some(help) = help.filter(|help| !help.is_empty()) {
            text.push_str("  help: ");
            text.push_str(&neutral(&help));
            text.push('\n');
        }
        // Nothing is left to tell the person when standard error cannot be written.
        let _unprinted = io::stderr().lock().write_all(text.as_bytes());
        self.exit()
    }
}
