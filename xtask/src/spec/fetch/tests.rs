//! Downloads from a server on loopback that does everything wrong, and once everything right.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::*;

const DOCUMENT: &str = r#"{"openapi":"3.1.2","info":{"title":"Trading API","version":"2.0.1"},"paths":{"/a":{"get":{}}},"components":{"schemas":{"A":{}}}}"#;

/// What the server does with one connection after it has read the request.
type Reply = Box<dyn FnOnce(&mut TcpStream) + Send>;

/// A server that gives these replies, one a connection, and passes on the requests.
fn server(replies: Vec<Reply>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for reply in replies {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => request.extend_from_slice(&buffer[..count]),
                }
            }
            let _ = sender.send(String::from_utf8_lossy(&request).into_owned());
            reply(&mut stream);
        }
    });
    (address, requests)
}

fn says(text: String) -> Reply {
    Box::new(move |stream| {
        let _ = stream.write_all(text.as_bytes());
    })
}

fn answers(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    says(format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    ))
}

fn moved(to: &str) -> Reply {
    answers("302 Found", &format!("location: {to}\r\n"), "")
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("spec/new.json")
    }

    fn fetch(&self, url: &str) -> Result<String, String> {
        let limits = Limits {
            bytes: 64 * 1024,
            time: Duration::from_secs(10),
            redirects: 3,
        };
        fetch(url, &self.out(), &limits)
    }

    /// The message of a download that must fail and leave nothing behind.
    fn refused(&self, url: &str) -> String {
        let before = self.content();
        let message = self.fetch(url).unwrap_err();
        assert_eq!(self.content(), before, "something was written: {message}");
        message
    }

    fn content(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut open = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path.clone());
                    found.push((path, String::new()));
                } else {
                    let text = fs::read_to_string(&path).unwrap();
                    found.push((path, text));
                }
            }
        }
        found.sort();
        found
    }
}

#[test]
fn a_good_body_is_written_with_its_record_and_asked_for_by_its_tag_the_next_time() {
    let (url, requests) = server(vec![
        answers("200 OK", "etag: \"abc\"\r\n", DOCUMENT),
        answers("304 Not Modified", "", ""),
        answers("200 OK", "etag: W/\"def\"\r\n", DOCUMENT),
        answers("200 OK", "", &DOCUMENT.replace("/a", "/b")),
    ]);
    let place = Place::new();
    let report = place.fetch(&url).unwrap();
    assert!(
        report.contains("a new document") && report.contains("1 operations, 1 schemas"),
        "{report}"
    );
    assert_eq!(fs::read_to_string(place.out()).unwrap(), DOCUMENT);
    let record = Record::of(&place.out()).unwrap();
    assert_eq!(record.source, url);
    assert_eq!(record.etag.as_deref(), Some("\"abc\""));
    let text = fs::read_to_string(record::path(&place.out())).unwrap();
    for part in [
        "title = \"Trading API\"",
        "version = \"2.0.1\"",
        "openapi = \"3.1.2\"",
        "sha256 = \"",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!requests.recv().unwrap().contains("if-none-match"));

    let before = place.content();
    assert!(place.fetch(&url).unwrap().contains("not modified"));
    assert_eq!(place.content(), before);
    assert!(requests.recv().unwrap().contains("if-none-match: \"abc\""));

    // The day stays, the tag is the new one.
    assert!(place.fetch(&url).unwrap().contains("the same content"));
    let again = Record::of(&place.out()).unwrap();
    assert_eq!(
        (again.date, again.etag.as_deref()),
        (record.date, Some("W/\"def\""))
    );

    assert!(place.fetch(&url).unwrap().contains("a new document"));
    assert_eq!(Record::of(&place.out()).unwrap().etag, None);
}

#[test]
fn a_file_that_was_changed_since_is_asked_for_anew() {
    let (url, requests) = server(vec![
        answers("200 OK", "etag: \"abc\"\r\n", DOCUMENT),
        answers("304 Not Modified", "", ""),
    ]);
    let place = Place::new();
    place.fetch(&url).unwrap();
    fs::write(place.out(), "mine").unwrap();
    assert!(place.refused(&url).contains("304"));
    requests.recv().unwrap();
    assert!(!requests.recv().unwrap().contains("if-none-match"));
}

#[test]
fn what_is_no_document_is_refused() {
    let half = DOCUMENT.get(..DOCUMENT.len() / 2).unwrap();
    for (body, part) in [
        ("<!DOCTYPE html><html><body>Sorry</body></html>", "HTML"),
        ("{\"message\": \"forbidden.\"}", "no `openapi` key"),
        ("[]", "an array"),
        ("not found", "a string"),
        ("", "empty"),
        (" \n ", "empty"),
        (half, "JSON"),
        ("{\"swagger\": \"2.0\"}", "Swagger"),
        (
            "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"\", \"version\": \"\"}, \"paths\": {}}",
            "no paths",
        ),
    ] {
        let (url, _requests) = server(vec![answers("200 OK", "", body)]);
        let message = Place::new().refused(&url);
        assert!(
            message.contains(part) && message.contains(&url),
            "{body}: {message}"
        );
    }
}

#[test]
fn a_body_that_breaks_off_is_refused() {
    let announced = DOCUMENT.len() + 10;
    let (url, _requests) = server(vec![
        says(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {announced}\r\n\r\n{DOCUMENT}"
        )),
        says(format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{DOCUMENT}\r\n",
            DOCUMENT.len()
        )),
        says("HTTP/1.1 200".to_owned()),
        says(String::new()),
    ]);
    let place = Place::new();
    for _ in 0..2 {
        // The document is whole, but nobody can know that.
        let message = place.refused(&url);
        assert!(message.contains("broke off"), "{message}");
    }
    for _ in 0..2 {
        assert!(place.refused(&url).contains(&url));
    }
}

