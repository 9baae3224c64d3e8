//! Have the streams told what has happened?

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::super::World;
use super::super::account::{Account, Activity, Fill, Standing, What};
use super::super::order::{Order, OrderClass, Side, Status, amount};
use crate::events::Kind;
use crate::market::AssetClass;

/// What was told of one order.
#[derive(Default)]
struct Story {
    /// What the last event said: status and filled quantity.
    status: String,
    filled: String,
    /// Every event.
    events: BTreeSet<String>,
    /// Whether one had the order at its venue.
    was_new: bool,
    /// The position in its asset when the last event was told, as the fills until then have it.
    position: Decimal,
}

impl World {
    /// Compares what the streams have told with what the orders are and with the activities.
    ///
    /// Every fill was told once, in the order of the activities, with its quantity, its price and the position
    /// after it. The exits of a filled entry that have both ended with something left were asked to, or had nothing
    /// to close.
    ///
    /// # Errors
    ///
    /// The first event that does not ascend or whose fill differs; the first order whose last event has another
    /// status than the order, or another filled quantity; the first entry that is left without an exit.
    pub fn audit_events(&self) -> Result<(), String> {
        for account in &self.accounts {
            let stories = self.stories(account)?;
            for ix in &account.orders {
                let Some(order) = self.orders.get(*ix) else {
                    continue;
                };
                ended_as_told(order, stories.get(&order.id))?;
                self.left_alone(order, &stories)?;
            }
        }
        Ok(())
    }

    /// Reads the events of an account, and holds the fills among them against its activities.
    fn stories(&self, account: &Account) -> Result<BTreeMap<Uuid, Story>, String> {
        let mut stories: BTreeMap<Uuid, Story> = BTreeMap::new();
        let mut held: BTreeMap<String, Decimal> = BTreeMap::new();
        let all = account.activities.iter().filter_map(Activity::fill);
        let revised: BTreeSet<&str> = all
            .filter(|fill| fill.standing != Standing::Stands)
            .map(|fill| fill.symbol.as_str())
            .collect();
        let mut fills = account
            .activities
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Fill(fill) => Some(fill.as_ref()),
                What::NonTrade(_) => None,
            });
        let mut ids = "";
        for event in account.log.all() {
            if event.id.as_str() <= ids {
                return Err(format!("event {} does not ascend", event.id));
            }
            ids = &event.id;
            if event.kind != Kind::Trade {
                continue;
            }
            let body: Value =
                serde_json::from_str(&event.text()).map_err(|error| error.to_string())?;
            let text = |name: &str| {
                body.pointer(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let word = text("/event");
            if matches!(word, "fill" | "partial_fill") {
                let fill = fills
                    .next()
                    .ok_or_else(|| format!("event {} is of a fill that never was", event.id))?;
                let position = held.entry(fill.symbol.clone()).or_default();
                *position += match fill.side {
                    Side::Buy => fill.qty,
                    Side::Sell => -fill.qty,
                };
                // What a fill was added to is as it was told only where no fill was taken back or corrected.
                let after = (!revised.contains(fill.symbol.as_str())).then_some(*position);
                self.same_fill(&body, fill, after)
                    .map_err(|what| format!("event {}: {what}", event.id))?;
            }
            let id = text("/order/id")
                .parse()
                .map_err(|_| format!("event {} has no order", event.id))?;
            let story: &mut Story = stories.entry(id).or_default();
            text("/order/status").clone_into(&mut story.status);
            text("/order/filled_qty").clone_into(&mut story.filled);
            story.events.insert(word.to_owned());
            story.was_new |= story.status == Status::New.as_str();
            story.position = held.get(text("/order/symbol")).copied().unwrap_or_default();
        }
        match fills.next() {
            Some(fill) => Err(format!("a fill of order {} was not told", fill.order_id)),
            None => Ok(stories),
        }
    }

    /// Whether an event of a fill has what its activity has; `held` is the position after it, without fees, where
    /// that can be told.
    fn same_fill(&self, body: &Value, fill: &Fill, held: Option<Decimal>) -> Result<(), String> {
        // Fees in a coin are taken of what was bought, and are written down at the end of the day.
        let asset = self.universe.find(&fill.symbol);
        let takes_fees = asset.is_some_and(|ix| self.universe.get(ix).class == AssetClass::Crypto);
        let stands = fill.standing == Standing::Stands;
        for (name, expected) in [
            ("/order/id", Some(fill.order_id.to_string())),
            ("/order/filled_qty", held.map(|_| amount(fill.cum_qty))),
            ("/qty", stands.then(|| amount(fill.qty))),
            ("/price", stands.then(|| amount(fill.price))),
            ("/position_qty", held.filter(|_| !takes_fees).map(amount)),
        ] {
            let told = body.pointer(name).and_then(Value::as_str);
            if told.is_none() || (expected.is_some() && told != expected.as_deref()) {
                return Err(format!("{name} is {told:?}, and should be {expected:?}"));
            }
        }
        Ok(())
    }

    /// Checks that a filled entry has live exits as long as nobody has ended them.
    fn left_alone(&self, head: &Order, stories: &BTreeMap<Uuid, Story>) -> Result<(), String> {
        let entry = matches!(head.class, OrderClass::Bracket | OrderClass::Oto);
        if !entry || head.parent.is_some() || head.status != Status::Filled {
            return Ok(());
        }
        let exits: Vec<&Order> = head
            .legs
            .iter()
            .filter_map(|leg| self.orders.get(*leg))
            .collect();
        let closed: Decimal = exits.iter().map(|exit| exit.filled_qty).sum();
        if closed >= head.filled_qty
            || exits.is_empty()
            || exits
                .iter()
                .any(|exit| exit.is_open() || exit.status == Status::Filled)
        {
            return Ok(());
        }
        let mut began = false;
        for exit in exits {
            let Some(story) = stories.get(&exit.id) else {
                continue;
            };
            // Somebody has asked for the end, the time was over, the venue has acted, or others had closed the
            // position.
            const ENDS: [&str; 5] = [
                "pending_cancel",
                "expired",
                "rejected",
                "trade_bust",
                "trade_correct",
            ];
            if ENDS.iter().any(|end| story.events.contains(*end)) || story.position.is_zero() {
                return Ok(());
            }
            began |= story.was_new;
        }
        // Exits that end before they begin have found everything promised to others.
        match began {
            true => Err(format!(
                "order {} has opened {}, of which {closed} are closed, and nobody has ended its exits",
                head.id, head.filled_qty
            )),
            false => Ok(()),
        }
    }
}

