//! Reading the status of jobs.

use serde::Serialize;

use super::{Job, Outcome, Stage, poll};
use crate::sandbox::call::{self, Call};
use crate::sandbox::errors::Refusal;
use crate::sandbox::paging::{self, Listing};
use crate::sandbox::records::Id;
use crate::sandbox::reply::{Document, Reply};

#[derive(Serialize)]
struct View<'a> {
    id: &'a str,
    job_type: String,
    url: String,
    total: usize,
    progress: Option<usize>,
    status: &'static str,
    message: Option<String>,
    results: Option<&'a [Outcome]>,
}

fn view<'a>(job: &'a Job, origin: &str) -> View<'a> {
    let (verb, noun) = job.work.doing();
    let finished = job
        .finished_at
        .map(|at| at.strftime("%F %T +0000").to_string());
    View {
        id: &job.name,
        job_type: job.work.job_type(),
        url: format!("{origin}/api/v2/job_statuses/{}.json", job.name),
        total: job.items.len(),
        progress: (job.stage != Stage::Queued).then_some(job.done),
        status: job.stage.as_str(),
        message: match job.stage {
            Stage::Queued => None,
            Stage::Working => Some(format!("{verb} {noun} #{}", job.done)),
            Stage::Completed => finished.map(|at| format!("Completed at {at}")),
            Stage::Failed => finished.map(|at| format!("Failed at {at}")),
        },
        results: (job.stage == Stage::Completed).then_some(job.results.as_slice()),
    }
}

/// Answers the status of one job.
pub(super) fn answer(call: &Call<'_>, job: &Job) -> Reply {
    Reply::one(200, "job_status", &view(job, &call.request.origin))
}

fn find(call: &Call<'_>, name: &str) -> Option<Id> {
    let mut jobs = call.desk.state.jobs.values();
    jobs.find(|job| job.name == name).map(|job| job.id)
}

/// `GET job_statuses/{id}`; each look takes the job one step on
pub(crate) fn show(call: &mut Call<'_>) -> call::Outcome {
    let id = find(call, call.variable(0)).ok_or(Refusal::NotFound)?;
    poll(&mut call.desk, id);
    let job = call.desk.state.jobs.get(&id).ok_or(Refusal::NotFound)?;
    Ok(answer(call, job))
}

/// `GET job_statuses/show_many`
pub(crate) fn show_many(call: &mut Call<'_>) -> call::Outcome {
    let names = call.request.list("ids")?.unwrap_or_default();
    let ids: Vec<Id> = names.iter().filter_map(|name| find(call, name)).collect();
    for id in &ids {
        poll(&mut call.desk, *id);
    }
    let mut document = Document::new();
    let jobs = ids.iter().filter_map(|id| call.desk.state.jobs.get(id));
    document.list(
        "job_statuses",
        jobs.map(|job| view(job, &call.request.origin)),
    );
    Ok(Reply::document(200, document))
}

/// `GET job_statuses`; finished ones by their end, latest first
pub(crate) fn list(call: &mut Call<'_>) -> call::Outcome {
    let jobs = &call.desk.state.jobs;
    let later_first = |at: jiff::Timestamp| format!("{:012}", 999_999_999_999 - at.as_second());
    let key = |job: &Job| {
        let finished = job.finished_at.map_or_else(|| "~".to_owned(), later_first);
        format!("{finished} {}", later_first(job.created_at))
    };
    let rows = jobs.values().map(|job| (key(job), job.id)).collect();
    let listing = Listing::sorted("finished_at,created_at", rows);
    let page = paging::cursor_page(&listing, call.request)?;
    let mut document = Document::new();
    let jobs = page.ids.iter().filter_map(|id| jobs.get(id));
    document.list(
        "job_statuses",
        jobs.map(|job| view(job, &call.request.origin)),
    );
    page.finish(&mut document);
    Ok(Reply::document(200, document))
}
