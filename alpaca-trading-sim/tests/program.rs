//! The program, as a process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test"
)]

mod plain;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn program(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alpaca-trading-sim"));
    command
        .arg("serve")
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A process that runs, and what it has printed until it said so. It ends with the test.
struct Running {
    child: Child,
    lines: Vec<String>,
    out: Option<BufReader<ChildStdout>>,
    errors: Option<ChildStderr>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(flags: &[&str]) -> Self {
        let mut child = program(flags).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let errors = child.stderr.take();
        let mut running = Self {
            child,
            lines: Vec::new(),
            out: None,
            errors,
        };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut out = out;
            let mut lines = Vec::new();
            let mut line = String::new();
            while out.read_line(&mut line).is_ok_and(|length| length > 0) {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                if lines
                    .last()
                    .is_some_and(|line| line.starts_with("# running"))
                {
                    break;
                }
            }
            let _ = sender.send((lines, out));
        });
        match receiver.recv_timeout(PATIENCE) {
            Ok((lines, out)) if lines.iter().any(|line| line.starts_with("# running")) => {
                running.lines = lines;
                running.out = Some(out);
                running
            }
            Ok(_) => {
                let mut text = String::new();
                let errors = running.errors.as_mut().unwrap();
                errors.read_to_string(&mut text).unwrap();
                panic!("it did not start: {text}");
            }
            Err(_) => panic!("it does not start"),
        }
    }

    /// What the shell would export under this name.
    fn exported(&self, name: &str) -> &str {
        let begin = format!("export {name}=");
        let mut found = self
            .lines
            .iter()
            .filter_map(|line| line.strip_prefix(&begin));
        found
            .next()
            .unwrap_or_else(|| panic!("{name} in {:?}", self.lines))
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        plain::http()
            .get(format!("{}{path}", self.exported("APCA_API_BASE_URL")))
            .header("APCA-API-KEY-ID", self.exported("APCA_API_KEY_ID"))
            .header("APCA-API-SECRET-KEY", self.exported("APCA_API_SECRET_KEY"))
    }

    async fn json(&self, path: &str) -> serde_json::Value {
        let answer = self.get(path).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// Sends a signal, and waits for the end: the code, and what was printed last.
    #[cfg(unix)]
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        let mut out = self.out.take().unwrap();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = out.read_to_string(&mut text);
            let _ = sender.send(text);
        });
        // The output ends with the process.
        let last = receiver.recv_timeout(PATIENCE).expect("it does not end");
        (self.child.wait().unwrap().code(), last)
    }
}

