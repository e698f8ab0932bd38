//! The `zdsync` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    zdsync::cli::run(std::env::args_os())
}