fn ended_as_told(order: &Order, story: Option<&Story>) -> Result<(), String> {
    match story {
        // Legs that wait are told with their parents.
        None if order.status == Status::Held => Ok(()),
        None => Err(format!("nothing was told of order {}", order.id)),
        Some(story) => {
            let same =
                story.status == order.status.as_str() && story.filled == amount(order.filled_qty);
            if same {
                return Ok(());
            }
            Err(format!(
                "order {} is {} with {} filled, and the last event says {} with {}",
                order.id, order.status, order.filled_qty, story.status, story.filled
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;
    use serde_json::json;

    use super::super::super::conservation::{call, world};
    use super::*;
    use crate::events::Event;
    use crate::market::Quote;
    use crate::world::account::AccountIx;

    /// A world in which a bracket is filled.
    fn bracket() -> (World, Vec<crate::world::order::OrderIx>) {
        let mut world = world(1, "2026-03-03T15:00:00Z");
        world.fill_model = Box::new(crate::fill::Touch);
        let ix = world.universe().find("AAPL").unwrap();
        world.set_quote(
            ix,
            Quote::new(dec!(99.99), dec!(100.01), dec!(100)).unwrap(),
        );
        let body = json!({"symbol": "AAPL", "qty": "10", "side": "buy", "type": "market",
            "time_in_force": "gtc", "order_class": "bracket", "take_profit": {"limit_price": "110"},
            "stop_loss": {"stop_price": "90"}});
        let (status, answer) = call(&mut world, "POST", "/v2/orders", &body);
        assert_eq!(status, 200, "{answer}");
        world.settle();
        let id = answer["id"].as_str().unwrap().parse().unwrap();
        let head = world.orders().find(id).unwrap();
        let legs = world.orders().get(head).unwrap().legs.clone();
        assert_eq!((world.audit(), world.audit_events()), (Ok(()), Ok(())));
        (world, legs)
    }

    /// Lets a change break a world; what the audit says of it.
    fn broken(change: impl Fn(&mut World, &[crate::world::order::OrderIx])) -> String {
        let (mut world, legs) = bracket();
        change(&mut world, &legs);
        world
            .audit()
            .and_then(|()| world.audit_events())
            .unwrap_err()
    }

    /// Changes what was told, or leaves it out.
    fn retell(world: &mut World, change: impl Fn(String) -> Option<String>) {
        let log = &mut world.account_mut(AccountIx(0)).unwrap().log;
        let events = log.all().iter().filter_map(|event| {
            let json = change(event.text())?.into();
            let (id, at, kind) = (event.id.clone(), event.at, event.kind);
            Some(std::sync::Arc::new(Event { id, at, kind, json }))
        });
        let events = events.collect();
        log.replace(events);
    }

    #[test]
    fn exits_that_do_not_fit_together_are_found() {
        let left = broken(|world, legs| {
            world.orders.get_mut(legs[1]).unwrap().qty = Some(dec!(9));
        });
        assert!(left.contains("have Some(10) and Some(9) left"), "{left}");
        let alone = broken(|world, legs| {
            world.step(legs[1], Status::Canceled);
        });
        assert!(alone.contains("is new, and the other one"), "{alone}");
        let naked = broken(|world, legs| {
            for leg in legs {
                world.step(*leg, Status::Canceled);
                world.tell(*leg, "canceled");
            }
        });
        assert!(naked.contains("nobody has ended its exits"), "{naked}");
    }

    #[test]
    fn a_fill_that_is_told_wrongly_is_found() {
        let lost = broken(|world, _| {
            retell(world, |text| {
                (!text.contains(r#""event":"fill""#)).then_some(text)
            });
        });
        assert!(lost.contains("was not told"), "{lost}");
        for (from, to) in [
            ("\"position_qty\":\"10\"", "\"position_qty\":\"11\""),
            (
                "\"qty\":\"10\",\"timestamp\"",
                "\"qty\":\"9\",\"timestamp\"",
            ),
            ("\"price\":\"100.01\"", "\"price\":\"100\""),
        ] {
            let wrong = broken(|world, _| {
                retell(world, |text| Some(text.replace(from, to)));
            });
            assert!(wrong.contains("and should be"), "{from}: {wrong}");
        }
    }
}
