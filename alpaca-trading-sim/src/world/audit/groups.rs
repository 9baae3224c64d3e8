//! Do the orders of a group fit together?
//!
//! - The exits of a group sell, or buy back, no more than it has: what the entry has filled, or the quantity of
//!   an exit without one.
//! - Two exits that are open have the same left.
//! - A target works beside a stop, and a stop that has not woken beside a target, unless the venue has rejected
//!   the other one.
//! - No leg is still held whose entry was filled, but for the stop that stands by.
//!
//! Where a fill of the group was taken back or corrected, what was closed by then is as it is.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::World;
use super::super::order::{Order, OrderClass, OrderType, Status};

impl World {
    /// Checks the group of which an order is the head, if it is one.
    pub(super) fn audit_group(&self, head: &Order, revised: &BTreeSet<Uuid>) -> Result<(), String> {
        // What was replaced has given its legs away.
        if head.parent.is_some() || head.legs.is_empty() {
            return Ok(());
        }
        let legs = head.legs.iter().filter_map(|leg| self.orders.get(*leg));
        if revised.contains(&head.id) || legs.clone().any(|leg| revised.contains(&leg.id)) {
            return Ok(());
        }
        let exits: Vec<&Order> = match head.class {
            OrderClass::Oco => std::iter::once(head).chain(legs).collect(),
            _ if head.status == Status::Filled => legs.collect(),
            _ => return Ok(()),
        };
        let whole = match head.class {
            OrderClass::Oco => head.qty.unwrap_or_default(),
            _ => head.filled_qty,
        };
        let closed: Decimal = exits.iter().map(|exit| exit.filled_qty).sum();
        if closed > whole {
            return Err(format!(
                "the exits of order {} have closed {closed} of {whole}",
                head.id
            ));
        }
        if head.class != OrderClass::Oco
            && let Some(leg) = exits
                .iter()
                .find(|exit| exit.status == Status::Held && !self.stands_by(exit))
        {
            return Err(format!("leg {} is held, and its entry is filled", leg.id));
        }
        match exits.as_slice() {
            [one, other] => pair(head, one, other),
            _ => Ok(()),
        }
    }
}

/// Checks two exits, one of which cancels the other.
fn pair(head: &Order, one: &Order, other: &Order) -> Result<(), String> {
    let (target, stop) = match one.order_type {
        OrderType::Limit => (one, other),
        _ => (other, one),
    };
    if target.is_open() && stop.is_open() && target.left() != stop.left() {
        return Err(format!(
            "the exits of order {} have {:?} and {:?} left",
            head.id,
            target.left(),
            stop.left()
        ));
    }
    let alone = |exit: &Order, ended: &Order| {
        Err(format!(
            "exit {} of order {} is {}, and the other one, {}, is {}",
            exit.id, head.id, exit.status, ended.id, ended.status
        ))
    };
    let is_rejected = |exit: &Order| exit.status == Status::Rejected;
    if is_rejected(target) || is_rejected(stop) {
        return Ok(());
    }
    if target.is_open() && !stop.is_open() {
        return alone(target, stop);
    }
    if stop.is_open() && stop.is_second_exit() && !target.is_open() {
        return alone(stop, target);
    }
    Ok(())
}