fn refused(flags: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = program(flags).output().unwrap();
    assert_eq!(status.code(), Some(2), "{flags:?}");
    assert!(stdout.is_empty(), "nothing is said to run");
    String::from_utf8(stderr).unwrap()
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[cfg(unix)]
#[tokio::test]
async fn it_answers_any_client_until_it_is_interrupted() {
    let running = Running::start(&["--port", "0", "--seed", "3"]);
    let url = running.exported("APCA_API_BASE_URL").to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let stream = format!("{}/stream", url.replace("http", "ws"));
    assert!(
        running.lines.iter().any(|line| line.ends_with(&stream)),
        "{:?}",
        running.lines
    );

    let answer = running.get("/v2/clock").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-ratelimit-limit"], "200");
    let clock: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(clock["timestamp"], "2026-01-05T10:00:00-05:00");
    let without = reqwest::get(format!("{url}/v2/clock")).await.unwrap();
    assert_eq!(without.status(), 401);
    assert_eq!(running.json("/sim/v1/clock").await["clock"], "virtual");
    assert_eq!(running.json("/sim/v1/audit").await["ok"], true);

    let (code, last) = running.end("-INT");
    assert_eq!((code, last.trim()), (Some(0), "# ended"));
}

#[cfg(unix)]
#[tokio::test]
async fn every_flag_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let universe =
        "[[assets]]\nsymbol = \"ACME\"\nname = \"Acme\"\nexchange = \"NYSE\"\nprice = \"41.20\"\n";
    write(folder.path(), "assets.toml", universe);
    let prices = "timestamp,symbol,bid,ask,last\n2026-03-02T15:00:00Z,ACME,50.00,50.10,50.05\n";
    let prices = write(folder.path(), "prices.csv", prices);
    let config = "seed = 9\nstart = \"2020-01-01\"\nuniverse = \"assets.toml\"\nfill_model = \"touch\"\n\
        [[accounts]]\nkey_id = \"PKONE\"\nsecret = \"one's\"\ncash = 5000\n\
        [[accounts]]\nkey_id = \"PKTWO\"\nsecret = \"two\"\n";
    let config = write(folder.path(), "settings.toml", config);
    let running = Running::start(&[
        "--port",
        "0",
        "--config",
        &config,
        "--prices",
        &prices,
        "--seed",
        "5",
        "--clock",
        "0.001",
        "--start",
        "2026-03-02T14:59:59.500Z",
        "--text-frames",
        "--rate-limit",
        "off",
        "--walk",
        "--no-journal",
    ]);
    assert!(
        running.lines.iter().any(|line| line.contains("seed 5,")),
        "{:?}",
        running.lines
    );
    assert!(
        running
            .lines
            .iter()
            .any(|line| line == "# other accounts: PKTWO")
    );
    assert!(
        !running.lines.iter().any(|line| line.contains("two")),
        "a secret"
    );
    assert_eq!(running.exported("APCA_API_SECRET_KEY"), r"'one'\''s'");

    let accounts = running.json("/sim/v1/accounts").await;
    assert_eq!(accounts[0]["cash"], "5000");
    assert_eq!(accounts[1]["cash"], "100000");
    assert_eq!(running.json("/sim/v1/market/ACME").await["last"], "41.2");
    assert_eq!(
        running
            .get("/sim/v1/market/AAPL")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert_eq!(
        running
            .get("/sim/v1/journal")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let url = running.exported("APCA_API_BASE_URL");
    let url = format!("{url}/sim/v1/clock/advance");
    let moved = || plain::http().post(&url).body(r#"{"seconds": 0.5}"#).send();
    let clock: serde_json::Value = moved().await.unwrap().json().await.unwrap();
    assert_eq!(clock["clock"], 0.001);
    let now = clock["now"].as_str().unwrap();
    assert!(now.starts_with("2026-03-02T15:00:00"), "{now}");
    // The quote of the file, and half a second later the first step of the walk.
    assert_eq!(running.json("/sim/v1/market/ACME").await["last"], "50.05");
    assert_eq!(moved().await.unwrap().status(), 200);
    assert_ne!(running.json("/sim/v1/market/ACME").await["last"], "50.05");

    let answer = running
        .get("/v2/account")
        .header("APCA-API-SECRET-KEY", "x")
        .send()
        .await
        .unwrap();
    assert!(answer.headers().get("x-ratelimit-limit").is_none());
    assert_eq!(running.end("-TERM").0, Some(0));
}

#[test]
fn a_file_with_a_mistake_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let config = write(path, "settings.toml", "seed = 1\n\nlatency = 3\n");
    let error = refused(&["--port", "0", "--config", &config]);
    let expected = format!("error: --config {config}, line 3: latency: unknown field `latency`");
    assert!(error.starts_with(&expected), "{error}");

    let prices = "timestamp,symbol,bid,ask,last\n\
        2026-03-02T15:00:00Z,AAPL,50.00,50.10,50.05\n\
        2026-03-02T15:00:01Z,AAPL,50.20,50.10,50.05\n";
    let prices = write(path, "prices.csv", prices);
    let error = refused(&["--port", "0", "--prices", &prices]);
    let expected = format!("error: --prices {prices}, line 3: ask 50.10 is below bid 50.20");
    assert!(error.starts_with(&expected), "{error}");

    write(path, "assets.toml", "[[assets]]\nsymbol = \"A\"\n");
    let config = write(path, "other.toml", "universe = \"assets.toml\"\n");
    let error = refused(&["--port", "0", "--config", &config]);
    assert!(error.contains("line 1: universe: "), "{error}");
    assert!(error.contains("asset 1 (A): name: is missing"), "{error}");

    let missing = path.join("missing.toml");
    let error = refused(&["--config", missing.to_str().unwrap()]);
    assert!(
        error.contains("missing.toml: the file cannot be read"),
        "{error}"
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = refused(&["--port", &port]);
    assert!(
        error.starts_with(&format!("error: --port {port}: ")),
        "{error}"
    );
}

#[test]
fn a_flag_that_is_wrong_is_named() {
    for flags in [
        ["--clock", "fast"],
        ["--start", "noon"],
        ["--rate-limit", "0"],
        ["--prot", "1"],
    ] {
        let error = refused(&flags);
        assert!(error.contains(flags[0]), "{error}");
    }
}
