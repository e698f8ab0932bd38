//! Apply events for people: a line for each operation as it ends, then what failed and what to do.

use std::io::{self, Write};

use anstyle::Style;

use crate::apply::{Event, ItemFailure, Outcome, Status};
use crate::model::{Address, plural};
use crate::plan::{Operation, Plan};
use crate::report::pen::{BOLD, DIM, GREEN, PLAIN, Pen, Piece, RED, YELLOW};
use crate::report::phrase;

use super::json::find;

/// Changes of one operation that its line names; the plan names them all.
const NAMED: usize = 3;

/// Writes the events of one apply for people, in the order in which they come.
#[derive(Debug)]
pub struct Progress<'p> {
    plan: &'p Plan,
    colour: bool,
    width: usize,
    total: usize,
    ended: usize,
    expected: u64,
    troubles: Vec<Outcome>,
    unmet: usize,
    unverified: bool,
}

impl<'p> Progress<'p> {
    /// Follows the apply of `plan`.
    pub fn new(plan: &'p Plan, colour: bool, width: usize) -> Self {
        Self {
            plan,
            colour,
            width,
            total: plan.operations.len(),
            ended: 0,
            expected: 0,
            troubles: Vec::new(),
            unmet: 0,
            unverified: false,
        }
    }

    /// Writes what people should read when this event comes; for some events, nothing.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn event(&mut self, event: &Event, out: &mut dyn Write) -> io::Result<()> {
        let pen = &mut Pen::new(out, self.colour, self.width);
        match event {
            Event::Started {
                digest: _, // the plan showed it
                operations,
                expected_requests,
            } => {
                self.total = *operations;
                self.expected = *expected_requests;
                Ok(())
            }
            Event::Begun { id: _, title: _ } | Event::JobStarted { id: _, job: _ } => Ok(()),
            Event::Verified {
                checked,
                requests: _, // its own business, not the plan's
                unmet,
            } => {
                self.unmet = unmet.len();
                verified(pen, *checked, unmet)
            }
            Event::NotVerified { why } => {
                self.unverified = true;
                pen.gap()?;
                let text = format!("what was changed could not be read again: {why}");
                pen.hanging(&[Piece("Not verified: ", BOLD)], &text, PLAIN)
            }
            Event::Operation(outcome) => {
                self.ended += 1;
                self.operation(pen, outcome)?;
                if outcome.status != Status::Done {
                    self.troubles.push(outcome.clone());
                }
                Ok(())
            }
            Event::Finished {
                done,
                failed,
                skipped,
                requests,
            } => self.finished(pen, [*done, *failed, *skipped], *requests),
        }
    }

    fn operation(&self, pen: &mut Pen<'_>, outcome: &Outcome) -> io::Result<()> {
        let digits = self.total.to_string().len();
        let count = format!("[{:>digits$}/{}] ", self.ended, self.total);
        let (word, style) = status(outcome.status);
        let word = format!("{word:<7} ");
        let lead = [Piece(&count, DIM), Piece(&word, style)];
        let text = self.title(outcome);
        pen.hanging(&lead, &text, PLAIN)?;
        if let Some(message) = &outcome.message {
            let blanks = " ".repeat(count.len() + word.len());
            pen.hanging(&[Piece(&blanks, PLAIN)], message, style)?;
        }
        Ok(())
    }

    /// `PUT /api/v2/users/7  user/ada@example.com`.
    fn title(&self, outcome: &Outcome) -> String {
        match find(self.plan, outcome.id) {
            Some(operation) => format!(
                "{} {}  {}",
                operation.route.method,
                operation.route.path,
                subjects(operation)
            ),
            None => outcome.id.to_string(),
        }
    }

    fn finished(
        &self,
        pen: &mut Pen<'_>,
        [done, failed, skipped]: [usize; 3],
        requests: u64,
    ) -> io::Result<()> {
        for (status, word) in [(Status::Failed, "Failed"), (Status::Skipped, "Skipped")] {
            let mut troubles = self
                .troubles
                .iter()
                .filter(|outcome| outcome.status == status)
                .peekable();
            if troubles.peek().is_some() {
                pen.gap()?;
                pen.line(&[Piece(word, BOLD)])?;
            }
            for outcome in troubles {
                self.trouble(pen, outcome)?;
            }
        }
        pen.gap()?;
        let counts: Vec<_> = [(done, "done"), (failed, "failed"), (skipped, "skipped")]
            .iter()
            .filter(|(count, word)| *count > 0 || *word == "done")
            .map(|(count, word)| {
                format!(
                    "{} {word}",
                    phrase::number(u64::try_from(*count).unwrap_or(u64::MAX))
                )
            })
            .collect();
        let text = format!(
            "{} · {}, {} expected",
            counts.join(", "),
            if requests == 1 {
                "1 request".to_owned()
            } else {
                format!("{} requests", phrase::number(requests))
            },
            phrase::number(self.expected)
        );
        pen.hanging(&[Piece("Apply: ", BOLD)], &text, PLAIN)?;
        let next = match (failed, skipped, self.unmet) {
            (0, 0, 0) if !self.unverified => return Ok(()),
            (0, 0, 0) => "`zdsync plan` shows whether everything holds.",
            (0, 0, _) => {
                "somebody or something else may have changed the account meanwhile; `zdsync plan` shows \
                 what would put it right."
            }
            (0, _, _) => "run `zdsync apply` again: it does only what is left.",
            _ => {
                "mend what the messages above name, then run `zdsync plan` and `zdsync apply` again: they do \
                  only what is left."
            }
        };
        pen.hanging(
            &[Piece("Next: ", BOLD)],
            &format!("what is done stays done; {next}"),
            PLAIN,
        )?;
        Ok(())
    }

    fn trouble(&self, pen: &mut Pen<'_>, outcome: &Outcome) -> io::Result<()> {
        let Outcome {
            id,
            status: _, // the heading says it
            message,
            failures,
            because,
            request_ids,
            requests: _, // counted at the end
            numbers: _,  // not for people
        } = outcome;
        let (_, style) = status(outcome.status);
        let head = format!("  {id}  ");
        pen.hanging(&[Piece(&head, style)], &self.title(outcome), PLAIN)?;
        let blanks = Piece("      ", PLAIN);
        if let Some(message) = message {
            pen.hanging(&[blanks], message, PLAIN)?;
        }
        for ItemFailure { address, message } in failures {
            pen.hanging(&[blanks], &format!("{address}: {message}"), PLAIN)?;
        }
        if let Some(because) = because {
            pen.line(&[
                blanks,
                Piece("because of ", DIM),
                Piece(&because.to_string(), PLAIN),
            ])?;
        }
        if !request_ids.is_empty() {
            pen.hanging(
                &[blanks, Piece("request ids ", DIM)],
                &request_ids.join(", "),
                DIM,
            )?;
        }
        Ok(())
    }
}

/// What reading again found.
fn verified(pen: &mut Pen<'_>, checked: usize, unmet: &[ItemFailure]) -> io::Result<()> {
    pen.gap()?;
    if unmet.is_empty() {
        let text = format!("{} read again, all as planned", plural(checked, "change"));
        return pen.hanging(&[Piece("Verified: ", BOLD)], &text, PLAIN);
    }
    pen.line(&[Piece("Does not hold", BOLD)])?;
    for ItemFailure { address, message } in unmet {
        let head = format!("  {address}: ");
        pen.hanging(&[Piece(&head, RED)], message, PLAIN)?;
    }
    Ok(())
}

/// The first few changes of an operation, and how many more there are.
fn subjects(operation: &Operation) -> String {
    let named: Vec<_> = operation
        .changes
        .iter()
        .take(NAMED)
        .map(Address::to_string)
        .collect();
    let more = operation.changes.len().saturating_sub(NAMED);
    if more == 0 {
        return named.join(", ");
    }
    format!("{} and {more} more", named.join(", "))
}

const fn status(status: Status) -> (&'static str, Style) {
    match status {
        Status::Done => ("done", GREEN),
        Status::Failed => ("failed", RED),
        Status::Skipped => ("skipped", YELLOW),
    }
}
