//! What can be chained to an order.

use crate::orders::request::{AdvancedOrder, Exit, OrderRequest, StopLoss, TakeProfit};
use crate::orders::{
    AssetClass, ClientOrderId, OrderClass, OrderType, PositionIntent, TickRule, TimeInForce,
};
use crate::raw::types::{Asset, CreateOrderRequest, Exchange};
use crate::rust_decimal::Decimal;

impl OrderRequest {
    /// How long the order stays active, instead of the default.
    ///
    /// Which are allowed depends on asset and type: rules `equity-time-in-force`,
    /// `fractional-time-in-force`, `crypto-time-in-force`, `option-time-in-force` and
    /// `exits-time-in-force`.
    pub fn time_in_force(mut self, time_in_force: TimeInForce) -> Self {
        self.body.time_in_force = time_in_force;
        self.chosen_time_in_force = true;
        self
    }

    /// The limit price. A market order becomes a limit order by it, a stop a stop limit.
    ///
    /// For a [multi-leg](Self::multi_leg) order it is the net price of one strategy: positive for a
    /// debit, negative for a credit.
    pub fn limit_price(mut self, price: impl Into<Decimal>) -> Self {
        self.body.limit_price = Some(price.into());
        if self.body.type_ == OrderType::Market {
            self.body.type_ = OrderType::Limit;
        } else if self.body.type_ == OrderType::Stop {
            self.body.type_ = OrderType::StopLimit;
        }
        self
    }

    /// Whether the order may also be filled before and after the regular session.
    ///
    /// Only simple limit orders on shares, good for the `day` or until canceled, may.
    pub fn extended_hours(mut self, extended_hours: bool) -> Self {
        self.body.extended_hours = Some(extended_hours);
        self
    }

    /// The order's identifier, for you to find it by.
    ///
    /// Submitting sets a random one where there is none.
    pub fn client_order_id(mut self, id: impl Into<ClientOrderId>) -> Self {
        self.body.client_order_id = Some(id.into().into_string());
        self
    }

    /// What the order is meant to do to the position: open it or close it. Alpaca refuses the order
    /// when it would do the other.
    pub fn position_intent(mut self, intent: PositionIntent) -> Self {
        self.body.position_intent = Some(intent);
        self
    }

    /// Makes this the entry of a bracket: once filled, a profit target and a stop loss are placed, of
    /// which one cancels the other.
    ///
    /// For whole shares, good for the `day` or until canceled.
    pub fn bracket(mut self, take_profit: TakeProfit, stop_loss: StopLoss) -> Self {
        self.body.order_class = Some(OrderClass::Bracket);
        self.body.take_profit = Some(take_profit.into());
        self.body.stop_loss = Some(stop_loss.into());
        self
    }

    /// Makes this an order that triggers another once it is filled: one exit, a [`TakeProfit`] or a
    /// [`StopLoss`].
    ///
    /// For whole shares, good for the `day` or until canceled.
    pub fn oto(mut self, exit: impl Into<Exit>) -> Self {
        self.body.order_class = Some(OrderClass::Oto);
        self.body.take_profit = None;
        self.body.stop_loss = None;
        match exit.into() {
            Exit::TakeProfit(take_profit) => self.body.take_profit = Some(take_profit.into()),
            Exit::StopLoss(stop_loss) => self.body.stop_loss = Some(stop_loss.into()),
        }
        self
    }

    /// How the order is routed or executed.
    pub fn advanced(mut self, instructions: AdvancedOrder) -> Self {
        self.body.advanced_instructions = Some(instructions.into());
        self
    }

    /// The class of the asset, where its symbol does not tell; it is not sent.
    ///
    /// Without it, a pair with a slash is crypto, the symbol of an option contract an option, and a
    /// ticker a US share. Of `BTCUSD` and the like, and of asset ids, nothing is assumed, and what
    /// depends on the class is not checked.
    pub fn asset_class(mut self, class: AssetClass) -> Self {
        if !self.chosen_time_in_force {
            if class == AssetClass::Crypto {
                self.body.time_in_force = TimeInForce::Gtc;
            } else if class == AssetClass::UsEquity || class == AssetClass::UsOption {
                self.body.time_in_force = TimeInForce::Day;
            }
        }
        self.hints.asset_class = Some(class);
        self
    }

    /// The tick that the prices are held to, instead of that of the asset's class; it is not sent.
    pub fn tick_rule(mut self, rule: TickRule) -> Self {
        self.hints.tick_rule = Some(rule);
        self
    }

