//! The list of orders: what it selects, and in which order.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::answer::Refusal;
use super::order::{Order, asset_class, plain};
use super::request::Query;

/// What a request for the list of orders asks for.
pub(super) struct Listing {
    status: String,
    limit: usize,
    after: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    ascending: bool,
    /// Whether legs stand in their parents instead of beside them.
    nested: bool,
    symbols: Vec<String>,
    side: Option<String>,
    asset_classes: Vec<String>,
    before_id: Option<String>,
    after_id: Option<String>,
}

impl Listing {
    pub(super) fn of(query: &Query) -> Result<Self, Refusal> {
        let owned = |name| query.text(name).map(str::to_owned);
        let listing = Self {
            status: query.word("status", &["open", "closed", "all"])?.to_owned(),
            limit: query.count("limit", 50, 500)?,
            after: query.time("after")?,
            until: query.time("until")?,
            ascending: query.word("direction", &["desc", "asc"])? == "asc",
            nested: query.flag("nested")?,
            symbols: query
                .list("symbols")
                .iter()
                .map(|name| plain(name))
                .collect(),
            side: owned("side"),
            asset_classes: query.list("asset_class"),
            before_id: owned("before_order_id"),
            after_id: owned("after_order_id"),
        };
        let by_time = listing.after.is_some() || listing.until.is_some();
        let anchors = [&listing.before_id, &listing.after_id];
        match (anchors.into_iter().flatten().count(), by_time) {
            (0, _) | (1, false) => Ok(listing),
            _ => Err(Refusal::invalid(
                "before_order_id and after_order_id exclude each other, after and until",
            )),
        }
    }

    /// The page, from orders in the sequence of their submission. At an anchor `overlap` orders are
    /// repeated that a client has seen: the anchor, and those that stand behind it.
    pub(super) fn select<'a>(
        &self,
        orders: &'a [Order],
        overlap: usize,
    ) -> Result<Vec<&'a Order>, Refusal> {
        let place = |id: &String| {
            let found = orders.iter().position(|order| order.id == *id);
            found.ok_or_else(|| Refusal::missing(format!("order not found for {id}")))
        };
        let end = self.before_id.as_ref().map(place).transpose()?;
        let end = end.map_or(orders.len(), |place| (place + overlap).min(orders.len()));
        let start = self.after_id.as_ref().map(place).transpose()?;
        let start = start.map_or(0, |place| (place + 1).saturating_sub(overlap));
        let wanted = orders
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .filter(|order| self.wants(order));
        Ok(if self.ascending {
            wanted.take(self.limit).collect()
        } else {
            wanted.rev().take(self.limit).collect()
        })
    }

    fn wants(&self, order: &Order) -> bool {
        let status = match self.status.as_str() {
            "open" => !order.is_final(),
            "closed" => order.is_final(),
            _ => true,
        };
        let class = asset_class(&order.symbol);
        let classes = &self.asset_classes;
        status
            && !(self.nested && order.parent.is_some())
            && self.after.is_none_or(|after| order.submitted_at > after)
            && self.until.is_none_or(|until| order.submitted_at < until)
            && (self.symbols.is_empty() || self.symbols.contains(&plain(&order.symbol)))
            && self.side.as_ref().is_none_or(|side| order.side == *side)
            && (classes.is_empty() || classes.iter().any(|name| name == "all" || name == class))
    }

    /// An order of the page as it is listed.
    pub(super) fn row(&self, order: &Order, orders: &[Order]) -> Value {
        if self.nested {
            nested(order, orders)
        } else {
            order.json(None)
        }
    }
}

/// An order with its legs in it.
pub(super) fn nested(order: &Order, orders: &[Order]) -> Value {
    if order.order_class == "simple" || order.parent.is_some() {
        return order.json(None);
    }
    let legs = orders
        .iter()
        .filter(|leg| leg.parent.as_ref() == Some(&order.id))
        .map(|leg| leg.json(None))
        .collect();
    order.json(Some(legs))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rust_decimal::Decimal;

    use super::*;
    use crate::loopback::Recorded;
    use crate::service::opening;

    /// Ten orders one second apart, `0` to `9`, every third filled.
    fn orders() -> Vec<Order> {
        (0..10)
            .map(|number: u8| Order {
                id: number.to_string(),
                submitted_at: opening() + TimeDelta::seconds(number.into()),
                status: if number.is_multiple_of(3) {
                    "filled"
                } else {
                    "new"
                }
                .to_owned(),
                ..Order::market(
                    ["AAPL", "BTC/USD"][usize::from(number % 2)],
                    "buy",
                    Some(Decimal::ONE),
                )
            })
            .collect()
    }

    fn listed(query: &str, overlap: usize) -> Result<String, Refusal> {
        let request = Recorded {
            method: "GET".to_owned(),
            target: format!("/v2/orders?{query}"),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let orders = orders();
        let listing = Listing::of(&Query::of(&request)?)?;
        let page = listing.select(&orders, overlap)?;
        Ok(page.iter().map(|order| order.id.as_str()).collect())
    }

    #[test]
    fn the_list_selects() {
        for (query, page) in [
            ("x=1", "875421"),
            ("status=closed", "9630"),
            ("status=all", "9876543210"),
            ("status=all&limit=3", "987"),
            ("status=all&direction=asc&limit=3", "012"),
            ("status=all&symbols=BTCUSD", "97531"),
            ("status=all&asset_class=us_equity", "86420"),
            ("status=all&side=sell", ""),
            // Both ends are exclusive.
            (
                "status=all&after=2026-01-05T14:30:02Z&until=2026-01-05T14:30:05Z",
                "43",
            ),
            ("status=all&before_order_id=4&limit=3", "321"),
            ("status=all&after_order_id=4&limit=3&direction=asc", "567"),
        ] {
            assert_eq!(listed(query, 0).unwrap(), page, "{query}");
        }
    }

    #[test]
    fn an_anchor_can_be_repeated() {
        let before = "status=all&before_order_id=4&limit=3";
        let after = "status=all&after_order_id=4&limit=3&direction=asc";
        assert_eq!(listed(before, 1).unwrap(), "432");
        assert_eq!(listed(before, 2).unwrap(), "543");
        assert_eq!(listed(after, 1).unwrap(), "456");
        assert_eq!(listed(after, 2).unwrap(), "345");
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        for query in [
            "before_order_id=1&after_order_id=2",
            "before_order_id=1&until=2026-01-05",
            "limit=501",
            "limit=0",
            "after=then",
            "status=some",
            "before_order_id=99",
        ] {
            assert!(listed(query, 0).is_err(), "{query}");
        }
    }
}
