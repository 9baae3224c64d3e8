//! The conversation that opens a websocket, without the socket: what a client says, what it is answered
//! and what follows from it.
//!
//! | the client says | it is answered | and |
//! |---|---|---|
//! | `auth` or `authenticate` with good keys | `authorized` | the connection has an account |
//! | the same with other keys, or none | `unauthorized` | all stays as it was; it may try again |
//! | `listen` before it has an account | `unauthorized`, of the action `listen` | |
//! | `listen` with names | `listening` with those that exist | they replace the ones before |
//! | `listen` without a list of names | `listening` with an `error` | all stays as it was |
//! | anything else | `error` | the connection is closed |

use serde::Serialize;
use serde_json::{Map, Value};

use super::keys::Keys;

/// The one stream that there is to listen to.
const TRADE_UPDATES: &str = "trade_updates";

/// The most characters of an unknown action that are repeated to the client.
const ECHO: usize = 64;

/// How far a connection has come.
#[derive(Debug, Default)]
pub(super) struct Session {
    account: Option<usize>,
}

/// What a message leads to.
#[derive(Debug, PartialEq)]
pub(super) struct Heard {
    /// The answer.
    pub(super) reply: String,
    /// What follows, in time before the answer is sent.
    pub(super) then: Then,
}

/// What follows from a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing.
    Stay,
    /// Events of the account are told from now on, or go on being told.
    Listen,
    /// Events are told no longer.
    Quiet,
    /// The connection is closed.
    Close,
}

impl Session {
    /// The account that the connection has opened.
    pub(super) fn account(&self) -> Option<usize> {
        self.account
    }

    /// Takes a message of the client; `open` finds the account of keys.
    pub(super) fn hear(
        &mut self,
        message: &[u8],
        open: impl FnOnce(&Keys) -> Option<usize>,
    ) -> Heard {
        let Ok(message) = serde_json::from_slice::<Map<String, Value>>(message) else {
            return fail("message is not a JSON object");
        };
        let Some(action) = message.get("action").and_then(Value::as_str) else {
            return fail("message has no action");
        };
        let data = message.get("data").and_then(Value::as_object);
        match action {
            "auth" => self.authenticate(pair(&message, "key", "secret"), open),
            "authenticate" => self.authenticate(data.and_then(keys), open),
            "listen" => self.listen(data.and_then(|data| data.get("streams"))),
            unknown => {
                let unknown: String = unknown.chars().take(ECHO).collect();
                fail(&format!("unknown action: {unknown}"))
            }
        }
    }

    fn authenticate(
        &mut self,
        keys: Option<Keys>,
        open: impl FnOnce(&Keys) -> Option<usize>,
    ) -> Heard {
        let Some(account) = keys.as_ref().and_then(open) else {
            return authorization("unauthorized", "authenticate");
        };
        // Who comes with the keys of another account no longer hears of the first.
        let changed = self
            .account
            .replace(account)
            .is_some_and(|before| before != account);
        let mut heard = authorization("authorized", "authenticate");
        if changed {
            heard.then = Then::Quiet;
        }
        heard
    }

    fn listen(&self, streams: Option<&Value>) -> Heard {
        if self.account.is_none() {
            return authorization("unauthorized", "listen");
        }
        let Some(names) = streams.and_then(Value::as_array) else {
            return Heard {
                reply: frame("listening", ListeningError { error: NO_NAMES }),
                then: Then::Stay,
            };
        };
        let wanted = names.iter().any(|name| name == TRADE_UPDATES);
        let streams: &[&str] = if wanted { &[TRADE_UPDATES] } else { &[] };
        Heard {
            reply: frame("listening", Listening { streams }),
            then: if wanted { Then::Listen } else { Then::Quiet },
        }
    }
}

