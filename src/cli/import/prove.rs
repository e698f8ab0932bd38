//! Whether manifests are sound and their plan is empty.

use std::io::{self, Write};
use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::desired;
use crate::diag::{Diagnostics, Severity, Source};
use crate::manifest::{self, Project};
use crate::model::{Address, FieldChange, Inventory, Kind, Snapshot, plural};
use crate::plan::{Action, Change, Plan};
use crate::report;

use super::{owner, plan};
use crate::cli::args::PlanningArgs;
use crate::cli::failure::Failure;
use crate::cli::project::{self, Declared};
use crate::cli::settings::Settings;

/// What was found.
pub(super) struct Judgement {
    found: Diagnostics,
    /// The plan and what it was made from, where nothing is wrong with the manifests.
    pub(super) planned: Option<(Plan, Inventory)>,
}

/// Something that keeps manifests from being what they are to be.
pub(super) enum Fault {
    /// A line that the rules refuse.
    Text {
        /// The file.
        path: Utf8PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the rule says.
        why: String,
    },
    /// A value that the plan would change.
    Value {
        /// Whose.
        address: Address,
        /// The key; empty for the whole entry.
        key: String,
        /// What the plan would do.
        why: String,
    },
}

/// Reads and plans manifests against the account; only changes that concern them count.
pub(super) fn judge(
    project: &Project,
    sources: &[Arc<Source>],
    live: &Snapshot,
    concerns: &dyn Fn(&Address) -> bool,
    now: Timestamp,
) -> Judgement {
    let (files, broken, mut found) = manifest::parse_manifests(sources);
    let project = Project {
        config: project.config.clone(),
        config_source: Arc::clone(&project.config_source),
        files,
        broken,
    };
    let (inventory, meaning) = desired::resolve(&project, now);
    found.append(meaning);
    found.sort();
    if found.errors() > 0 {
        let planned = None;
        return Judgement { found, planned };
    }
    let policy = project.config.policy();
    let declared = Declared {
        config: project.config,
        inventory,
        policy,
    };
    let mut plan = plan::build(&declared, live, &PlanningArgs::default(), now);
    plan.changes.retain(|change| concerns(&change.address));
    plan.refused
        .retain(|refusal| refusal.address.as_ref().is_none_or(concerns));
    Judgement {
        found,
        planned: Some((plan, declared.inventory)),
    }
}

impl Judgement {
    /// Says whether there is nothing to do.
    pub(super) fn is_clean(&self) -> bool {
        let planned = self.planned.as_ref();
        planned.is_some_and(|(plan, _)| plan.changes.is_empty() && plan.refused.is_empty())
    }

    /// Everything that stands in the way.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let errors = self
            .found
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        let texts = errors.filter_map(|finding| {
            let place = finding.place.as_ref()?;
            let (line, _) = place.source.position(place.span.start());
            Some(Fault::Text {
                path: place.source.path().into(),
                line: usize::try_from(line).ok()?,
                why: finding.message.clone(),
            })
        });
        let mut faults: Vec<Fault> = texts.collect();
        if let Some((plan, _)) = &self.planned {
            faults.extend(plan.changes.iter().flat_map(of_change));
            faults.extend(plan.refused.iter().filter_map(|refusal| {
                Some(Fault::Value {
                    address: owner(refusal.address.as_ref()?),
                    key: String::new(),
                    why: refusal.message.clone(),
                })
            }));
        }
        faults
    }

    /// Shows what was found, and says that nothing was written.
    pub(super) fn explain(self, settings: &Settings) -> Result<Failure, Failure> {
        let Some((plan, _)) = &self.planned else {
            project::show(settings, &self.found);
            return Ok(Failure::new(
                format!(
                    "{} in what would be written; nothing was written",
                    plural(self.found.errors(), "error")
                ),
                "mend what is shown above, in the account or in the project",
            ));
        };
        let mut out = io::stdout().lock();
        report::plan::human(plan, &plan::view(settings, false), &mut out)
            .and_then(|()| out.flush())
            .map_err(|error| Failure::output(&error))?;
        Ok(Failure::new(
            "the plan of these manifests would not be empty; it is shown above, and nothing was written",
            "see what zdsync.yaml says under `manage` and `defaults`: it may ask for changes that no manifest asks for",
        ))
    }
}

/// What keeps a change from being no change.
fn of_change(change: &Change) -> Vec<Fault> {
    let fault = |key: &str, why: &str| Fault::Value {
        address: owner(&change.address),
        key: key.to_owned(),
        why: why.to_owned(),
    };
    match change.address.kind() {
        Kind::GroupMembership => vec![fault("groups", LIVE_ONLY)],
        Kind::OrganizationMembership => vec![fault("organizations", LIVE_ONLY)],
        Kind::Role | Kind::Group | Kind::Organization | Kind::User => match change.action {
            Action::Create | Action::Delete | Action::Offboard => {
                vec![fault("", "declared, it would not be left as it is")]
            }
            Action::Update | Action::Rename | Action::Suspend | Action::Reactivate => {
                let fields = change.fields.iter();
                fields.map(|field| fault(key(field), LIVE_ONLY)).collect()
            }
        },
    }
}

/// Why a value is left out that the account would not take from a manifest as it gives it.
const LIVE_ONLY: &str = "what is live there would not be kept by declaring it";

/// The key of a manifest under which a field is declared; empty for what an entry is known by.
fn key(field: &FieldChange) -> &str {
    match &*field.path {
        "email" => "",
        "suspended" => "state",
        path => path,
    }
}
