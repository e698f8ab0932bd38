//! `zdsync import`: manifests for what is live, and the proof that their plan is empty.

mod corrections;
mod files;
mod prove;
mod say;
mod update;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::desired::{self, rules};
use crate::diag::{Diagnostic, Source};
use crate::diff;
use crate::manifest::{self, Adopted, Dropped, Manifest, Only, Project, Wishes};
use crate::model::{Address, Inventory, Kind, Policy, Snapshot, User, plural};

use super::args::ImportArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::settings::Settings;
use super::{plan, project, snapshot};
use prove::Judgement;

pub(super) use files::{editor_line, write};

/// How often what is not fit for a manifest is taken out before giving up. Each round takes out at least
/// one value; most accounts need none.
const ROUNDS: usize = 20;

/// What an import works on.
struct Import<'a> {
    settings: &'a Settings,
    arguments: &'a ImportArgs,
    project: Project,
    policy: Policy,
    live: Snapshot,
    /// What the project's manifests declare, by live address.
    known: BTreeSet<Address>,
    /// Who is declared and not live, and by what is declared not in the scope.
    outside: BTreeSet<Address>,
    /// Nothing.
    none: BTreeSet<Address>,
    now: Timestamp,
}

/// Writes the manifests, once their plan is known to be empty.
pub(super) fn run(settings: &Settings, arguments: &ImportArgs) -> Result<Exit, Failure> {
    if arguments.only.contains(&Only::Changed) && !arguments.update {
        return Err(Failure::new(
            "`--only changed` is about manifests that are there",
            "add `--update`, which changes them in place",
        ));
    }
    let now = Settings::now();
    let (project, inventory) = declared(settings, arguments, now)?;
    let live = live(settings, arguments, &project, &inventory, now)?;
    let policy = project.config.policy();
    if arguments.users_in_scope && policy.scope.is_none() {
        return Err(Failure::new(
            "`--users-in-scope` needs a scope, and zdsync.yaml has none",
            "say in zdsync.yaml under `manage.users.scope` which roles or mail domains are yours",
        ));
    }
    let known = known(&inventory, &live, &policy);
    let outside = outside(&inventory, &live, &policy);
    let import = Import {
        settings,
        arguments,
        project,
        policy,
        live,
        known,
        outside,
        none: BTreeSet::new(),
        now,
    };
    if arguments.update {
        import.update()
    } else {
        import.create()
    }
}

/// The project, and what it declares, where that matters: where manifests are added to.
fn declared(
    settings: &Settings,
    arguments: &ImportArgs,
    now: Timestamp,
) -> Result<(Project, Inventory), Failure> {
    let matters = arguments.update || arguments.only.contains(&Only::New);
    let read = project::read_files(settings)?;
    let (project, found) = &read;
    let blank = project.as_ref().is_some_and(|project| {
        let nothing = |finding: &Diagnostic| finding.code == manifest::codes::NOTHING_DECLARED;
        project.files.is_empty() && found.iter().all(nothing)
    });
    if matters && !blank {
        // Says what is wrong with them, where something is.
        return project::resolve(settings, read, now);
    }
    let project = project::usable(settings, read)?;
    let (inventory, _) = desired::resolve(&project, now);
    Ok((project, inventory))
}

/// Who is declared and not live, and by what is declared not in the scope.
fn outside(inventory: &Inventory, live: &Snapshot, policy: &Policy) -> BTreeSet<Address> {
    let Some(scope) = &policy.scope else {
        return BTreeSet::new();
    };
    let pairs = diff::compare(inventory, live, policy).pairs;
    let people = inventory.of_kind(Kind::User);
    let outside = people.filter(|(address, declared)| {
        let user = declared.resource.as_user();
        let name = pairs.live(address);
        let is_live = name.is_some_and(|name| live.objects.contains_key(&*name));
        !is_live && user.is_some_and(|user| !diff::covers(scope, user))
    });
    outside.map(|(address, _)| address.clone()).collect()
}