/// The message of an event.
pub(super) fn trade_update(json: &str) -> String {
    format!(r#"{{"stream":"{TRADE_UPDATES}","data":{json}}}"#)
}

/// The message of a failure, after which the connection is closed.
pub(super) fn error(message: &str) -> String {
    text(&Failure {
        action: "error",
        data: FailureData {
            error_message: message,
        },
    })
}

const NO_NAMES: &str = "streams must be a list of names";

fn fail(message: &str) -> Heard {
    Heard {
        reply: error(message),
        then: Then::Close,
    }
}

fn authorization(status: &'static str, action: &'static str) -> Heard {
    Heard {
        reply: frame("authorization", Authorization { status, action }),
        then: Then::Stay,
    }
}

/// The keys in the data of `authenticate`.
fn keys(data: &Map<String, Value>) -> Option<Keys> {
    match data.get("oauth_token") {
        Some(token) => Some(Keys::Token(token.as_str()?.to_owned())),
        None => pair(data, "key_id", "secret_key"),
    }
}

fn pair(from: &Map<String, Value>, key: &str, secret: &str) -> Option<Keys> {
    let text = |name: &str| from.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Keys::Pair {
        key: text(key)?,
        secret: text(secret)?,
    })
}

// Types of their own keep the fields in the service's order.

#[derive(Serialize)]
struct Frame<T> {
    stream: &'static str,
    data: T,
}

#[derive(Serialize)]
struct Authorization {
    status: &'static str,
    action: &'static str,
}

#[derive(Serialize)]
struct Listening<'a> {
    streams: &'a [&'a str],
}

#[derive(Serialize)]
struct ListeningError {
    error: &'static str,
}

#[derive(Serialize)]
struct Failure<'a> {
    action: &'static str,
    data: FailureData<'a>,
}

#[derive(Serialize)]
struct FailureData<'a> {
    error_message: &'a str,
}

fn frame<T: Serialize>(stream: &'static str, data: T) -> String {
    text(&Frame { stream, data })
}

