//! A service on this machine for the examples: it remembers what it is asked, and answers by a
//! script.
//!
//! It speaks as much HTTP as a client of JSON needs, one request a connection, with the standard
//! library alone: the package tests its examples also where the rest of the workspace is missing.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

/// How long a client may leave the service waiting for bytes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path, still encoded: `/v2/assets/BTC%2FUSD`.
    pub(crate) path: String,
    /// The parameters in order, still encoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// How many requests with this method and path came before.
    pub(crate) earlier: usize,
}

impl Request {
    /// Method and path: `POST /v2/orders`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Every value of a header.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let named = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        let found = self.headers.iter().filter(named);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The only value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(known, _)| known == name);
        let (_, value) = found.next()?;
        assert!(found.next().is_none(), "`{name}` is given twice");
        Some(value)
    }

    /// The body, which must be JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{} {error}: {}", self.line(), self.body))
    }
}

/// What the service does with a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Sends a status and a body of this type.
    Body(u16, &'static str, String),
    /// Sends status 204.
    NoContent,
    /// Hangs up, although the request has arrived.
    HangUp,
}

impl Answer {
    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Body(status, "application/json; charset=UTF-8", body.to_string())
    }

    /// A refusal in Alpaca's words.
    pub(crate) fn refusal(code: u32, message: &str) -> Self {
        let status = u16::try_from(code / 100_000).unwrap();
        Self::json(status, &json!({"code": code, "message": message}))
    }

    /// A page of the proxy in front of the service.
    pub(crate) fn page(status: u16, title: &str) -> Self {
        let page = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n\
             <center><h1>{status} {title}</h1></center>\r\n<hr><center>nginx</center>\r\n\
             </body>\r\n</html>\r\n"
        );
        Self::Body(status, "text/html", page)
    }

    /// What a path gets that no route leads to.
    pub(crate) fn no_endpoint() -> Self {
        Self::json(404, &json!({"message": "endpoint not found."}))
    }
}

type Script = dyn Fn(&Request) -> Answer + Send;

/// The service; it ends when this is dropped.
pub(crate) struct Service {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    ended: Arc<AtomicBool>,
    worker: Option<JoinHandle<()>>,
}

impl Service {
    /// Starts a service that answers each request with what `script` makes of it.
    pub(crate) fn start(script: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let worker = {
            let (requests, ended) = (Arc::clone(&requests), Arc::clone(&ended));
            thread::spawn(move || serve(&listener, &requests, &ended, &script))
        };
        Self {
            address,
            requests,
            ended,
            worker: Some(worker),
        }
    }

    /// The base URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Methods and paths of the requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Request::line).collect()
    }

    /// The only request so far with this method and path.
    #[track_caller]
    pub(crate) fn only(&self, line: &str) -> Request {
        let mut requests = self.requests();
        requests.retain(|request| request.line() == line);
        assert_eq!(requests.len(), 1, "{line} in {:#?}", self.lines());
        requests.remove(0)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Whatever comes of it, the worker looks up from waiting.
        let _ = TcpStream::connect(self.address);
        let ended = self.worker.take().map(JoinHandle::join);
        if !thread::panicking() {
            ended.unwrap().expect("the script does not panic");
        }
    }
}

fn serve(
    listener: &TcpListener,
    requests: &Mutex<Vec<Request>>,
    ended: &AtomicBool,
    script: &Script,
) {
    for connection in listener.incoming() {
        if ended.load(Ordering::SeqCst) {
            break;
        }
        // A client may leave at any time, which is not the service's to complain about.
        let Ok(mut connection) = connection else {
            continue;
        };
        let Ok(mut request) = read(&connection) else {
            continue;
        };
        let answer = {
            let mut requests = requests.lock().unwrap();
            let same = |known: &&Request| known.line() == request.line();
            request.earlier = requests.iter().filter(same).count();
            requests.push(request.clone());
            script(&request)
        };
        let _ = write(&mut connection, answer);
    }
}

fn read(connection: &TcpStream) -> io::Result<Request> {
    connection.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(connection);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let mut first = head
        .first()
        .map(String::as_str)
        .unwrap_or_default()
        .split(' ');
    let (method, target) = (
        first.next().unwrap_or_default(),
        first.next().unwrap_or_default(),
    );
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pair = |text: &str, by: char| {
        let (name, value) = text.split_once(by).unwrap_or((text, ""));
        (name.to_owned(), value.trim_start().to_owned())
    };
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: parameters.map(|parameter| pair(parameter, '=')).collect(),
        headers: head.iter().skip(1).map(|line| pair(line, ':')).collect(),
        body: String::new(),
        earlier: 0,
    };
    let length = request
        .header("content-length")
        .first()
        .map_or(Ok(0), |length| length.parse());
    let length = length.map_err(|_| io::ErrorKind::InvalidData)?;
    reader.take(length).read_to_string(&mut request.body)?;
    Ok(request)
}

fn write(connection: &mut TcpStream, answer: Answer) -> io::Result<()> {
    let (status, kind, body) = match answer {
        Answer::Body(status, kind, body) => (status, Some(kind), body),
        Answer::NoContent => (204, None, String::new()),
        Answer::HangUp => return Ok(()),
    };
    let mut head = format!(
        "HTTP/1.1 {status} Answered\r\nX-Request-ID: 4d5e6f70819233445566778899aabbcc\r\n\
         Connection: close\r\n"
    );
    if let Some(kind) = kind {
        let _ = write!(
            head,
            "Content-Type: {kind}\r\nContent-Length: {}\r\n",
            body.len()
        );
    }
    connection.write_all(format!("{head}\r\n{body}").as_bytes())
}
