//! The steps that prices move in, and rounding to them when asked.

use crate::orders::Side;
use crate::raw::types::{Asset, AssetClass, OptionContract};
use crate::rust_decimal::Decimal;

/// 0.0001
const HUNDREDTH_OF_A_CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 4);
/// 0.01
pub(crate) const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// 0.05
const NICKEL: Decimal = Decimal::from_parts(5, 0, 0, false, 2);
/// 0.10
const DIME: Decimal = Decimal::from_parts(10, 0, 0, false, 2);
/// $3, from which on options move in larger steps.
const THREE: Decimal = Decimal::from_parts(3, 0, 0, false, 0);

/// Underlyings whose options move in cents at every price.
const ALWAYS_IN_CENTS: [&str; 3] = ["IWM", "QQQ", "SPY"];

/// The tick of an asset: the smallest step between two of its prices, which may depend on the price.
///
/// An order whose price is off the tick is refused, by us before Alpaca can. Nothing is ever rounded
/// unless you call [`round`](Self::round), and there you say in which direction.
///
/// # Examples
///
/// ```
/// use alpaca_trading::orders::{Rounding, Side, TickRule};
/// use alpaca_trading::rust_decimal::Decimal;
///
/// let rule = TickRule::equity();
/// let price = Decimal::new(187_503, 3);
/// assert!(!rule.is_on_tick(price));
/// // A buyer who never pays more than intended:
/// assert_eq!(rule.round(price, Rounding::Passive(Side::Buy)), Some(Decimal::new(18_750, 2)));
/// assert_eq!(rule.round(price, Rounding::Up), Some(Decimal::new(18_751, 2)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TickRule {
    tick: Decimal,
    /// A price, and the tick from there on. The price is a multiple of both ticks: rounding up to it
    /// ends on a price that the next band has too.
    above: Option<(Decimal, Decimal)>,
}

/// Where a price goes that is between two ticks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rounding {
    /// To the higher price; of two negative prices, the one nearer to zero.
    Up,
    /// To the lower price.
    Down,
    /// To the nearer price, and up from the middle.
    Nearest,
    /// To the price that is better for this side, at the risk of not being filled: down for a buy,
    /// up for a sale.
    Passive(Side),
    /// To the price that is filled more readily for this side: up for a buy, down for a sale.
    Aggressive(Side),
}

impl TickRule {
    /// Of US shares and funds: $0.01 from $1.00 on, $0.0001 below (documented).
    #[must_use]
    pub const fn equity() -> Self {
        Self {
            tick: HUNDREDTH_OF_A_CENT,
            above: Some((Decimal::ONE, CENT)),
        }
    }

    /// Of options by the rule of the exchanges: in the penny programme $0.01 below $3 and $0.05 from
    /// there on, otherwise $0.05 and $0.10.
    ///
    /// Alpaca does not document these steps, and some underlyings have finer ones. An order
    /// is held to them only if you give it this rule; otherwise options are checked for
    /// [whole cents](Self::cents).
    #[must_use]
    pub const fn option(penny_programme: bool) -> Self {
        if penny_programme {
            Self {
                tick: CENT,
                above: Some((THREE, NICKEL)),
            }
        } else {
            Self {
                tick: NICKEL,
                above: Some((THREE, DIME)),
            }
        }
    }

    /// $0.01 at every price: the net prices of multi-leg orders, and options whose contract is not
    /// known.
    #[must_use]
    pub const fn cents() -> Self {
        Self {
            tick: CENT,
            above: None,
        }
    }

    /// One step at every price, such as the `price_increment` of a crypto pair.
    ///
    /// `None` unless `step` is more than 0.
    #[must_use]
    pub fn step(step: impl Into<Decimal>) -> Option<Self> {
        let tick = step.into();
        (tick > Decimal::ZERO).then_some(Self { tick, above: None })
    }

    /// That of `asset`: its `price_increment` if it has one, otherwise that of its class; `None` where
    /// neither says anything.
    #[must_use]
    pub fn for_asset(asset: &Asset) -> Option<Self> {
        if let Some(rule) = asset.price_increment.and_then(Self::step) {
            return Some(rule);
        }
        if asset.class == AssetClass::UsEquity {
            Some(Self::equity())
        } else if asset.class == AssetClass::UsOption {
            Some(Self::cents())
        } else {
            None
        }
    }

