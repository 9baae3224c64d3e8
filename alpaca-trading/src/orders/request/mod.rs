//! A new order: its constructors, and its check as a whole.

mod advanced;
mod body;
mod leg;
mod parts;
mod replace;
mod settings;

use crate::Violation;
use crate::orders::rules::{self, Facts, Hints, Market};
use crate::orders::{OrderClass, OrderType, Quantity, Side, TimeInForce};
use crate::raw::types::CreateOrderRequest;
use crate::rust_decimal::Decimal;
use crate::symbol::Symbol;

pub use advanced::AdvancedOrder;
pub use leg::Leg;
pub use parts::{Exit, StopLoss, TakeProfit, Trail};
pub use replace::ReplaceRequest;

/// An order to be placed.
///
/// Each constructor asks for what its type of order cannot do without; the rest is optional and
/// chained. Unless told otherwise an order is simple, for regular hours, and good for the `day`, or
/// until canceled (`gtc`) when its symbol is a crypto pair with a slash.
///
/// Prices and quantities are [`Decimal`]s, or whole numbers; floats are not taken, because they
/// cannot hold most prices. They are sent digit by digit as given.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::{OrderRequest, Quantity, Side, Trail};
/// use alpaca_trading::rust_decimal::Decimal;
///
/// let dollars = OrderRequest::market("SPY", Side::Buy, Quantity::notional(500));
/// let coins = OrderRequest::limit("BTC/USD", Side::Buy, Quantity::coins(Decimal::new(1, 2)), 60_000);
/// let guard = OrderRequest::trailing_stop(
///     "AAPL", Side::Sell, Quantity::shares(10), Trail::percent(Decimal::new(25, 1)),
/// );
/// for order in [dollars, coins, guard] {
///     assert!(order.validate().is_ok());
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a request does nothing until it is submitted"]
pub struct OrderRequest {
    body: CreateOrderRequest,
    hints: Hints,
    /// Whether the time in force was asked for, and stays when more is learnt about the asset.
    chosen_time_in_force: bool,
    unchecked: bool,
}

impl OrderRequest {
    /// An order at whatever price the market has.
    pub fn market(symbol: impl Into<Symbol>, side: Side, quantity: Quantity) -> Self {
        Self::single(symbol.into(), side, quantity, OrderType::Market)
    }

    /// An order at `limit_price` or better.
    ///
    /// The price is per share, coin, or share of an option's underlying, in US dollars or the quote
    /// currency of the pair, and on the tick: see [`TickRule`](crate::orders::TickRule).
    pub fn limit(
        symbol: impl Into<Symbol>,
        side: Side,
        quantity: Quantity,
        limit_price: impl Into<Decimal>,
    ) -> Self {
        let mut order = Self::single(symbol.into(), side, quantity, OrderType::Limit);
        order.body.limit_price = Some(limit_price.into());
        order
    }

    /// An order that becomes a market order once the price reaches `stop_price`.
    ///
    /// Alpaca turns a stop that buys shares into a stop limit, a few percent above the stop: see
    /// [`estimate`](crate::orders::estimate).
    pub fn stop(
        symbol: impl Into<Symbol>,
        side: Side,
        quantity: Quantity,
        stop_price: impl Into<Decimal>,
    ) -> Self {
        let mut order = Self::single(symbol.into(), side, quantity, OrderType::Stop);
        order.body.stop_price = Some(stop_price.into());
        order
    }

    /// An order that becomes a limit order at `limit_price` once the price reaches `stop_price`.
    pub fn stop_limit(
        symbol: impl Into<Symbol>,
        side: Side,
        quantity: Quantity,
        stop_price: impl Into<Decimal>,
        limit_price: impl Into<Decimal>,
    ) -> Self {
        let mut order = Self::single(symbol.into(), side, quantity, OrderType::StopLimit);
        order.body.stop_price = Some(stop_price.into());
        order.body.limit_price = Some(limit_price.into());
        order
    }

    /// A stop that follows the market at a distance and never moves back.
    pub fn trailing_stop(
        symbol: impl Into<Symbol>,
        side: Side,
        quantity: Quantity,
        trail: Trail,
    ) -> Self {
        let mut order = Self::single(symbol.into(), side, quantity, OrderType::TrailingStop);
        match trail {
            Trail::Price(distance) => order.body.trail_price = Some(distance),
            Trail::Percent(percent) => order.body.trail_percent = Some(percent),
        }
        order
    }

    /// Two exits of a position held already, of which one cancels the other: a profit target and a
    /// stop loss.
    ///
    /// `side` is that of the exits: sell to leave a long position. For the exits of a position yet to
    /// be opened, see [`bracket`](Self::bracket).
    pub fn oco(
        symbol: impl Into<Symbol>,
        side: Side,
        quantity: Quantity,
        take_profit: TakeProfit,
        stop_loss: StopLoss,
    ) -> Self {
        let mut order = Self::single(symbol.into(), side, quantity, OrderType::Limit);
        order.body.order_class = Some(OrderClass::Oco);
        order.body.take_profit = Some(take_profit.into());
        order.body.stop_loss = Some(stop_loss.into());
        order
    }

