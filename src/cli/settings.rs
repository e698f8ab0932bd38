//! Raw flags and environment, resolved into what the commands go by.

use std::io::{self, IsTerminal, Write};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use tracing_subscriber::EnvFilter;

use super::args::{Colour, GlobalArgs, LogFormat};
use super::env;

/// Columns assumed where nothing says how wide the output is.
const DEFAULT_WIDTH: usize = 100;

/// What every command goes by.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent flags of the command line, each with its own meaning"
)]
pub(super) struct Settings {
    /// The project folder.
    pub(super) directory: Utf8PathBuf,
    /// Whether standard output takes colours.
    pub(super) colour: bool,
    /// Whether standard error takes colours.
    pub(super) colour_errors: bool,
    /// Columns of standard output.
    pub(super) width: usize,
    /// Say only what was asked for.
    pub(super) quiet: bool,
    /// How much more to say.
    pub(super) verbose: u8,
    /// Whether the log tells what bodies hold.
    pub(super) log_bodies: bool,
    log_format: LogFormat,
}

impl Settings {
    /// Joins the flags with the environment and the streams.
    pub(super) fn resolve(global: &GlobalArgs) -> Self {
        let colour = |terminal: bool| match global.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                terminal
                    && env::text(env::NO_COLOR).is_none()
                    && env::text(env::TERM).is_none_or(|term| term != "dumb")
            }
        };
        let GlobalArgs {
            directory,
            color: _,
            quiet,
            verbose,
            log_format,
            log_bodies,
        } = global;
        Self {
            directory: directory.clone(),
            colour: colour(io::stdout().is_terminal()),
            colour_errors: colour(io::stderr().is_terminal()),
            width: width(),
            quiet: *quiet,
            verbose: *verbose,
            log_bodies: *log_bodies,
            log_format: *log_format,
        }
    }

    /// A path of the command line: as with git, `-C` comes first, so relative ones start there.
    pub(super) fn path(&self, path: &Utf8Path) -> Utf8PathBuf {
        if self.directory == "." {
            // What a person is told is then what the person typed.
            return path.to_owned();
        }
        self.directory.join(path)
    }

    /// The time, read once for each command.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock for commands"
    )]
    pub(super) fn now() -> Timestamp {
        Timestamp::now()
    }

    /// Starts the log on standard error: warnings, with `-v` a line for each request, with `-vv` all.
    pub(super) fn start_logging(&self) {
        let verbose = self.verbose.max(self.log_bodies.into());
        let level = match (self.quiet, verbose) {
            (true, _) => "error",
            (false, 0) => "warn",
            (false, 1) => "zdsync=info,warn",
            (false, _) => "zdsync=debug,info",
        };
        let filter = env::text(env::LOG)
            .and_then(|filter| EnvFilter::try_new(filter).ok())
            .unwrap_or_else(|| EnvFilter::new(level));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(self.colour_errors);
        // A second start in one process, as in tests, keeps the first.
        let _started = match self.log_format {
            LogFormat::Text => log.with_target(false).try_init(),
            LogFormat::Json => log.json().try_init(),
        };
    }

    /// Tells the person something on standard error, unless `-q` is given.
    pub(super) fn note(&self, message: &str) {
        if !self.quiet {
            // Nothing is left to tell the person when standard error cannot be written.
            let _unprinted = writeln!(io::stderr().lock(), "{message}");
        }
    }
}

fn width() -> usize {
    if let Some((terminal_size::Width(columns), _)) = terminal_size::terminal_size() {
        return usize::from(columns).max(40);
    }
    env::text(env::COLUMNS)
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(DEFAULT_WIDTH)
}
