//! One event: from its JSON to what consumers get.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use alpaca_trading_gen::types::ActivityEventV2;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::error::{Error, Facts};

/// A fill, a correction or a bust of one, a dividend, a fee, or something else that moves money or shares.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ActivityUpdate {
    /// The event as Alpaca tells it. Its `details` have a variant for each known type; those of a type that
    /// is not known are there whole, as [`Unknown`](alpaca_trading_gen::types::ActivityEventDetails::Unknown).
    pub event: ActivityEventV2,
    /// When it arrived, by this machine's clock.
    pub received_at: DateTime<Utc>,
}

impl ActivityUpdate {
    /// The event's id, a ULID: it names this event alone.
    #[must_use]
    pub fn event_id(&self) -> &str {
        &self.event.event_id
    }

    /// The activity's type, such as `TRD` for a trade, `DIV` or `FEE`.
    #[must_use]
    pub fn activity_type(&self) -> &str {
        &self.event.activity_type
    }
}

/// What became of the data of an event.
#[derive(Debug)]
pub(super) enum Decoded {
    /// It was understood.
    Update(Box<ActivityUpdate>),
    /// It was not.
    Garbled(Garbled),
}

/// A message that cannot be understood.
#[derive(Debug)]
pub(super) struct Garbled {
    /// What it is known by when it comes again: its `event_id` if that can be read.
    pub(super) id: String,
    /// When it happened, if that can be read.
    pub(super) at: Option<DateTime<Utc>>,
    /// The message, clipped, and without a secret, should the service repeat one.
    pub(super) text: String,
    /// What is wrong with it, for its consumer.
    pub(super) error: String,
    /// The same without anything of the message, for the log.
    pub(super) place: String,
}

/// What a message must have to be known again.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    event_id: Option<String>,
    #[serde(default)]
    at: Option<serde_json::Value>,
}

/// Reads the data of an event. What cannot be understood is shown as `hidden` makes it.
pub(super) fn decode(
    data: Vec<u8>,
    received_at: DateTime<Utc>,
    hidden: impl Fn(&[u8]) -> String,
) -> Decoded {
    match serde_json::from_slice(&data) {
        Ok(event) => Decoded::Update(Box::new(ActivityUpdate { event, received_at })),
        Err(error) => Decoded::Garbled(garbled(data, &error, hidden)),
    }
}

fn garbled(data: Vec<u8>, error: &serde_json::Error, hidden: impl Fn(&[u8]) -> String) -> Garbled {
    let head = serde_json::from_slice::<Head>(&data).ok();
    let (id, at) = head.map_or((None, None), |head| (head.event_id, head.at));
    let at = at.and_then(|at| at.as_str()?.parse().ok());
    let id = id.or_else(|| named(&data));
    let (line, column) = (error.line(), error.column());
    let path = path(&data);
    let data = Bytes::from(data);
    let error = Error::from_decode(&data, error, &Facts::default());
    // It may repeat what it does not like, and so may the path.
    let path = path.map(|path| hidden(path.as_bytes()));
    let message = hidden(error.message().as_bytes());
    Garbled {
        id: id.unwrap_or_else(|| fingerprint(&data)),
        at,
        text: hidden(&data),
        error: match &path {
            Some(path) => format!("{path}: {message}"),
            None => message,
        },
        place: match path {
            Some(path) => format!("not an event, at {path}"),
            None => format!("not an event, at line {line}, column {column}"),
        },
    }
}

/// The field that cannot be read, where it can be told.
fn path(data: &[u8]) -> Option<String> {
    let mut json = serde_json::Deserializer::from_slice(data);
    let event: Result<ActivityEventV2, _> = serde_path_to_error::deserialize(&mut json);
    let path = event.err()?.path().to_string();
    // Numbers are read by way of a name that no field has.
    let path = path.split("$serde_json").next()?.trim_end_matches('.');
    (!path.is_empty()).then(|| path.to_owned())
}

/// A message that is longer than it may be, of which this is the beginning.
pub(super) fn too_long(head: &[u8], limit: usize, hidden: impl Fn(&[u8]) -> String) -> Garbled {
    let error = format!("longer than {limit} bytes, and skipped");
    Garbled {
        id: named(head).unwrap_or_else(|| fingerprint(head)),
        at: None,
        text: hidden(head),
        place: error.clone(),
        error,
    }
}

/// The `event_id` in a text that is no JSON, or not all of it.
fn named(data: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(data);
    let (_, rest) = text.split_once("\"event_id\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (id, _) = rest.strip_prefix('"')?.split_once('"')?;
    let fits = id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| id.to_owned())
}

