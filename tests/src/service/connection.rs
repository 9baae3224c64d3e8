//! One connection of a [`Service`](super::Service): requests are read within limits, and answers
//! are given as they were ordered.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::answer::{Answer, Message, reason};
use super::{Command, Shared};
use crate::loopback::Recorded;

/// The longest head of a request, with the empty line at its end.
pub const HEAD_LIMIT: usize = 64 * 1024;

/// The longest body of a request.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// How much is thrown away from a client that goes on after the last answer.
const DISCARD_LIMIT: usize = 16 * BODY_LIMIT;

/// The longest line before a chunk of a body.
const LINE_LIMIT: usize = 1024;

/// Why there is no request.
enum Unreadable {
    /// The connection broke, or ended within a request.
    Broken,
    /// What arrived is refused with this status.
    Refused(u16),
}

impl From<io::Error> for Unreadable {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

/// What becomes of a connection after an answer.
enum Next {
    /// The next request is read.
    Request,
    /// It is closed in good order.
    Close,
    /// It is gone already.
    Gone,
}

pub(super) struct Connection {
    stream: TcpStream,
    /// Which one it is, counted from zero.
    number: usize,
    /// Bytes that arrived and are not used yet.
    buffer: Vec<u8>,
    shared: Arc<Shared>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, number: usize, shared: Arc<Shared>) -> Self {
        // Small answers must not wait for each other.
        let _ = stream.set_nodelay(true);
        Self {
            stream,
            number,
            buffer: Vec::new(),
            shared,
        }
    }

    /// Serves until either side hangs up; a client may do so at any time.
    pub(super) async fn run(mut self) {
        loop {
            let request = match self.request().await {
                Ok(Some(request)) => request,
                Ok(None) | Err(Unreadable::Broken) => return,
                Err(Unreadable::Refused(status)) => {
                    let refusal = Answer::status(status).header("Connection", "close");
                    let _ = self.give(refusal).await;
                    return self.finish().await;
                }
            };
            let last = request
                .header("connection")
                .iter()
                .any(|value| value.eq_ignore_ascii_case("close"));
            let Some(answer) = self.shared.answer(self.number, request) else {
                return;
            };
            match self.give(answer).await {
                Ok(Next::Request) if !last => {}
                Ok(Next::Request | Next::Close) => return self.finish().await,
                Ok(Next::Gone) | Err(_) => return,
            }
        }
    }

    async fn give(&mut self, mut answer: Answer) -> io::Result<Next> {
        while let Answer::Delay(wait, next) = answer {
            tokio::time::sleep(wait).await;
            answer = *next;
        }
        match answer {
            Answer::Full(message) => {
                let mut bytes = head(&message, Some(message.body.len()));
                bytes.extend(&message.body);
                self.stream.write_all(&bytes).await?;
                let close = message
                    .header("connection")
                    .is_some_and(|value| value.eq_ignore_ascii_case("close"));
                Ok(if close { Next::Close } else { Next::Request })
            }
            Answer::CutShort { message, keep } => {
                let keep = keep.min(message.body.len());
                let announced = message.body.len().max(keep + 1);
                let mut bytes = head(&message, Some(announced));
                bytes.extend(message.body.iter().take(keep));
                self.stream.write_all(&bytes).await?;
                Ok(Next::Close)
            }
            Answer::Endless(message) => {
                self.stream.write_all(&head(&message, None)).await?;
                if !message.body.is_empty() {
                    self.chunk(&message.body).await?;
                }
                let blanks = vec![b' '; 16 * 1024];
                loop {
                    self.chunk(&blanks).await?;
                }
            }
            Answer::Raw(bytes) => {
                self.stream.write_all(&bytes).await?;
                Ok(Next::Close)
            }
            Answer::Reset => {
                self.stream.set_zero_linger()?;
                Ok(Next::Gone)
            }
            Answer::Close => Ok(Next::Close),
            Answer::Hang => {
                self.await_hangup().await;
                Ok(Next::Gone)
            }
            Answer::AfterHangup { wait, deed } => {
                self.await_hangup().await;
                self.shared.order(Command::Later(wait, deed));
                Ok(Next::Gone)
            }
            Answer::Outage(length) => {
                self.stream.set_zero_linger()?;
                self.shared.order(Command::Outage(length));
                Ok(Next::Gone)
            }
            Answer::Delay(..) => unreachable!("waited for above"),
        }
    }