/// What is declared and live, by live address.
fn known(inventory: &Inventory, live: &Snapshot, policy: &Policy) -> BTreeSet<Address> {
    let pairs = diff::compare(inventory, live, policy).pairs;
    let addresses = live.objects.keys().filter(|address| {
        let declared = pairs.declared(address);
        inventory.resources.contains_key(&*declared)
    });
    addresses.cloned().collect()
}

fn live(
    settings: &Settings,
    arguments: &ImportArgs,
    project: &Project,
    inventory: &Inventory,
    now: Timestamp,
) -> Result<Snapshot, Failure> {
    let Some(path) = &arguments.snapshot else {
        let config = &project.config;
        let (mut live, client) = snapshot::take(settings, config, arguments.all_users)?;
        plan::remarks(settings, &client);
        if arguments.update && !arguments.all_users && lacks_somebody(inventory, &live) {
            // Whether a declared person is gone or a customer shows in the list of everybody only.
            (live, _) = snapshot::take(settings, config, true)?;
        }
        return Ok(live);
    };
    let saved = snapshot::load(settings, &project.config, path, now)?;
    if saved.redaction.is_some() {
        return Err(Failure::new(
            "the snapshot is redacted: manifests made from it would declare pseudonyms",
            "take one without `--redact`",
        ));
    }
    if arguments.all_users && !snapshot::proves_absence(&saved.snapshot, Kind::User) {
        return Err(Failure::new(
            "the snapshot does not hold all end users",
            "take one without `--staff`, or leave `--all-users` away",
        ));
    }
    Ok(saved.snapshot)
}

fn lacks_somebody(inventory: &Inventory, live: &Snapshot) -> bool {
    let mut people = inventory.of_kind(Kind::User);
    people.any(|(address, _)| !live.objects.contains_key(address))
}

