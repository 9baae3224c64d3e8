//! Where a row of a page stands, whether it can be read or not.

use alpaca_trading_gen::types::Order;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::lists::Rows;

/// What is needed of a row to go on after it, as far as it can be made out.
#[derive(Default)]
pub(super) struct Place {
    pub(super) id: Option<String>,
    pub(super) time: Option<DateTime<Utc>>,
    pub(super) legs: usize,
}

impl Place {
    fn of(order: &Order) -> Self {
        Self {
            id: Some(order.id.to_string()),
            time: Some(order.submitted_at.unwrap_or(order.created_at)),
            legs: order.legs.len(),
        }
    }

    pub(super) fn of_json(json: &str) -> Self {
        let Ok(row) = serde_json::from_str::<Value>(json) else {
            return Self::default();
        };
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let time = |key: &str| {
            let time = DateTime::parse_from_rfc3339(text(key)?).ok()?;
            Some(time.to_utc())
        };
        let is_id = |text: &&str| {
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        Self {
            id: text("id").filter(is_id).map(str::to_owned),
            time: time("submitted_at").or_else(|| time("created_at")),
            legs: row
                .get("legs")
                .and_then(Value::as_array)
                .map_or(0, Vec::len),
        }
    }

    /// The rows of a page in their order, those that could not be read in their places.
    pub(super) fn of_page(rows: &Rows<Order>) -> Vec<Self> {
        let mut readable = rows.iter();
        let mut unreadable = rows.undecodable().iter().peekable();
        let mut places = Vec::with_capacity(rows.total());
        for index in 0..rows.total() {
            let place = match unreadable.next_if(|row| row.index() == index) {
                Some(row) => Some(Self::of_json(row.json())),
                None => readable.next().map(Self::of),
            };
            places.extend(place);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_row_is_a_cursor_by_what_can_be_made_out() {
        let place = Place::of_json(
            r#"{"id":"x-1","submitted_at":null,"created_at":"2026-01-05T14:30:00Z","qty":[],
                "legs":[{},{}]}"#,
        );
        assert_eq!(place.id.as_deref(), Some("x-1"));
        assert_eq!(
            place.time.unwrap().to_rfc3339(),
            "2026-01-05T14:30:00+00:00"
        );
        assert_eq!(place.legs, 2);
        for json in ["7", "{", r#"{"id":7}"#, r#"{"id":""}"#, r#"{"id":"a b"}"#] {
            let place = Place::of_json(json);
            assert!(place.id.is_none() && place.time.is_none(), "{json}");
        }
    }
}
