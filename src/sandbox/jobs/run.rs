//! Making jobs and carrying them out.

use sha2::{Digest as _, Sha256};

use super::{Action, Fate, Item, Job, Outcome, Stage, Work};
use crate::sandbox::call::{self, Call};
use crate::sandbox::desk::Desk;
use crate::sandbox::errors::Refusal;
use crate::sandbox::limits::{Left, Limit};
use crate::sandbox::options::{JobPace, Settings, Switch};
use crate::sandbox::records::Id;
use crate::sandbox::store::State;
use crate::sandbox::text::{self, fold};
use crate::sandbox::{group_memberships, organization_memberships, organizations, users};

/// The most jobs that may be queued or running.
const MOST: usize = 30;

/// Makes a job and answers its status.
pub(crate) fn start(call: &mut Call<'_>, work: Work, items: Vec<Item>) -> call::Outcome {
    let open = call
        .desk
        .state
        .jobs
        .values()
        .filter(|job| !job.stage.is_over());
    let running: Vec<String> = open.map(|job| job.name.clone()).collect();
    if call.desk.settings.limits && running.len() >= MOST {
        return Err(Refusal::TooManyJobs {
            job: work.class(),
            running,
        });
    }
    if call.desk.settings.limits {
        let used = u32::try_from(running.len() + 1).unwrap_or(u32::MAX);
        let left = Left {
            total: 30,
            remaining: 30_u32.saturating_sub(used),
            resets: 60,
        };
        call.headers
            .push(("zendesk-ratelimit-inflight-jobs", left.header()));
    }
    let id = call.desk.state.next_id();
    let job = Job {
        id,
        name: format!("V3-{}", text::hex(&Sha256::digest(id.to_string()), 16)),
        work,
        items,
        actor: call.desk.actor,
        created_at: call.desk.now,
        finished_at: None,
        stage: Stage::Queued,
        done: 0,
        results: Vec::new(),
        fate: call.fate,
    };
    let reply = super::routes::answer(call, &job);
    call.desk.state.jobs.insert(id, job);
    if call.desk.settings.jobs == JobPace::Instant {
        let settings = call.desk.settings;
        let now = call.desk.now;
        advance(call.desk.state, settings, now, id, Stage::Completed);
    }
    Ok(reply)
}

/// Takes a job one step on, as a poll does.
pub(crate) fn poll(desk: &mut Desk<'_>, id: Id) {
    let to = match desk.state.jobs.get(&id).map(|job| job.stage) {
        Some(Stage::Queued) => Stage::Working,
        Some(Stage::Working) => Stage::Completed,
        Some(Stage::Completed | Stage::Failed) | None => return,
    };
    advance(desk.state, desk.settings, desk.now, id, to);
}

/// Takes jobs as far as time alone does, and forgets those of yesterday.
pub(crate) fn tick(state: &mut State, settings: &Settings, now: jiff::Timestamp) {
    let age = |job: &Job| now.as_second() - job.created_at.as_second();
    let old: Vec<Id> = state
        .jobs
        .values()
        .filter(|job| age(job) >= 86_400)
        .map(|job| job.id)
        .collect();
    for id in old {
        state.jobs.remove(&id);
    }
    let open = state
        .jobs
        .values()
        .filter(|job| !job.stage.is_over() && age(job) >= 2);
    let due: Vec<(Id, Stage)> = open
        .map(|job| {
            (
                job.id,
                if age(job) >= 4 {
                    Stage::Completed
                } else {
                    Stage::Working
                },
            )
        })
        .collect();
    for (id, to) in due {
        advance(state, settings, now, id, to);
    }
}

/// Carries a job to a stage. Half of the items are done once it works, all when it is completed.
fn advance(state: &mut State, settings: &Settings, now: jiff::Timestamp, id: Id, to: Stage) {
    let Some(mut job) = state.jobs.remove(&id) else {
        return;
    };
    let to = match job.fate {
        Fate::Stuck => Stage::Working,
        Fate::Failed if to == Stage::Completed => Stage::Failed,
        Fate::Failed | Fate::Normal | Fate::HalfFailed => to,
    };
    let until = match to {
        Stage::Completed => job.items.len(),
        Stage::Working if job.fate != Fate::Failed => job.items.len().div_ceil(2),
        Stage::Working | Stage::Queued | Stage::Failed => job.done,
    };
    while job.done < until {
        let index = job.done;
        let item = job.items[index].clone();
        let mut desk = Desk {
            state,
            settings,
            now,
            actor: job.actor,
            ignored: Vec::new(),
        };
        let result = if job.fate == Fate::HalfFailed && index % 2 == 1 {
            Err(Refusal::field("base", "Base: something went wrong", None))
        } else {
            perform(&mut desk, job.work, &item)
        };
        job.results
            .push(outcome(settings, &job, index, &item, result));
        job.done += 1;
    }
    job.stage = to;
    if to.is_over() && job.finished_at.is_none() {
        job.finished_at = Some(now);
    }
    state.jobs.insert(id, job);
}

