//! Writing several files, all or none.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Files to write and to remove together.
///
/// Every new text is first written beside its target. Only when all are on disk do they take their
/// places, each in one step; should one fail to, those before it are put back.
#[derive(Default)]
pub(crate) struct Transaction {
    /// The new text of each file, or `None` to remove it.
    files: BTreeMap<PathBuf, Option<String>>,
}

impl Transaction {
    /// Plans to write `text` to `path`.
    pub(crate) fn write(&mut self, path: PathBuf, text: String) {
        self.files.insert(path, Some(text));
    }

    /// Plans to remove `path`; it need not exist.
    pub(crate) fn remove(&mut self, path: PathBuf) {
        self.files.insert(path, None);
    }

    /// Carries the plan out. A file that already has its text is not touched.
    ///
    /// # Errors
    ///
    /// When any step fails, naming the file; all files are then as they were.
    pub(crate) fn commit(self) -> Result<(), String> {
        let mut made = Folders::default();
        // Whatever was staged is gone by the time the folders made for it are removed again.
        let result = self.stage_and_place(&mut made, &mut |file, path| {
            file.persist(path).map(drop).map_err(|error| error.error)
        });
        result.map_err(|message| made.undo(message))
    }

    fn stage_and_place(&self, made: &mut Folders, place: &mut Place<'_>) -> Result<(), String> {
        let mut staged = Vec::new();
        for (path, text) in &self.files {
            let before = match fs::read(path) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(describe(path, &error)),
            };
            match text {
                Some(text) if before.as_deref() == Some(text.as_bytes()) => {}
                Some(text) => staged.push((path, before, Some(stage(path, text, made)?))),
                None if before.is_none() => {}
                None => staged.push((path, before, None)),
            }
        }
        let mut done: Vec<(&Path, Option<Vec<u8>>)> = Vec::new();
        for (path, before, file) in staged {
            let result = match file {
                Some(file) => place(file, path),
                None => fs::remove_file(path),
            };
            match result {
                Ok(()) => done.push((path, before)),
                Err(error) => return Err(put_back(done, describe(path, &error))),
            }
        }
        Ok(())
    }
}

/// Undoes what was placed; returns why, and what could not be undone.
fn put_back(done: Vec<(&Path, Option<Vec<u8>>)>, mut message: String) -> String {
    for (path, before) in done.into_iter().rev() {
        let restored = match before {
            Some(bytes) => restore(path, &bytes),
            None => fs::remove_file(path),
        };
        if let Err(error) = restored {
            message.push_str("; and putting back ");
            message.push_str(&describe(path, &error));
        }
    }
    message
}

/// Puts a staged file in its place.
type Place<'a> = dyn FnMut(NamedTempFile, &Path) -> std::io::Result<()> + 'a;

/// Writes what a file held beside it, and puts that in its place in one step.
fn restore(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    readable(&file)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn describe(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

fn stage(path: &Path, text: &str, made: &mut Folders) -> Result<NamedTempFile, String> {
    if path.is_dir() {
        return Err(format!("{}: is a folder", path.display()));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    made.make(folder)?;
    let mut file = NamedTempFile::new_in(folder).map_err(|error| describe(folder, &error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| describe(path, &error))?;
    file.flush().map_err(|error| describe(path, &error))?;
    readable(&file).map_err(|error| describe(path, &error))?;
    Ok(file)
}

/// A temporary file is its owner's alone; what is checked in is everybody's.
#[cfg(unix)]
fn readable(file: &NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file()
        .set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

/// The folders that were made on the way, to be removed again on failure.
#[derive(Default)]
struct Folders(Vec<PathBuf>);

impl Folders {
    fn make(&mut self, folder: &Path) -> Result<(), String> {
        let missing: Vec<PathBuf> = folder
            .ancestors()
            .take_while(|ancestor| !ancestor.as_os_str().is_empty() && !ancestor.exists())
            .map(Path::to_path_buf)
            .collect();
        for path in missing.into_iter().rev() {
            fs::create_dir(&path).map_err(|error| describe(&path, &error))?;
            self.0.push(path);
        }
        Ok(())
    }

    fn undo(self, message: String) -> String {
        for folder in self.0.into_iter().rev() {
            // Only what is empty again goes.
            let _ = fs::remove_dir(folder);
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_every_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "old").unwrap();
        fs::write(at("gone"), "still here").unwrap();
        fs::create_dir(at("z")).unwrap();
        let mut transaction = Transaction::default();
        transaction.write(at("a"), "new".into());
        transaction.write(at("deep/er/file"), "new".into());
        transaction.remove(at("gone"));
        // A folder cannot be replaced by a file.
        transaction.write(at("z"), "new".into());
        let error = transaction.commit().unwrap_err();
        assert!(error.contains('z'), "{error}");
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "old");
        assert_eq!(fs::read_to_string(at("gone")).unwrap(), "still here");
        assert!(!at("deep").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_was_placed_before_a_failure_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "old").unwrap();
        let mut transaction = Transaction::default();
        transaction.write(at("a"), "new".into());
        transaction.write(at("b"), "new".into());
        transaction.write(at("c"), "new".into());
        let mut placed = 0;
        let error = transaction
            .stage_and_place(&mut Folders::default(), &mut |file, path| {
                placed += 1;
                match placed {
                    3 => Err(std::io::Error::other("the disk is full")),
                    _ => file.persist(path).map(drop).map_err(|error| error.error),
                }
            })
            .unwrap_err();
        assert!(
            error.contains("the disk is full") && !error.contains("putting back"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_planned_is_done_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("gone"), "x").unwrap();
        for _ in 0..2 {
            let mut transaction = Transaction::default();
            transaction.write(at("deep/file"), "text".into());
            transaction.remove(at("gone"));
            transaction.commit().unwrap();
        }
        assert_eq!(fs::read_to_string(at("deep/file")).unwrap(), "text");
        assert!(!at("gone").exists());
    }
}
