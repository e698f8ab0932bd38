//! The project's `.zdsync` folder: receipts, the lock of a running apply, and the state of an embedded
//! sandbox.

use std::fs::{self, File, TryLockError};
use std::io::Write;

use camino::{Utf8Path, Utf8PathBuf};

use super::failure::Failure;

/// The file that a running apply holds locked.
const LOCK: &str = "apply.lock";

/// The folder `.zdsync` of a project. It is made when something is first written to it.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: Utf8PathBuf,
}

/// Held while an apply runs in a project; the operating system lets go of it when the process ends.
#[derive(Debug)]
pub(super) struct ApplyLock {
    _file: File,
}

impl Folder {
    /// The folder of the project in `directory`.
    pub(super) fn of(directory: &Utf8Path) -> Self {
        let here = if directory == "." {
            Utf8Path::new("")
        } else {
            directory
        };
        Self {
            root: here.join(".zdsync"),
        }
    }

    /// A path within the folder.
    pub(super) fn path(&self, name: &str) -> Utf8PathBuf {
        self.root.join(name)
    }

    /// The text of a file in the folder, or `None` where there is none.
    #[expect(clippy::disallowed_methods, reason = "cli may read files")]
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, Failure> {
        let path = self.path(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::file("cannot read", &path, &error)),
        }
    }

    /// Writes a file as a whole: after a crash there is the old text or the new one, never a part.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<Utf8PathBuf, Failure> {
        let path = self.path(name);
        let failed = |error: std::io::Error| Failure::file("cannot write", &path, &error);
        let parent = path.parent().unwrap_or(&self.root);
        create_private(parent).map_err(failed)?;
        let partial = path.with_extension("partial");
        let mut file = private_file(&partial).map_err(failed)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        fs::rename(&partial, &path).map_err(failed)?;
        Ok(path)
    }

    /// The names of the files in a folder within the folder, sorted; none where there is no such folder.
    pub(super) fn list(&self, name: &str) -> Result<Vec<String>, Failure> {
        names(&self.path(name))
    }

    /// Deletes a file; says whether there was one.
    pub(super) fn remove(&self, name: &str) -> Result<bool, Failure> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::file("cannot delete", &path, &error)),
        }
    }

    /// Opens a file for writing from its beginning, and makes sure that its name is on disk.
    pub(super) fn create(&self, name: &str) -> std::io::Result<File> {
        create_private(&self.root)?;
        let file = private_file(&self.path(name))?;
        #[cfg(unix)]
        File::open(&self.root)?.sync_all()?;
        Ok(file)
    }

    /// Says whether an apply runs in this project now. Writes nothing.
    pub(super) fn is_locked(&self) -> bool {
        let Ok(file) = File::open(self.path(LOCK)) else {
            return false;
        };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Takes the lock that keeps two applies from running in one project.
    pub(super) fn lock(&self) -> Result<ApplyLock, Failure> {
        let path = self.path(LOCK);
        let failed = |error: &std::io::Error| Failure::file("cannot lock", &path, error);
        create_private(&self.root).map_err(|error| failed(&error))?;
        let file = private_file(&path).map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(ApplyLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::new(
                "another apply is running in this project",
                "wait until it has ended; its lock ends with its process",
            )),
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }
}

/// The names of the files in a folder, sorted; none where there is no such folder.
#[expect(clippy::disallowed_methods, reason = "cli may read folders")]
pub(super) fn names(path: &Utf8Path) -> Result<Vec<String>, Failure> {
    let failed = |error: &std::io::Error| Failure::file("cannot list", path, error);
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(&error))?;
        names.extend(entry.file_name().into_string().ok());
    }
    names.sort();
    Ok(names)
}

fn create_private(folder: &Utf8Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file that only its owner can read: receipts and sandbox state hold people's names.
pub(super) fn private_file(path: &Utf8Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
