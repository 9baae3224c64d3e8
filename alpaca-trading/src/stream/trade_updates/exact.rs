//! A decimal of a message: text or a number, blank or null, and never rounded.

use alpaca_trading_gen::Exact;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_with::DeserializeAs;

/// A decimal that may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exactly(pub(super) Option<Decimal>);

impl<'de> Deserialize<'de> for Exactly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Exact as DeserializeAs<'de, Option<Decimal>>>::deserialize_as(deserializer).map(Self)
    }
}
