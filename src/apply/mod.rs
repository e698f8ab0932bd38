//! Carries a plan out: operations by wave, what needs a failed one skipped, an event for every step.
//!
//! The only room that holds a writer. It knows neither JSON nor URLs, prints nothing, and never changes
//! the plan.

mod attempt;
mod batch;
mod event;
mod jobs;
mod phones;
mod run;
mod schedule;
mod settle;
mod stop;

pub use event::{Event, ItemFailure, Outcome, Status};
pub use jobs::wait_for_jobs;
pub use run::run;
pub use stop::Stop;