    async fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        let size = format!("{:x}\r\n", bytes.len());
        let chunk = [size.as_bytes(), bytes, b"\r\n"].concat();
        self.stream.write_all(&chunk).await
    }

    /// Waits until the client closes the connection, and ignores what it says until then.
    async fn await_hangup(&mut self) {
        let mut ignored = [0; 1024];
        while self
            .stream
            .read(&mut ignored)
            .await
            .is_ok_and(|read| read > 0)
        {}
    }

    /// Ends the connection with a `FIN`. Closing while something is unread would be a reset, which
    /// can take the answer with it.
    async fn finish(&mut self) {
        if self.stream.shutdown().await.is_err() {
            return;
        }
        let mut ignored = vec![0; 64 * 1024];
        let mut discarded = 0;
        while let Ok(read @ 1..) = self.stream.read(&mut ignored).await {
            discarded += read;
            if discarded > DISCARD_LIMIT {
                return;
            }
        }
    }

    /// The next request; `None` when the client hung up between two.
    async fn request(&mut self) -> Result<Option<Recorded>, Unreadable> {
        let end = loop {
            let mut windows = self.buffer.windows(4);
            let end = windows
                .position(|bytes| bytes == b"\r\n\r\n")
                .map(|start| start + 4);
            if end.unwrap_or(self.buffer.len()) > HEAD_LIMIT {
                return Err(Unreadable::Refused(431));
            }
            if let Some(end) = end {
                break end;
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        };
        let mut request = parse(&self.take(end)).map_err(Unreadable::Refused)?;
        request.body = self.body(&request).await?;
        Ok(Some(request))
    }

    async fn body(&mut self, request: &Recorded) -> Result<Vec<u8>, Unreadable> {
        let encodings = request.header("transfer-encoding");
        let lengths = request.header("content-length");
        match (encodings.as_slice(), lengths.as_slice()) {
            ([], []) => Ok(Vec::new()),
            ([], [length]) => {
                let length = length.parse().map_err(|_| Unreadable::Refused(400))?;
                self.exactly(length, 0).await
            }
            ([encoding], []) if encoding.eq_ignore_ascii_case("chunked") => self.chunks().await,
            ([_, ..], []) => Err(Unreadable::Refused(501)),
            // Two lengths, or a length beside chunks, can be read in two ways.
            _ => Err(Unreadable::Refused(400)),
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Unreadable> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| Unreadable::Refused(400))?;
            if size == 0 {
                // Trailers, of which nobody makes use.
                while !self.line().await?.is_empty() {}
                return Ok(body);
            }
            let chunk = self.exactly(size, body.len()).await?;
            body.extend(chunk);
            if !self.line().await?.is_empty() {
                return Err(Unreadable::Refused(400));
            }
        }
    }

    async fn line(&mut self) -> Result<String, Unreadable> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|bytes| bytes == b"\r\n") {
                let line = self.take(end + 2);
                let line = line.get(..end).unwrap_or_default();
                return String::from_utf8(line.to_vec()).map_err(|_| Unreadable::Refused(400));
            }
            if self.buffer.len() > LINE_LIMIT {
                return Err(Unreadable::Refused(400));
            }
            self.fill_more().await?;
        }
    }

    /// So many bytes of a body of which some may have been read already.
    async fn exactly(&mut self, length: usize, before: usize) -> Result<Vec<u8>, Unreadable> {
        if length > BODY_LIMIT - before.min(BODY_LIMIT) {
            return Err(Unreadable::Refused(413));
        }
        while self.buffer.len() < length {
            self.fill_more().await?;
        }
        Ok(self.take(length))
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(length);
        std::mem::replace(&mut self.buffer, rest)
    }

    /// Waits for more bytes; zero means that the client hung up.
    async fn fill(&mut self) -> io::Result<usize> {
        self.stream.read_buf(&mut self.buffer).await
    }

    async fn fill_more(&mut self) -> Result<(), Unreadable> {
        match self.fill().await? {
            0 => Err(Unreadable::Broken),
            _ => Ok(()),
        }
    }
}

/// The head of an answer; without a length its body is in chunks.
fn head(message: &Message, length: Option<usize>) -> Vec<u8> {
    let status = message.status;
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in &message.headers {
        head += &format!("{name}: {value}\r\n");
    }
    match length {
        // These two have no body, and say so by their status.
        Some(0) if status == 204 || status == 304 => {}
        Some(length) => head += &format!("Content-Length: {length}\r\n"),
        None => head += "Transfer-Encoding: chunked\r\n",
    }
    (head + "\r\n").into_bytes()
}

/// Reads the head of a request; what is wrong with it is a status.
fn parse(head: &[u8]) -> Result<Recorded, u16> {
    let head = std::str::from_utf8(head).map_err(|_| 400_u16)?;
    let mut lines = head.trim_end().split("\r\n");
    let first: Vec<_> = lines.next().unwrap_or_default().split(' ').collect();
    let (method, target) = match first.as_slice() {
        [method, target, "HTTP/1.1"] => (*method, *target),
        [_, _, version] if version.starts_with("HTTP/") => return Err(505),
        _ => return Err(400),
    };
    let headers = lines
        .map(|line| {
            let (name, value) = line.split_once(':')?;
            let clean = !name.is_empty() && !name.contains(char::is_whitespace);
            clean.then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect::<Option<Vec<_>>>()
        .ok_or(400_u16)?;
    Ok(Recorded {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read() {
        let text = b"POST /v2/orders?x=1 HTTP/1.1\r\nHost: a\r\nX-Two:  b c \r\n\r\n";
        let request = parse(text).unwrap();
        assert_eq!(
            (&*request.method, &*request.target),
            ("POST", "/v2/orders?x=1")
        );
        assert_eq!(request.header("x-two"), ["b c"]);
    }

    #[test]
    fn a_head_that_is_none_is_refused() {
        for (head, status) in [
            ("GET / HTTP/1.0\r\n\r\n", 505),
            ("GET / HTTP/2\r\n\r\n", 505),
            ("GET /\r\n\r\n", 400),
            ("GET / x HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nname : x\r\n\r\n", 400),
        ] {
            assert_eq!(parse(head.as_bytes()), Err(status), "{head}");
        }
        assert_eq!(parse(b"\xff\r\n\r\n"), Err(400));
    }

    #[test]
    fn an_answer_without_content_has_no_length() {
        let message = |status| Message {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        assert_eq!(
            head(&message(204), Some(0)),
            b"HTTP/1.1 204 No Content\r\n\r\n"
        );
        let empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(head(&message(200), Some(0)), empty);
    }
}
