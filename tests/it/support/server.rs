//! The simulator served over HTTP by the real binary.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `zdsync sandbox`, ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Serves the account of `seed` on a free loopback port.
    pub(crate) fn start(seed: &Path) -> Self {
        Self::start_with(seed, &[])
    }

    /// As [`Self::start`], with more flags.
    pub(crate) fn start_with(seed: &Path, flags: &[&str]) -> Self {
        let seed = ["--seed".as_ref(), seed.as_os_str()];
        Self::serve(seed.into_iter().chain(flags.iter().map(AsRef::as_ref)))
    }

    /// Serves a made-up account.
    pub(crate) fn generated(size: &str, random_seed: u64) -> Self {
        let random_seed = random_seed.to_string();
        let flags = [
            "--no-limits",
            "--generate",
            size,
            "--random-seed",
            &random_seed,
        ];
        Self::serve(flags.iter().map(AsRef::as_ref))
    }

    fn serve<'a>(arguments: impl Iterator<Item = &'a OsStr>) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_zdsync"))
            .args(["sandbox", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line
            .trim()
            .strip_prefix("listening ")
            .unwrap_or_else(|| panic!("said {line:?}"));
        let url = url.to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
