//! End-to-end tests: the real binary against the embedded simulator, and rules about the code itself.

mod adopt;
mod connection;
mod crash;
mod docs;
mod drift;
mod history;
mod kit;
mod language;
mod layers;
mod main_job;
mod manifests;
mod mistakes;
mod project_files;
mod properties;
mod readme;
mod refused;
mod sandbox;
mod support;
mod truth;
mod validate;
mod wire;