    /// Holds the order to what `asset` says of itself: its class, the steps of its prices and those of
    /// its quantities, and whether it is traded over the counter. It is not sent, and the symbol stays.
    ///
    /// Whether the asset is tradable or fractionable is not checked: Alpaca knows better, and
    /// later.
    pub fn asset(mut self, asset: &Asset) -> Self {
        self.hints.quantity_step = asset.min_trade_increment;
        self.hints.over_the_counter = asset.exchange == Exchange::Otc;
        self.hints.tick_rule = TickRule::for_asset(asset).or(self.hints.tick_rule);
        self.asset_class(asset.class.clone())
    }

    /// Leaves every rule to Alpaca: [`validate`](Self::validate) finds nothing any more.
    ///
    /// For an order that this crate refuses and Alpaca would accept. If you meet one, please report
    /// it. It is sent as it stands, with whatever client order id it has; a random one where it has none.
    /// By an empty id, or one with a blank at an end or a control character, the service may not find
    /// the order again: when its fate is open it then stays so, and it is not sent a second time.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Changes the body by hand, for what has no method here.
    ///
    /// The body as changed is checked like any other. What is chained afterwards changes it further.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::orders::{OrderRequest, Quantity, Side, TimeInForce};
    ///
    /// let order = OrderRequest::market("AAPL", Side::Buy, Quantity::shares(1))
    ///     .map_body(|body| body.time_in_force = TimeInForce::from("gtd"));
    /// assert_eq!(order.body().time_in_force.as_str(), "gtd");
    /// ```
    pub fn map_body(mut self, change: impl FnOnce(&mut CreateOrderRequest)) -> Self {
        let before = self.body.time_in_force.clone();
        change(&mut self.body);
        self.chosen_time_in_force |= before != self.body.time_in_force;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::{Quantity, Side};

    fn market(symbol: &str) -> OrderRequest {
        OrderRequest::market(symbol, Side::Buy, Quantity::shares(1))
    }

    #[test]
    fn a_limit_price_makes_a_limit_order() {
        let order = market("AAPL").limit_price(5);
        assert_eq!(*order.order_type(), OrderType::Limit);
        let order = OrderRequest::stop("AAPL", Side::Buy, Quantity::shares(1), 5).limit_price(6);
        assert_eq!(*order.order_type(), OrderType::StopLimit);
        assert_eq!(order.validate(), Ok(()));
        let order = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(1), 5).limit_price(6);
        assert_eq!(*order.order_type(), OrderType::Limit);
        assert_eq!(order.body().limit_price, Some(6.into()));
    }

    #[test]
    fn a_known_class_sets_the_default_time_in_force_only() {
        let order = market("BTCUSD").asset_class(AssetClass::Crypto);
        assert_eq!(order.body().time_in_force, TimeInForce::Gtc);
        assert_eq!(order.validate(), Ok(()));
        let asset: Asset = serde_json::from_value(serde_json::json!({
            "id": "276e2673-764b-4ab6-a611-caf665ca6340", "class": "crypto", "symbol": "BTC/USD",
            "exchange": "CRYPTO", "name": "Bitcoin", "status": "active", "tradable": true,
            "marginable": false, "shortable": false, "fractionable": true,
        }))
        .unwrap();
        let order = market("BTCUSD").limit_price(10).asset(&asset);
        assert_eq!(order.body().time_in_force, TimeInForce::Gtc);
        assert_eq!(order.validate(), Ok(()));
        let chosen = market("BTCUSD").time_in_force(TimeInForce::Ioc);
        let order = chosen.asset_class(AssetClass::Crypto);
        assert_eq!(order.body().time_in_force, TimeInForce::Ioc);
        let by_hand = market("BTCUSD").map_body(|body| body.time_in_force = TimeInForce::Ioc);
        let order = by_hand.asset_class(AssetClass::Crypto);
        assert_eq!(order.body().time_in_force, TimeInForce::Ioc);
    }

    #[test]
    fn one_trigger_replaces_the_exits_of_a_bracket() {
        let bracket = market("AAPL").bracket(TakeProfit::limit(9), StopLoss::stop(1));
        let order = bracket.oto(StopLoss::stop(2));
        assert_eq!(order.body().order_class, Some(OrderClass::Oto));
        assert!(order.body().take_profit.is_none());
        assert_eq!(order.validate(), Ok(()));
    }

    #[test]
    fn what_is_chained_after_a_change_by_hand_counts() {
        let order = market("AAPL")
            .map_body(|body| body.extended_hours = Some(true))
            .extended_hours(false);
        assert_eq!(order.body().extended_hours, Some(false));
    }
}
