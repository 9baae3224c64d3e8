//! A server on the loopback interface that shows a test every byte of a request and answers with
//! whatever the test wants, broken answers included.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The longest that a request may be.
const REQUEST_LIMIT: usize = 4 * 1024 * 1024;

/// The longest that the server waits for bytes, or for the client to hang up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The method: `POST`.
    pub method: String,
    /// What stands after the method, still encoded: `/v2/assets/BTC%2FUSD?x=1`.
    pub target: String,
    /// The headers in order, with their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The path, still encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(&self.target, |(path, _)| path)
    }

    /// The query, still encoded; `None` without a question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// All values of a header, whose name is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        let of_this_name = self.headers.iter().filter(|(known, _)| known == name);
        of_this_name.map(|(_, value)| value.as_str()).collect()
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answers in full and keeps the connection.
    Answer {
        /// The status.
        status: u16,
        /// Headers beside `Content-Length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// Sends these bytes, head included, and closes the connection.
    Raw(Vec<u8>),
    /// Sends a head with this status and then a body that does not end.
    Endless(u16),
    /// Closes the connection without a byte.
    Close,
    /// Sends these bytes, if any, keeps the connection and stays silent.
    Stall(Vec<u8>),
}

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// An answer with a body of any type.
    #[must_use]
    pub fn body(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), media_type.to_owned())];
        Self::Answer {
            status,
            headers,
            body: body.into(),
        }
    }

    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::body(status, "application/json", body)
    }

    /// An answer in JSON that ends before it is complete: `part` is sent, and `missing` bytes more
    /// are announced.
    #[must_use]
    pub fn cut_short(status: u16, part: &str, missing: usize) -> Self {
        let length = part.len() + missing;
        Self::Raw(
            format!(
                "HTTP/1.1 {status} Cut\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\n\r\n{part}",
            )
            .into_bytes(),
        )
    }

    /// This answer with one header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

type Script = dyn Fn(&Recorded) -> Reply + Send + Sync;

/// The server; it stops when this is dropped.
pub struct Loopback {
    address: SocketAddr,
    recorded: Arc<Mutex<Vec<Recorded>>>,
    _tasks: JoinSet<()>,
}

impl Loopback {
    /// Starts a server that answers each request with what `script` makes of it.
    ///
    /// # Panics
    ///
    /// When the loopback interface has no port left, or there is no runtime.
    pub async fn start(script: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("the port has an address");
        let recorded = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let mut tasks = JoinSet::new();
        let record = Arc::clone(&recorded);
        tasks.spawn(async move {
            // Dropped with this task, which ends every connection.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                // Small answers must not wait for each other.
                let _ = stream.set_nodelay(true);
                let connection = Connection {
                    stream,
                    buffer: Vec::new(),
                    record: Arc::clone(&record),
                    script: Arc::clone(&script),
                };
                connections.spawn(connection.run());
            }
        });
        Self {
            address,
            recorded,
            _tasks: tasks,
        }
    }

    /// Where the server listens: `http://127.0.0.1:49152`, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order in which they arrived.
    ///
    /// # Panics
    ///
    /// When a script panicked.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.recorded.lock().expect("a script panicked").clone()
    }

    /// The requests so far, which are forgotten.
    ///
    /// # Panics
    ///
    /// When a script panicked.
    #[must_use]
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut *self.recorded.lock().expect("a script panicked"))
    }
}

struct Connection {
    stream: TcpStream,
    /// Bytes that arrived and are not used yet.
    buffer: Vec<u8>,
    record: Arc<Mutex<Vec<Recorded>>>,
    script: Arc<Script>,
}

impl Connection {
    /// Serves until either side hangs up; a client may do so at any time.
    async fn run(mut self) {
        while let Ok(Some(request)) = self.request().await {
            let reply = (self.script)(&request);
            if let Ok(mut record) = self.record.lock() {
                record.push(request);
            }
            if !matches!(self.reply(reply).await, Ok(Next::Request)) {
                break;
            }
        }
    }

    async fn reply(&mut self, reply: Reply) -> io::Result<Next> {
        match reply {
            Reply::Answer {
                status,
                headers,
                body,
            } => {
                let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                if status != 204 {
                    head += &format!("Content-Length: {}\r\n", body.len());
                }
                let answer = [head.as_bytes(), b"\r\n", &body].concat();
                self.stream.write_all(&answer).await?;
                Ok(Next::Request)
            }
            Reply::Raw(bytes) => {
                self.stream.write_all(&bytes).await?;
                self.stream.shutdown().await?;
                Ok(Next::Close)
            }
            Reply::Endless(status) => {
                let head =
                    format!("HTTP/1.1 {status} Endless\r\nTransfer-Encoding: chunked\r\n\r\n");
                self.stream.write_all(head.as_bytes()).await?;
                let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
                loop {
                    within(self.stream.write_all(chunk.as_bytes())).await?;
                }
            }
            Reply::Close => Ok(Next::Close),
            Reply::Stall(bytes) => {
                self.stream.write_all(&bytes).await?;
                self.fill().await?;
                Ok(Next::Close)
            }
        }
    }

    /// The next request; `None` when the client hung up between two.
    async fn request(&mut self) -> io::Result<Option<Recorded>> {
        let end = loop {
            if let Some(start) = self
                .buffer
                .windows(4)
                .position(|bytes| bytes == b"\r\n\r\n")
            {
                break start + 4;
            }
            if self.fill().await? == 0 {
                return Ok(None);
            }
        };
        let head = self.take(end);
        let head = String::from_utf8(head).map_err(|error| broken(&error.to_string()))?;
        let mut lines = head.trim_end().split("\r\n");
        let mut first = lines.next().unwrap_or_default().splitn(3, ' ');
        let (Some(method), Some(target), Some("HTTP/1.1")) =
            (first.next(), first.next(), first.next())
        else {
            return Err(broken("a request line has three parts"));
        };
        let (method, target) = (method.to_owned(), target.to_owned());
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(':').ok_or_else(|| broken(line))?;
                Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
            })
            .collect::<io::Result<Vec<_>>>()?;
        let mut request = Recorded {
            method,
            target,
            headers,
            body: Vec::new(),
        };
        request.body = self.body(&request).await?;
        Ok(Some(request))
    }

    async fn body(&mut self, request: &Recorded) -> io::Result<Vec<u8>> {
        if request.header("transfer-encoding") == ["chunked"] {
            let mut body = Vec::new();
            loop {
                let size = self.line().await?;
                let size = usize::from_str_radix(&size, 16).map_err(|_| broken(&size))?;
                let chunk = self.exactly(size).await?;
                self.line().await?;
                if size == 0 {
                    return Ok(body);
                }
                body.extend(chunk);
                if body.len() > REQUEST_LIMIT {
                    return Err(broken("the request is too long"));
                }
            }
        }
        match request.header("content-length").first() {
            Some(length) => {
                let length = length.parse().map_err(|_| broken(length))?;
                self.exactly(length).await
            }
            None => Ok(Vec::new()),
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|bytes| bytes == b"\r\n") {
                let line = self.take(end + 2);
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            self.fill_more().await?;
        }
    }

    async fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > REQUEST_LIMIT {
            return Err(broken("the request is too long"));
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
        if self.buffer.len() > REQUEST_LIMIT {
            return Err(broken("the request is too long"));
        }
        within(self.stream.read_buf(&mut self.buffer)).await
    }

    async fn fill_more(&mut self) -> io::Result<()> {
        match self.fill().await? {
            0 => Err(broken("the request ends early")),
            _ => Ok(()),
        }
    }
}

enum Next {
    Request,
    Close,
}

async fn within<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
