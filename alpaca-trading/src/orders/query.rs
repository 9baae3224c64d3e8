//! Which orders a list has.

use alpaca_trading_gen::DateOrTime;
use alpaca_trading_gen::types::{
    AssetClass, ListOrdersAssetClassItem, ListOrdersDirection, ListOrdersStatus, OrderSide,
};
use uuid::Uuid;

use crate::{Symbol, Violation};

/// The most orders that Alpaca gives on one page.
pub(super) const LARGEST_PAGE: u16 = 500;

/// Which orders to list, in which order, and in pages of which size.
///
/// Without a filter these are the open orders, the newest first. Filters are combined: an order is
/// listed if it passes all of them. What contradicts itself, such as a bound in time together with an
/// order to begin after, is refused before anything is sent.
///
/// # Examples
///
/// ```
/// use alpaca_trading::Side;
/// use alpaca_trading::chrono::{TimeZone as _, Utc};
/// use alpaca_trading::orders::OrderQuery;
///
/// let since = Utc.with_ymd_and_hms(2026, 1, 5, 14, 30, 0).unwrap();
/// let query = OrderQuery::closed()
///     .symbols(["AAPL", "BTC/USD"])
///     .side(Side::Buy)
///     .after(since)
///     .oldest_first();
/// # let _ = query;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct OrderQuery {
    pub(super) status: Option<ListOrdersStatus>,
    pub(super) direction: Option<ListOrdersDirection>,
    pub(super) after: Option<DateOrTime>,
    pub(super) until: Option<DateOrTime>,
    pub(super) after_order: Option<Uuid>,
    pub(super) before_order: Option<Uuid>,
    pub(super) nested: Option<bool>,
    pub(super) symbols: Option<Vec<Symbol>>,
    pub(super) side: Option<OrderSide>,
    pub(super) asset_classes: Vec<ListOrdersAssetClassItem>,
    pub(super) page_size: Option<u16>,
}

impl OrderQuery {
    /// Orders that still work or wait.
    ///
    /// Of a chain of replacements only the newest order is open.
    pub fn open() -> Self {
        Self::with(ListOrdersStatus::Open)
    }

    /// Orders that have come to their end: filled, canceled, expired, rejected or replaced.
    pub fn closed() -> Self {
        Self::with(ListOrdersStatus::Closed)
    }

    /// Orders in any state.
    pub fn all() -> Self {
        Self::with(ListOrdersStatus::All)
    }

    fn with(status: ListOrdersStatus) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// The order that was submitted last comes first; so it is if nothing is said.
    pub fn newest_first(mut self) -> Self {
        self.direction = Some(ListOrdersDirection::Desc);
        self
    }

    /// The order that was submitted first comes first.
    pub fn oldest_first(mut self) -> Self {
        self.direction = Some(ListOrdersDirection::Asc);
        self
    }

    /// Only orders submitted after this time or day; the time itself does not belong to it.
    ///
    /// Excludes [`after_order`](Self::after_order) and [`before_order`](Self::before_order).
    pub fn after(mut self, time: impl Into<DateOrTime>) -> Self {
        self.after = Some(time.into());
        self
    }

    /// Only orders submitted before this time or day; the time itself does not belong to it.
    ///
    /// Excludes [`after_order`](Self::after_order) and [`before_order`](Self::before_order).
    pub fn until(mut self, time: impl Into<DateOrTime>) -> Self {
        self.until = Some(time.into());
        self
    }

    /// Only orders submitted after this one, the oldest first.
    ///
    /// Excludes [`before_order`](Self::before_order), [`newest_first`](Self::newest_first) and the
    /// bounds in time.
    pub fn after_order(mut self, id: Uuid) -> Self {
        self.after_order = Some(id);
        self
    }

    /// Only orders submitted before this one, the newest first.
    ///
    /// Excludes [`after_order`](Self::after_order), [`oldest_first`](Self::oldest_first) and the
    /// bounds in time.
    pub fn before_order(mut self, id: Uuid) -> Self {
        self.before_order = Some(id);
        self
    }

    /// Whether the legs of an order of several are in the `legs` of their parent (`true`) or are
    /// listed as orders of their own (`false`, the service's default).
    ///
    /// Multi-leg option orders have been seen to come with their legs in either case.
    pub fn nested(mut self, nested: bool) -> Self {
        self.nested = Some(nested);
        self
    }

