//! `zdsync import --update`: manifests that are there, brought up to what is live.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::diag::{Diagnostic, Source};
use crate::diff;
use crate::manifest::{self, Adopted, Correction, Corrections, Holdings, LeftOut};
use crate::model::{Address, Inventory, Kind, plural};

use super::corrections::without;
use super::prove::{self, Fault, Judgement};
use super::{Import, ROUNDS, files, known, owner, say};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::snapshot::proves_absence;

/// What a file is called that is never written.
const STRANGERS: &str = "(what is live and not declared)";

/// What an update makes of the project.
#[derive(Default)]
pub(super) struct Outcome {
    /// Files that are there and change.
    pub(super) changed: Vec<Arc<Source>>,
    /// Files that are new.
    pub(super) new: BTreeMap<Utf8PathBuf, String>,
    /// Entries that were taken out.
    pub(super) gone: BTreeSet<Address>,
    /// What was added.
    pub(super) added: Adopted,
}

impl Import<'_> {
    /// Changes and adds to manifests, once the plan of the result is known to be empty.
    pub(super) fn update(&self) -> Result<Exit, Failure> {
        let before: Vec<Arc<Source>> = self
            .project
            .files
            .iter()
            .map(|file| Arc::clone(&file.source))
            .collect();
        let mut outcome = Outcome::default();
        let mut unfit = Vec::new();
        let mut sources = before.clone();
        if self.changes() {
            sources = self.correct(sources, &mut outcome.gone, &mut unfit)?;
        }
        let judgement = self.judge_all(&self.with_strangers(&sources), &self.none);
        let Some((_, inventory)) = &judgement.planned else {
            return Err(judgement.explain(self.settings)?);
        };
        let strangers: BTreeSet<&Address> = self.strangers().collect();
        let mut known = known(inventory, &self.live, &self.policy);
        known.retain(|address| !strangers.contains(address));
        let references = inventory.resources.values();
        let references = references.flat_map(|declared| declared.resource.requires());
        let needed: BTreeSet<Address> = references
            .filter(|address| strangers.contains(address))
            .collect();
        outcome.added = self.adopt(&known, &needed, &sources)?;
        outcome.added.left_out.append(&mut unfit);
        self.place(&mut sources, inventory, &mut outcome)?;
        let new = outcome.new.iter();
        let new = new.map(|(path, text)| Source::new(path.clone(), text.clone()));
        let all: Vec<Arc<Source>> = sources.iter().cloned().chain(new).collect();
        let proof = self.judge_all(&all, &outcome.added.declared);
        if !proof.is_clean() {
            return Err(proof.explain(self.settings)?);
        }
        for (before, after) in before.iter().zip(sources) {
            if before.text() != after.text() {
                keeps_comments(before, &after)?;
                outcome.changed.push(after);
            }
        }
        self.save(&outcome)?;
        let is_whole = self.arguments.only.is_empty() && !self.arguments.users_in_scope;
        say::updated(self.settings, &outcome, is_whole)?;
        Ok(Exit::Done)
    }

    /// Roles, groups and organizations that are live and that nothing declares.
    fn strangers(&self) -> impl Iterator<Item = &Address> {
        let live = self.live.objects.keys();
        live.filter(|address| {
            let is_object = match address.kind() {
                Kind::Role | Kind::Group | Kind::Organization => true,
                Kind::User | Kind::GroupMembership | Kind::OrganizationMembership => false,
            };
            is_object && !self.known.contains(*address)
        })
    }

    /// The manifests with what they may come to refer to before it is declared.
    fn with_strangers(&self, sources: &[Arc<Source>]) -> Vec<Arc<Source>> {
        let mut all = sources.to_vec();
        all.extend(manifest::externals(self.strangers()).map(|text| Source::new(STRANGERS, text)));
        all
    }

    /// Says whether entries that are there may change.
    fn changes(&self) -> bool {
        let only = &self.arguments.only;
        !only.contains(&manifest::Only::New) || only.contains(&manifest::Only::Changed)
    }

    /// Plans all manifests; what was not asked for does not count.
    fn judge_all(&self, sources: &[Arc<Source>], added: &BTreeSet<Address>) -> Judgement {
        let changes = self.changes();
        let concerns = |address: &Address| {
            let owner = owner(address);
            added.contains(&owner) || (changes && self.wants(&owner))
        };
        prove::judge(&self.project, sources, &self.live, &concerns, self.now)
    }

    /// Corrects entries, round by round, until they say what is live.
    fn correct(
        &self,
        mut sources: Vec<Arc<Source>>,
        gone: &mut BTreeSet<Address>,
        left_out: &mut Vec<LeftOut>,
    ) -> Result<Vec<Arc<Source>>, Failure> {
        for round in 0.. {
            let judgement = self.judge_all(&self.with_strangers(&sources), &self.none);
            let Some((plan, inventory)) = &judgement.planned else {
                let taken = (round < ROUNDS)
                    .then(|| without_faults(&sources, &judgement, left_out))
                    .transpose()?
                    .flatten();
                let Some(taken) = taken else {
                    return Err(judgement.explain(self.settings)?);
                };
                sources = taken;
                continue;
            };
            let pairs = diff::compare(inventory, &self.live, &self.policy).pairs;
            let by_address = self.corrections(plan, inventory, &pairs);
            if by_address.is_empty() {
                break;
            }
            let going = by_address
                .iter()
                .filter(|(_, wanted)| wanted.contains(&Correction::Gone))
                .map(|(address, _)| address.clone());
            let going: Vec<Address> = going.collect();
            self.provably_gone(&going)?;
            gone.extend(going);
            let merged = manifest::merge(
                &sources,
                &Corrections {
                    by_address,
                    holdings: &|address| self.holdings(inventory, &pairs, address),
                },
            );
            let merged = merged.map_err(|error| Failure::new(error.message, "mend the file"))?;
            let stuck = merged
                .iter()
                .zip(&sources)
                .all(|(new, old)| new.text() == old.text());
            if stuck || round == ROUNDS {
                return Err(judgement.explain(self.settings)?);
            }
            sources = merged;
        }
        Ok(sources)
    }

    /// Nothing is taken out on the strength of a list that may lack it.
    fn provably_gone(&self, gone: &[Address]) -> Result<(), Failure> {
        let unproven = gone
            .iter()
            .find(|address| !proves_absence(&self.live, address.kind()));
        let Some(address) = unproven else {
            return Ok(());
        };
        Err(Failure::Refused {
            message: format!(
                "`{address}` is declared and was not found, and the list read is not complete"
            ),
            help: "read the account again, or take a snapshot of everybody, without `--staff`"
                .to_owned(),
        })
    }

    /// Puts new entries where entries like them stand, and the rest into new files.
    fn place(
        &self,
        sources: &mut [Arc<Source>],
        inventory: &Inventory,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let places = Places(inventory);
        for (path, manifest) in &outcome.added.files {
            let path = self.arguments.out.join(path);
            let mut rest = Vec::new();
            for (section, entries) in manifest.sections() {
                let home = places.host(section, manifest.home.as_ref());
                let home = home.unwrap_or(path.as_str());
                let host = sources.iter_mut().find(|source| source.path() == home);
                let grown = host
                    .as_deref()
                    .map(|host| manifest::append(host, section, entries));
                let grown = grown
                    .transpose()
                    .map_err(|error| Failure::new(error.message, "mend the file"))?;
                match (host, grown.flatten()) {
                    (Some(host), Some(grown)) => *host = grown,
                    (_, _) => rest.push((section, entries)),
                }
            }
            if !rest.is_empty() {
                outcome.new.insert(self.free(&path), manifest.part(&rest));
            }
        }
        Ok(())
    }

    /// A path like this one at which there is nothing.
    fn free(&self, path: &Utf8PathBuf) -> Utf8PathBuf {
        let mut free = path.clone();
        let mut number = 2_u32;
        while self.settings.path(&free).symlink_metadata().is_ok() {
            let stem = path.file_stem().unwrap_or("new");
            free = path.with_file_name(format!("{stem}-{number}.yaml"));
            number += 1;
        }
        free
    }

    #[expect(clippy::disallowed_methods, reason = "cli may write files")]
    fn save(&self, outcome: &Outcome) -> Result<(), Failure> {
        files::write(self.settings, &outcome.new)?;
        for source in &outcome.changed {
            let path = self.settings.path(source.path().into());
            std::fs::write(&path, source.text())
                .map_err(|error| Failure::file("cannot write", &path, &error))?;
        }
        Ok(())
    }
}

