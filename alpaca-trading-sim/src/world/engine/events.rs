//! Telling the streams what has happened.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::World;
use super::super::account::{Activity, What};
use super::super::order::{OrderIx, OrderJson, amount, time};
use crate::calendar::eastern::eastern_date;
use crate::calendar::settlement;
use crate::events::{Event, Kind};
use crate::market::AssetClass;

/// What a fill adds to its event.
pub(super) struct FillFacts {
    pub(super) qty: Decimal,
    pub(super) price: Decimal,
    /// The position after it.
    pub(super) position: Decimal,
}

/// What the event of a fill that was taken back or corrected says of it.
pub(super) struct Revision {
    /// The execution that it is about.
    pub(super) previous: Uuid,
    pub(super) reason: String,
    /// What was taken back, or what it is now.
    pub(super) qty: Decimal,
    pub(super) price: Decimal,
}

/// What belongs to an event beside its order.
enum More<'a> {
    Nothing,
    Fill(&'a FillFacts),
    Revision(&'a Revision),
}

impl More<'_> {
    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Fill(fill) => vec![
                ("price", amount(fill.price)),
                ("qty", amount(fill.qty)),
                ("position_qty", amount(fill.position)),
            ],
            Self::Revision(revision) => vec![
                ("price", amount(revision.price)),
                ("qty", amount(revision.qty)),
                ("previous_execution_id", revision.previous.to_string()),
                ("reason", revision.reason.clone()),
            ],
        }
    }
}

impl World {
    /// Tells that something happened to an order.
    pub(in crate::world) fn tell(&mut self, ix: OrderIx, event: &str) {
        self.tell_with(ix, event, &More::Nothing);
    }

    /// The same of a fill; the id of the execution.
    pub(super) fn tell_fill(&mut self, ix: OrderIx, event: &str, fill: &FillFacts) -> Uuid {
        self.tell_with(ix, event, &More::Fill(fill))
    }

    /// The same of a fill that was taken back or corrected; the id of that.
    pub(super) fn tell_revision(&mut self, ix: OrderIx, event: &str, revision: &Revision) -> Uuid {
        self.tell_with(ix, event, &More::Revision(revision))
    }

    fn tell_with(&mut self, ix: OrderIx, event: &str, more: &More<'_>) -> Uuid {
        let Some(order) = self.orders.get(ix) else {
            return Uuid::nil();
        };
        let account = order.account;
        let order = serde_json::to_value(OrderJson::new(self, order, true)).unwrap_or_default();
        let (id, at) = (self.event_id(), self.now);
        let execution_id = self.event_ids.uuid();
        let mut body = json!({
            "event": event,
            "event_id": id,
            "execution_id": execution_id.to_string(),
            "at": time(at),
            "timestamp": time(at),
            "order": order,
        });
        if let Value::Object(body) = &mut body {
            for (name, value) in more.fields() {
                body.insert(name.into(), value.into());
            }
        }
        self.write_down("event", || body.clone());
        if let Some(account) = self.account_mut(account) {
            account.log.push(Event {
                id,
                at,
                kind: Kind::Trade,
                json: body.to_string().into(),
            });
        }
        execution_id
    }

    /// The next event id: they ascend, also those of one millisecond.
    fn event_id(&mut self) -> String {
        let id = loop {
            let id = self.event_ids.ulid(self.now);
            // The random part of an id of the same millisecond may be less: then another is drawn, from
            // ever fewer. Counting on is what keeps that from going on.
            if id > self.last_event_id {
                break id;
            }
            if id.get(..10) <= self.last_event_id.get(..10) {
                break next_ulid(&self.last_event_id);
            }
        };
        self.last_event_id.clone_from(&id);
        id
    }

    /// When an activity is settled: shares a cycle after the trade, coins at once, others on their day.
    fn settlement_of(&self, activity: &Activity) -> NaiveDate {
        let fill = match &activity.what {
            What::Fill(fill) => fill,
            What::NonTrade(entry) => return entry.date,
        };
        let traded = eastern_date(activity.at);
        let asset = self.universe.find(&fill.symbol);
        match asset.map(|ix| self.universe.get(ix).class) {
            Some(AssetClass::UsEquity) => settlement(traded).unwrap_or(traded),
            _ => traded,
        }
    }

