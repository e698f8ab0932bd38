//! What an apply shows while it runs: lines on standard output and, on a terminal, a bar on standard error.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::apply::Event;
use crate::model::plural;
use crate::plan::{OperationId, Plan};
use crate::report;
use crate::report::events::Progress;

use super::settings::Settings;

/// Fewer operations are over before anybody reads a bar.
const WORTH_A_BAR: usize = 5;

/// Where the events of one apply go.
pub(super) struct Screen<'plan> {
    plan: &'plan Plan,
    /// Lines for people; `None` writes events for machines.
    progress: Option<Progress<'plan>>,
    bar: ProgressBar,
    ended: u64,
    /// Operations that background jobs carry out now.
    jobs: BTreeSet<OperationId>,
    unprinted: Option<io::Error>,
}

impl<'plan> Screen<'plan> {
    /// A screen for the apply of `plan`.
    pub(super) fn new(settings: &'plan Settings, plan: &'plan Plan, human: bool) -> Self {
        let screen = Self {
            plan,
            progress: human.then(|| Progress::new(plan, settings.colour, settings.width)),
            bar: bar(settings, plan),
            ended: 0,
            jobs: BTreeSet::new(),
            unprinted: None,
        };
        screen.bar.set_message(screen.status());
        screen
    }

    /// Shows an event. A reader that went away does not stop an apply half-way: the receipt has everything.
    pub(super) fn show(&mut self, event: &Event) {
        let (plan, progress) = (self.plan, &mut self.progress);
        let written = self.bar.suspend(|| {
            let mut out = io::stdout().lock();
            match progress {
                Some(progress) => progress.event(event, &mut out),
                None => report::events::json(plan, event, &mut out),
            }
            .and_then(|()| out.flush())
        });
        if let Err(error) = written {
            self.unprinted.get_or_insert(error);
        }
        match event {
            Event::JobStarted { id, job: _ } => {
                self.jobs.insert(*id);
            }
            Event::Operation(outcome) => {
                self.ended += 1;
                self.jobs.remove(&outcome.id);
                self.bar.set_position(self.ended);
            }
            Event::Started { .. }
            | Event::Begun { .. }
            | Event::Verified { .. }
            | Event::NotVerified { .. }
            | Event::Finished { .. } => return,
        }
        self.bar.set_message(self.status());
    }

    /// Takes the bar away.
    pub(super) fn close(self) {
        self.bar.finish_and_clear();
        if let Some(error) = self.unprinted {
            tracing::warn!(%error, "progress could not be printed");
        }
    }

    /// About how long the rest takes, by the plan's estimate, and what is waited for.
    fn status(&self) -> String {
        let all = (self.plan.operations.len() as u64).max(1);
        let rest = all.saturating_sub(self.ended);
        if rest == 0 {
            return "reading again".to_owned();
        }
        let seconds = (self.plan.estimate.seconds * rest).div_ceil(all);
        let left = match seconds {
            0..=90 => format!("about {seconds} s left"),
            _ => format!("about {} min left", seconds.div_ceil(60)),
        };
        match self.jobs.len() {
            0 => left,
            jobs => format!("{left}, {} running", plural(jobs, "job")),
        }
    }
}

/// A bar on a terminal, and one that is never drawn elsewhere.
fn bar(settings: &Settings, plan: &Plan) -> ProgressBar {
    let drawn =
        !settings.quiet && io::stderr().is_terminal() && plan.operations.len() >= WORTH_A_BAR;
    let target = if drawn {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(plan.operations.len() as u64), target);
    match ProgressStyle::with_template("{bar:20} {pos}/{len} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
