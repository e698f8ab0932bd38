//! One test per trap of the service (zendesk-api §19), by its number there.

mod access;
mod jobs_and_limits;
mod lists;
mod people;
mod places;