impl Import<'_> {
    /// Writes new files, and nothing over anything.
    fn create(&self) -> Result<Exit, Failure> {
        let beside = self.arguments.only.contains(&Only::New);
        let adds = files::is_read(&self.project.config, &self.arguments.out);
        let known = if beside { &self.known } else { &self.none };
        let others: Vec<Arc<Source>> = if beside {
            let files = self.project.files.iter();
            files.map(|file| Arc::clone(&file.source)).collect()
        } else {
            Vec::new()
        };
        let adopted = self.adopt(known, &self.none, &others)?;
        let twice = adopted.declared.intersection(&self.known);
        if let Some(first) = twice.clone().next().filter(|_| adds) {
            return Err(Failure::new(
                format!(
                    "`{first}` is declared already, and {} more",
                    plural(twice.count() - 1, "object")
                ),
                "bring the manifests up to date with `--update`, add what is missing with \
                 `--only new`, or write into another folder with `--out`",
            ));
        }
        let texts = self.addressed(&adopted);
        write(self.settings, &texts)?;
        say::written(self.settings, texts.keys())?;
        say::left_out(self.settings, &adopted);
        say::proven(self.settings, &adopted, adds);
        Ok(Exit::Done)
    }

    fn is_in_scope(&self, user: &User) -> bool {
        let scope = self.policy.scope.as_ref();
        let scope = scope.filter(|_| self.arguments.users_in_scope);
        scope.is_none_or(|scope| diff::covers(scope, user))
    }

    /// What was asked for.
    fn wishes<'w>(
        &'w self,
        in_scope: &'w dyn Fn(&User) -> bool,
        dropped: &'w Dropped,
    ) -> Wishes<'w> {
        Wishes {
            end_users: self.arguments.all_users,
            profiles: !self.arguments.no_profiles && !self.arguments.update,
            only: &self.arguments.only,
            in_scope,
            known: &self.none,
            needed: &self.none,
            writable: &rules::is_writable_permission,
            dropped,
            schema: None,
        }
    }

    /// Says whether an object is among what was asked for.
    fn wants(&self, address: &Address) -> bool {
        if self.arguments.users_in_scope && self.outside.contains(address) {
            return false;
        }
        let in_scope = |user: &User| self.is_in_scope(user);
        let dropped = Dropped::default();
        manifest::is_wanted(&self.live, self.wishes(&in_scope, &dropped), address)
    }

    /// Manifests whose plan is empty: what is not fit for a manifest is left out of them.
    fn adopt(
        &self,
        known: &BTreeSet<Address>,
        needed: &BTreeSet<Address>,
        others: &[Arc<Source>],
    ) -> Result<Adopted, Failure> {
        let in_scope = |user: &User| self.is_in_scope(user);
        let schema = files::schema_from(self.settings, &self.arguments.out);
        let undropped = Dropped::default();
        let mut dropped = self.protected();
        for round in 0.. {
            let wishes = Wishes {
                known,
                needed,
                dropped: &dropped,
                schema: schema.as_deref(),
                ..self.wishes(&in_scope, &undropped)
            };
            let adopted = manifest::adopt(&self.live, wishes);
            let judgement = self.judge(&adopted, others);
            if judgement.is_clean() {
                return self.complete(adopted);
            }
            if round == ROUNDS || !self.drop(&adopted, &judgement, &mut dropped) {
                return Err(judgement.explain(self.settings)?);
            }
        }
        Ok(Adopted::default())
    }

    /// Nobody declares whom zdsync.yaml protects from all manifests.
    fn protected(&self) -> Dropped {
        let people = self.policy.protected.iter().filter(|address| {
            address.kind() == Kind::User && self.live.objects.contains_key(*address)
        });
        let why = "protected by zdsync.yaml, so that no manifest can change it";
        let keys = people.map(|address| ((address.clone(), String::new()), why.to_owned()));
        Dropped {
            keys: keys.collect(),
            profiles: false,
        }
    }

    /// Refuses an import that found nothing of what was named.
    fn complete(&self, adopted: Adopted) -> Result<Adopted, Failure> {
        if let Some(missing) = adopted.missing.first() {
            return Err(Failure::new(
                format!("the account has no `{missing}`"),
                "compare the name with `zdsync snapshot` or Admin Center; case does not matter",
            ));
        }
        if adopted.files.is_empty() && !self.arguments.update {
            return Err(Failure::new(
                "nothing is left to declare",
                "ask for more with other `--only`, or for everybody with `--all-users`",
            ));
        }
        Ok(adopted)
    }

    /// Plans the manifests, with others where they stand beside them.
    fn judge(&self, adopted: &Adopted, others: &[Arc<Source>]) -> Judgement {
        let written = self.addressed(adopted).into_iter();
        let written = written.map(|(path, text)| Source::new(path, text));
        let sources: Vec<Arc<Source>> = others.iter().cloned().chain(written).collect();
        let concerns =
            |address: &Address| others.is_empty() || adopted.declared.contains(&owner(address));
        prove::judge(&self.project, &sources, &self.live, &concerns, self.now)
    }

    /// The files by their path in the project.
    fn addressed(&self, adopted: &Adopted) -> BTreeMap<Utf8PathBuf, String> {
        let files = adopted.files.iter();
        files
            .map(|(path, Manifest { text, .. })| (self.arguments.out.join(path), text.clone()))
            .collect()
    }

    /// Notes what is to be left out after what was found. Without anything new to leave out, gives up.
    fn drop(&self, adopted: &Adopted, judgement: &Judgement, dropped: &mut Dropped) -> bool {
        let before = dropped.clone();
        for fault in judgement.faults() {
            match fault {
                prove::Fault::Text { path, line, why } => {
                    let path = path.strip_prefix(&self.arguments.out).ok();
                    let manifest = path.and_then(|path| adopted.files.get(path.as_str()));
                    match manifest.and_then(|manifest| manifest.at(line)) {
                        Some((Some(address), key)) => {
                            let key = (address.clone(), key.to_owned());
                            dropped.keys.entry(key).or_insert(why);
                        }
                        Some((None, _)) => dropped.profiles = true,
                        None => {}
                    }
                }
                prove::Fault::Value { address, key, why } => {
                    if adopted.declared.contains(&address) {
                        dropped.keys.entry((address, key)).or_insert(why);
                    }
                }
            }
        }
        *dropped != before
    }
}

/// Whose entry declares an object: memberships stand with their person.
fn owner(address: &Address) -> Address {
    address.person().unwrap_or_else(|| address.clone())
}
