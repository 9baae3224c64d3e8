//! The messages of the websocket, as they are read and as they are sent.
//!
//! | who | message |
//! |---|---|
//! | client | `{"action":"auth","key":…,"secret":…}`, or `authenticate` with a token |
//! | service | `{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}` |
//! | client | `{"action":"listen","data":{"streams":["trade_updates"]}}` |
//! | service | `{"stream":"listening","data":{"streams":["trade_updates"]}}` |
//! | service | `{"stream":"trade_updates","data":{…}}`, again and again |
//! | service | `{"action":"error","data":{"error_message":…}}`, and then it closes |
//!
//! The paper service sends them as binary frames, the live one as text.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::TradeUpdate;
use super::update::Size;
use crate::credentials::{Exposed, Keys};

/// The one stream that is listened to.
pub(super) const TRADE_UPDATES: &str = "trade_updates";

/// A message of the service.
#[derive(Debug)]
pub(super) enum Message {
    Update(Box<TradeUpdate>),
    Authorization(Authorization),
    Listening(Listening),
    /// The service has failed, or does not want what it was sent.
    Error(String),
    /// A message of another stream, or of a kind that is not known.
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Authorization {
    pub(super) status: String,
    pub(super) action: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Listening {
    pub(super) streams: Vec<String>,
    pub(super) error: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    error_message: Option<String>,
    message: Option<String>,
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        // Checked as a whole, once, and not string by string.
        let message = match std::str::from_utf8(bytes) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(bytes),
        };
        let mut message = message.map_err(|error| explained(bytes, &error))?;
        if let Self::Update(update) = &mut message {
            update.size = Size::of(bytes);
        }
        Ok(message)
    }
}

/// What is wrong with a message: with the field, which a second reading tells.
fn explained(bytes: &[u8], error: &serde_json::Error) -> String {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, Message>(&mut reader) {
        Err(placed) if placed.path().iter().len() > 0 => {
            format!("{}: {}", placed.path(), placed.inner())
        }
        _ => error.to_string(),
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Envelope)
    }
}

/// Reads the data straight into what it is where the name of the stream stands before it, as it does in
/// every message seen; otherwise the data waits as text.
struct Envelope;

impl<'de> Visitor<'de> for Envelope {
    type Value = Message;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message of a stream")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
        use serde::de::Error as _;
        let mut kind = Kind::Unknown;
        let mut early: Option<Box<RawValue>> = None;
        let mut message = None;
        let mut text = None;
        while let Some(key) = map.next_key::<Key>()? {
            match (key, kind) {
                (Key::Stream, _) => kind = map.next_value::<Kind>()?,
                (Key::Action, _) => {
                    if map.next_value::<Action>()?.is_error {
                        kind = Kind::Failure;
                    }
                }
                (Key::Data, Kind::Update) => message = Some(Message::Update(map.next_value()?)),
                (Key::Data, Kind::Other) => {
                    map.next_value::<IgnoredAny>()?;
                }
                (Key::Data, _) => early = Some(map.next_value()?),
                (Key::Text, _) => text = map.next_value::<Option<String>>()?,
                (Key::Other, _) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some(message) = message {
            return Ok(message);
        }
        let raw = early.as_deref().map_or("{}", RawValue::get);
        let read = |error: serde_json::Error| A::Error::custom(format_args!("data: {error}"));
        Ok(match kind {
            Kind::Update => Message::Update(serde_json::from_str(raw).map_err(read)?),
            Kind::Authorization => Message::Authorization(serde_json::from_str(raw).map_err(read)?),
            Kind::Listening => Message::Listening(serde_json::from_str(raw).map_err(read)?),
            Kind::Failure => {
                let failure: Failure = serde_json::from_str(raw).unwrap_or_default();
                let said = failure.error_message.or(failure.message).or(text);
                Message::Error(said.unwrap_or_else(|| "an error without words".to_owned()))
            }
            Kind::Other => Message::Other,
            // The form in which Alpaca's data streams put it: `{"T":"error","code":…,"msg":…}`.
            Kind::Unknown => text.map_or(Message::Other, Message::Error),
        })
    }
}

/// What a message is, by the name of its stream or by its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unknown,
    Update,
    Authorization,
    Listening,
    Failure,
    Other,
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        words(deserializer, "the name of a stream", |name| match name {
            TRADE_UPDATES => Kind::Update,
            "authorization" => Kind::Authorization,
            "listening" => Kind::Listening,
            "error" => Kind::Failure,
            _ => Kind::Other,
        })
    }
}

struct Action {
    is_error: bool,
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        words(deserializer, "an action", |name| Self {
            is_error: name == "error",
        })
    }
}

enum Key {
    Stream,
    Action,
    Data,
    /// The words of an error.
    Text,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        words(deserializer, "the name of a field", |name| match name {
            "stream" => Self::Stream,
            "action" => Self::Action,
            "data" => Self::Data,
            "msg" => Self::Text,
            _ => Self::Other,
        })
    }
}

