//! The simulator as a client sees it.

#![expect(
    clippy::expect_used,
    reason = "the helpers of tests fail by panicking, as tests do"
)]

mod account;
mod large;
mod main_job;
mod published;
mod seeds;
mod served;
mod shapes;
mod transcripts;
mod traps;
