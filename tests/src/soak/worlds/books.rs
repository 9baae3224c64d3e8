//! The books of an account as a client can keep them, from the REST answers alone: what the list of activities
//! says must be what account and positions say.

use std::collections::BTreeMap;

use alpaca_trading::Decimal;
use serde_json::Value;

/// What the activities of an account come to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Books {
    pub(super) cash: Decimal,
    /// By symbol without a slash.
    pub(super) held: BTreeMap<String, Decimal>,
    pub(super) fills: usize,
}

/// A number of a body, which sends numbers as texts.
pub(super) fn number(body: &Value, name: &str) -> Result<Decimal, String> {
    let text = body[name]
        .as_str()
        .ok_or_else(|| format!("{name} is missing in {body}"))?;
    text.parse()
        .map_err(|_| format!("{name} is no number in {body}"))
}

impl Books {
    pub(super) fn begin(cash: Decimal) -> Self {
        Self {
            cash,
            ..Self::default()
        }
    }

    /// Takes one activity down.
    pub(super) fn enter(&mut self, activity: &Value) -> Result<(), String> {
        let symbol = activity["symbol"]
            .as_str()
            .map(|symbol| symbol.replace('/', ""));
        if activity["activity_type"] == "FILL" {
            let symbol = symbol.ok_or_else(|| format!("a fill without a symbol: {activity}"))?;
            let (qty, price) = (number(activity, "qty")?, number(activity, "price")?);
            let sign = match activity["side"].as_str() {
                Some("buy") => Decimal::ONE,
                Some("sell" | "sell_short") => -Decimal::ONE,
                _ => return Err(format!("a fill without a side: {activity}")),
            };
            self.cash -= sign * qty * price;
            *self.held.entry(symbol).or_default() += sign * qty;
            self.fills += 1;
            return Ok(());
        }
        self.cash += number(activity, "net_amount")?;
        if let (Some(symbol), Some(_)) = (symbol, activity.get("qty")) {
            *self.held.entry(symbol).or_default() += number(activity, "qty")?;
        }
        Ok(())
    }

    /// Compares them with an account and its positions.
    pub(super) fn check(&self, account: &Value, positions: &[Value]) -> Result<(), String> {
        let cash = self.cash.round_dp(9);
        if number(account, "cash")? != cash {
            return Err(format!("activities come to {cash} in cash: {account}"));
        }
        let mut held = BTreeMap::new();
        let (mut long, mut short) = (Decimal::ZERO, Decimal::ZERO);
        for position in positions {
            let qty = number(position, "qty")?;
            let value = number(position, "market_value")?;
            let side = if qty.is_sign_negative() {
                "short"
            } else {
                "long"
            };
            if position["side"] != side {
                return Err(format!("the side should be {side}: {position}"));
            }
            let available = number(position, "qty_available")?;
            if available < Decimal::ZERO || available > qty.abs() {
                return Err(format!(
                    "more or less is available than is held: {position}"
                ));
            }
            let price = number(position, "current_price")?;
            if (qty * price).round_dp(9) != value {
                return Err(format!(
                    "the market value should be {}: {position}",
                    qty * price
                ));
            }
            *if side == "long" {
                &mut long
            } else {
                &mut short
            } += value;
            let symbol = position["symbol"].as_str().unwrap_or_default();
            held.insert(symbol.to_owned(), qty);
        }
        let kept: BTreeMap<_, _> = self.held.iter().filter(|(_, qty)| !qty.is_zero()).collect();
        if kept != held.iter().collect() {
            return Err(format!(
                "activities come to {kept:?}, and held are {held:?}"
            ));
        }
        // Each value was rounded to nine decimals by itself.
        let near = |one: Decimal, other: Decimal| (one - other).abs() <= Decimal::new(30, 9);
        let sum = number(account, "cash")? + long + short;
        for (name, expected) in [
            ("long_market_value", long),
            ("short_market_value", short),
            ("equity", sum),
            ("portfolio_value", sum),
        ] {
            if !near(number(account, name)?, expected) {
                return Err(format!("{name} should be {expected}: {account}"));
            }
        }
        power(account, long - short)
    }
}

