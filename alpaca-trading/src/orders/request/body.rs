//! The one place where bodies of the generated client are made from nothing.

use crate::orders::{OrderType, TimeInForce};
use crate::raw::types::{CreateOrderRequest, MLegOrderLeg, error::ConversionError};
use crate::rust_decimal::Decimal;

/// An order with its two required fields and no other.
pub(super) fn order(type_: OrderType, time_in_force: TimeInForce) -> CreateOrderRequest {
    complete(
        CreateOrderRequest::builder()
            .type_(type_)
            .time_in_force(time_in_force),
    )
}

/// A leg with its two required fields and no other.
pub(super) fn leg(symbol: String, ratio: Decimal) -> MLegOrderLeg {
    complete(MLegOrderLeg::builder().symbol(symbol).ratio_qty(ratio))
}

/// Ends a generated builder. It fails only for want of a required field, and each caller above gives
/// all of them: a field that became required would fail every test of this module, and every
/// snapshot of a body.
fn complete<B, T>(builder: B) -> T
where
    T: TryFrom<B, Error = ConversionError>,
{
    match T::try_from(builder) {
        Ok(body) => body,
        Err(error) => unreachable!("every required field is given: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_what_is_required_and_nothing_else() {
        let body = serde_json::to_value(order(OrderType::Market, TimeInForce::Day)).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"type": "market", "time_in_force": "day"})
        );
        let leg = serde_json::to_value(leg("A".to_owned(), 2.into())).unwrap();
        assert_eq!(leg, serde_json::json!({"symbol": "A", "ratio_qty": "2"}));
    }
}
