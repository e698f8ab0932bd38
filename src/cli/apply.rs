//! `zdsync apply`: does what the plan says.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::api::{Client, Writer};
use crate::apply::{self, Event, Outcome, Status, Stop};
use crate::plan::Plan;
use crate::report;

use super::approved;
use super::args::{ApplyArgs, ApplyFormat};
use super::exit::Exit;
use super::failure::Failure;
use super::folder::Folder;
use super::interrupt::{Interrupts, UnderWay};
use super::journal::{self, Journal, Unfinished};
use super::plan::Planned;
use super::receipt::{self, Record, Source};
use super::screen::Screen;
use super::settings::Settings;

/// The fewest characters of a digest that name a plan.
const SHORTEST_DIGEST: usize = 16;

/// Makes or loads the plan, asks, carries it out, and leaves a receipt.
pub(super) fn run(settings: &Settings, arguments: &ApplyArgs) -> Result<Exit, Failure> {
    let interrupts = Interrupts::listen();
    let folder = Folder::of(&settings.directory);
    let _lock = folder.lock()?;
    let left = journal::unfinished(&folder)?;
    if let Some(left) = &left {
        journal::record(settings, &folder, left)?;
    }
    let desk = Desk {
        settings,
        arguments,
        folder,
        interrupts,
    };
    if let Some(canary) = &arguments.canary {
        return super::canary::run(&desk, left.as_ref(), canary);
    }
    let planned = obtain(settings, arguments, left.as_ref())?;
    if let Some(digest) = &arguments.digest {
        check_digest(&planned.plan, digest)?;
    }
    let approved = arguments.auto_approve
        || arguments.resume
        || arguments.plan.is_some()
        || arguments.digest.is_some();
    execute(&desk, planned, approved)
}

/// What every apply of one command goes by.
pub(super) struct Desk<'run> {
    /// The settings of the command.
    pub(super) settings: &'run Settings,
    /// Its flags.
    pub(super) arguments: &'run ApplyArgs,
    /// The project's folder, of which the lock is held.
    folder: Folder,
    /// Who hears when somebody wants it to end.
    interrupts: Interrupts,
}

/// Asks for a plan to be approved unless it is, carries it out and leaves a receipt.
pub(super) fn execute(
    desk: &Desk<'_>,
    Planned {
        plan,
        client,
        basis,
    }: Planned,
    approved: bool,
) -> Result<Exit, Failure> {
    let Desk {
        settings,
        arguments,
        folder,
        interrupts,
    } = desk;
    if !plan.refused.is_empty() {
        show_refusals(settings, &plan)?;
        return Ok(Exit::Refused);
    }
    check_requests(&plan, arguments.max_requests)?;
    let human = arguments.format == ApplyFormat::Human;
    if human {
        show(settings, &plan)?;
    }
    if plan.operations.is_empty() {
        if arguments.planning.target.is_empty() && arguments.canary.is_none() {
            journal::forget(folder)?;
        }
        if human {
            return Ok(Exit::Done);
        }
    }
    if !approved && !plan.operations.is_empty() {
        ask(human)?;
    }
    let screen = Screen::new(settings, &plan, human);
    let stop = Stop::patient(arguments.job_timeout);
    let under_way = interrupts.under_way(&stop);
    if plan.operations.is_empty() {
        let ended = carry_out((&plan, &client), screen, None, (&stop, None))?;
        return Ok(ended.exit());
    }
    let started_at = client.now();
    let source = Source::of(settings);
    let mut journal = Journal::begin(folder, &plan, &source, started_at)?;
    let verify = (!arguments.no_verify).then_some(&under_way);
    let ended = carry_out(
        (&plan, &client),
        screen,
        Some(&mut journal),
        (&stop, verify),
    )?;
    super::plan::remarks(settings, &client);
    let record = Record {
        plan: &plan,
        outcomes: &ended.outcomes,
        verified: ended.verified.as_ref(),
        requests: ended.requests,
        started_at,
        finished_at: ended.finished_at,
        declared: basis.memory(&plan),
        source: &source,
        broken_off: false,
    };
    keep(settings, folder, record, journal, &ended)
}

