//! The file of profiles: where it lies, and reading it with care.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Lookup;

/// A greater file than this, in bytes, is not one of profiles.
const MAX_SIZE: u64 = 1024 * 1024;

/// Where profiles are looked for when no file is named: `alpaca/credentials.toml` in the user's folder
/// of configuration. `None` where the variables that lead to it are not set.
pub(crate) fn default_path(lookup: &Lookup<'_>) -> Option<PathBuf> {
    let platform = if cfg!(windows) {
        Platform::Windows
    } else if cfg!(target_os = "macos") {
        Platform::MacOs
    } else {
        Platform::Unix
    };
    default_path_on(platform, lookup)
}

#[derive(Clone, Copy)]
enum Platform {
    Unix,
    MacOs,
    Windows,
}

fn default_path_on(platform: Platform, lookup: &Lookup<'_>) -> Option<PathBuf> {
    // A relative folder would depend on where the program was started; the XDG rules say to ignore it.
    let folder = |name| lookup(name).map(PathBuf::from);
    let absolute = |name| folder(name).filter(|path| path.is_absolute());
    let config = match platform {
        Platform::Unix => {
            absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))
        }
        Platform::MacOs => {
            absolute("HOME").map(|home| home.join("Library").join("Application Support"))
        }
        Platform::Windows => folder("APPDATA").filter(|path| !path.as_os_str().is_empty()),
    }?;
    Some(config.join("alpaca").join("credentials.toml"))
}

/// The text of the file and what to warn of, or why it cannot be had.
pub(super) fn read(path: &Path) -> Result<(String, Vec<String>), String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    // Asked before the file is opened: opening a pipe would wait for somebody to write into it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a file".to_owned());
    }
    let file = File::open(path).map_err(unreadable)?;
    let warnings = exposure(path, &file).into_iter().collect();
    let mut bytes = Vec::new();
    file.take(MAX_SIZE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if u64::try_from(bytes.len()).map_or(true, |size| size > MAX_SIZE) {
        return Err("is larger than 1 MiB, which no file of profiles is".to_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, warnings)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let (line, _) = position(error.as_bytes(), valid);
            Err(format!("is not UTF-8 text, in line {line}"))
        }
    }
}

/// What to say when others on this machine can get at the keys.
#[cfg(unix)]
fn exposure(path: &Path, file: &File) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata().ok()?.permissions().mode();
    let able = match (mode & 0o044 != 0, mode & 0o022 != 0) {
        (false, false) => return None,
        (true, false) => "read",
        (false, true) => "change",
        (true, true) => "read and change",
    };
    Some(format!(
        "{}: other users of this machine can {able} the keys in it (mode {:04o}): set its mode to 0600",
        path.display(),
        mode & 0o7777
    ))
}

/// Elsewhere a file in the user's own folder is the user's alone unless somebody changed that.
#[cfg(not(unix))]
fn exposure(_: &Path, _: &File) -> Option<String> {
    None
}

/// Line and column of an offset, both from one; a column is a character.
pub(super) fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let last = before.rsplit(|byte| *byte == b'\n').next();
    // In UTF-8 every byte but the continuing ones begins a character.
    let column = last.map_or(0, |bytes| {
        bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
    });
    (line, column + 1)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn what_is_no_file_of_profiles_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap_err(), "is not a file");
        let why = read(&folder.path().join("missing.toml")).unwrap_err();
        assert!(why.starts_with("cannot be read: "), "{why}");

        let path = folder.path().join("file.toml");
        let written = |content: &[u8]| {
            fs::write(&path, content).unwrap();
            read(&path).map(|(text, _)| text)
        };
        assert_eq!(
            written(b"[default]\nkey_id = \"hidden\xff\"").unwrap_err(),
            "is not UTF-8 text, in line 2"
        );
        assert_eq!(written(b"").unwrap(), "");
        let size = usize::try_from(MAX_SIZE).unwrap();
        assert_eq!(written(&vec![b'#'; size]).unwrap().len(), size);
        let why = written(&vec![b'#'; size + 1]).unwrap_err();
        assert!(why.contains("larger than 1 MiB"), "{why}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_get_at_is_warned_of() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.toml");
        fs::write(&path, "hidden").unwrap();
        for (mode, expected) in [
            (0o600, None),
            (0o400, None),
            (0o711, None),
            (0o640, Some("can read the keys in it (mode 0640)")),
            (0o604, Some("can read the keys in it (mode 0604)")),
            (0o620, Some("can change the keys in it (mode 0620)")),
            (
                0o666,
                Some("can read and change the keys in it (mode 0666)"),
            ),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let (_, warnings) = read(&path).unwrap();
            assert_eq!(warnings.len(), usize::from(expected.is_some()), "{mode:o}");
            let text = warnings.concat();
            assert!(text.contains(expected.unwrap_or_default()), "{text}");
            assert!(!text.contains("hidden"));
        }
    }

    #[test]
    fn a_place_is_counted_in_lines_and_characters() {
        let text = "a\n\u{e9}\u{20ac}x\n";
        for (offset, expected) in [
            (0, (1, 1)),
            (1, (1, 2)),
            (2, (2, 1)),
            (4, (2, 2)),
            (7, (2, 3)),
            (8, (2, 4)),
            (9, (3, 1)),
            (99, (3, 1)),
        ] {
            assert_eq!(position(text.as_bytes(), offset), expected, "{offset}");
        }
    }

    #[test]
    fn the_file_lies_where_the_platform_keeps_its_configuration() {
        let path = |platform, set: &[(&str, &str)]| {
            let lookup = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            default_path_on(platform, &lookup)
        };
        let below = |folder: &str| {
            let file = Path::new(folder).join("alpaca").join("credentials.toml");
            Some(file)
        };
        let home = ("HOME", if cfg!(windows) { "C:\\h" } else { "/h" });
        let xdg = (
            "XDG_CONFIG_HOME",
            if cfg!(windows) { "C:\\c" } else { "/c" },
        );
        let dot = Path::new(home.1).join(".config");
        let dot = dot.to_str().unwrap();
        assert_eq!(path(Platform::Unix, &[home, xdg]), below(xdg.1));
        assert_eq!(path(Platform::Unix, &[home]), below(dot));
        for ignored in ["", "relative"] {
            let set = [home, ("XDG_CONFIG_HOME", ignored)];
            assert_eq!(path(Platform::Unix, &set), below(dot));
            assert_eq!(path(Platform::Unix, &[("HOME", ignored)]), None);
            assert_eq!(path(Platform::MacOs, &[("HOME", ignored)]), None);
        }
        let library = Path::new(home.1)
            .join("Library")
            .join("Application Support");
        assert_eq!(
            path(Platform::MacOs, &[home, xdg]),
            below(library.to_str().unwrap())
        );
        let data = ("APPDATA", "C:\\Users\\x\\AppData\\Roaming");
        assert_eq!(path(Platform::Windows, &[data, home]), below(data.1));
        assert_eq!(path(Platform::Windows, &[("APPDATA", ""), home]), None);
        assert_eq!(path(Platform::Windows, &[]), None);
    }
}
