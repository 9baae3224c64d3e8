//! Exits that are moved while their group lives, which nobody may lose a sibling by.

use std::collections::BTreeMap;

use alpaca_trading::Decimal;
use alpaca_trading_sim::world::order::{OrderClass, OrderType, Status};
use serde_json::json;

use super::orders::{near, text};
use super::player::Player;

/// What is open of the groups, by id: type and status; and how much all orders have filled.
#[derive(Default)]
struct Groups {
    open: BTreeMap<String, (OrderType, Status)>,
    filled: Decimal,
}

impl Player {
    /// Moves the price of an order of a group, if there is one that can be moved.
    ///
    /// That it was moved ends nothing: what was open stays open, but for the order itself, unless the new price
    /// has filled it or, of a stop, has woken it.
    pub(super) fn move_exit(&mut self) -> Result<(), String> {
        let before = self.groups();
        let can = |(_, (kind, status)): &(&String, &(OrderType, Status))| {
            *kind != OrderType::Market
                && matches!(status, Status::New | Status::PartiallyFilled | Status::Held)
        };
        let movable: Vec<_> = before.open.iter().filter(can).collect();
        if movable.is_empty() {
            return self.replace();
        }
        let (id, (kind, _)) = self.random.pick(&movable);
        let name = match kind {
            OrderType::Limit => "limit_price",
            _ => "stop_price",
        };
        let (_, order) = self.call("GET", &format!("/v2/orders/{id}"), "")?;
        let price = order[name].as_str().and_then(|price| price.parse().ok());
        let Some(price) = price else {
            return Err(format!("order {id} has no {name}: {order}"));
        };
        let body = json!({ name: text(near(&mut self.random, price)) }).to_string();
        let (status, answer) = self.call("PATCH", &format!("/v2/orders/{id}"), &body)?;
        if status != 200 {
            return Ok(());
        }
        let new = answer["id"].as_str().unwrap_or_default().to_owned();
        self.tally.replaced += 1;
        self.tally.moved += 1;
        self.taken(new.clone(), answer["symbol"].as_str().unwrap_or_default());
        let after = self.groups();
        let woken = matches!(
            after.open.get(&new),
            Some((OrderType::Stop | OrderType::StopLimit, Status::New))
        );
        if after.filled != before.filled || woken {
            return Ok(());
        }
        let mut others = before.open.keys().filter(|other| *other != id);
        match others.find(|other| !after.open.contains_key(*other)) {
            Some(lost) => Err(format!("order {lost} has ended since {id} was moved")),
            None => Ok(()),
        }
    }

    fn groups(&self) -> Groups {
        self.simulator.look(|world| {
            let mut groups = Groups::default();
            for order in world.all_orders() {
                groups.filled += order.filled_qty;
                if order.class != OrderClass::Simple && !order.status.is_terminal() {
                    let what = (order.order_type, order.status);
                    groups.open.insert(order.id.to_string(), what);
                }
            }
            groups
        })
    }
}
