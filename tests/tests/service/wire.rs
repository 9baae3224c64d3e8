//! Every kind of answer, byte for byte where it matters, and the limits of requests.

use std::io::ErrorKind;
use std::time::Duration;

use alpaca_trading_gen::reqwest::{Error, StatusCode};
use serde_json::json;
use tests::service::{Answer, BODY_LIMIT, CONNECTION_LIMIT, Deed, HEAD_LIMIT, Message, Service};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends bytes and reads until the server closes the connection.
async fn exchange(service: &Service, bytes: impl AsRef<[u8]>) -> Result<String, ErrorKind> {
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    // A server that has seen enough need not read all of it.
    let _ = stream.write_all(bytes.as_ref()).await;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        Ok(_) => Ok(String::from_utf8(answer).unwrap()),
        Err(error) => Err(error.kind()),
    }
}

async fn sent(service: &Service) -> Result<StatusCode, Error> {
    let answer = tests::http().get(service.url()).send().await?;
    let status = answer.status();
    answer.bytes().await?;
    Ok(status)
}

#[tokio::test]
async fn a_connection_is_kept_until_one_side_asks_for_its_end() {
    let service = Service::start(|request| {
        let answer = Answer::json(200, &json!({"path": request.path()}));
        if request.path() == "/last" {
            return answer.header("Connection", "close");
        }
        answer
    })
    .await;
    let http = tests::http();
    for path in ["/1", "/2", "/last", "/4"] {
        let answer = http.get(service.url() + path).send().await.unwrap();
        assert_eq!(
            answer.text().await.unwrap(),
            format!("{{\"path\":\"{path}\"}}")
        );
    }
    let on: Vec<_> = service
        .requests()
        .iter()
        .map(|seen| seen.connection)
        .collect();
    assert_eq!(on, [0, 0, 0, 1]);
    assert_eq!(service.connections(), 2);

    let last = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    let answers = exchange(&service, GET.to_owned() + last).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
    assert_eq!(service.take().len(), 6);
    assert!(service.requests().is_empty());
}

#[tokio::test]
async fn bodies_come_with_a_length_or_in_chunks() {
    let service = Service::start(|request| {
        let text = String::from_utf8(request.body.clone()).unwrap();
        Answer::body(200, "text/plain", text).header("Connection", "close")
    })
    .await;
    let head = "POST /v2/orders?x=%20 HTTP/1.1\r\nX-Twice: a\r\nx-twice: b\r\n";
    for framing in [
        "Content-Length: 7\r\n\r\n{\"a\":1}",
        "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nTrailer: z\r\n\r\n",
    ] {
        let answer = exchange(&service, format!("{head}{framing}"))
            .await
            .unwrap();
        assert!(answer.ends_with("\r\n\r\n{\"a\":1}"), "{answer}");
    }
    for seen in service.requests() {
        assert_eq!((seen.path(), seen.query()), ("/v2/orders", Some("x=%20")));
        assert_eq!(seen.header("x-twice"), ["a", "b"]);
        assert_eq!(seen.body, b"{\"a\":1}");
    }
}

#[tokio::test]
async fn requests_beyond_the_limits_are_refused_and_not_seen() {
    let service = Service::start(|_| Answer::status(204)).await;
    let long = "x".repeat(HEAD_LIMIT);
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
    for (request, status) in [
        (format!("GET / HTTP/1.1\r\nX: {long}\r\n\r\n"), 431),
        (
            format!(
                "POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
                BODY_LIMIT + 1
            ),
            413,
        ),
        (
            format!(
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                chunk.repeat(5)
            ),
            413,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n".to_owned(),
            501,
        ),
        ("GET / HTTP/1.0\r\n\r\n".to_owned(), 505),
        ("nonsense\r\n\r\n".to_owned(), 400),
    ] {
        let answer = exchange(&service, &request).await.unwrap();
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{status}: {answer}");
    }
    assert!(service.requests().is_empty());
    // The greatest body that is allowed arrives whole.
    let body = vec![b'x'; BODY_LIMIT];
    let answer = tests::http().post(service.url()).body(body).send().await;
    assert_eq!(answer.unwrap().status(), 204);
    assert_eq!(service.requests()[0].body.len(), BODY_LIMIT);
}