    /// That of an option contract by its membership in the penny programme (`ppind`), with the
    /// certainty of [`option`](Self::option).
    ///
    /// Contracts on SPY, QQQ and IWM move in cents at every price, as do, for want of knowledge,
    /// contracts that do not say whether they belong to the programme.
    #[must_use]
    pub fn for_contract(contract: &OptionContract) -> Self {
        match contract.ppind {
            Some(_) if ALWAYS_IN_CENTS.contains(&contract.underlying_symbol.as_str()) => {
                Self::cents()
            }
            Some(penny_programme) => Self::option(penny_programme),
            None => Self::cents(),
        }
    }

    /// The tick at `price`; of a negative price, that at its absolute value.
    #[must_use]
    pub fn tick_at(&self, price: Decimal) -> Decimal {
        match self.above {
            Some((from, tick)) if price.abs() >= from => tick,
            _ => self.tick,
        }
    }

    /// Whether `price` is a multiple of its tick. Zeros at the end do not count: 1.100 is.
    #[must_use]
    pub fn is_on_tick(&self, price: Decimal) -> bool {
        price
            .checked_rem(self.tick_at(price))
            .is_some_and(|rest| rest.is_zero())
    }

    /// The price on the tick that is next to `price` in the direction of `rounding`.
    ///
    /// A price on the tick comes back as it is. The result is less than one tick away from `price`,
    /// where the tick is that at `price`: $0.99999 goes up to $1.0000, into the band of whole cents.
    /// It may be 0, which is no price to order at.
    ///
    /// `None` where the result cannot be held, and where the side of `rounding` is not a listed one.
    #[must_use]
    pub fn round(&self, price: Decimal, rounding: Rounding) -> Option<Decimal> {
        let tick = self.tick_at(price);
        let rest = price.checked_rem(tick)?;
        if rest.is_zero() {
            return Some(price);
        }
        // Both neighbours have the decimals of the tick, so that dropping the others is exact.
        let towards_zero = exact_sum(price, -rest)?.round_dp(tick.scale());
        let (lower, upper) = if rest.is_sign_negative() {
            (exact_sum(towards_zero, -tick)?, towards_zero)
        } else {
            (towards_zero, exact_sum(towards_zero, tick)?)
        };
        let up = match rounding {
            Rounding::Up => true,
            Rounding::Down => false,
            Rounding::Nearest => upper.checked_sub(price)? <= price.checked_sub(lower)?,
            Rounding::Passive(side) => is_sell(&side)?,
            Rounding::Aggressive(side) => !is_sell(&side)?,
        };
        Some(if up { upper } else { lower })
    }

    /// What is wrong with `price`, in words; `None` if it is on the tick.
    pub(crate) fn fault(&self, price: Decimal) -> Option<String> {
        if self.is_on_tick(price) {
            return None;
        }
        let price = price.normalize();
        let tick = self.tick_at(price);
        let fault = if *self == Self::equity() {
            let range = if tick == CENT {
                "from $1 on"
            } else {
                "below $1"
            };
            let decimals = tick.scale();
            format!("{price} has more than {decimals} decimals, which prices {range} may not have")
        } else {
            format!("{price} is not a multiple of {tick}, the tick at that price")
        };
        Some(fault)
    }
}

/// The sum, unless digits of it would be lost: of a sum that is too long, the library drops the last
/// decimals without a word.
fn exact_sum(one: Decimal, other: Decimal) -> Option<Decimal> {
    let sum = one.checked_add(other)?;
    let kept = sum.scale() == one.scale().max(other.scale())
        || sum.is_zero()
        || one.is_zero()
        || other.is_zero();
    kept.then_some(sum)
}

