//! The text of an event, kept in a tenth of its room.
//!
//! Events of one kind differ in ids, times, amounts and little else. What they share, the *shape*, is kept
//! once in a log: the text with a mark in each place where they differ. An event keeps its own values alone,
//! an id in 16 bytes and a time in few. Whatever cannot be put together again to the last byte is kept as
//! text.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::world::order::time;

/// A log has no more shapes than these; what is of another one is kept as text.
const MOST_SHAPES: usize = 512;

/// A string in a text that is not a word: its length, and itself.
const TEXT: char = '\u{1}';
/// A UUID in its usual form.
const UUID: char = '\u{2}';
/// A time: how many nanoseconds it is after the time before it in the text.
const TIME: char = '\u{3}';
/// The id of the event itself.
const ID: char = '\u{4}';

/// The text of an event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// As it is.
    Text(Box<str>),
    /// What it shares with others, and its own.
    Packed { shape: Arc<str>, values: Box<[u8]> },
}

impl<T: Into<Box<str>>> From<T> for Json {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl Json {
    /// The text. `id` and `at` are those of the event.
    pub(super) fn text(&self, id: &str, at: DateTime<Utc>) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            // What `pack` gives can be unpacked.
            Self::Packed { shape, values } => unpack(shape, values, id, at).unwrap_or_default(),
        }
    }

    /// Keeps the text in less room, if that can be.
    pub(super) fn pack(&mut self, id: &str, at: DateTime<Utc>, shapes: &mut Shapes) {
        let Self::Text(text) = &*self else {
            return;
        };
        let packed = split(text, id, at);
        let packed = packed.filter(|(shape, values)| {
            unpack(shape, values, id, at).is_some_and(|unpacked| unpacked == **text)
        });
        if let Some((shape, values)) = packed
            && let Some(shape) = shapes.shared(&shape)
        {
            let values = values.into();
            *self = Self::Packed { shape, values };
        }
    }
}

/// The shapes of a log.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    known: HashSet<Arc<str>>,
}

impl Shapes {
    /// The shape that the log has of these; none if it has too many others.
    fn shared(&mut self, shape: &str) -> Option<Arc<str>> {
        if let Some(known) = self.known.get(shape) {
            return Some(Arc::clone(known));
        }
        if self.known.len() >= MOST_SHAPES {
            return None;
        }
        let shape: Arc<str> = shape.into();
        self.known.insert(Arc::clone(&shape));
        Some(shape)
    }
}

/// Splits a text into its shape and its values; none if marks could be taken for a part of it.
fn split(text: &str, id: &str, at: DateTime<Utc>) -> Option<(String, Vec<u8>)> {
    if text.bytes().any(|byte| byte < b' ') {
        return None;
    }
    let (mut shape, mut values) = (String::with_capacity(text.len()), Vec::with_capacity(160));
    let (mut rest, mut key) = (text, "");
    let mut times = Times::from(at);
    while let Some((before, quoted)) = rest.split_once('"') {
        shape.push_str(before);
        shape.push('"');
        let (content, after) = quoted.split_at_checked(end_of_string(quoted)?)?;
        let after = after.strip_prefix('"')?;
        if after.starts_with(':') {
            key = content;
            shape.push_str(content);
        } else if content == id {
            shape.push(ID);
        } else if is_word(content) && key != "client_order_id" {
            shape.push_str(content);
        } else if let Some(id) = canonical_uuid(content) {
            shape.push(UUID);
            values.extend_from_slice(id.as_bytes());
        } else if let Some(step) = times.step_to(content) {
            shape.push(TIME);
            put_number(&mut values, step);
        } else {
            shape.push(TEXT);
            put_number(&mut values, i64::try_from(content.len()).ok()?);
            values.extend_from_slice(content.as_bytes());
        }
        shape.push('"');
        rest = after;
    }
    shape.push_str(rest);
    Some((shape, values))
}

/// Puts a text together again.
fn unpack(shape: &str, values: &[u8], id: &str, at: DateTime<Utc>) -> Option<String> {
    let mut text = String::with_capacity(shape.len().saturating_add(256));
    let (mut values, mut last) = (values, at.timestamp_nanos_opt());
    let is_mark = |char| (TEXT..=ID).contains(&char);
    for piece in shape.split_inclusive(is_mark) {
        let mut piece = piece.chars();
        let mark = piece.next_back().filter(|mark| is_mark(*mark));
        text.push_str(piece.as_str());
        match mark {
            Some(ID) => text.push_str(id),
            Some(UUID) => {
                let (id, rest) = values.split_first_chunk::<16>()?;
                values = rest;
                let mut buffer = Uuid::encode_buffer();
                text.push_str(Uuid::from_bytes(*id).hyphenated().encode_lower(&mut buffer));
            }
            Some(TIME) => {
                let now = last?.checked_add(take_number(&mut values)?)?;
                last = Some(now);
                text.push_str(&time(DateTime::from_timestamp_nanos(now)));
            }
            Some(_) => {
                let length = usize::try_from(take_number(&mut values)?).ok()?;
                let (content, rest) = values.split_at_checked(length)?;
                values = rest;
                text.push_str(std::str::from_utf8(content).ok()?);
            }
            // The last piece ends without a mark.
            None => text.extend(shape.chars().next_back()),
        }
    }
    values.is_empty().then_some(text)
}

/// Where the string ends that begins here: the place of its closing quote.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Whether it is one of the few words that bodies have: these belong to the shape.
fn is_word(text: &str) -> bool {
    text.len() <= 24
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// A UUID that is written as the world writes it.
fn canonical_uuid(text: &str) -> Option<Uuid> {
    let id = (text.len() == 36).then(|| Uuid::try_parse(text).ok())??;
    let mut buffer = Uuid::encode_buffer();
    (id.hyphenated().encode_lower(&mut buffer) == text).then_some(id)
}

/// The times of a text, most of which are near each other.
struct Times<'a> {
    last: Option<i64>,
    text: &'a str,
}

