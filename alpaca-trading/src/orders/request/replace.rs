//! A change of an open order.

use crate::Violation;
use crate::orders::request::AdvancedOrder;
use crate::orders::rules::{self, Change, Hints};
use crate::orders::{AssetClass, ClientOrderId, TickRule, TimeInForce};
use crate::raw::types::{Asset, PatchOrderRequest};
use crate::rust_decimal::Decimal;

/// What to change of an open order; what is not named stays.
///
/// Alpaca replaces the order by a new one with an id of its own, and refuses a change that
/// changes nothing. Of brackets, `oco` and `oto` orders only the prices can be changed.
///
/// A change does not say which order it is for, so that less can be checked than of a new order.
/// [`asset`](Self::asset), [`asset_class`](Self::asset_class) and [`tick_rule`](Self::tick_rule)
/// tell what the prices are held to.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::{ReplaceRequest, TickRule};
/// use alpaca_trading::rust_decimal::Decimal;
///
/// let change = ReplaceRequest::new()
///     .quantity(20)
///     .limit_price(Decimal::new(18_750, 2))
///     .tick_rule(TickRule::equity());
/// assert!(change.validate().is_ok());
/// assert!(ReplaceRequest::new().validate().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a request does nothing until it is submitted"]
pub struct ReplaceRequest {
    body: PatchOrderRequest,
    hints: Hints,
    unchecked: bool,
}

impl ReplaceRequest {
    /// A change of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The new total quantity, filled part included: a whole number, more than what is filled.
    ///
    /// The quantity of a fractional order cannot be changed.
    pub fn quantity(mut self, units: impl Into<Decimal>) -> Self {
        self.body.qty = Some(units.into());
        self
    }

    /// The new amount of money. Alpaca takes it for orders on initial public offerings only.
    pub fn notional(mut self, amount: impl Into<Decimal>) -> Self {
        self.body.notional = Some(amount.into());
        self
    }

    /// The new time in force.
    pub fn time_in_force(mut self, time_in_force: TimeInForce) -> Self {
        self.body.time_in_force = Some(time_in_force);
        self
    }

    /// The new limit price; of a multi-leg order the net price, negative for a credit.
    pub fn limit_price(mut self, price: impl Into<Decimal>) -> Self {
        self.body.limit_price = Some(price.into());
        self
    }

    /// The new stop price.
    pub fn stop_price(mut self, price: impl Into<Decimal>) -> Self {
        self.body.stop_price = Some(price.into());
        self
    }

    /// The new distance of a trailing stop, in dollars or in percent, as the order has it.
    pub fn trail(mut self, distance: impl Into<Decimal>) -> Self {
        self.body.trail = Some(distance.into());
        self
    }

    /// The identifier of the new order. It must not be that of the old one.
    ///
    /// Submitting sets a random one where there is none.
    pub fn client_order_id(mut self, id: impl Into<ClientOrderId>) -> Self {
        self.body.client_order_id = Some(id.into().into_string());
        self
    }

    /// New instructions for routing or execution.
    pub fn advanced(mut self, instructions: AdvancedOrder) -> Self {
        self.body.advanced_instructions = Some(instructions.into());
        self
    }

    /// The class of the order's asset; it is not sent.
    ///
    /// For shares and options it also sets the tick, unless one is set already.
    pub fn asset_class(mut self, class: AssetClass) -> Self {
        if self.hints.tick_rule.is_none() {
            if class == AssetClass::UsEquity {
                self.hints.tick_rule = Some(TickRule::equity());
            } else if class == AssetClass::UsOption {
                self.hints.tick_rule = Some(TickRule::cents());
            }
        }
        self.hints.asset_class = Some(class);
        self
    }

    /// The tick that the prices are held to; it is not sent.
    pub fn tick_rule(mut self, rule: TickRule) -> Self {
        self.hints.tick_rule = Some(rule);
        self
    }

    /// Holds the change to the class and the ticks of `asset`; it is not sent.
    pub fn asset(mut self, asset: &Asset) -> Self {
        self.hints.tick_rule = TickRule::for_asset(asset).or(self.hints.tick_rule);
        self.asset_class(asset.class.clone())
    }

    /// Leaves every rule to Alpaca: [`validate`](Self::validate) finds nothing any more. What is said of
    /// client order ids at [`OrderRequest::unchecked`](crate::orders::OrderRequest::unchecked) holds
    /// here too.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Every rule that this change breaks; none if it is unchecked.
    ///
    /// # Errors
    ///
    /// All violations.
    pub fn validate(&self) -> Result<(), Vec<Violation>> {
        if self.unchecked {
            return Ok(());
        }
        let violations = rules::broken_by_change(&self.change());
        if violations.is_empty() {
            Ok(())
        } else {
            Err(violations)
        }
    }

    /// The rules that [`validate`](Self::validate) holds this change to, those broken and those kept.
    #[must_use]
    pub fn checked_rules(&self) -> Vec<&'static str> {
        if self.unchecked {
            return Vec::new();
        }
        rules::applying_to_change(&self.change())
    }

    /// The body as it would be sent.
    #[must_use]
    pub fn body(&self) -> &PatchOrderRequest {
        &self.body
    }

    /// A copy of the body as it would be sent.
    #[must_use]
    pub fn to_body(&self) -> PatchOrderRequest {
        self.body.clone()
    }

    /// Whether the rules are left to Alpaca.
    #[must_use]
    pub fn is_unchecked(&self) -> bool {
        self.unchecked
    }

    fn change(&self) -> Change<'_> {
        Change {
            body: &self.body,
            hints: &self.hints,
        }
    }
}

/// A body made by hand, to be checked like any other.
impl From<PatchOrderRequest> for ReplaceRequest {
    fn from(body: PatchOrderRequest) -> Self {
        Self {
            body,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_brings_its_tick_unless_one_is_set() {
        let off = Decimal::new(1_001, 3);
        let change = ReplaceRequest::new().limit_price(off);
        assert_eq!(change.validate(), Ok(()));
        let share = change.clone().asset_class(AssetClass::UsEquity);
        assert_eq!(share.validate().unwrap_err()[0].rule(), "limit-price-tick");
        let fine = TickRule::step(Decimal::new(1, 3)).unwrap();
        let share = change.tick_rule(fine).asset_class(AssetClass::UsEquity);
        assert_eq!(share.validate(), Ok(()));
    }

    #[test]
    fn a_body_made_by_hand_is_checked() {
        let empty = ReplaceRequest::from(PatchOrderRequest::default());
        assert_eq!(empty.validate().unwrap_err()[0].rule(), "replace-change");
    }

    #[test]
    fn an_unchecked_change_is_held_to_nothing() {
        let change = ReplaceRequest::new().unchecked();
        assert!(change.is_unchecked());
        assert_eq!(change.validate(), Ok(()));
        assert!(change.checked_rules().is_empty());
    }
}
