//! A built example, and a run of it.

use std::env;
use std::ffi::OsStr;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::service::Service;

/// Every example that needs no feature.
pub(crate) const EXAMPLES: [&str; 9] = [
    "account",
    "bracket",
    "error_handling",
    "market_order",
    "options_spread",
    "pagination",
    "preview",
    "safe_submission",
    "watchlists",
];

/// Those that place orders.
pub(crate) const TRADING: [&str; 5] = [
    "bracket",
    "error_handling",
    "market_order",
    "options_spread",
    "safe_submission",
];

/// How long an example may run.
const PATIENCE: Duration = Duration::from_secs(60);

/// An example that is about to be run, with a key pair and nothing else of this process's
/// environment: no proxies, no profiles, no other keys.
pub(crate) struct Program {
    name: String,
    command: Command,
}

impl Program {
    #[track_caller]
    pub(crate) fn example(name: &str) -> Self {
        let mut path: PathBuf = env::current_exe().unwrap();
        path.pop();
        path.pop();
        let path = path
            .join("examples")
            .join(format!("{name}{}", env::consts::EXE_SUFFIX));
        assert!(
            path.is_file(),
            "{} is missing: `cargo build --examples` makes it",
            path.display()
        );
        let mut command = Command::new(path);
        command.env_clear();
        // Windows opens no socket without the first, and coverage is lost without the second.
        for kept in ["SystemRoot", "LLVM_PROFILE_FILE"] {
            if let Some(value) = env::var_os(kept) {
                command.env(kept, value);
            }
        }
        let program = Self {
            name: name.to_owned(),
            command,
        };
        program
            .env("APCA_API_KEY_ID", "PKTEST")
            .env("APCA_API_SECRET_KEY", "topsecret")
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Names the service on the command line.
    pub(crate) fn at(self, service: &Service) -> Self {
        self.arg(service.url())
    }

    /// Runs the example to its end.
    #[track_caller]
    pub(crate) fn run(mut self) -> Run {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let out = collect(child.stdout.take().unwrap());
        let err = collect(child.stderr.take().unwrap());
        let deadline = Instant::now() + PATIENCE;
        let mut next = |texts: &mpsc::Receiver<String>| {
            let left = deadline.saturating_duration_since(Instant::now());
            texts.recv_timeout(left).unwrap_or_else(|_| {
                let _ = child.kill();
                panic!("{} still runs after {PATIENCE:?}", self.name)
            })
        };
        let (out, err) = (next(&out), next(&err));
        let run = Run {
            out,
            err,
            status: child.wait().unwrap(),
        };
        assert!(!run.all().contains("topsecret"), "{}", run.all());
        run
    }
}

/// Everything that comes out of `pipe`, once it ends.
fn collect(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}

/// What an example did.
pub(crate) struct Run {
    out: String,
    err: String,
    status: ExitStatus,
}

impl Run {
    /// What it printed as its result.
    pub(crate) fn out(&self) -> &str {
        &self.out
    }

    /// All that it printed.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// The status that it ended with.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Ends with status 0, and nothing to complain about.
    #[track_caller]
    pub(crate) fn succeeds(&self) {
        assert!(self.status.success(), "{}: {}", self.status, self.all());
        assert_eq!(self.err, "");
    }

    /// Ends with status 1 and one error, which has these parts.
    #[track_caller]
    pub(crate) fn fails_with(&self, parts: &[&str]) {
        assert_eq!(self.status.code(), Some(1), "{}", self.all());
        assert!(self.err.starts_with("error: "), "{}", self.all());
        for part in parts {
            assert!(
                self.err.contains(part),
                "`{part}` is missing in:\n{}",
                self.err
            );
        }
    }

    /// Its result has these parts, in this order.
    #[track_caller]
    pub(crate) fn prints(&self, parts: &[&str]) {
        let mut rest = self.out.as_str();
        for part in parts {
            let Some((_, after)) = rest.split_once(part) else {
                panic!("`{part}` is missing, or too early, in:\n{}", self.out);
            };
            rest = after;
        }
    }
}
