//! One connection: how it is made, and what is said on it before updates come.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderValue, StatusCode, header};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Error as SocketError, Message as Frame};

use super::message::{self, Message, TRADE_UPDATES};
use crate::credentials::Keys;
use crate::error::Error;
use crate::stream::{Disconnect, DisconnectKind};

/// The longest message that is read; a longer one ends the connection.
const LONGEST: usize = 16 * 1_024 * 1_024;

/// How long the service may take with each of its answers.
const ANSWER: Duration = Duration::from_secs(10);

/// How many messages that are no answer may come before one.
const PATIENCE: usize = 1_000;

/// What a connection runs over.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

pub(super) type Dialing<'a> =
    Pin<Box<dyn Future<Output = Result<Box<dyn Wire>, Disconnect>> + Send + 'a>>;

/// Makes the wire of a connection, up to where the websocket begins.
pub(super) trait Dial: Send + Sync + 'static {
    fn dial(&self) -> Dialing<'_>;
}

/// Dials through the HTTP client, and with that through its proxy, with its certificates and its limits.
pub(super) struct Upgrade {
    pub(super) http: reqwest::Client,
    /// The address, with the scheme of HTTP.
    pub(super) url: String,
    pub(super) limit: Duration,
}

impl Dial for Upgrade {
    fn dial(&self) -> Dialing<'_> {
        Box::pin(async move {
            match tokio::time::timeout(self.limit, self.upgrade()).await {
                Ok(result) => result,
                Err(_) => Err(failed(format!("no connection within {:?}", self.limit))),
            }
        })
    }
}

impl Upgrade {
    async fn upgrade(&self) -> Result<Box<dyn Wire>, Disconnect> {
        let key = generate_key();
        let request = self
            .http
            .get(&self.url)
            .header(header::CONNECTION, HeaderValue::from_static("Upgrade"))
            .header(header::UPGRADE, HeaderValue::from_static("websocket"))
            .header(
                header::SEC_WEBSOCKET_VERSION,
                HeaderValue::from_static("13"),
            )
            .header(header::SEC_WEBSOCKET_KEY, &key);
        let answer = request.send().await.map_err(|error| {
            let error = Error::from_transport(error);
            failed(format!("no connection: {}", error.message()))
        })?;
        let status = answer.status();
        if status != StatusCode::SWITCHING_PROTOCOLS {
            return Err(refused(status));
        }
        let accepted = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT);
        let expected = derive_accept_key(key.as_bytes());
        if accepted.is_none_or(|accepted| accepted.as_bytes() != expected.as_bytes()) {
            let message = "the service's answer to the handshake does not belong to it";
            return Err(Disconnect::new(DisconnectKind::Protocol, message));
        }
        let wire = answer.upgrade().await.map_err(|error| {
            let error = Error::from_transport(error);
            failed(format!("no websocket: {}", error.message()))
        })?;
        Ok(Box::new(wire))
    }
}

fn failed(message: impl Into<String>) -> Disconnect {
    Disconnect::new(DisconnectKind::Failed, message)
}

/// What an answer says that opens no websocket. The keys come later, and yet whoever is not let in now is not let in
/// the next time: to ask again and again would help nobody.
pub(super) fn refused(status: StatusCode) -> Disconnect {
    let kind = match status.as_u16() {
        401 | 403 => DisconnectKind::Unauthorized,
        // The words of Alpaca's data streams for too many connections, as a status.
        406 | 429 => DisconnectKind::ConnectionLimit,
        500.. => DisconnectKind::ServerError,
        _ => DisconnectKind::Failed,
    };
    Disconnect::new(
        kind,
        format!("the service answered {status} instead of a websocket"),
    )
}

/// A connection on which updates come.
pub(super) struct Connection {
    socket: WebSocketStream<Box<dyn Wire>>,
    /// What came before the service said that it is ready.
    early: Vec<Heard>,
}

/// Something that was received.
#[derive(Debug)]
pub(super) enum Heard {
    Update(Box<super::TradeUpdate>),
    /// It cannot be understood: the bytes, and why.
    Undecodable(bytes::Bytes, String),
    /// A sign of life.
    Life,
    /// The connection is over.
    Over {
        reason: Disconnect,
        /// Whether it was closed in the proper way.
        clean: bool,
        /// What was wrong with the last message, if that was the end of it.
        undecodable: Option<String>,
    },
}