/// Where manifests have entries of which sort.
struct Places<'a>(&'a Inventory);

impl Places<'_> {
    /// The file in which an entry of this section belongs: for people of a group or organization, that of
    /// most of its people, or its own; for others, the one file that has several of their kind.
    fn host(&self, section: &str, home: Option<&Address>) -> Option<&str> {
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.section() == section)?;
        let of = |address: &Address| {
            let origin = self.0.resources.get(address)?.origin.as_ref()?;
            Some(&*origin.file).filter(|file| *file != STRANGERS)
        };
        let mut files: BTreeMap<&str, usize> = BTreeMap::new();
        if kind == Kind::User {
            let home = home?;
            let people = self.0.resources.keys();
            let people = people.filter(|address| address.container().as_ref() == Some(home));
            for file in people.filter_map(|address| of(&address.person()?)) {
                *files.entry(file).or_default() += 1;
            }
            let most = files.into_iter().max_by_key(|(_, count)| *count);
            return most.map(|(file, _)| file).or_else(|| of(home));
        }
        for (address, _) in self.0.of_kind(kind) {
            if let Some(file) = of(address) {
                *files.entry(file).or_default() += 1;
            }
        }
        let several = files.len() == 1 && files.values().all(|count| *count > 1);
        files.into_keys().next().filter(|_| several)
    }
}