fn text<T: Serialize>(message: &T) -> String {
    // Writing text to memory does not fail.
    serde_json::to_string(message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORIZED: &str =
        r#"{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}"#;
    const UNAUTHORIZED: &str =
        r#"{"stream":"authorization","data":{"status":"unauthorized","action":"authenticate"}}"#;
    const UNAUTHORIZED_LISTEN: &str =
        r#"{"stream":"authorization","data":{"status":"unauthorized","action":"listen"}}"#;
    const LISTENING: &str = r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#;
    const QUIET: &str = r#"{"stream":"listening","data":{"streams":[]}}"#;
    const NO_LIST: &str =
        r#"{"stream":"listening","data":{"error":"streams must be a list of names"}}"#;

    const GOOD: &str = r#"{"action":"auth","key":"PK1","secret":"one"}"#;
    const LISTEN: &str = r#"{"action":"listen","data":{"streams":["trade_updates"]}}"#;

    fn open(keys: &Keys) -> Option<usize> {
        match keys {
            Keys::Pair { key, secret } if key == "PK1" && secret == "one" => Some(1),
            Keys::Token(token) if token == "two" => Some(2),
            _ => None,
        }
    }

    fn say(session: &mut Session, message: &str) -> (String, Then) {
        let heard = session.hear(message.as_bytes(), open);
        (heard.reply, heard.then)
    }

    #[test]
    fn every_form_of_keys_opens_its_account() {
        let rows = [
            (GOOD, Some(1)),
            (
                r#"{"action":"authenticate","data":{"key_id":"PK1","secret_key":"one"}}"#,
                Some(1),
            ),
            (
                r#"{"action":"authenticate","data":{"oauth_token":"two"}}"#,
                Some(2),
            ),
            (r#"{"action":"auth","key":"PK1","secret":"no"}"#, None),
            (r#"{"action":"auth","key":"PK1"}"#, None),
            (r#"{"action":"auth","key":1,"secret":2}"#, None),
            (
                r#"{"action":"auth","key_id":"PK1","secret_key":"one"}"#,
                None,
            ),
            (r#"{"action":"auth"}"#, None),
            (r#"{"action":"authenticate"}"#, None),
            (r#"{"action":"authenticate","data":null}"#, None),
            (r#"{"action":"authenticate","data":[]}"#, None),
            (
                r#"{"action":"authenticate","key":"PK1","secret":"one"}"#,
                None,
            ),
            (
                r#"{"action":"authenticate","data":{"key_id":"PK1","secret_key":"no"}}"#,
                None,
            ),
            (
                r#"{"action":"authenticate","data":{"oauth_token":"no"}}"#,
                None,
            ),
            (
                r#"{"action":"authenticate","data":{"oauth_token":2}}"#,
                None,
            ),
        ];
        for (message, account) in rows {
            let mut session = Session::default();
            let reply = if account.is_some() {
                AUTHORIZED
            } else {
                UNAUTHORIZED
            };
            assert_eq!(
                say(&mut session, message),
                (reply.to_owned(), Then::Stay),
                "{message}"
            );
            assert_eq!(session.account(), account, "{message}");
        }
    }

    #[test]
    fn keys_may_be_tried_again_and_bad_ones_take_nothing_away() {
        let mut session = Session::default();
        let bad = r#"{"action":"auth","key":"PK1","secret":"no"}"#;
        for _ in 0..3 {
            assert_eq!(say(&mut session, bad).0, UNAUTHORIZED);
        }
        assert_eq!(say(&mut session, GOOD).0, AUTHORIZED);
        assert_eq!(say(&mut session, GOOD), (AUTHORIZED.into(), Then::Stay));
        assert_eq!(say(&mut session, bad).0, UNAUTHORIZED);
        assert_eq!(session.account(), Some(1));
        assert_eq!(say(&mut session, LISTEN).1, Then::Listen);
    }

    #[test]
    fn keys_of_another_account_end_the_listening() {
        let mut session = Session::default();
        say(&mut session, GOOD);
        say(&mut session, LISTEN);
        let other = r#"{"action":"authenticate","data":{"oauth_token":"two"}}"#;
        assert_eq!(say(&mut session, other), (AUTHORIZED.into(), Then::Quiet));
        assert_eq!(session.account(), Some(2));
    }

    #[test]
    fn listening_needs_an_account_and_names_the_whole_set() {
        let rows = [
            (r#"["trade_updates"]"#, LISTENING, Then::Listen),
            ("[]", QUIET, Then::Quiet),
            (r#"["account_updates"]"#, QUIET, Then::Quiet),
            (r#"["nothing","trade_updates",7]"#, LISTENING, Then::Listen),
            (
                r#"["trade_updates","trade_updates"]"#,
                LISTENING,
                Then::Listen,
            ),
            (r#"["TRADE_UPDATES"]"#, QUIET, Then::Quiet),
            (r#""trade_updates""#, NO_LIST, Then::Stay),
            ("null", NO_LIST, Then::Stay),
        ];
        for (streams, reply, then) in rows {
            let message = format!(r#"{{"action":"listen","data":{{"streams":{streams}}}}}"#);
            let mut session = Session::default();
            assert_eq!(
                say(&mut session, &message),
                (UNAUTHORIZED_LISTEN.into(), Then::Stay)
            );
            say(&mut session, GOOD);
            assert_eq!(
                say(&mut session, &message),
                (reply.into(), then),
                "{streams}"
            );
        }
        let mut session = Session::default();
        say(&mut session, GOOD);
        let no_data = say(&mut session, r#"{"action":"listen"}"#);
        assert_eq!(no_data, (NO_LIST.into(), Then::Stay));
    }

    #[test]
    fn what_is_no_message_ends_the_connection() {
        let long = format!(r#"{{"action":"{}"}}"#, "é".repeat(10_000));
        let deep = "[".repeat(60_000);
        let rows = [
            ("", "message is not a JSON object"),
            ("hello", "message is not a JSON object"),
            ("[]", "message is not a JSON object"),
            ("{} {}", "message is not a JSON object"),
            (deep.as_str(), "message is not a JSON object"),
            ("{}", "message has no action"),
            (r#"{"action":7}"#, "message has no action"),
            (r#"{"action":"shout"}"#, "unknown action: shout"),
            (r#"{"action":"Listen"}"#, "unknown action: Listen"),
            (r#"{"action":"\"}"}"#, r#"unknown action: \"}"#),
        ];
        for (message, expected) in rows {
            let expected =
                format!(r#"{{"action":"error","data":{{"error_message":"{expected}"}}}}"#);
            let mut session = Session::default();
            assert_eq!(
                say(&mut session, message),
                (expected, Then::Close),
                "{message:.40}"
            );
        }
        let (reply, then) = say(&mut Session::default(), &long);
        assert!(reply.len() < 250, "{} bytes", reply.len());
        assert_eq!(then, Then::Close);
        assert_eq!(
            Session::default().hear(b"\xff\xfe{}", open).then,
            Then::Close
        );
    }

    #[test]
    fn an_event_is_wrapped_as_it_is() {
        assert_eq!(
            trade_update(r#"{"event":"new"}"#),
            r#"{"stream":"trade_updates","data":{"event":"new"}}"#
        );
    }
}