impl Connection {
    /// Proves who the client is and asks for updates.
    ///
    /// # Errors
    ///
    /// Why there will be none.
    pub(super) async fn open(mut wire: Box<dyn Wire>, keys: &Keys) -> Result<Self, Disconnect> {
        let proof = text_frame(
            &message::authenticate(keys),
            fastrand::u32(..).to_be_bytes(),
        );
        let sent = async {
            wire.write_all(&proof).await?;
            wire.flush().await
        };
        match tokio::time::timeout(ANSWER, sent).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(lost(format!("the connection broke: {error}"))),
            Err(_) => return Err(failed(format!("nothing could be sent for {ANSWER:?}"))),
        }
        let config = WebSocketConfig::default()
            .max_message_size(Some(LONGEST))
            .max_frame_size(Some(LONGEST));
        let socket = WebSocketStream::from_raw_socket(wire, Role::Client, Some(config)).await;
        let mut connection = Self {
            socket,
            early: Vec::new(),
        };
        connection.answered(Step::Authentication).await?;
        connection.say(message::listen()).await?;
        connection.answered(Step::Listening).await?;
        Ok(connection)
    }

    /// Says something that holds no secret.
    async fn say(&mut self, text: String) -> Result<(), Disconnect> {
        let sent = tokio::time::timeout(ANSWER, self.socket.send(Frame::text(text))).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(&error).0),
            Err(_) => Err(failed(format!("nothing could be sent for {ANSWER:?}"))),
        }
    }

    /// Waits for the answer to a step of the handshake.
    async fn answered(&mut self, step: Step) -> Result<(), Disconnect> {
        let answer = tokio::time::timeout(ANSWER, self.answer(step)).await;
        answer.unwrap_or_else(|_| Err(failed(format!("no answer to {step} within {ANSWER:?}"))))
    }

    async fn answer(&mut self, step: Step) -> Result<(), Disconnect> {
        for _ in 0..PATIENCE {
            let bytes = match next(&mut self.socket).await {
                Next::Message(bytes) => bytes,
                Next::Life => continue,
                Next::Over(over) => {
                    return Err(match over {
                        Heard::Over { reason, .. } => reason,
                        _ => failed("the connection ended"),
                    });
                }
            };
            match (Message::read(bytes.as_ref()), step) {
                (Ok(Message::Authorization(said)), Step::Authentication) => {
                    return match said.status.as_str() {
                        "authorized" => Ok(()),
                        _ => Err(unauthorized(&said.status)),
                    };
                }
                (Ok(Message::Authorization(said)), Step::Listening) => {
                    return Err(unauthorized(&said.status));
                }
                (Ok(Message::Listening(said)), Step::Listening) => {
                    let listens = said.streams.iter().any(|name| name == TRADE_UPDATES);
                    return match listens {
                        true => Ok(()),
                        false => Err(Disconnect::new(
                            DisconnectKind::Protocol,
                            said.error.unwrap_or_else(|| {
                                format!("the service does not offer the stream {TRADE_UPDATES}")
                            }),
                        )),
                    };
                }
                (Ok(Message::Error(text)), _) => return Err(server_error(text)),
                (Ok(Message::Update(update)), _) => self.early.push(Heard::Update(update)),
                (Ok(_), _) => {}
                (Err(error), _) => {
                    self.early.push(Heard::Undecodable(bytes, error));
                }
            }
        }
        let message = format!("{PATIENCE} messages and no answer to {step}");
        Err(Disconnect::new(DisconnectKind::Protocol, message))
    }

    /// What came before the service said that it is ready.
    pub(super) fn early(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.early)
    }

    /// The next thing that is received. Nothing is lost when the future is given up.
    pub(super) async fn hear(&mut self) -> Heard {
        let bytes = match next(&mut self.socket).await {
            Next::Message(bytes) => bytes,
            Next::Life => return Heard::Life,
            Next::Over(over) => return over,
        };
        match Message::read(bytes.as_ref()) {
            Ok(Message::Update(update)) => Heard::Update(update),
            Ok(Message::Error(text)) => Heard::Over {
                reason: server_error(text),
                clean: false,
                undecodable: None,
            },
            // Whether that is final, the next handshake tells.
            Ok(Message::Authorization(said)) if said.status != "authorized" => Heard::Over {
                reason: Disconnect::new(
                    DisconnectKind::Closed,
                    format!("the service withdrew its authorization: {}", said.status),
                ),
                clean: false,
                undecodable: None,
            },
            Ok(Message::Listening(said))
                if !said.streams.iter().any(|name| name == TRADE_UPDATES) =>
            {
                Heard::Over {
                    reason: Disconnect::new(
                        DisconnectKind::Protocol,
                        "the service has stopped to tell updates",
                    ),
                    clean: false,
                    undecodable: None,
                }
            }
            Ok(_) => Heard::Life,
            Err(error) => Heard::Undecodable(bytes, error),
        }
    }

    /// Asks for a sign of life.
    pub(super) async fn ping(&mut self) -> Result<(), Disconnect> {
        let ping = self.socket.send(Frame::Ping(Vec::new().into()));
        match tokio::time::timeout(ANSWER, ping).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(&error).0),
            Err(_) => Err(Disconnect::new(
                DisconnectKind::Silent,
                format!("nothing could be sent for {ANSWER:?}"),
            )),
        }
    }

    /// Closes it in the proper way, within this time.
    pub(super) async fn close(mut self, limit: Duration) {
        let frame = CloseFrame {
            code: tungstenite::protocol::frame::coding::CloseCode::Normal,
            reason: "".into(),
        };
        // Whether the service hears of it makes no difference.
        let _ = tokio::time::timeout(limit, self.socket.close(Some(frame))).await;
    }
}