impl<'a> Times<'a> {
    fn from(at: DateTime<Utc>) -> Self {
        Self {
            last: at.timestamp_nanos_opt(),
            text: "",
        }
    }

    /// How many nanoseconds a time is behind the one before; none if it is no time that the world writes.
    fn step_to(&mut self, text: &'a str) -> Option<i64> {
        if text == self.text {
            return Some(0);
        }
        let looks_like_one = text.len() >= 20 && text.ends_with('Z');
        let at = looks_like_one.then(|| DateTime::parse_from_rfc3339(text).ok())??;
        let nanos = at.timestamp_nanos_opt()?;
        let step = nanos.checked_sub(self.last?)?;
        (self.last, self.text) = (Some(nanos), text);
        Some(step)
    }
}

/// Writes a number, those near nought in few bytes: seven bits each, the sign in the lowest.
fn put_number(into: &mut Vec<u8>, value: i64) {
    let mut left = (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned();
    loop {
        let low = u8::try_from(left & 0x7f).unwrap_or(0);
        left >>= 7;
        if left == 0 {
            into.push(low);
            return;
        }
        into.push(low | 0x80);
    }
}

fn take_number(from: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for place in 0..10_u32 {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        value |= u64::from(byte & 0x7f) << (place * 7);
        if byte & 0x80 == 0 {
            return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const ID_OF_EVENT: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_625_200, 1_000).unwrap()
    }

    fn packed(text: &str, shapes: &mut Shapes) -> Json {
        let mut json = Json::from(text);
        json.pack(ID_OF_EVENT, at(), shapes);
        assert_eq!(json.text(ID_OF_EVENT, at()), text);
        json
    }

    fn is_packed(json: &Json) -> bool {
        matches!(json, Json::Packed { .. })
    }

    fn order(qty: u32) -> String {
        json!({
            "event": "fill", "event_id": ID_OF_EVENT, "at": time(at()), "timestamp": time(at()),
            "execution_id": Uuid::from_u128(u128::from(qty) << 64), "price": "102.5",
            "order": {
                "id": Uuid::from_u128(9), "client_order_id": "mine", "symbol": "BTC/USD", "legs": null,
                "created_at": "2026-01-05T15:00:00Z", "expires_at": "2026-04-05T20:15:00Z",
                "qty": qty.to_string(), "extended_hours": false, "order_class": "",
            },
        })
        .to_string()
    }

    #[test]
    fn what_differs_alone_is_kept() {
        let mut shapes = Shapes::default();
        for qty in [1, 25, 4_000_000] {
            let text = order(qty);
            let json = packed(&text, &mut shapes);
            let Json::Packed { values, .. } = &json else {
                panic!("{json:?}");
            };
            assert!(values.len() * 5 < text.len(), "{}", values.len());
        }
        assert_eq!(shapes.known.len(), 1);
    }

    #[test]
    fn what_is_written_in_another_way_comes_back_as_it_was() {
        let mut shapes = Shapes::default();
        for value in [
            r#""00000000-0000-0000-0000-00000000000A""#,
            r#""2026-01-05T15:00:00.1000Z""#,
            r#""2026-01-05T15:00:00+00:00Z""#,
            r#""9999-12-31T23:59:59Z""#,
            r#""0001-01-01T00:00:00Z""#,
            r#""2016-12-31T23:59:60Z""#,
            r#""a \"quoted\" text\\""#,
            r#""ünï ✓""#,
            "[]",
            "-1.5e3",
        ] {
            packed(
                &format!(r#"{{"client_order_id":{value},"x":[{value}]}}"#),
                &mut shapes,
            );
        }
        for broken in [
            "",
            "\"",
            "{\"a\":\"b",
            "{\n}",
            "\u{1}",
            "{\"\u{2}\":\"\u{3}\"}",
        ] {
            packed(broken, &mut shapes);
        }
    }

    #[test]
    fn what_a_client_chooses_makes_no_shapes_and_their_number_is_bounded() {
        let mut shapes = Shapes::default();
        for name in ["alpha", "beta", "gamma"] {
            let json = packed(&format!(r#"{{"client_order_id":"{name}"}}"#), &mut shapes);
            assert!(is_packed(&json));
        }
        assert_eq!(shapes.known.len(), 1);
        for number in 0..2_000 {
            packed(&format!("[{number}]"), &mut shapes);
        }
        assert_eq!(shapes.known.len(), MOST_SHAPES);
        assert!(!is_packed(&packed("[0.5]", &mut shapes)));
        assert!(
            is_packed(&packed("[7]", &mut shapes)),
            "a known shape is used on"
        );
    }

    proptest! {
        #[test]
        fn any_text_comes_back(
            texts in prop::collection::vec(any::<String>(), 0..6),
            numbers in prop::collection::vec(any::<i64>(), 0..6),
            nanos in any::<i64>(),
        ) {
            let mut shapes = Shapes::default();
            let when = time(DateTime::from_timestamp_nanos(nanos));
            let text = json!({"client_order_id": texts, "qty": numbers, "at": [when, when]});
            packed(&text.to_string(), &mut shapes);
            packed(&texts.concat(), &mut shapes);
        }

        #[test]
        fn numbers_come_back(value in any::<i64>()) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, value);
            let mut left = &*bytes;
            prop_assert_eq!(take_number(&mut left), Some(value));
            prop_assert!(left.is_empty());
        }
    }
}