/// Compares what may be bought with what it follows from, in an account whose positions are worth so much, long and
/// short together.
fn power(account: &Value, exposure: Decimal) -> Result<(), String> {
    let of = |name: &str| number(account, name);
    // The figures were rounded by themselves, and some of them are multiplied.
    let slack = Decimal::new(1, 6);
    let hold = |fits: bool, rule: &str| match fits {
        true => Ok(()),
        false => Err(format!("{rule}, with positions of {exposure}: {account}")),
    };
    let (equity, initial) = (of("equity")?, of("initial_margin")?);
    let maintenance = of("maintenance_margin")?;
    hold(
        maintenance >= exposure * Decimal::new(3, 1) - slack,
        "the maintenance margin is below 30 %",
    )?;
    hold(
        initial >= maintenance.max(exposure / Decimal::TWO) - slack,
        "the initial margin is below half, or below the maintenance margin",
    )?;
    let not_less = |amount: Decimal| amount.max(Decimal::ZERO);
    let free = not_less(equity - initial);
    let same = |one: Decimal, other: Decimal| (one - other).abs() <= slack;
    hold(
        same(of("options_buying_power")?, free),
        "options are bought with equity less initial margin",
    )?;
    let power = of("buying_power")?;
    let fits = match account["multiplier"].as_str() {
        // Less what orders hold, which is shown in the initial margin alone, at half of it.
        Some("1") => power >= Decimal::ZERO && power <= not_less(of("cash")?) + slack,
        Some("2") => same(power, free * Decimal::TWO),
        // Less what was added today, which is not shown.
        Some("4") => {
            let four = Decimal::from(4);
            let at_close = four * (of("last_equity")? - of("last_maintenance_margin")?);
            let most = not_less(at_close.min(four * equity - exposure));
            power >= Decimal::ZERO && power <= most + slack
        }
        _ => false,
    };
    hold(fits, "the buying power does not follow from the figures")?;
    let overnight = match account["multiplier"].as_str() {
        Some("1") => power,
        _ => free * Decimal::TWO,
    };
    hold(
        same(of("regt_buying_power")?, overnight),
        "overnight, twice the equity less initial margin is bought with",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn books() -> Books {
        let mut books = Books::begin(Decimal::from(1_000));
        for activity in [
            json!({"activity_type": "FILL", "symbol": "AAPL", "side": "buy", "qty": "3", "price": "100"}),
            json!({"activity_type": "FILL", "symbol": "SPY", "side": "sell_short", "qty": "1", "price": "50"}),
            json!({"activity_type": "CFEE", "symbol": "BTC/USD", "qty": "0", "net_amount": "-1.5"}),
        ] {
            books.enter(&activity).unwrap();
        }
        books
    }

    fn position(symbol: &str, qty: &str, price: &str, value: &str) -> Value {
        let side = if qty.starts_with('-') {
            "short"
        } else {
            "long"
        };
        json!({"symbol": symbol, "qty": qty, "qty_available": "0", "market_value": value,
            "current_price": price, "side": side})
    }

    fn account(cash: &str, equity: &str) -> Value {
        json!({"cash": cash, "equity": equity, "portfolio_value": equity, "long_market_value": "330",
            "short_market_value": "-50", "multiplier": "2", "initial_margin": "190", "maintenance_margin": "114",
            "last_equity": "1000", "last_maintenance_margin": "100", "options_buying_power": "838.5",
            "buying_power": "1677", "regt_buying_power": "1677"})
    }

    #[test]
    fn what_adds_up_passes_and_what_does_not_is_found() {
        let positions = [
            position("AAPL", "3", "110", "330"),
            position("SPY", "-1", "50", "-50"),
        ];
        let right = books().check(&account("748.5", "1028.5"), &positions);
        assert_eq!(right, Ok(()));
        for (account, positions, what) in [
            (account("748.51", "1028.5"), positions.to_vec(), "in cash"),
            (
                account("748.5", "1028.51"),
                positions.to_vec(),
                "equity should be",
            ),
            (
                account("748.5", "1028.5"),
                positions[..1].to_vec(),
                "held are",
            ),
            (
                account("748.5", "1028.5"),
                vec![position("AAPL", "3", "110", "331"), positions[1].clone()],
                "market value should be",
            ),
        ] {
            let error = books().check(&account, &positions).unwrap_err();
            assert!(error.contains(what), "{error}");
        }
        for (name, value, what) in [
            ("maintenance_margin", "113", "below 30 %"),
            ("initial_margin", "189", "below half"),
            ("options_buying_power", "838", "options are bought"),
            ("buying_power", "1678", "does not follow"),
            ("regt_buying_power", "1676", "overnight"),
            ("multiplier", "1", "does not follow"),
            ("multiplier", "3", "does not follow"),
        ] {
            let mut wrong = account("748.5", "1028.5");
            wrong[name] = json!(value);
            let error = books().check(&wrong, &positions).unwrap_err();
            assert!(error.contains(what), "{name}: {error}");
        }
        let mut four = account("748.5", "1028.5");
        (four["multiplier"], four["buying_power"]) = (json!("4"), json!("3600"));
        assert_eq!(books().check(&four, &positions), Ok(()));
        four["buying_power"] = json!("3600.01");
        assert!(books().check(&four, &positions).is_err());
        let nonsense = json!({"activity_type": "FILL", "symbol": "AAPL", "qty": "1", "price": "1"});
        assert!(books().enter(&nonsense).is_err());
    }
}