/// Reads a text as what it means.
fn words<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    meaning: fn(&str) -> T,
) -> Result<T, D::Error> {
    struct Words<T>(&'static str, fn(&str) -> T);

    impl<T> Visitor<'_> for Words<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E>(self, text: &str) -> Result<T, E> {
            Ok((self.1)(text))
        }
    }
    deserializer.deserialize_str(Words(expected, meaning))
}

/// The message that proves who the client is. It holds secrets.
pub(super) fn authenticate(keys: &Keys) -> String {
    #[derive(Serialize)]
    struct Pair<'a> {
        action: &'a str,
        key: &'a str,
        secret: &'a str,
    }
    #[derive(Serialize)]
    struct Token<'a> {
        action: &'a str,
        data: Granted<'a>,
    }
    #[derive(Serialize)]
    struct Granted<'a> {
        oauth_token: &'a str,
    }
    match keys.expose() {
        Exposed::Pair { key_id, secret_key } => text(&Pair {
            action: "auth",
            key: key_id,
            secret: secret_key,
        }),
        Exposed::Bearer { token } => text(&Token {
            action: "authenticate",
            data: Granted { oauth_token: token },
        }),
    }
}

/// The message that asks for updates.
pub(super) fn listen() -> String {
    format!(r#"{{"action":"listen","data":{{"streams":["{TRADE_UPDATES}"]}}}}"#)
}

fn text<T: Serialize>(message: &T) -> String {
    // Writing text to memory does not fail.
    serde_json::to_string(message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = r#"{"id":"00000000-0000-0000-0000-000000000001","client_order_id":"a","created_at":"2026-01-05T14:30:00Z","status":"new"}"#;

    fn read(text: &str) -> Result<Message, String> {
        Message::read(text.as_bytes())
    }

    #[test]
    fn every_form_of_the_service_is_read() {
        let update =
            format!(r#"{{"stream":"trade_updates","data":{{"event":"new","order":{ORDER}}}}}"#);
        assert!(matches!(read(&update), Ok(Message::Update(_))));
        let turned =
            format!(r#"{{"data":{{"event":"new","order":{ORDER}}},"stream":"trade_updates"}}"#);
        assert!(matches!(read(&turned), Ok(Message::Update(_))));
        let authorized =
            r#"{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}"#;
        match read(authorized) {
            Ok(Message::Authorization(found)) => {
                assert_eq!(
                    (&*found.status, &*found.action),
                    ("authorized", "authenticate")
                );
            }
            other => panic!("{other:?}"),
        }
        match read(r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#) {
            Ok(Message::Listening(found)) => assert_eq!(found.streams, ["trade_updates"]),
            other => panic!("{other:?}"),
        }
        for (text, expected) in [
            (
                r#"{"action":"error","data":{"error_message":"internal server error"}}"#,
                "internal server error",
            ),
            (
                r#"{"T":"error","code":406,"msg":"connection limit exceeded"}"#,
                "connection limit exceeded",
            ),
            (r#"{"action":"error"}"#, "an error without words"),
            (r#"{"action":"error","data":7}"#, "an error without words"),
        ] {
            match read(text) {
                Ok(Message::Error(found)) => assert_eq!(found, expected),
                other => panic!("{text}: {other:?}"),
            }
        }
        for text in [r#"{"stream":"news","data":[1]}"#, "{}", r#"{"hello":1}"#] {
            assert!(matches!(read(text), Ok(Message::Other)), "{text}");
        }
    }

    #[test]
    fn what_is_no_message_is_explained() {
        for (text, expected) in [
            ("", "EOF"),
            ("nothing", "expected"),
            ("[]", "invalid type: sequence"),
            (r#"{"stream":7}"#, "name of a stream"),
            (
                r#"{"stream":"trade_updates","data":{"event":"new","order":{}}}"#,
                "order: missing field",
            ),
            (
                r#"{"stream":"trade_updates","data":{"event":"new"}}"#,
                "missing field `order`",
            ),
            (
                r#"{"stream":"trade_updates","data":{}}"#,
                "missing field `event`",
            ),
            (r#"{"stream":"trade_updates"}"#, "missing field `event`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let bad = format!(
            r#"{{"stream":"trade_updates","data":{{"event":"fill","price":"much","order":{ORDER}}}}}"#
        );
        let error = read(&bad).unwrap_err();
        assert!(error.contains("price") && error.contains("much"), "{error}");
        assert!(Message::read(b"{\"stream\":\"\xff\"}").is_err());
    }

    #[test]
    fn the_client_says_what_it_is_asked_for() {
        let pair = Keys::key_pair("PK1", "hidden\"").unwrap();
        assert_eq!(
            authenticate(&pair),
            r#"{"action":"auth","key":"PK1","secret":"hidden\""}"#
        );
        let token = Keys::oauth("granted").unwrap();
        assert_eq!(
            authenticate(&token),
            r#"{"action":"authenticate","data":{"oauth_token":"granted"}}"#
        );
        assert_eq!(
            listen(),
            r#"{"action":"listen","data":{"streams":["trade_updates"]}}"#
        );
    }
}
