//! What the end-to-end tests share: a hermetic project folder and a simulator served over HTTP.

mod project;
mod server;

pub(crate) use project::{Project, Run};
pub(crate) use server::Server;
