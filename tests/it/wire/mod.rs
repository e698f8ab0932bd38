//! The client against the simulated account, in process: every read and write, with a fault at every
//! request.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests fail by panicking, as tests do"
)]

mod account;
mod faults;
mod order;
mod pace;
mod rehearsal;
mod writes;