/// What a message without an id is known by.
fn fingerprint(data: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    format!("#{:016x}/{}", hasher.finish(), data.len())
}

#[cfg(test)]
pub(super) mod tests {
    use alpaca_trading_gen::types::ActivityEventDetails;

    use super::*;
    use crate::stream::clipped_without;

    const ID: &str = "01JNABCDEFGHJKMNPQRSTVWXYZ";

    /// The JSON of an event.
    pub(crate) fn json(id: &str, kind: &str, at: &str, details: &str) -> String {
        format!(
            r#"{{"at":"{at}","event_id":"{id}","activity_type":"{kind}","status":"executed",
            "executed_at":"{at}","settle_date":"2026-10-02","currency":"USD","net_amount":"-1.50",
            "ref_id":"0b4e1f2a-7c38-4a8e-9d1f-1b2c3d4e5f60","details":{details}}}"#
        )
        .replace('\n', "")
    }

    const SECRET: &str = "secret-of-tests";

    fn hidden(bytes: &[u8]) -> String {
        clipped_without(bytes, SECRET)
    }

    fn read(text: &str) -> Decoded {
        decode(text.into(), DateTime::UNIX_EPOCH, hidden)
    }

    fn fault(text: &str) -> Garbled {
        match read(text) {
            Decoded::Garbled(garbled) => garbled,
            Decoded::Update(update) => panic!("{update:?}"),
        }
    }

    #[test]
    fn an_event_is_read_and_an_unknown_type_is_whole() {
        let text = json(ID, "NEWS", "2026-10-01T14:30:00Z", r#"{"a":[1.10]}"#);
        let Decoded::Update(update) = read(&text) else {
            panic!("{text}");
        };
        assert_eq!((update.event_id(), update.activity_type()), (ID, "NEWS"));
        assert!(matches!(
            update.event.details,
            ActivityEventDetails::Unknown(_)
        ));
        let amount = update.event.net_amount.map(|amount| amount.to_string());
        assert_eq!(amount.as_deref(), Some("-1.50"));
    }

    #[test]
    fn an_event_that_is_not_understood_keeps_its_id_and_its_time() {
        let text = json(ID, "FEE", "2026-10-01T14:30:00Z", "{}");
        let garbled = fault(&text.replace("-1.50", "money"));
        assert_eq!(garbled.id, ID);
        assert_eq!(garbled.at, "2026-10-01T14:30:00Z".parse().ok());
        assert!(garbled.text.contains("money"), "{garbled:?}");
        assert_eq!(garbled.place, "not an event, at net_amount");
    }

    #[test]
    fn what_is_no_json_is_known_by_its_id_or_its_bytes() {
        let cut = format!(r#"{{"event_id" : "{ID}", "qty": 1"#);
        assert_eq!(fault(&cut).id, ID);
        let (one, other) = (fault("nonsense"), fault("nonsens"));
        assert!(one.id.starts_with('#') && one.id != other.id);
        assert_eq!(one.id, fault("nonsense").id);
        assert_eq!(fault(r#"{"event_id": 7}"#).at, None);
        let Decoded::Garbled(bytes) = decode(vec![0xff, b'{'], DateTime::UNIX_EPOCH, hidden) else {
            panic!("no text");
        };
        assert_eq!(bytes.text, "\u{fffd}{");
    }

    #[test]
    fn what_is_shown_of_an_event_that_is_not_understood_holds_no_secret() {
        let text = json(ID, "FEE", "2026-10-01T14:30:00Z", "{}");
        let long = format!("{}{SECRET}", "x".repeat(crate::stream::item::CLIP - 40));
        for bad in [
            SECRET.to_owned(),
            text.replace("-1.50", SECRET),
            text.replace("\"-1.50\"", &format!("{{\"{SECRET}\":1}}")),
            long,
        ] {
            let garbled = fault(&bad);
            let shown = format!("{garbled:?}");
            // Not even a part of it.
            assert!(!shown.contains(&SECRET[..8]), "{shown}");
            assert!(garbled.text.contains("***"), "{shown}");
        }
    }

    #[test]
    fn what_is_too_long_says_so() {
        let head = format!(r#"data: {{"event_id":"{ID}","{SECRET}"#);
        let garbled = too_long(head.as_bytes(), 9, hidden);
        assert_eq!(garbled.id, ID);
        assert!(garbled.text.ends_with(r#"","***"#), "{}", garbled.text);
        assert_eq!(garbled.error, "longer than 9 bytes, and skipped");
    }
}