/// Does one item; gives the id of its record.
fn perform(desk: &mut Desk<'_>, work: Work, item: &Item) -> Result<Id, Refusal> {
    match work {
        Work::CreateUsers => users::create_one(desk, &item.body),
        Work::UpsertUsers => users::upsert_one(desk, &item.body).map(|(id, _)| id),
        Work::UpdateUsers => {
            let id = user(desk, item)?;
            count_update(desk, id)?;
            users::update_one(desk, id, &item.body).map(|()| id)
        }
        Work::DeleteUsers => {
            let id = user(desk, item)?;
            users::remove_one(desk, id).map(|()| id)
        }
        Work::CreateOrganizations => organizations::create_one(desk, &item.body),
        Work::UpdateOrganizations => {
            let id = organization(desk, item)?;
            organizations::update_one(desk, id, &item.body).map(|()| id)
        }
        Work::DeleteOrganizations => {
            let id = organization(desk, item)?;
            organizations::remove_one(desk, id).map(|()| id)
        }
        Work::CreateGroupMemberships => group_memberships::create_one(desk, &item.body),
        Work::DeleteGroupMemberships => {
            let id = item.id.ok_or(Refusal::NotFound)?;
            group_memberships::remove_one(desk, id, None).map(|()| id)
        }
        Work::CreateOrganizationMemberships => {
            organization_memberships::create_one(desk, &item.body)
        }
        Work::DeleteOrganizationMemberships => {
            let id = item.id.ok_or(Refusal::NotFound)?;
            organization_memberships::remove_one(desk, id, None).map(|()| id)
        }
    }
}

fn user(desk: &Desk<'_>, item: &Item) -> Result<Id, Refusal> {
    let by_external = || {
        let text = item.external_id.as_deref()?;
        desk.state.index.user_external.get(&fold(text)).copied()
    };
    item.id.or_else(by_external).ok_or(Refusal::NotFound)
}

fn organization(desk: &Desk<'_>, item: &Item) -> Result<Id, Refusal> {
    let by_external = || {
        let text = item.external_id.as_deref()?;
        desk.state
            .index
            .organization_external
            .get(&fold(text))
            .copied()
    };
    item.id.or_else(by_external).ok_or(Refusal::NotFound)
}

/// Counts an update against the limit of its user, where that is switched on.
fn count_update(desk: &mut Desk<'_>, user: Id) -> Result<(), Refusal> {
    if !desk.settings.is(Switch::JobsCountUpdates) || !desk.settings.limits {
        return Ok(());
    }
    let key = format!("update-user:{user}");
    let taken = desk
        .state
        .limits
        .take(&key, Limit::per_minute(5), desk.settings.window, desk.now);
    taken
        .map(|_| ())
        .map_err(|seconds| Refusal::UserLimit { seconds })
}

/// Writes the result of an item in the shape that its job is known to use.
fn outcome(
    settings: &Settings,
    job: &Job,
    index: usize,
    item: &Item,
    result: Result<Id, Refusal>,
) -> Outcome {
    let documented = settings.is(Switch::DocumentedJobItems);
    let action = job.work.action();
    let (verb, status) = match action {
        Action::Create => ("create", "Created"),
        Action::Update => ("update", "Updated"),
        Action::Delete => ("delete", "Deleted"),
    };
    match result {
        Ok(id) => Outcome {
            index: (documented && action == Action::Create).then_some(index),
            error: None,
            id: Some(id),
            action: (action != Action::Create).then(|| verb.to_owned()),
            status: Some(status.to_owned()),
            success: (action != Action::Create).then_some(true),
            details: None,
        },
        Err(refusal) => {
            let (code, details) = refusal.for_item();
            // A failed create-or-update has been seen with an id that means nothing.
            let id = item.id.or((job.work == Work::UpsertUsers).then_some(1));
            Outcome {
                index: Some(index),
                error: Some(if documented {
                    code.to_owned()
                } else {
                    job.work.failure()
                }),
                id,
                action: documented.then(|| verb.to_owned()),
                status: documented.then(|| "Failed".to_owned()),
                success: documented.then_some(false),
                details: Some(details),
            }
        }
    }
}