/// Leaves the receipt, and no journal unless something is left to go on with.
fn keep(
    settings: &Settings,
    folder: &Folder,
    record: Record<'_>,
    journal: Journal,
    ended: &Ended,
) -> Result<Exit, Failure> {
    let unwritten = journal.broken().map(|error| {
        Failure::new(
            format!("the journal cannot be written any more, so nothing more was sent: {error}"),
            "make room on the disk, then run `zdsync apply` again: it does only what is left",
        )
    });
    let mut exit = ended.exit();
    let written =
        receipt::write(folder, record).map(|path| settings.note(&format!("receipt: {path}")));
    let recorded = written.is_ok();
    for failure in unwritten.into_iter().chain(written.err()) {
        // The account was changed: an exit code that says otherwise would not be true.
        failure.report(settings);
        exit = if exit == Exit::Done {
            Exit::Partial
        } else {
            exit
        };
    }
    if ended.stopped {
        settings.note(
            "`zdsync apply --resume` goes on with this plan; `zdsync plan` shows what is left",
        );
    } else if recorded {
        journal.finish()?;
    }
    // Without a receipt the journal stays, and the next apply writes it.
    Ok(exit)
}

fn obtain(
    settings: &Settings,
    arguments: &ApplyArgs,
    left: Option<&Unfinished>,
) -> Result<Planned, Failure> {
    let now = Settings::now();
    match (&arguments.plan, arguments.resume) {
        (Some(path), _) => approved::saved(settings, arguments, path, left, now),
        (None, true) => approved::resumed(settings, left, now),
        (None, false) => super::plan::fresh(settings, &arguments.planning, left, now),
    }
}

/// How an apply ended.
struct Ended {
    outcomes: Vec<Outcome>,
    /// What reading again found.
    verified: Option<Event>,
    /// Requests made to carry the plan out, polls included.
    requests: u64,
    finished_at: jiff::Timestamp,
    interrupted: bool,
    /// Whether it ended before everything was tried.
    stopped: bool,
}

impl Ended {
    fn exit(&self) -> Exit {
        let holds = match &self.verified {
            Some(Event::Verified { unmet, .. }) => unmet.is_empty(),
            Some(Event::NotVerified { .. }) => false,
            // It was not to be looked at.
            Some(_) | None => true,
        };
        let done = |outcome: &Outcome| outcome.status == Status::Done;
        let all_done = self.outcomes.iter().all(done);
        let looked = !matches!(&self.verified, Some(Event::NotVerified { .. }));
        if self.interrupted && !(all_done && looked) {
            Exit::Interrupted
        } else if all_done && holds {
            Exit::Done
        } else {
            Exit::Partial
        }
    }
}

fn check_requests(plan: &Plan, most: Option<u64>) -> Result<(), Failure> {
    let expected = plan.estimate.writes + plan.estimate.polls;
    match most {
        Some(most) if expected > most => Err(Failure::Refused {
            message: format!(
                "the plan is expected to take {expected} requests, and `--max-requests` allows {most}"
            ),
            help: "allow more, or apply a part of it with `--target`".to_owned(),
        }),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn check_digest(plan: &Plan, digest: &str) -> Result<(), Failure> {
    let wanted: String = digest
        .chars()
        .filter(|c| *c != '-')
        .collect::<String>()
        .to_lowercase();
    if wanted.len() < SHORTEST_DIGEST || !wanted.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Failure::new(
            format!("`{digest}` is no digest of a plan"),
            format!(
                "give at least {SHORTEST_DIGEST} of its hexadecimal digits, as `zdsync plan` prints them"
            ),
        ));
    }
    if plan.digest.starts_with(&wanted) {
        return Ok(());
    }
    Err(Failure::Refused {
        message: format!(
            "the plan is now {}, not {digest}: what was reviewed is not what would be done",
            plan.digest
        ),
        help: "look at `zdsync plan` again: the manifests or the account have changed since"
            .to_owned(),
    })
}