/// A text as the frame of a client.
///
/// The message with the keys is not given to the websocket library, which logs every frame that it sends.
fn text_frame(text: &str, mask: [u8; 4]) -> Vec<u8> {
    /// Final, and text.
    const TEXT: u8 = 0x81;
    /// A client's frames are masked.
    const MASKED: u8 = 0x80;
    let mut frame = vec![TEXT];
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(length @ 0..=125), _) => frame.push(MASKED | length),
        (_, Ok(length)) => {
            frame.push(MASKED | 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(MASKED | 127);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(
        text.bytes()
            .zip(mask.into_iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    frame
}

enum Next {
    Message(bytes::Bytes),
    Life,
    Over(Heard),
}

async fn next(socket: &mut WebSocketStream<Box<dyn Wire>>) -> Next {
    match socket.next().await {
        Some(Ok(Frame::Text(text))) => Next::Message(bytes::Bytes::from(text)),
        Some(Ok(Frame::Binary(bytes))) => Next::Message(bytes),
        Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_))) => Next::Life,
        Some(Ok(Frame::Close(frame))) => {
            let message = match &frame {
                Some(frame) if !frame.reason.is_empty() => {
                    format!("closed by the service: {} {}", frame.code, frame.reason)
                }
                Some(frame) => format!("closed by the service: {}", frame.code),
                None => "closed by the service".to_owned(),
            };
            use tungstenite::protocol::frame::coding::CloseCode as Code;
            let code = frame.as_ref().map(|frame| frame.code);
            let clean = matches!(code, None | Some(Code::Normal | Code::Away | Code::Restart));
            let kind = match code {
                _ if is_limit(&message) => DisconnectKind::ConnectionLimit,
                Some(Code::Error) => DisconnectKind::ServerError,
                _ => DisconnectKind::Closed,
            };
            over(Disconnect::new(kind, message), clean)
        }
        Some(Err(error)) => {
            let (reason, undecodable) = broken(&error);
            Next::Over(Heard::Over {
                reason,
                clean: false,
                undecodable,
            })
        }
        None => over(lost("the connection ended"), false),
    }
}

fn over(reason: Disconnect, clean: bool) -> Next {
    Next::Over(Heard::Over {
        reason,
        clean,
        undecodable: None,
    })
}

fn lost(message: impl Into<String>) -> Disconnect {
    Disconnect::new(DisconnectKind::Lost, message)
}

/// What an error of the socket means; also what was wrong with a message, if it was that.
fn broken(error: &SocketError) -> (Disconnect, Option<String>) {
    match error {
        SocketError::Utf8(_) => {
            let why = "a text message is not UTF-8";
            (
                Disconnect::new(DisconnectKind::Protocol, why),
                Some(why.to_owned()),
            )
        }
        SocketError::Capacity(error) => {
            let why = error.to_string();
            (
                Disconnect::new(DisconnectKind::Protocol, why.clone()),
                Some(why),
            )
        }
        SocketError::Protocol(error) => {
            use tungstenite::error::ProtocolError as P;
            match error {
                P::ResetWithoutClosingHandshake => (lost("the connection was cut"), None),
                other => (
                    Disconnect::new(DisconnectKind::Protocol, other.to_string()),
                    None,
                ),
            }
        }
        SocketError::ConnectionClosed | SocketError::AlreadyClosed => {
            (Disconnect::new(DisconnectKind::Closed, "closed"), None)
        }
        other => (lost(format!("the connection broke: {other}")), None),
    }
}

fn unauthorized(status: &str) -> Disconnect {
    let message = format!("the service refused the credentials: {status}");
    Disconnect::new(DisconnectKind::Unauthorized, message)
}

fn is_limit(text: &str) -> bool {
    text.to_ascii_lowercase().contains("connection limit")
}

/// What the service says of itself in an error.
fn server_error(text: String) -> Disconnect {
    let kind = match is_limit(&text) {
        true => DisconnectKind::ConnectionLimit,
        false => DisconnectKind::ServerError,
    };
    Disconnect::new(kind, format!("the service said: {text}"))
}

/// A step of the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Authentication,
    Listening,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authentication => "the authentication",
            Self::Listening => "the request for updates",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frame_of_ours_is_read_by_the_library() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let text = "é!".repeat(length).chars().take(length).collect::<String>();
            let frame = text_frame(&text, [1, 200, 3, 77]);
            let (mut client, server) = tokio::io::duplex(1_000_000);
            client.write_all(&frame).await.unwrap();
            let mut server = WebSocketStream::from_raw_socket(server, Role::Server, None).await;
            match server.next().await {
                Some(Ok(Frame::Text(read))) => assert_eq!(read.as_str(), text),
                other => panic!("{length}: {other:?}"),
            }
        }
    }
}
