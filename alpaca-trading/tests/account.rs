//! The account example against a server on this machine, as a user would run it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;

const ACCOUNT: &str = r#"{"id":"0f4c1a5e-6d2b-4c38-9d0e-3a7b5c9e1f20","status":"ACTIVE","equity":"100000.10","cash":"99999.99","buying_power":null,"new_field":1}"#;

/// Answers one request with `status` and `body`; returns the base URL and the request's head.
fn server(status: &'static str, body: &'static str) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let worker = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        connection
            .set_read_timeout(Some(std::time::Duration::from_secs(10)))
            .unwrap();
        let head = BufReader::new(connection.try_clone().unwrap())
            .lines()
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty())
            .collect();
        let length = body.len();
        write!(
            connection,
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .unwrap();
        head
    });
    (url, worker)
}

/// The example, which cargo builds together with this test.
fn example() -> Command {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    let mut command = Command::new(
        path.join("examples")
            .join(format!("account{}", std::env::consts::EXE_SUFFIX)),
    );
    for name in [
        "APCA_API_KEY_ID",
        "APCA_API_SECRET_KEY",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
    ] {
        command.env_remove(name);
    }
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn it_prints_the_account_and_sends_both_keys() {
    let (url, server) = server("200 OK", ACCOUNT);
    let output = example()
        .arg(format!("{url}/v2/"))
        .env("APCA_API_KEY_ID", "PKTEST")
        .env("APCA_API_SECRET_KEY", "topsecret")
        .output()
        .unwrap();
    let printed = text(&output);
    assert!(output.status.success(), "{printed}");
    for part in [
        "ACTIVE",
        "100000.10",
        "99999.99",
        "buying power  not given",
        "127.0.0.1",
    ] {
        assert!(printed.contains(part), "`{part}` is missing in:\n{printed}");
    }
    assert!(!printed.contains("topsecret"), "{printed}");

    let head = server.join().unwrap();
    assert_eq!(head[0], "GET /v2/account HTTP/1.1");
    let header = |name: &str| {
        let found: Vec<&str> = head
            .iter()
            .filter_map(|line| line.split_once(": "))
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect();
        found
    };
    assert_eq!(header("apca-api-key-id"), ["PKTEST"]);
    assert_eq!(header("apca-api-secret-key"), ["topsecret"]);
    assert!(header("api-version").is_empty());
}

#[test]
fn a_refusal_is_an_error_without_the_secret() {
    let (url, server) = server("403 Forbidden", r#"{"message":"forbidden."}"#);
    let output = example()
        .arg(&url)
        .env("APCA_API_KEY_ID", "PKTEST")
        .env("APCA_API_SECRET_KEY", "topsecret")
        .output()
        .unwrap();
    server.join().unwrap();
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("403") && !printed.contains("topsecret"),
        "{printed}"
    );
}

#[test]
fn a_missing_key_or_a_bad_address_is_said_before_anything_is_sent() {
    let output = example().arg("http://127.0.0.1:9").output().unwrap();
    assert!(text(&output).contains("APCA_API_KEY_ID"));
    for bad in [
        "127.0.0.1:9",
        "ftp://127.0.0.1",
        "http://user:hidden@127.0.0.1",
    ] {
        let output = example()
            .arg(bad)
            .env("APCA_API_KEY_ID", "PKTEST")
            .env("APCA_API_SECRET_KEY", "topsecret")
            .output()
            .unwrap();
        let printed = text(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            printed.contains("base URL") && !printed.contains("hidden"),
            "{printed}"
        );
    }
}