fn show(settings: &Settings, plan: &Plan) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    report::plan::human(plan, &super::plan::view(settings, false), &mut out)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}

fn show_refusals(settings: &Settings, plan: &Plan) -> Result<(), Failure> {
    let view = report::plan::View {
        colour: settings.colour_errors,
        ..super::plan::view(settings, false)
    };
    report::plan::refusals(&plan.refused, &view, &mut io::stderr().lock())
        .map_err(|error| Failure::output(&error))
}

/// Asks on the terminal; anything but `yes` ends the command.
fn ask(human: bool) -> Result<(), Failure> {
    let declined = |message: &str| {
        Failure::new(
            message,
            "nothing is sent without it: say `yes`, or pass `--auto-approve`, `--digest` or a saved plan",
        )
    };
    if !human {
        return Err(declined("an apply with JSON output cannot ask"));
    }
    // Not held while waiting: an interrupt has something to say too.
    let err = io::stderr;
    write!(
        err(),
        "Do you want to apply this plan? Only `yes` is accepted: "
    )
    .and_then(|()| err().flush())
    .map_err(|error| Failure::output(&error))?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if !io::stdin().is_terminal() {
        // The question has no line of its own where nobody types an answer.
        let _unprinted = writeln!(err());
    }
    match read {
        Ok(0) => Err(declined("there is nobody to ask: standard input is empty")),
        Ok(_) if answer.trim() == "yes" => Ok(()),
        Ok(_) => Err(declined("not approved")),
        Err(error) => Err(declined(&format!("the answer cannot be read: {error}"))),
    }
}

/// Runs the plan, notes and shows every step as it happens, reads again what was changed where `verify` is
/// given, and ends early when the process is asked to.
fn carry_out(
    (plan, client): (&Plan, &Client),
    mut screen: Screen<'_>,
    mut journal: Option<&mut Journal>,
    (stop, verify): (&Stop, Option<&UnderWay>),
) -> Result<Ended, Failure> {
    let writer: Writer = client.writer();
    let mut finished = None;
    let before = client.requests();
    let mut emit = |event: &Event| {
        if let Some(journal) = journal.as_deref_mut() {
            journal.note(event, client.now());
            if journal.broken().is_some() {
                stop.give_up("the journal cannot be written");
            }
        }
        // Always the last to be shown.
        if matches!(event, Event::Finished { .. }) {
            finished = Some(event.clone());
        } else {
            screen.show(event);
        }
    };
    let ended = super::block_on(async {
        let outcomes = apply::run(plan, &writer, stop, &mut emit).await;
        let requests = client.requests() - before;
        let finished_at = client.now();
        let verified = match verify {
            Some(under_way) if !stop.is_requested() => {
                verified(plan, &outcomes, client, under_way).await
            }
            Some(_) | None => None,
        };
        (outcomes, requests, finished_at, verified)
    })?;
    let (outcomes, requests, finished_at, verified) = ended;
    for event in verified.iter().chain(&finished) {
        screen.show(event);
    }
    screen.close();
    Ok(Ended {
        interrupted: stop.is_interrupted(),
        stopped: outcomes
            .iter()
            .any(|outcome| outcome.status != Status::Done)
            && stop.is_requested(),
        outcomes,
        verified,
        requests,
        finished_at,
    })
}

/// Reads again what was changed, unless somebody wants the command to end.
async fn verified(
    plan: &Plan,
    outcomes: &[Outcome],
    client: &Client,
    under_way: &UnderWay,
) -> Option<Event> {
    tokio::select! {
        verified = super::verify::verify(plan, outcomes, client) => verified,
        () = under_way.interrupted() => Some(Event::NotVerified {
            why: "it was interrupted".to_owned(),
        }),
    }
}
