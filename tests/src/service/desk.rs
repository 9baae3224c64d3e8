//! Where orders are taken, changed and cancelled by Alpaca's rules: the state of a
//! [`Book`](super::Book) and its routes.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::instant::{http_date, opening};
use super::listing::{Listing, nested};
use super::order::Order;
use super::positions::Position;
use super::random::Random;
use super::request::{Body, Query, segments};
use super::rules::{self, Rules};
use crate::loopback::Recorded;

/// The seed of all identifiers of a book, so that two runs agree.
const SEED: u64 = 0x0a1b_acaa;

pub(super) struct Desk {
    pub(super) rules: Rules,
    pub(super) now: DateTime<Utc>,
    /// In the sequence of their submission.
    pub(super) orders: Vec<Order>,
    /// How often each `client_order_id` was sent to be used.
    pub(super) attempts: HashMap<String, usize>,
    /// By their symbols without slashes.
    pub(super) positions: BTreeMap<String, Position>,
    /// How often each `client_order_id` was looked up since its order was accepted.
    lookups: HashMap<String, u32>,
    random: Random,
    answered: u64,
}

impl Desk {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            now: opening(),
            orders: Vec::new(),
            attempts: HashMap::new(),
            positions: BTreeMap::new(),
            lookups: HashMap::new(),
            random: Random::new(SEED),
            answered: 0,
        }
    }

    pub(super) fn answer(&mut self, request: &Recorded) -> Answer {
        let answer = self.route(request).unwrap_or_else(Answer::from);
        self.answered += 1;
        answer
            .header("Date", &http_date(self.now))
            .header("X-Request-ID", &format!("{:032x}", self.answered))
    }

    fn route(&mut self, request: &Recorded) -> Result<Answer, Refusal> {
        let segments = segments(request)?;
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        let query = Query::of(request)?;
        match (request.method.as_str(), segments.as_slice()) {
            ("POST", ["v2", "orders"]) => self.submit(&Body::of(request)?),
            ("GET", ["v2", "orders"]) => {
                let listing = Listing::of(&query)?;
                let page = listing.select(&self.orders, self.rules.overlap)?;
                let rows = page.iter().map(|order| listing.row(order, &self.orders));
                Ok(Answer::json(200, &rows.collect()))
            }
            ("DELETE", ["v2", "orders"]) => Ok(self.cancel_all()),
            ("GET", ["v2", "orders:by_client_order_id"]) => self.look_up(&query),
            ("GET", ["v2", "orders", id]) => {
                let place = self.place(id)?;
                let order = &self.orders[place];
                let row = match query.flag("nested")? {
                    true => nested(order, &self.orders),
                    false => order.json(None),
                };
                Ok(Answer::json(200, &row))
            }
            ("PATCH", ["v2", "orders", id]) => self.replace(id, &Body::of(request)?),
            ("DELETE", ["v2", "orders", id]) => {
                self.cancel(id)?;
                Ok(Answer::status(204))
            }
            ("GET", ["v2", "positions"]) => {
                let rows = self.positions.keys().map(|symbol| self.position(symbol));
                Ok(Answer::json(200, &rows.collect::<Result<_, _>>()?))
            }
            ("GET", ["v2", "positions", name]) => Ok(Answer::json(200, &self.position(name)?)),
            ("DELETE", ["v2", "positions"]) => {
                if query.flag("cancel_orders")? {
                    let _ = self.cancel_all();
                }
                Ok(self.close_all())
            }
            ("DELETE", ["v2", "positions", name]) => Ok(Answer::json(
                200,
                &self.close(name, query.decimal("qty")?, query.decimal("percentage")?)?,
            )),
            _ => Ok(Answer::json(
                404,
                &json!({"message": "endpoint not found."}),
            )),
        }
    }

    fn submit(&mut self, body: &Body) -> Result<Answer, Refusal> {
        let client_id = body.text("client_order_id")?.filter(|id| !id.is_empty());
        self.attempt(client_id.as_deref());
        let order = rules::order(body)?;
        let legs = rules::legs(body, &order)?;
        self.available(client_id.as_deref())?;
        let place = self.accept(order, client_id);
        let parent = self.orders[place].clone();
        for mut leg in legs {
            leg.id = self.random.uuid();
            leg.client_order_id = self.random.uuid();
            leg.parent = Some(parent.id.clone());
            leg.submitted_at = parent.submitted_at;
            leg.updated_at = parent.submitted_at;
            self.orders.push(leg);
        }
        let row = nested(&parent, &self.orders);
        self.settle(place);
        Ok(Answer::json(200, &row))
    }

    /// Puts an order into the book, where it is `accepted`, and says at which place.
    pub(super) fn accept(&mut self, mut order: Order, client_id: Option<String>) -> usize {
        order.id = self.random.uuid();
        order.client_order_id = client_id.unwrap_or_else(|| self.random.uuid());
        order.submitted_at = self.now;
        order.updated_at = self.now;
        self.now += TimeDelta::milliseconds(1);
        self.orders.push(order);
        self.orders.len() - 1
    }

    /// Sends an order that was answered to the venue.
    pub(super) fn settle(&mut self, place: usize) {
        if self.rules.routed_at_once {
            self.orders[place].status = "new".to_owned();
        }
    }

    fn attempt(&mut self, client_id: Option<&str>) {
        if let Some(id) = client_id {
            *self.attempts.entry(id.to_owned()).or_default() += 1;
        }
    }

    /// Checks that an order may have this `client_order_id`.
    fn available(&self, client_id: Option<&str>) -> Result<(), Refusal> {
        let Some(id) = client_id else {
            return Ok(());
        };
        rules::client_id(id)?;
        let taken = self.orders.iter().any(|order| order.client_order_id == id);
        if taken && self.rules.unique_client_ids {
            let code = self.rules.duplicate_code;
            return Err(Refusal::new(422, code, "client_order_id must be unique"));
        }
        Ok(())
    }

    fn look_up(&mut self, query: &Query) -> Result<Answer, Refusal> {
        let id = query.text("client_order_id").unwrap_or_default();
        let missing = || Refusal::missing(format!("order not found for {id}"));
        let mut orders = self.orders.iter();
        let found = orders.find(|order| order.client_order_id == id);
        let found = found.ok_or_else(missing)?;
        let lookups = self.lookups.entry(id.to_owned()).or_default();
        *lookups += 1;
        if *lookups <= self.rules.blind_lookups {
            return Err(missing());
        }
        let row = match query.flag("nested")? {
            true => nested(found, &self.orders),
            false => found.json(None),
        };
        Ok(Answer::json(200, &row))
    }

    pub(super) fn place(&self, id: &str) -> Result<usize, Refusal> {
        let place = self.orders.iter().position(|order| order.id == id);
        place.ok_or_else(|| Refusal::missing(format!("order not found for {id}")))
    }

    fn cancel(&mut self, id: &str) -> Result<(), Refusal> {
        let place = self.place(id)?;
        let order = &self.orders[place];
        match order.status.as_str() {
            // The service was seen to take the same cancellation twice.
            "canceled" | "pending_cancel" => Ok(()),
            "pending_replace" => Err(Refusal::unprocessable("original order pending replacement")),
            status if order.is_final() => Err(Refusal::unprocessable(format!(
                "order is already in \"{status}\" state"
            ))),
            _ => {
                self.cancel_group(place);
                Ok(())
            }
        }
    }

    /// Cancels an order and all that it is grouped with.
    fn cancel_group(&mut self, place: usize) {
        let order = &self.orders[place];
        let head = order.parent.clone().unwrap_or_else(|| order.id.clone());
        let now = self.now;
        let group = self
            .orders
            .iter_mut()
            .filter(|order| order.id == head || order.parent.as_ref() == Some(&head));
        for order in group.filter(|order| !order.is_final()) {
            order.status = "canceled".to_owned();
            order.canceled_at = Some(now);
            order.updated_at = now;
        }
    }

    fn cancel_all(&mut self) -> Answer {
        let open = self.orders.iter().filter(|order| !order.is_final());
        let ids: Vec<_> = open.map(|order| order.id.clone()).collect();
        let rows = ids.into_iter().map(|id| match self.cancel(&id) {
            Ok(()) => json!({"id": id, "status": 200}),
            Err(refusal) => {
                json!({"id": id, "status": refusal.status, "body": refusal.json()})
            }
        });
        Answer::json(207, &rows.collect::<Value>())
    }

    fn replace(&mut self, id: &str, body: &Body) -> Result<Answer, Refusal> {
        let client_id = body.text("client_order_id")?.filter(|id| !id.is_empty());
        self.attempt(client_id.as_deref());
        let place = self.place(id)?;
        let old = self.orders[place].clone();
        match old.status.as_str() {
            "new" | "partially_filled" => {}
            "held" if body.decimal("qty")?.is_none() => {}
            "replaced" => return Err(Refusal::unprocessable("order already replaced")),
            "accepted" | "pending_new" => {
                let text = "unable to replace order, order isn't sent to exchange yet";
                return Err(Refusal::invalid(text));
            }
            status => {
                let text = format!("cannot replace order in {status} status");
                return Err(Refusal::unprocessable(text));
            }
        }
        let order = changed(&old, body)?;
        self.available(client_id.as_deref())?;
        let place_of_new = self.accept(order, client_id);
        let new = self.orders[place_of_new].clone();
        let old = &mut self.orders[place];
        old.status = "replaced".to_owned();
        old.replaced_by = Some(new.id.clone());
        old.replaced_at = Some(new.submitted_at);
        old.updated_at = new.submitted_at;
        // Legs follow the order that now leads them.
        let id = old.id.clone();
        for leg in &mut self.orders {
            if leg.parent.as_ref() == Some(&id) {
                leg.parent = Some(new.id.clone());
            }
        }
        let row = nested(&new, &self.orders);
        self.settle(place_of_new);
        Ok(Answer::json(200, &row))
    }
}