#[tokio::test]
async fn one_connection_too_many_is_reset() {
    let service = Service::start(|_| Answer::status(204)).await;
    let mut open = Vec::new();
    for _ in 0..CONNECTION_LIMIT {
        let mut stream = TcpStream::connect(service.address()).await.unwrap();
        stream.write_all(GET.as_bytes()).await.unwrap();
        assert!(stream.read(&mut [0; 64]).await.unwrap() > 0);
        open.push(stream);
    }
    assert_eq!(
        exchange(&service, GET).await,
        Err(ErrorKind::ConnectionReset)
    );
    // Room is made by leaving.
    open.clear();
    while sent(&service).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_is_closed_or_reset_without_a_byte() {
    let service = Service::start(|_| Answer::Close).await;
    assert_eq!(exchange(&service, GET).await, Ok(String::new()));
    assert!(sent(&service).await.unwrap_err().is_request());

    let service = Service::start(|_| Answer::Reset).await;
    assert_eq!(
        exchange(&service, GET).await,
        Err(ErrorKind::ConnectionReset)
    );
    assert!(sent(&service).await.unwrap_err().is_request());
}

#[tokio::test]
async fn an_answer_is_cut_short() {
    let message = Message {
        status: 200,
        headers: Vec::new(),
        body: b"{\"a\":1}".to_vec(),
    };
    for (keep, arrives) in [(0, ""), (3, "{\"a"), (7, "{\"a\":1}"), (99, "{\"a\":1}")] {
        let message = message.clone();
        let service = Service::start(move |_| Answer::CutShort {
            message: message.clone(),
            keep,
        })
        .await;
        let answer = exchange(&service, GET).await.unwrap();
        assert!(answer.ends_with(&format!("\r\n\r\n{arrives}")), "{answer}");
        let error = sent(&service).await.unwrap_err();
        assert!(error.is_body() || error.is_decode(), "{keep}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_is_raw_or_a_page_of_the_proxy() {
    let service = Service::start(|_| Answer::Raw(b"HTTP/1.1 2".to_vec())).await;
    assert_eq!(exchange(&service, GET).await.as_deref(), Ok("HTTP/1.1 2"));

    let service = Service::start(|_| Answer::html(504)).await;
    let answer = tests::http().get(service.url()).send().await.unwrap();
    assert_eq!(answer.status(), 504);
    assert_eq!(answer.headers()["content-type"], "text/html");
    assert!(answer.text().await.unwrap().contains("504 Gateway Timeout"));
}

#[tokio::test]
async fn an_answer_without_end_goes_on_until_the_client_leaves() {
    let service = Service::start(|_| {
        let Answer::Full(message) = Answer::json(200, &json!([])) else {
            unreachable!()
        };
        Answer::Endless(message)
    })
    .await;
    let mut answer = tests::http().get(service.url()).send().await.unwrap();
    let mut read = Vec::new();
    while read.len() < 1 << 20 {
        read.extend(answer.chunk().await.unwrap().expect("it goes on"));
    }
    assert!(read.starts_with(b"[]  "));
    drop(answer);
    // The server is still there for others.
    let again = tests::http().get(service.url()).send().await.unwrap();
    assert_eq!(again.status(), 200);
}

#[tokio::test]
async fn silence_ends_with_the_client() {
    let service = Service::start(|_| Answer::Hang).await;
    let mut stream = TcpStream::connect(service.address()).await.unwrap();
    stream.write_all(GET.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_deed_follows_the_hangup() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let service = Service::start(move |_| {
        let sender = sender.clone();
        Answer::AfterHangup {
            wait: Duration::from_secs(2),
            deed: Deed::new(move || sender.send(tokio::time::Instant::now()).unwrap()),
        }
    })
    .await;
    let started = tokio::time::Instant::now();
    let http = tests::http_builder().timeout(Duration::from_secs(5));
    let error = http.build().unwrap().get(service.url()).send().await;
    assert!(error.unwrap_err().is_timeout());
    let acted = receiver.recv().await.unwrap() - started;
    assert_eq!(acted.as_secs_f64().round(), 7.0, "{acted:?}");
    assert!(receiver.try_recv().is_err());
}

#[tokio::test]
async fn nobody_listens_at_an_address_that_refuses() {
    let refusing = Service::refusing();
    let error = tests::http().get(refusing.url()).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn listening_is_paused_and_resumed_at_the_same_address() {
    let service = Service::start(|_| Answer::status(204)).await;
    let http = tests::http();
    let send = || http.get(service.url()).send();
    assert!(send().await.is_ok());
    for _ in 0..3 {
        service.pause_listening().await;
        for _ in 0..3 {
            let error = send().await.unwrap_err();
            assert!(error.is_connect(), "{error:?}");
        }
        // Twice is the same as once.
        service.pause_listening().await;
        service.resume().await;
        service.resume().await;
        assert_eq!(send().await.unwrap().status(), 204);
    }
    assert_eq!(service.requests().len(), 4);
}

#[tokio::test]
#[should_panic(expected = "the handler panicked")]
async fn a_handler_that_panics_fails_the_test() {
    let service = Service::start(|_| panic!("as a test wants it")).await;
    assert!(sent(&service).await.is_err());
    let _ = service.requests();
}

#[tokio::test]
async fn dropping_the_service_ends_everything() {
    let service = Service::start(|_| Answer::Hang).await;
    let address = service.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET.as_bytes()).await.unwrap();
    while service.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(service);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
