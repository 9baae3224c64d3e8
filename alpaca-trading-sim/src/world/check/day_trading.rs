//! The rule on pattern day trading, which ended on 4 June 2026.
//!
//! An account with less than 25,000 dollars made at most three day trades in five trading days. The rule is off
//! unless the [`Dialect`](crate::world::Dialect) has it. It looks at the trades that were made and not at those
//! that other open orders may still make.

use http::StatusCode;
use rust_decimal::{Decimal, dec};

use super::Shaped;
use crate::ApiError;
use crate::market::AssetClass;
use crate::world::World;
use crate::world::account::{Account, DAY_TRADES, Figures};
use crate::world::order::{Intent, OrderClass};

/// From this equity on any number is allowed.
const ENOUGH: Decimal = dec!(25000);

/// Whether the day trade that an order would make, if it makes one, is allowed.
pub(crate) fn check(
    world: &World,
    account: &Account,
    shaped: &Shaped,
    intent: Intent,
) -> Result<(), ApiError> {
    let is_share = world.universe().get(shaped.asset).class == AssetClass::UsEquity;
    if !world.dialect().pattern_day_trading || !is_share {
        return Ok(());
    }
    let makes_one = match shaped.request.class {
        // What it opens it may close within the day, when nobody is asked any more. Whether the service refuses
        // it for that reason is not known.
        OrderClass::Bracket | OrderClass::Oto => true,
        _ if intent.opens() => false,
        _ => {
            let today = world.session_day();
            account.day_trades.would_make_one(shaped.asset, today)
        }
    };
    if makes_one
        && world.day_trades(account) >= DAY_TRADES
        // Of which moment the service takes the equity is not known: this is the present one.
        && Figures::equity(world, account) < ENOUGH
    {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            40_310_100,
            "trade denied due to pattern day trading protection",
        ));
    }
    Ok(())
}
