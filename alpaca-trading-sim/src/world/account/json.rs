//! An account and its positions as the service writes them.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

use super::{Account, Figures, Position};
use crate::calendar::eastern::eastern_date;
use crate::market::{AssetClass, AssetIx};
use crate::world::World;
use crate::world::order::{amount, time};

/// Money as bodies have it: at most this many decimals.
const DECIMALS: u32 = 9;

fn money(value: Decimal) -> String {
    amount(value.round_dp(DECIMALS))
}

/// The body of an account.
#[derive(Debug, Serialize)]
pub(crate) struct AccountJson {
    id: String,
    admin_configurations: serde_json::Map<String, serde_json::Value>,
    user_configurations: Option<()>,
    account_number: String,
    status: &'static str,
    crypto_status: &'static str,
    options_approved_level: u8,
    options_trading_level: u8,
    currency: &'static str,
    buying_power: String,
    regt_buying_power: String,
    effective_buying_power: String,
    non_marginable_buying_power: String,
    options_buying_power: String,
    cash: String,
    accrued_fees: &'static str,
    pending_transfer_in: &'static str,
    pending_transfer_out: &'static str,
    pending_reg_taf_fees: &'static str,
    portfolio_value: String,
    trading_blocked: bool,
    transfers_blocked: bool,
    account_blocked: bool,
    created_at: String,
    trade_suspended_by_user: bool,
    multiplier: String,
    shorting_enabled: bool,
    equity: String,
    last_equity: String,
    long_market_value: String,
    short_market_value: String,
    position_market_value: String,
    initial_margin: String,
    maintenance_margin: String,
    last_maintenance_margin: String,
    sma: String,
    intraday_adjustments: &'static str,
    balance_asof: String,
    crypto_tier: u8,
    /// Only while there is the rule on day trading.
    #[serde(skip_serializing_if = "Option::is_none")]
    daytrade_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern_day_trader: Option<bool>,
}

impl AccountJson {
    /// The body of an account at the current prices.
    pub(crate) fn new(world: &World, account: &Account) -> Self {
        let figures = Figures::of(world, account);
        /// Paper accounts have the highest level.
        const APPROVED: u8 = 3;
        let previous = world.last_close_day();
        let by_rule = world.dialect().pattern_day_trading;
        Self {
            id: account.id.to_string(),
            admin_configurations: serde_json::Map::new(),
            user_configurations: None,
            account_number: account.number.clone(),
            status: account.state.status.as_str(),
            crypto_status: "ACTIVE",
            options_approved_level: APPROVED,
            options_trading_level: account
                .config
                .max_options_trading_level
                .map_or(APPROVED, |level| level.min(APPROVED)),
            currency: "USD",
            buying_power: money(figures.buying_power),
            regt_buying_power: money(figures.regt_buying_power),
            effective_buying_power: money(figures.buying_power),
            non_marginable_buying_power: money(figures.non_marginable_buying_power),
            options_buying_power: money(figures.options_buying_power),
            cash: money(account.cash),
            accrued_fees: "0",
            pending_transfer_in: "0",
            pending_transfer_out: "0",
            pending_reg_taf_fees: "0",
            portfolio_value: money(figures.equity),
            trading_blocked: account.state.trading_blocked,
            transfers_blocked: account.state.transfers_blocked,
            account_blocked: account.state.account_blocked,
            created_at: time(account.created_at),
            trade_suspended_by_user: account.config.suspend_trade,
            multiplier: figures.multiplier.to_string(),
            shorting_enabled: !account.config.no_shorting && figures.multiplier > 1,
            equity: money(figures.equity),
            last_equity: money(account.last_equity),
            long_market_value: money(figures.long_market_value),
            short_market_value: money(figures.short_market_value),
            position_market_value: money(figures.long_market_value - figures.short_market_value),
            initial_margin: money(figures.initial_margin),
            maintenance_margin: money(figures.maintenance_margin),
            last_maintenance_margin: money(account.last_maintenance_margin),
            sma: money(account.last_equity),
            intraday_adjustments: "0",
            balance_asof: previous
                .unwrap_or_else(|| eastern_date(account.created_at))
                .to_string(),
            crypto_tier: 1,
            daytrade_count: by_rule.then(|| world.day_trades(account)),
            pattern_day_trader: by_rule.then(|| account.day_trades.is_pattern()),
        }
    }
}

/// The body of a position.
#[derive(Debug, Serialize)]
pub(crate) struct PositionJson {
    asset_id: String,
    symbol: String,
    exchange: String,
    asset_class: &'static str,
    asset_marginable: bool,
    qty: String,
    avg_entry_price: String,
    side: &'static str,
    market_value: String,
    cost_basis: String,
    unrealized_pl: String,
    unrealized_plpc: String,
    unrealized_intraday_pl: String,
    unrealized_intraday_plpc: String,
    current_price: String,
    lastday_price: String,
    change_today: String,
    qty_available: String,
}

/// A ratio, cut after 16 decimals.
fn ratio(part: Decimal, whole: Decimal) -> String {
    let ratio = part.checked_div(whole).unwrap_or_default();
    amount(ratio.round_dp_with_strategy(16, RoundingStrategy::ToZero))
}

/// The figures of a position at a price.
fn valued(position: &Position, current: Decimal) -> [Decimal; 4] {
    let value = position.qty * current;
    [
        value,
        position.cost,
        value - position.cost,
        value - position.day_cost,
    ]
}

impl PositionJson {
    /// The body of a position at the current prices.
    pub(crate) fn new(world: &World, account: &Account, ix: AssetIx, position: &Position) -> Self {
        let asset = world.universe().get(ix);
        let current = world.price(ix);
        let last_day = world.last_day_price(ix);
        let [value, cost, gain, gain_today] = valued(position, current);
        Self {
            asset_id: asset.id.to_string(),
            symbol: match asset.class {
                AssetClass::Crypto => asset.symbol.replace('/', ""),
                AssetClass::UsEquity => asset.symbol.clone(),
            },
            exchange: asset.exchange.clone(),
            asset_class: asset.class.as_str(),
            asset_marginable: asset.marginable,
            qty: amount(position.qty),
            avg_entry_price: money(position.average()),
            side: if position.qty.is_sign_negative() {
                "short"
            } else {
                "long"
            },
            market_value: money(value),
            cost_basis: money(cost),
            unrealized_pl: money(gain),
            unrealized_plpc: ratio(gain, cost.abs()),
            unrealized_intraday_pl: money(gain_today),
            unrealized_intraday_plpc: ratio(gain_today, position.day_cost.abs()),
            current_price: amount(current),
            lastday_price: amount(last_day),
            change_today: ratio(current - last_day, last_day),
            qty_available: amount(world.available(account, ix)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    /// A published position: 24 sold short at 82.69, at 83.81.
    #[test]
    fn the_published_sample_comes_out_to_the_last_digit() {
        let mut position = Position::default();
        position.trade(dec!(-24), dec!(82.69));
        let [value, cost, gain, _] = valued(&position, dec!(83.81));
        assert_eq!(
            (value, cost, gain),
            (dec!(-2011.44), dec!(-1984.56), dec!(-26.88))
        );
        assert_eq!(ratio(gain, cost.abs()), "-0.0135445640343451");
    }
}