/// `None` for a side that is not a listed one.
fn is_sell(side: &Side) -> Option<bool> {
    if *side == Side::Sell {
        Some(true)
    } else if *side == Side::Buy {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_tick_of_a_share_changes_at_a_dollar() {
        let rule = TickRule::equity();
        for on in [
            "0.0001", "0.9999", "1", "1.00", "1.10", "1.1000", "187.55", "0", "-1.01",
        ] {
            assert!(rule.is_on_tick(d(on)), "{on}");
            assert_eq!(rule.fault(d(on)), None);
        }
        for off in ["0.00001", "0.99995", "1.001", "1.0001", "187.555", "-1.001"] {
            assert!(!rule.is_on_tick(d(off)), "{off}");
        }
        assert_eq!(
            rule.fault(d("1.001")).unwrap(),
            "1.001 has more than 2 decimals, which prices from $1 on may not have"
        );
        assert_eq!(
            rule.fault(d("0.12345")).unwrap(),
            "0.12345 has more than 4 decimals, which prices below $1 may not have"
        );
    }

    #[test]
    fn the_tick_of_an_option_depends_on_the_programme() {
        for (penny, price, tick) in [
            (true, "2.99", "0.01"),
            (true, "3.00", "0.05"),
            (false, "2.95", "0.05"),
            (false, "3", "0.10"),
        ] {
            let rule = TickRule::option(penny);
            assert_eq!(rule.tick_at(d(price)), d(tick), "{penny} {price}");
            assert!(rule.is_on_tick(d(price)));
        }
        assert!(!TickRule::option(true).is_on_tick(d("3.02")));
        assert_eq!(
            TickRule::option(false).fault(d("3.050")).unwrap(),
            "3.05 is not a multiple of 0.10, the tick at that price"
        );
    }

    #[test]
    fn a_step_is_positive() {
        assert_eq!(TickRule::step(0), None);
        assert_eq!(TickRule::step(-1), None);
        assert!(TickRule::step(d("0.25")).unwrap().is_on_tick(d("7.75")));
    }

    #[test]
    fn rounding_goes_where_it_is_told() {
        let rule = TickRule::equity();
        for (price, rounding, result) in [
            ("1.005", Rounding::Up, "1.01"),
            ("1.005", Rounding::Down, "1.00"),
            ("1.005", Rounding::Nearest, "1.01"),
            ("1.0049", Rounding::Nearest, "1.00"),
            ("1.005", Rounding::Passive(Side::Buy), "1.00"),
            ("1.005", Rounding::Passive(Side::Sell), "1.01"),
            ("1.005", Rounding::Aggressive(Side::Buy), "1.01"),
            ("1.005", Rounding::Aggressive(Side::Sell), "1.00"),
            ("0.99999", Rounding::Up, "1.0000"),
            ("0.99999", Rounding::Down, "0.9999"),
            ("1.00001", Rounding::Down, "1.00"),
            ("0.00001", Rounding::Down, "0.0000"),
            ("187.5", Rounding::Up, "187.5"),
        ] {
            let rounded = rule.round(d(price), rounding.clone()).unwrap();
            assert_eq!(rounded.to_string(), result, "{price} {rounding:?}");
        }
        let credit = TickRule::cents().round(d("-1.005"), Rounding::Down);
        assert_eq!(credit, Some(d("-1.01")));
        let credit = TickRule::cents().round(d("-1.005"), Rounding::Up);
        assert_eq!(credit, Some(d("-1.00")));
        assert_eq!(
            rule.round(d("1.005"), Rounding::Passive(Side::from("both"))),
            None
        );
        let wide = TickRule::step(d("79228162514264337593543950334")).unwrap();
        assert_eq!(wide.round(Decimal::MAX, Rounding::Up), None);
        // The library would answer with a price that is off the tick.
        let fine = TickRule::step(d("0.00000000041")).unwrap();
        assert_eq!(fine.round(d("7922816251426433760"), Rounding::Down), None);
    }

    #[test]
    fn an_asset_brings_its_own_increment() {
        let asset = |class: &str, increment: serde_json::Value| -> Asset {
            serde_json::from_value(serde_json::json!({
                "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "class": class, "exchange": "X",
                "symbol": "X", "status": "active", "tradable": true, "marginable": false,
                "shortable": false, "price_increment": increment,
            }))
            .unwrap()
        };
        let none = serde_json::Value::Null;
        assert_eq!(
            TickRule::for_asset(&asset("crypto", "0.5".into())),
            TickRule::step(d("0.5"))
        );
        assert_eq!(TickRule::for_asset(&asset("crypto", none.clone())), None);
        assert_eq!(
            TickRule::for_asset(&asset("us_equity", none.clone())),
            Some(TickRule::equity())
        );
        assert_eq!(
            TickRule::for_asset(&asset("us_option", none.clone())),
            Some(TickRule::cents())
        );
        assert_eq!(TickRule::for_asset(&asset("treasury", none)), None);
    }

    #[test]
    fn a_contract_says_whether_it_is_in_the_programme() {
        let contract = |underlying: &str, ppind: Option<bool>| -> OptionContract {
            serde_json::from_value(serde_json::json!({
                "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", "symbol": "X", "name": "X",
                "status": "active", "tradable": true, "expiration_date": "2025-06-20",
                "underlying_symbol": underlying, "type": "call", "style": "american",
                "underlying_asset_id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
                "strike_price": "1", "multiplier": "100", "size": "100", "ppind": ppind,
            }))
            .unwrap()
        };
        for (underlying, ppind, rule) in [
            ("AAPL", Some(true), TickRule::option(true)),
            ("ACME", Some(false), TickRule::option(false)),
            ("AAPL", None, TickRule::cents()),
            ("SPY", Some(true), TickRule::cents()),
        ] {
            assert_eq!(TickRule::for_contract(&contract(underlying, ppind)), rule);
        }
    }

    fn rules() -> impl Strategy<Value = TickRule> {
        prop_oneof![
            Just(TickRule::equity()),
            Just(TickRule::cents()),
            any::<bool>().prop_map(TickRule::option),
            (1..1_000_000_i64, 0..=12_u32)
                .prop_map(|(step, scale)| TickRule::step(Decimal::new(step, scale)).unwrap()),
        ]
    }

    /// Prices of every size, with the edges of the bands among them.
    fn prices() -> impl Strategy<Value = Decimal> {
        prop_oneof![
            (any::<i64>(), 0..=18_u32).prop_map(|(number, scale)| Decimal::new(number, scale)),
            (-400_000..400_000_i64, 4..=6_u32).prop_map(|(n, scale)| Decimal::new(n, scale)),
            (prop_oneof![Just(1_i64), Just(3)], -9..=9_i64, 1..=9_u32).prop_map(
                |(edge, distance, scale)| Decimal::from(edge) + Decimal::new(distance, scale)
            ),
        ]
    }

    proptest! {
        #![proptest_config(Config {
            cases: 4_000,
            rng_seed: RngSeed::Fixed(0x71c5),
            failure_persistence: None,
            ..Config::default()
        })]

        #[test]
        fn the_laws_of_rounding(rule in rules(), price in prices()) {
            if rule.round(price, Rounding::Up).is_none() {
                // Only for want of digits: the result has all decimals of the tick.
                let scale = price.scale().max(rule.tick_at(price).scale());
                let digits = price.abs().checked_mul(Decimal::from(10_i128.pow(scale)));
                prop_assert!(digits.is_none_or(|digits| digits > Decimal::MAX / Decimal::TEN));
                return Ok(());
            }
            let round = |price, rounding| rule.round(price, rounding).unwrap();
            let (up, down) = (round(price, Rounding::Up), round(price, Rounding::Down));
            let nearest = round(price, Rounding::Nearest);
            prop_assert!(down <= price && price <= up, "direction: {} {} {}", down, price, up);
            prop_assert!(nearest == up || nearest == down);
            prop_assert!((nearest - price).abs() <= (up - price).min(price - down));
            for rounded in [up, down, nearest] {
                prop_assert!(rule.is_on_tick(rounded), "{} is off the tick", rounded);
                prop_assert!((rounded - price).abs() < rule.tick_at(price));
                prop_assert_eq!(round(rounded, Rounding::Up), rounded);
                prop_assert_eq!(round(rounded, Rounding::Down), rounded);
            }
            prop_assert_eq!(rule.is_on_tick(price), up == down);
            prop_assert_eq!(round(price, Rounding::Passive(Side::Buy)), down);
            prop_assert_eq!(round(price, Rounding::Passive(Side::Sell)), up);
            prop_assert_eq!(round(price, Rounding::Aggressive(Side::Buy)), up);
            prop_assert_eq!(round(price, Rounding::Aggressive(Side::Sell)), down);
        }
    }
}