    /// Only orders for one of these symbols, added to those that are named already.
    ///
    /// Crypto pairs are sent in the form that this list takes: `BTCUSD` for `BTC/USD`. With
    /// [`AssetClass::UsOption`] a symbol may be that of an underlying. To name no symbol at all is
    /// refused, because the service would list the orders for every symbol.
    pub fn symbols<S: Into<Symbol>>(mut self, symbols: impl IntoIterator<Item = S>) -> Self {
        let named = self.symbols.get_or_insert_default();
        named.extend(symbols.into_iter().map(Into::into));
        self
    }

    /// Only orders for this symbol; as for [`symbols`](Self::symbols).
    pub fn symbol(self, symbol: impl Into<Symbol>) -> Self {
        self.symbols([symbol])
    }

    /// Only orders to buy, or only orders to sell.
    pub fn side(mut self, side: impl Into<OrderSide>) -> Self {
        self.side = Some(side.into());
        self
    }

    /// Only orders for assets of one of these classes, added to those that are named already.
    pub fn asset_classes(mut self, classes: impl IntoIterator<Item: Into<AssetClass>>) -> Self {
        let classes = classes.into_iter().map(Into::<AssetClass>::into);
        let classes = classes.map(|class| ListOrdersAssetClassItem::from(class.as_str()));
        self.asset_classes.extend(classes);
        self
    }

    /// Orders for assets of every class, in so many words.
    pub fn every_asset_class(mut self) -> Self {
        self.asset_classes.push(ListOrdersAssetClassItem::All);
        self
    }

    /// How many orders are asked for at a time: from 1 to 500, and 500 if nothing is said.
    ///
    /// The first page has at most as many. A later one may ask for more, where it repeats orders of
    /// the page before.
    pub fn page_size(mut self, orders: u16) -> Self {
        self.page_size = Some(orders);
        self
    }

    /// Whether an order is one of those, by its state and by its time.
    #[cfg(all(test, feature = "stream"))]
    pub(crate) fn admits(&self, order: &alpaca_trading_gen::types::Order) -> bool {
        use alpaca_trading_gen::types::OrderStatus as S;
        let closed = matches!(
            order.status,
            S::Filled | S::Canceled | S::Expired | S::Rejected | S::Replaced
        );
        let state = match &self.status {
            Some(ListOrdersStatus::All) => true,
            Some(ListOrdersStatus::Closed) => closed,
            _ => !closed,
        };
        let submitted = order.submitted_at.unwrap_or(order.created_at);
        let time = |bound: &DateOrTime| match bound {
            DateOrTime::Time(time) => *time,
            DateOrTime::Date(date) => date.and_time(chrono::NaiveTime::MIN).and_utc(),
        };
        state
            && self
                .after
                .as_ref()
                .is_none_or(|after| submitted > time(after))
            && self
                .until
                .as_ref()
                .is_none_or(|until| submitted < time(until))
    }

    /// Whether the oldest order comes first.
    pub(super) fn is_ascending(&self) -> bool {
        match &self.direction {
            Some(direction) => *direction == ListOrdersDirection::Asc,
            None => self.after_order.is_some(),
        }
    }

    /// Whether the list has a bound in time, beside which no order may be named to begin at.
    pub(super) fn has_times(&self) -> bool {
        self.after.is_some() || self.until.is_some()
    }

    /// The symbols as they are sent.
    pub(super) fn symbol_list(&self) -> Option<String> {
        let symbols = self.symbols.as_ref()?;
        let compact: Vec<_> = symbols.iter().map(Symbol::compact).collect();
        Some(compact.join(","))
    }