/// The order that takes the place of another.
fn changed(old: &Order, body: &Body) -> Result<Order, Refusal> {
    if old.notional.is_some() {
        return Err(Refusal::unprocessable("notional orders cannot be replaced"));
    }
    let mut new = old.clone();
    new.qty = body.decimal("qty")?.or(old.qty);
    new.limit_price = body.decimal("limit_price")?.or(old.limit_price);
    new.stop_price = body.decimal("stop_price")?.or(old.stop_price);
    if let Some(word) = body.text("time_in_force")? {
        rules::time_in_force(&word)?;
        new.time_in_force = word;
    }
    let trail = body.decimal("trail")?;
    if old.trail_price.is_some() {
        new.trail_price = trail.or(old.trail_price);
    } else if old.trail_percent.is_some() {
        new.trail_percent = trail.or(old.trail_percent);
    }
    rules::prices(&new)?;
    if new == *old {
        return Err(Refusal::unprocessable("order parameters are not changed"));
    }
    if new.qty <= Some(old.filled_qty) {
        return Err(Refusal::unprocessable("qty must be > filled_qty"));
    }
    // The service was seen to show no fill of the old order in the new one.
    new.filled_qty = Decimal::ZERO;
    new.filled_avg_price = None;
    new.replaces = Some(old.id.clone());
    new.status = "accepted".to_owned();
    Ok(new)
}
