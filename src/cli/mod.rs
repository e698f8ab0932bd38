//! The command line: flags and environment in, one exit code out.
//!
//! Every subcommand is one thin file. Nothing here holds a rule about the service, builds a request or
//! formats a plan.

mod account;
mod apply;
mod approved;
mod args;
mod canary;
mod check;
mod completions;
mod credentials;
mod drift;
mod embedded;
mod env;
mod exit;
mod failure;
mod folder;
mod git;
mod history;
mod import;
mod init;
mod interrupt;
mod journal;
mod packed;
mod plan;
mod project;
mod receipt;
mod sandbox;
mod schema;
mod screen;
mod settings;
mod snapshot;
mod validate;
mod values;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;
use failure::Failure;
use settings::Settings;

/// Runs the command line `arguments` (the program's name first) and gives the process's exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error).into(),
    };
    let settings = Settings::resolve(&cli.global);
    settings.start_logging();
    match dispatch(&settings, cli.command) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(&settings).into(),
    }
}

/// The whole command line as clap knows it, for completions, man pages and reference pages.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Shows clap's message; asking for help or the version is no error.
fn usage(error: &clap::Error) -> Exit {
    // Nothing is left to tell the person when neither stream can be written.
    let _unprinted = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    }
}

fn dispatch(settings: &Settings, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(arguments) => init::run(settings, &arguments),
        Command::Validate(arguments) => validate::run(settings, &arguments),
        Command::Plan(arguments) => plan::run(settings, &arguments),
        Command::Apply(arguments) => apply::run(settings, &arguments),
        Command::History(arguments) => history::run(settings, &arguments),
        Command::Import(arguments) => import::run(settings, &arguments),
        Command::Snapshot(arguments) => snapshot::run(settings, &arguments),
        Command::Check(arguments) => check::run(settings, &arguments),
        Command::Sandbox(arguments) => sandbox::run(settings, &arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Man(arguments) => completions::man(&arguments),
    }
}

/// Runs asynchronous work to its end.
fn block_on<Work: Future>(work: Work) -> Result<Work::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::new(
                format!("cannot start the runtime: {error}"),
                "check the limits of this process",
            )
        })?;
    Ok(runtime.block_on(work))
}
