//! What a project folder may hold, and what is said of what it may not.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test builds folders, and gives up where that fails"
)]

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use zdsync::manifest::{Project, read_project};

/// A project folder of these files; without a configuration among them, it has the smallest one.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("zdsync.yaml");
    fs::write(config, "account: { subdomain: acme }\n").unwrap();
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// The files that were read, and what was said, one line each.
fn read(root: &Path) -> (Vec<String>, Vec<String>) {
    let (project, found) = read_project(root);
    let files = project.map_or_else(Vec::new, |Project { files, .. }| files);
    let files = files.iter().map(|file| file.source.path().to_owned());
    let said = found
        .iter()
        .map(|finding| format!("{} {}", finding.code, finding.message));
    (files.collect(), said.collect())
}

const GROUP: &[u8] = b"groups: [{ name: Tier 1 }]\n";

#[test]
fn manifests_are_found_in_folders_below_and_read_in_order() {
    let folder = folder(&[
        ("manifests/b.yaml", GROUP),
        ("manifests/a/c.yml", GROUP),
        ("manifests/a/notes.txt", b"not a manifest"),
        ("manifests/.hidden/d.yaml", GROUP),
        ("manifests/.e.yaml", GROUP),
        ("elsewhere.yaml", GROUP),
    ]);
    let (files, said) = read(folder.path());
    assert_eq!(files, ["manifests/a/c.yml", "manifests/b.yaml"]);
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn patterns_name_folders_files_and_globs() {
    let folder = folder(&[
        (
            "zdsync.yaml",
            b"account: { subdomain: acme }\nmanifests: ['teams/*/groups.yaml', teams/a, one.yaml, '.']\n",
        ),
        ("teams/a/groups.yaml", GROUP),
        ("teams/b/groups.yaml", GROUP),
        ("teams/b/deeper/groups.yaml", GROUP),
        ("one.yaml", GROUP),
    ]);
    let (files, said) = read(folder.path());
    assert_eq!(
        files,
        [
            "one.yaml",
            "teams/a/groups.yaml",
            "teams/b/deeper/groups.yaml",
            "teams/b/groups.yaml"
        ]
    );
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_read() {
    let folder = folder(&[
        ("manifests/good.yaml", GROUP),
        ("manifests/latin.yaml", b"groups:\n  - name: Zo\xeb\n"),
        ("manifests/empty.yaml", b""),
    ]);
    let huge = fs::File::create(folder.path().join("manifests/huge.yaml")).unwrap();
    huge.set_len(129 * 1024 * 1024).unwrap();
    let (files, said) = read(folder.path());
    assert_eq!(files, ["manifests/good.yaml"]);
    assert_eq!(
        said,
        [
            "ZD001 `manifests/huge.yaml` is too large (129 MB)",
            "ZD001 `manifests/latin.yaml` is not UTF-8 text: the first wrong byte is in line 2",
            "ZD002 `manifests/empty.yaml` declares nothing",
        ]
    );
}

#[test]
fn a_project_without_a_manifest_is_an_error() {
    let none = folder(&[]);
    let (_, said) = read(none.path());
    assert_eq!(said, ["ZD002 there is no manifest in `manifests`"]);
    let none = folder(&[("manifests/README.md", b"nothing yet")]);
    let (_, said) = read(none.path());
    assert_eq!(said, ["ZD002 there is no manifest in `manifests`"]);
}

#[test]
fn folders_that_are_no_projects_are_told_so() {
    let folder = TempDir::new().unwrap();
    let (project, found) = read_project(folder.path());
    assert!(project.is_none());
    let first = found.iter().next().unwrap();
    assert!(first.message.starts_with("there is no `zdsync.yaml` in"));
    assert!(first.help.as_ref().unwrap().contains("zdsync init"));
    let (project, found) = read_project(&folder.path().join("missing"));
    assert!(project.is_none());
    let first = found.iter().next().unwrap();
    assert!(first.message.starts_with("there is no folder"));
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_to_nowhere_are_said() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("manifests/a/good.yaml", GROUP)]);
    let manifests = folder.path().join("manifests");
    symlink(&manifests, manifests.join("a/loop")).unwrap();
    symlink(manifests.join("gone"), manifests.join("dangling.yaml")).unwrap();
    symlink(manifests.join("a/good.yaml"), manifests.join("same.yaml")).unwrap();
    let (files, said) = read(folder.path());
    assert_eq!(
        files,
        ["manifests/a/good.yaml"],
        "one file under two names is one"
    );
    assert_eq!(
        said,
        [
            "ZD001 `manifests/a/loop` is a link that leads back to a folder above it",
            "ZD001 `manifests/dangling.yaml` does not exist",
        ]
    );
}

#[test]
fn the_configuration_points_at_the_pattern_that_leads_nowhere() {
    let folder = folder(&[
        (
            "zdsync.yaml",
            b"account: { subdomain: acme }\nmanifests:\n  - manifests\n  - more/**/*.yaml\n",
        ),
        ("manifests/a.yaml", GROUP),
    ]);
    let (_, found) = read_project(folder.path());
    let finding = found.iter().next().unwrap();
    assert_eq!(finding.message, "there is no manifest in `more/**/*.yaml`");
    let place = finding.place.as_ref().unwrap();
    assert_eq!(
        (place.source.path(), place.position()),
        ("zdsync.yaml", (4, 5))
    );
}