/// The files without the keys that the rules refuse, now that they say what is live; `None` where that leads
/// nowhere.
fn without_faults(
    sources: &[Arc<Source>],
    judgement: &Judgement,
    left_out: &mut Vec<LeftOut>,
) -> Result<Option<Vec<Arc<Source>>>, Failure> {
    let broken = |error: Box<Diagnostic>| Failure::new(error.message, "please report this");
    let mut by_address: BTreeMap<Address, Vec<Correction>> = BTreeMap::new();
    for fault in judgement.faults() {
        let Fault::Text { path, line, why } = fault else {
            continue;
        };
        let source = sources.iter().find(|source| source.path() == path);
        let Some(source) = source else {
            continue;
        };
        if let Some((address, key)) = manifest::key_at(source, line).map_err(broken)? {
            by_address
                .entry(address.clone())
                .or_default()
                .push(without(&key));
            left_out.push(LeftOut { why, address, key });
        }
    }
    let merged = manifest::merge(
        sources,
        &Corrections {
            by_address,
            holdings: &|_| Holdings::default(),
        },
    );
    let merged = merged.map_err(broken)?;
    let stuck = merged
        .iter()
        .zip(sources)
        .all(|(new, old)| new.text() == old.text());
    Ok((!stuck).then_some(merged))
}

fn keeps_comments(before: &Arc<Source>, after: &Arc<Source>) -> Result<(), Failure> {
    let lost = manifest::lost_comments(before, after)
        .map_err(|error| Failure::new(error.message, "please report this"))?;
    let Some(first) = lost.first() else {
        return Ok(());
    };
    Err(Failure::new(
        format!(
            "`{}` would lose {}, first `{first}`; nothing was written",
            before.path(),
            plural(lost.len(), "comment")
        ),
        "move the comment to a line of its own",
    ))
}