#[test]
fn a_status_is_told() {
    for status in [
        "500 Internal Server Error",
        "404 Not Found",
        "204 No Content",
        "304 Not Modified",
    ] {
        let (url, _requests) = server(vec![answers(status, "", "")]);
        let message = Place::new().refused(&url);
        assert!(message.contains(status), "{message}");
    }
}

#[test]
fn redirects_are_followed_a_few_times_and_only_to_where_nobody_listens_in() {
    let (last, _requests) = server(vec![answers("200 OK", "", DOCUMENT)]);
    let (first, _others) = server(vec![moved("/relative"), moved(&format!("{last}/there"))]);
    let place = Place::new();
    place.fetch(&first).unwrap();
    let record = Record::of(&place.out()).unwrap();
    assert_eq!(
        (record.source, record.address),
        (first, format!("{last}/there"))
    );

    for (to, part) in [
        ("http://192.0.2.1/spec.json", "https"),
        ("ftp://127.0.0.1/spec.json", "https"),
        ("file:///etc/hostname", "https"),
        ("http://user:secret@127.0.0.1/", "password"),
    ] {
        let (url, _requests) = server(vec![moved(to)]);
        let message = Place::new().refused(&url);
        assert!(
            message.contains(part) && !message.contains("secret"),
            "{message}"
        );
    }
    let (url, _requests) = server(vec![answers("302 Found", "", "")]);
    assert!(Place::new().refused(&url).contains("without an address"));
    let (url, _requests) = server((0..9).map(|_| moved("/again")).collect());
    assert!(Place::new().refused(&url).contains("more than 3 redirects"));
}

#[test]
fn a_body_without_an_end_is_cut() {
    let endless = |stream: &mut TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b' '; 4096]).is_ok() {}
    };
    let huge = says(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        u64::MAX / 2
    ));
    let (url, _requests) = server(vec![Box::new(endless), huge]);
    let place = Place::new();
    for _ in 0..2 {
        let message = place.refused(&url);
        assert!(message.contains("larger than 65536 bytes"), "{message}");
    }
}

#[test]
fn a_body_that_trickles_is_given_up() {
    let slow = |stream: &mut TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    };
    let (url, _requests) = server(vec![Box::new(slow)]);
    let place = Place::new();
    let limits = Limits {
        time: Duration::from_millis(200),
        ..Limits::default()
    };
    let begun = Instant::now();
    let message = fetch(&url, &place.out(), &limits).unwrap_err();
    assert!(message.contains("0.2 seconds"), "{message}");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(place.content(), []);
}

#[test]
fn addresses_that_are_not_asked() {
    let place = Place::new();
    for url in [
        "http://docs.alpaca.markets/openapi/trading-api.json",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/hostname",
        "spec.json",
        "",
    ] {
        place.refused(url);
    }
    // A port where nobody listens.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert!(place.refused(&url).contains(&url));
}

#[test]
fn options_are_checked() {
    let run = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
        command(Path::new("."), &arguments)
    };
    for arguments in [
        &["--url"][..],
        &["--out", "--url"],
        &["x"],
        &["--out", "a", "--out", "b"],
    ] {
        assert_eq!(run(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(run(&["--url", "ftp://x"]).code, 1);
}

#[test]
fn the_values_of_a_query_are_neither_shown_nor_recorded() {
    let (url, requests) = server(vec![
        answers("200 OK", "etag: \"abc\"\r\n", DOCUMENT),
        answers("200 OK", "", DOCUMENT),
        moved("/b.json?sig=SECRET3&SECRET4"),
        answers("404 Not Found", "", ""),
        answers("200 OK", "", "{SECRET"),
        moved("ftp://127.0.0.1/?key=SECRET5"),
    ]);
    let place = Place::new();
    let signed = |tail: &str| format!("{url}/a.json?{tail}");
    let report = place.fetch(&signed("token=SECRET1&v=2#SECRET")).unwrap();
    let masked = format!("{url}/a.json?token=…&v=…");
    assert!(report.contains(&masked), "{report}");
    assert_eq!(Record::of(&place.out()).unwrap().source, masked);
    assert_eq!(Record::of(&place.out()).unwrap().address, masked);
    let written = format!("{report}{:?}", place.content());
    assert!(!written.contains("SECRET"), "{written}");
    let asked = requests.recv().unwrap();
    assert!(asked.contains("GET /a.json?token=SECRET1&v=2 "), "{asked}");

    // Another query may be another document, so what it has is not told by the tag.
    let report = place.fetch(&signed("token=SECRET2&v=3")).unwrap();
    assert!(report.contains("the same content"), "{report}");
    assert!(!requests.recv().unwrap().contains("if-none-match"));

    for (tail, expected) in [
        ("x=SECRET1", "/b.json?sig=…&…: the answer is 404"),
        ("x=SECRET1", "/a.json: #: "),
        ("x=SECRET1", "ftp://127.0.0.1/?key=…"),
    ] {
        let message = place.refused(&signed(tail));
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(!message.contains("SECRET"), "{message}");
    }
    let message = place.refused("https://[/?token=SECRET");
    assert!(!message.contains("SECRET"), "{message}");
}
