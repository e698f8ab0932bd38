//! The kit for pull requests: its scripts and workflows are run against the sandbox and a code forge on loopback.

mod expression;
mod files;
mod forge;
mod github;
mod gitlab;
mod plan;
mod runner;
mod script;
mod story;
