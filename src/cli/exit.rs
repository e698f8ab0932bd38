//! Exit codes: stable, documented, one meaning each.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done, or nothing to do, or a plan without `--detailed-exitcode`.
    Done,
    /// An error; nothing was changed.
    Error,
    /// The plan has changes (`--detailed-exitcode` only).
    Changes,
    /// The apply ended with some operations failed or skipped, or with changes that do not hold or that
    /// could not be read again.
    Partial,
    /// Refused: a limit, a protection, a policy, a stale plan, or an incomplete read.
    Refused,
    /// The command line is wrong.
    Usage,
    /// Interrupted, after finishing what was in flight.
    Interrupted,
}

impl Exit {
    /// The number the process ends with.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Partial => 3,
            Self::Refused => 4,
            Self::Usage => 64,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn exit_codes_are_the_documented_ones() {
        let codes = [
            Exit::Done,
            Exit::Error,
            Exit::Changes,
            Exit::Partial,
            Exit::Refused,
            Exit::Usage,
            Exit::Interrupted,
        ]
        .map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 64, 130]);
    }
}
