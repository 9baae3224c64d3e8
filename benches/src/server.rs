//! A server on loopback that answers as fast as it can, on a thread of its own.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Fixed answers by method and path, as `GET /v2/account`.
pub type Answers = HashMap<&'static str, String>;

/// Starts a server and returns its base URL. It ends with the process.
///
/// # Errors
///
/// When nothing can be bound on loopback.
pub fn start(answers: Answers) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let whole: HashMap<&'static str, Vec<u8>> = answers
        .into_iter()
        .map(|(target, body)| {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8\r\n\
                 date: Mon, 05 Jan 2026 14:30:00 GMT\r\nx-request-id: 6b1ad6b1f6a84a5a\r\n\
                 x-ratelimit-limit: 1000000\r\nx-ratelimit-remaining: 999999\r\n\
                 x-ratelimit-reset: 1767623460\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            (target, [head.as_bytes(), body.as_bytes()].concat())
        })
        .collect();
    let whole = Arc::new(whole);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let whole = Arc::clone(&whole);
            thread::spawn(move || serve(connection, &whole));
        }
    });
    Ok(url)
}

/// Answers the requests of a connection until it ends.
fn serve(connection: TcpStream, answers: &HashMap<&'static str, Vec<u8>>) -> Option<()> {
    connection.set_nodelay(true).ok()?;
    let mut writer = connection.try_clone().ok()?;
    let mut reader = BufReader::new(connection);
    let (mut line, mut body) = (String::new(), Vec::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let mut words = line.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let path = target.split('?').next()?;
        let answer = answers.get(format!("{method} {path}").as_str())?;
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok()?;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
        writer.write_all(answer).ok()?;
    }
}
