//! An account that is there already: its snapshot, plans without it, and the manifests it would have.

mod import;
mod init;
mod layouts;
mod snapshot;
mod update;