    /// Every rule that the query breaks.
    pub(super) fn check(&self) -> Result<(), Vec<Violation>> {
        let mut violations = Vec::new();
        if let Some(size) = self.page_size
            && !(1..=LARGEST_PAGE).contains(&size)
        {
            let message = format!("{size} is not from 1 to {LARGEST_PAGE}");
            violations.push(Violation::new("page_size", "page-size", message));
        }
        match &self.symbols {
            Some(symbols) if symbols.is_empty() => violations.push(Violation::new(
                "symbols",
                "symbols-empty",
                "names no symbol, which the service would take for every symbol",
            )),
            Some(symbols) => {
                violations.extend(symbols.iter().filter_map(|symbol| symbol.check().err()));
            }
            None => {}
        }
        if self.after_order.is_some() && self.before_order.is_some() {
            violations.push(Violation::new(
                "before_order_id",
                "order-cursors",
                "excludes `after_order_id`",
            ));
        }
        for (field, order, wrong_way, direction) in [
            (
                "after_order_id",
                self.after_order,
                ListOrdersDirection::Desc,
                "the oldest",
            ),
            (
                "before_order_id",
                self.before_order,
                ListOrdersDirection::Asc,
                "the newest",
            ),
        ] {
            if order.is_none() {
                continue;
            }
            if self.has_times() {
                violations.push(Violation::new(
                    field,
                    "order-cursor-or-time",
                    "excludes `after` and `until`",
                ));
            }
            if self.direction == Some(wrong_way) {
                let message = format!("lists {direction} order first, not the other way round");
                violations.push(Violation::new(field, "order-cursor-direction", message));
            }
        }
        match violations.is_empty() {
            true => Ok(()),
            false => Err(violations),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate, Utc};

    fn rules(query: &OrderQuery) -> Vec<(String, &'static str)> {
        match query.check() {
            Ok(()) => Vec::new(),
            Err(violations) => violations
                .iter()
                .map(|violation| (violation.field().to_owned(), violation.rule()))
                .collect(),
        }
    }

    fn broken(query: OrderQuery, field: &str, rule: &'static str) {
        assert_eq!(rules(&query), [(field.to_owned(), rule)], "{query:?}");
    }

    #[test]
    fn what_makes_sense_passes() {
        let id = Uuid::from_u128(7);
        let time = DateTime::<Utc>::UNIX_EPOCH;
        for query in [
            OrderQuery::default(),
            OrderQuery::open().page_size(1),
            OrderQuery::closed().page_size(500).oldest_first(),
            OrderQuery::all()
                .after(NaiveDate::MIN)
                .until(time)
                .nested(true),
            OrderQuery::all().after_order(id).oldest_first(),
            OrderQuery::all().before_order(id).newest_first(),
            OrderQuery::all()
                .symbol("BTC/USD")
                .symbols(["AAPL", "BRK.B"]),
            OrderQuery::all().side(OrderSide::Unknown("sell_short".into())),
        ] {
            assert_eq!(query.check(), Ok(()), "{query:?}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let id = Uuid::from_u128(7);
        let time = DateTime::<Utc>::UNIX_EPOCH;
        let all = OrderQuery::all;
        broken(all().page_size(0), "page_size", "page-size");
        broken(all().page_size(501), "page_size", "page-size");
        broken(all().symbols([""; 0]), "symbols", "symbols-empty");
        broken(all().symbols(["AAPL", "../x"]), "symbol", "symbol-form");
        broken(
            all().after_order(id).after(time),
            "after_order_id",
            "order-cursor-or-time",
        );
        broken(
            all().before_order(id).until(time),
            "before_order_id",
            "order-cursor-or-time",
        );
        broken(
            all().after_order(id).newest_first(),
            "after_order_id",
            "order-cursor-direction",
        );
        broken(
            all().before_order(id).oldest_first(),
            "before_order_id",
            "order-cursor-direction",
        );
        broken(
            all().before_order(id).after_order(id),
            "before_order_id",
            "order-cursors",
        );
    }

    #[test]
    fn every_violation_is_reported_at_once() {
        let query = OrderQuery::all()
            .page_size(0)
            .symbols(["", "a b"])
            .after_order(Uuid::nil())
            .until(DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(rules(&query).len(), 4);
    }

    #[test]
    fn pairs_are_sent_without_their_slash_and_classes_by_name() {
        let query = OrderQuery::all()
            .symbols(["BTC/USD", "AAPL"])
            .asset_classes([AssetClass::Crypto, AssetClass::Unknown("new_class".into())])
            .every_asset_class();
        assert_eq!(query.symbol_list().as_deref(), Some("BTCUSD,AAPL"));
        let classes: Vec<_> = query
            .asset_classes
            .iter()
            .map(|class| class.as_str())
            .collect();
        assert_eq!(classes, ["crypto", "new_class", "all"]);
    }

    #[test]
    fn an_order_to_begin_after_turns_the_list_round() {
        assert!(!OrderQuery::all().is_ascending());
        assert!(OrderQuery::all().after_order(Uuid::nil()).is_ascending());
        assert!(OrderQuery::all().oldest_first().is_ascending());
    }
}