    /// An options strategy of two to four legs, filled together or not at all, at the market.
    ///
    /// `strategies` times the ratio of a leg is its number of contracts. With
    /// [`limit_price`](Self::limit_price) it becomes a limit order on the net price of one
    /// strategy: positive for a debit, negative for a credit.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::orders::{Leg, OrderRequest};
    /// use alpaca_trading::rust_decimal::Decimal;
    ///
    /// let spread = OrderRequest::multi_leg(1, [
    ///     Leg::buy_to_open("AAPL250620C00100000", 1),
    ///     Leg::sell_to_open("AAPL250620C00110000", 1),
    /// ])
    /// .limit_price(Decimal::new(425, 2));
    /// assert!(spread.validate().is_ok());
    /// ```
    pub fn multi_leg(strategies: u32, legs: impl IntoIterator<Item = Leg>) -> Self {
        let mut body = body::order(OrderType::Market, TimeInForce::Day);
        body.order_class = Some(OrderClass::Mleg);
        body.qty = Some(strategies.into());
        body.legs = Some(legs.into_iter().map(Into::into).collect());
        Self::of(body)
    }

    fn single(symbol: Symbol, side: Side, quantity: Quantity, type_: OrderType) -> Self {
        let time_in_force = match Market::of(Some(symbol.as_str()), None) {
            Market::Crypto => TimeInForce::Gtc,
            _ => TimeInForce::Day,
        };
        let mut body = body::order(type_, time_in_force);
        body.symbol = Some(symbol.into_string());
        body.side = Some(side);
        body.qty = quantity.units();
        body.notional = quantity.money();
        Self::of(body)
    }

    fn of(body: CreateOrderRequest) -> Self {
        Self {
            body,
            hints: Hints::default(),
            chosen_time_in_force: false,
            unchecked: false,
        }
    }

    /// Every rule that this order breaks; none for an [unchecked](Self::unchecked) order.
    ///
    /// Submitting does the same, so calling this is never necessary. It takes less than a microsecond
    /// and allocates nothing if no rule is broken.
    ///
    /// # Errors
    ///
    /// All violations, in the order of the tables in [`rules`].
    pub fn validate(&self) -> Result<(), Vec<Violation>> {
        if self.unchecked {
            return Ok(());
        }
        let violations = rules::broken(&self.facts());
        if violations.is_empty() {
            Ok(())
        } else {
            Err(violations)
        }
    }

    /// The rules that [`validate`](Self::validate) holds this order to, those broken and those kept,
    /// in the order of the tables in [`rules`].
    #[must_use]
    pub fn checked_rules(&self) -> Vec<&'static str> {
        if self.unchecked {
            return Vec::new();
        }
        rules::applying(&self.facts())
    }

    /// The body as it would be sent.
    #[must_use]
    pub fn body(&self) -> &CreateOrderRequest {
        &self.body
    }

    /// A copy of the body as it would be sent.
    #[must_use]
    pub fn to_body(&self) -> CreateOrderRequest {
        self.body.clone()
    }

    /// The symbol; a multi-leg order has none.
    #[must_use]
    pub fn symbol(&self) -> Option<&str> {
        self.body.symbol.as_deref()
    }

    /// The side; a multi-leg order has none.
    #[must_use]
    pub fn side(&self) -> Option<&Side> {
        self.body.side.as_ref()
    }

    /// The type, such as market or limit.
    #[must_use]
    pub fn order_type(&self) -> &OrderType {
        &self.body.type_
    }

    /// Whether the rules are left to Alpaca: see [`unchecked`](Self::unchecked).
    #[must_use]
    pub fn is_unchecked(&self) -> bool {
        self.unchecked
    }

    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts::of(&self.body, &self.hints)
    }
}

/// A body made by hand, to be checked like any other order.
impl From<CreateOrderRequest> for OrderRequest {
    fn from(body: CreateOrderRequest) -> Self {
        Self {
            chosen_time_in_force: true,
            ..Self::of(body)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_time_in_force_is_that_of_the_market() {
        let market = |symbol: &str| OrderRequest::market(symbol, Side::Buy, Quantity::shares(1));
        assert_eq!(market("AAPL").body().time_in_force, TimeInForce::Day);
        assert_eq!(market("BTC/USD").body().time_in_force, TimeInForce::Gtc);
        assert_eq!(market("BTCUSD").body().time_in_force, TimeInForce::Day);
        // The long form says it too.
        let long = market("BTCUSD:CRYPTO:crypto");
        assert_eq!(long.body().time_in_force, TimeInForce::Gtc);
        assert_eq!(long.validate(), Ok(()));
        let option = market("AAPL250620C00100000");
        assert_eq!(option.body().time_in_force, TimeInForce::Day);
    }

    #[test]
    fn an_unchecked_order_is_held_to_nothing() {
        let order = OrderRequest::limit("", Side::Buy, Quantity::shares(-1), -1);
        assert!(order.validate().unwrap_err().len() >= 3);
        assert!(!order.checked_rules().is_empty());
        let order = order.unchecked();
        assert!(order.is_unchecked());
        assert_eq!(order.validate(), Ok(()));
        assert!(order.checked_rules().is_empty());
    }

    #[test]
    fn a_body_made_by_hand_is_checked() {
        let body = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1)).to_body();
        assert_eq!(OrderRequest::from(body.clone()).validate(), Ok(()));
        let mut two_sizes = body;
        two_sizes.notional = Some(1.into());
        let violations = OrderRequest::from(two_sizes).validate().unwrap_err();
        assert_eq!(violations[0].rule(), "size-one-of");
    }

    #[test]
    fn what_was_given_can_be_read() {
        let order = OrderRequest::stop_limit("AAPL", Side::Sell, Quantity::shares(2), 90, 89);
        assert_eq!(order.symbol(), Some("AAPL"));
        assert_eq!(order.side(), Some(&Side::Sell));
        assert_eq!(*order.order_type(), OrderType::StopLimit);
        assert_eq!(order.body().limit_price, Some(89.into()));
        assert_eq!(order.to_body(), *order.body());
        assert_eq!(OrderRequest::multi_leg(1, []).symbol(), None);
    }
}
