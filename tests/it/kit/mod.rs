//! The kit for pull requests: its scripts are run against the sandbox and a code forge on loopback.

mod files;
mod forge;
mod github;
mod gitlab;
mod plan;
mod script;
mod story;