    /// Writes an activity down and tells it.
    pub(super) fn note(
        &mut self,
        account: super::super::account::AccountIx,
        at: DateTime<Utc>,
        what: What,
        details: Value,
    ) {
        let whole_day = matches!(what, What::NonTrade(_));
        let activity = Activity {
            id: Activity::id(at, whole_day, self.ids.uuid()),
            at,
            what,
        };
        let id = self.event_id();
        let body = event_body(&activity, &id, self.settlement_of(&activity), details);
        self.write_down("activity", || body.clone());
        if let Some(account) = self.account_mut(account) {
            account.activities.push(activity);
            account.log.push(Event {
                id,
                at,
                kind: Kind::Activity,
                json: body.to_string().into(),
            });
        }
    }
}

impl World {
    /// Tells the stream of activities what has become of a fill. The record keeps its id: what is told is about
    /// the one that was told before.
    pub(super) fn tell_activity_again(
        &mut self,
        account: super::super::account::AccountIx,
        activity: &Activity,
        status: &str,
        details: Value,
    ) {
        let (id, at) = (self.event_id(), self.now);
        let mut body = event_body(activity, &id, self.settlement_of(activity), details);
        if let Value::Object(body) = &mut body {
            let previous = body.get("ref_id").cloned().unwrap_or_default();
            body.insert("previous_id".into(), previous);
            body.insert("at".into(), time(at).into());
            body.insert("status".into(), status.into());
        }
        self.write_down("activity", || body.clone());
        if let Some(account) = self.account_mut(account) {
            account.log.push(Event {
                id,
                at,
                kind: Kind::Activity,
                json: body.to_string().into(),
            });
        }
    }
}

/// An activity as its stream has it.
fn event_body(activity: &Activity, id: &str, settles: NaiveDate, details: Value) -> Value {
    let unique = activity.id.rsplit("::").next().unwrap_or_default();
    let mut body = json!({
        "at": time(activity.at),
        "event_id": id,
        "activity_type": match &activity.what {
            What::Fill(_) => "TRD",
            What::NonTrade(entry) => entry.activity_type,
        },
        "status": "executed",
        "executed_at": time(activity.at),
        "settle_date": settles.to_string(),
        "currency": "USD",
        "ref_id": unique,
        "details": details,
    });
    let (net, qty, price) = match &activity.what {
        What::Fill(fill) => {
            let value = fill.qty * fill.price;
            let net = match fill.side {
                super::super::order::Side::Buy => -value,
                super::super::order::Side::Sell => value,
            };
            (net, Some(fill.qty), Some(fill.price))
        }
        What::NonTrade(entry) => (entry.net_amount, entry.qty, entry.price),
    };
    if let Value::Object(body) = &mut body {
        body.insert("net_amount".into(), amount(net).into());
        for (name, value) in [("qty", qty), ("price", price)] {
            if let Some(value) = value {
                body.insert(name.into(), amount(value).into());
            }
        }
    }
    body
}

/// The ULID that follows another one.
fn next_ulid(id: &str) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = id.as_bytes().to_vec();
    for byte in bytes.iter_mut().rev() {
        let digit = LETTERS
            .iter()
            .position(|letter| letter == byte)
            .unwrap_or(0);
        let next = (digit + 1) % LETTERS.len();
        *byte = LETTERS.get(next).copied().unwrap_or(b'0');
        if next != 0 {
            break;
        }
    }
    bytes.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_ulid_sorts_right_behind() {
        for (id, next) in [
            ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW"),
            ("01ARZ3NDEKTSV4RRFFQ69G5FZZ", "01ARZ3NDEKTSV4RRFFQ69G5G00"),
        ] {
            assert_eq!(next_ulid(id), next);
            assert!(next_ulid(id).as_str() > id);
        }
    }
}
