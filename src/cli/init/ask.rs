//! What `init` asks where no flag says it.

use std::io::{BufRead, Write};

use super::{Choices, INSTALL, Target, check};
use crate::cli::args::Ci;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;

/// How often a question is asked again after an answer that cannot be taken.
const PATIENCE: usize = 5;

/// A conversation.
pub(super) struct Questions<R, W> {
    answers: R,
    screen: W,
}

impl<R: BufRead, W: Write> Questions<R, W> {
    pub(super) const fn new(answers: R, screen: W) -> Self {
        Self { answers, screen }
    }

    /// Asks for everything that is not given.
    pub(super) fn ask(
        &mut self,
        ci: Option<Ci>,
        install: Option<String>,
    ) -> Result<Choices, Failure> {
        let target = self.until(
            "Which Zendesk account? NAME of NAME.zendesk.com, or `sandbox` to try zdsync without one: ",
            target,
        )?;
        let ci = match ci {
            Some(ci) => ci,
            None => self.until(
                "Plan pull requests in CI? `github`, `gitlab` or `none` [none]: ",
                |answer| match answer {
                    "github" => Ok(Ci::Github),
                    "gitlab" => Ok(Ci::Gitlab),
                    "" | "none" => Ok(Ci::None),
                    _ => Err("answer github, gitlab or none".to_owned()),
                },
            )?,
        };
        let install = match (ci, install) {
            (_, Some(install)) => install,
            (Ci::None, None) => INSTALL.to_owned(),
            (Ci::Github | Ci::Gitlab, None) => self.until(
                &format!("The command by which a CI job installs zdsync [{INSTALL}]: "),
                |answer| match answer {
                    "" => Ok(INSTALL.to_owned()),
                    command => Ok(command.to_owned()),
                },
            )?,
        };
        Ok(Choices {
            target,
            ci,
            install,
        })
    }

    /// Asks until there is an answer that can be taken.
    fn until<T>(
        &mut self,
        question: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        for _ in 0..PATIENCE {
            self.say(question)?;
            let mut answer = String::new();
            match self.answers.read_line(&mut answer) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    return Err(Failure::new(
                        format!("the answer cannot be read: {error}"),
                        "give flags instead; see `zdsync init --help`",
                    ));
                }
            }
            match read(answer.trim()) {
                Ok(taken) => return Ok(taken),
                Err(why) => self.say(&format!("  {why}\n"))?,
            }
        }
        self.say(
            "\nnobody answers; say it with flags: --subdomain NAME, --url URL or --sandbox, and --ci\n",
        )?;
        Err(Failure::Said(Exit::Usage))
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.screen
            .write_all(text.as_bytes())
            .and_then(|()| self.screen.flush())
            .map_err(|error| Failure::output(&error))
    }
}

/// The account that an answer names.
fn target(answer: &str) -> Result<Target, String> {
    let target = match answer {
        "" => return Err("name an account, or answer sandbox".to_owned()),
        "sandbox" => Target::Sandbox,
        address if address.contains("://") => {
            let host = address.trim_end_matches('/').strip_prefix("https://");
            match host.and_then(|host| host.strip_suffix(".zendesk.com")) {
                Some(subdomain) => Target::Subdomain(subdomain.to_owned()),
                None => Target::Url(address.to_owned()),
            }
        }
        name => Target::Subdomain(name.strip_suffix(".zendesk.com").unwrap_or(name).to_owned()),
    };
    match check(&target) {
        Ok(()) => Ok(target),
        Err(Failure::Error { message, .. }) => Err(message),
        Err(Failure::Refused { .. } | Failure::Account { .. } | Failure::Said(_)) => {
            Err("this cannot be an account".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ci, Failure, Questions, Target};

    #[test]
    fn questions_are_asked_until_they_are_answered() {
        let answers =
            "\nacme corp\nhttps://acme.zendesk.com/\nperhaps\ngithub\ncargo install zdsync\n";
        let mut screen = Vec::new();
        let choices = Questions::new(answers.as_bytes(), &mut screen)
            .ask(None, None)
            .unwrap();
        assert_eq!(choices.target, Target::Subdomain("acme".to_owned()));
        assert_eq!(choices.ci, Ci::Github);
        assert_eq!(choices.install, "cargo install zdsync");
        insta::assert_snapshot!(String::from_utf8(screen).unwrap());
    }

    #[test]
    fn what_is_given_is_not_asked_and_silence_is_no_answer() {
        let mut screen = Vec::new();
        let choices = Questions::new("sandbox\n".as_bytes(), &mut screen)
            .ask(Some(Ci::None), None)
            .unwrap();
        assert_eq!((choices.target, choices.ci), (Target::Sandbox, Ci::None));
        let silent = Questions::new("".as_bytes(), Vec::new()).ask(None, None);
        assert!(matches!(silent, Err(Failure::Said(_))));
    }
}
