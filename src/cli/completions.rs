//! `zdsync completions` and `zdsync man`.

use std::io;

use super::args::{CompletionsArgs, ManArgs};
use super::exit::Exit;
use super::failure::Failure;

/// Prints the completions of one shell.
#[expect(clippy::unnecessary_wraps, reason = "every command has this shape")]
pub(super) fn completions(arguments: &CompletionsArgs) -> Result<Exit, Failure> {
    clap_complete::generate(
        arguments.shell,
        &mut super::command(),
        "zdsync",
        &mut io::stdout().lock(),
    );
    Ok(Exit::Done)
}

/// Prints the main man page, or writes one page for each subcommand.
pub(super) fn man(arguments: &ManArgs) -> Result<Exit, Failure> {
    let command = super::command();
    match &arguments.out {
        None => clap_mangen::Man::new(command)
            .render(&mut io::stdout().lock())
            .map_err(|error| Failure::output(&error))?,
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(command, folder))
                .map_err(|error| Failure::file("cannot write man pages to", folder, &error))?;
        }
    }
    Ok(Exit::Done)
}
