//! What is held and what may be spent.

use rust_decimal::{Decimal, dec};
use serde_json::Value;

use super::{Shaped, Verdict, permission};
use crate::ApiError;
use crate::calendar::Phase;
use crate::market::{Asset, AssetClass, AssetIx, Quote};
use crate::world::account::{Account, Figures};
use crate::world::order::{Intent, OrderClass, OrderType, Side, amount};
use crate::world::{World, engine};

/// The least that an order for coins may cost, in dollars.
const LEAST_IN_COINS: Decimal = dec!(10);
/// The most.
const MOST_IN_COINS: Decimal = dec!(200000);

/// Checks an order against what the account holds and may spend.
pub(crate) fn check(
    world: &World,
    account: &Account,
    shaped: &Shaped,
) -> Result<Verdict, ApiError> {
    let asset = world.universe().get(shaped.asset);
    let position = account.position(shaped.asset);
    let closes = match shaped.side {
        Side::Buy => position.qty < Decimal::ZERO,
        Side::Sell => position.qty > Decimal::ZERO,
    };
    let inferred = Intent::of(shaped.side, !closes);
    if let Some(specified) = shaped.request.intent
        && specified != inferred
    {
        return Err(ApiError::unprocessable(format!(
            "position intent mismatch, inferred: {inferred}, specified: {specified}"
        )));
    }
    match shaped.request.class {
        OrderClass::Oco if !closes => {
            return Err(ApiError::unprocessable("oco orders must be exit orders"));
        }
        OrderClass::Bracket | OrderClass::Oto if closes => {
            return Err(ApiError::unprocessable(
                "bracket orders must be entry orders",
            ));
        }
        _ => {}
    }
    let quote = world.quote(shaped.asset);
    if shaped.order_type == OrderType::Market
        && world.phase_of(asset) == Phase::Core
        && (quote.is_none() || world.is_halted(shaped.asset))
    {
        return Err(ApiError::forbidden(
            "order has been rejected due to no available quote for symbol. please reenter with a limit",
        ));
    }
    if closes {
        held(world, account, shaped)?;
        not_too_great(world, shaped)?;
        return Ok(Verdict {
            intent: inferred,
            reserve: Decimal::ZERO,
        });
    }
    if asset.class == AssetClass::Crypto && shaped.side == Side::Sell {
        let requested = shaped
            .request
            .qty
            .or(shaped.request.notional)
            .unwrap_or_default();
        return Err(no_balance(coin(&asset.symbol), requested, Decimal::ZERO));
    }
    one_direction(world, account, shaped)?;
    no_closing_orders(world, account, shaped)?;
    let figures = Figures::of(world, account);
    if shaped.side == Side::Sell {
        permission::short(shaped, asset, &account.config, figures.multiplier > 1)?;
    }
    let reserve = affordable(world, shaped, asset, quote, &figures)?;
    Ok(Verdict {
        intent: inferred,
        reserve,
    })
}

/// Whether as much as is to be closed is held, and not promised to other orders.
fn held(world: &World, account: &Account, shaped: &Shaped) -> Result<(), ApiError> {
    let available = world.available(account, shaped.asset);
    let requested = match (shaped.request.qty, shaped.request.notional) {
        (Some(qty), _) => qty,
        (None, Some(notional)) => notional
            .checked_div(world.price(shaped.asset))
            .unwrap_or(notional)
            .round_dp(9),
        (None, None) => Decimal::ZERO,
    };
    if requested <= available {
        return Ok(());
    }
    Err(too_few(world, account, shaped.asset, requested, available))
}

/// Fewer are there than an order would close.
pub(crate) fn too_few(
    world: &World,
    account: &Account,
    ix: AssetIx,
    requested: Decimal,
    available: Decimal,
) -> ApiError {
    let asset = world.universe().get(ix);
    let existing = account.position(ix).qty.abs();
    if asset.class == AssetClass::Crypto {
        return no_balance(coin(&asset.symbol), requested, available);
    }
    let related: Vec<Value> = world
        .closing_orders(account, ix)
        .map(|order| order.id.to_string().into())
        .collect();
    ApiError::forbidden(format!(
        "insufficient qty available for order (requested: {}, available: {})",
        amount(requested),
        amount(available)
    ))
    .with("available", amount(available))
    .with("existing_qty", amount(existing))
    .with("held_for_orders", amount(existing - available))
    .with("symbol", asset.symbol.clone())
    .with("related_orders", related)
}

fn coin(symbol: &str) -> &str {
    symbol.split('/').next().unwrap_or(symbol)
}

fn no_balance(of: &str, requested: Decimal, available: Decimal) -> ApiError {
    ApiError::forbidden(format!(
        "insufficient balance for {of} (requested: {}, available: {})",
        amount(requested),
        amount(available)
    ))
    .with("available", amount(available))
    .with("balance", amount(available))
    .with("symbol", of)
}

/// From flat, orders open one direction at a time.
fn one_direction(world: &World, account: &Account, shaped: &Shaped) -> Result<(), ApiError> {
    let opposite = shaped.side.opposite();
    let opens_other_way = world
        .orders_of(account, shaped.asset)
        .any(|order| order.side == opposite && order.intent.opens() && order.parent.is_none());
    if !opens_other_way {
        return Ok(());
    }
    Err(ApiError::forbidden(match shaped.side {
        Side::Buy => "cannot open a long buy while a short sell order is open",
        Side::Sell => "cannot open a short sell while a long buy order is open",
    }))
}

/// An order by amount does not open more while orders to close are open.
fn no_closing_orders(world: &World, account: &Account, shaped: &Shaped) -> Result<(), ApiError> {
    let closing = world.closing_orders(account, shaped.asset).next();
    match shaped.request.notional.and(closing) {
        Some(_) => Err(ApiError::forbidden(
            "unable to open new notional orders while having open closing position orders",
        )),
        None => Ok(()),
    }
}

/// Whether the order can be paid for; what it holds, for each unit or whole.
fn affordable(
    world: &World,
    shaped: &Shaped,
    asset: &Asset,
    quote: Option<&Quote>,
    figures: &Figures,
) -> Result<Decimal, ApiError> {
    let price = unit_price(world, shaped, asset, quote);
    let (cost, reserve) = match (shaped.request.notional, shaped.request.qty) {
        (Some(notional), _) => (notional, notional),
        (None, Some(qty)) => (
            qty.checked_mul(price)
                .ok_or_else(|| ApiError::invalid("qty is too large"))?,
            price,
        ),
        (None, None) => (Decimal::ZERO, Decimal::ZERO),
    };
    size(shaped, asset, cost)?;
    payable(asset, shaped.side, cost, Decimal::ZERO, figures)?;
    Ok(reserve)
}

/// Whether the account can bear an order of this cost, for which so much is held already.
pub(crate) fn payable(
    asset: &Asset,
    side: Side,
    cost: Decimal,
    held: Decimal,
    figures: &Figures,
) -> Result<(), ApiError> {
    let power = match asset.marginable || (side == Side::Sell && asset.class != AssetClass::Crypto)
    {
        true => figures.buying_power,
        false => figures.non_marginable_buying_power,
    };
    if cost - held <= power {
        return Ok(());
    }
    Err(match asset.class {
        AssetClass::Crypto => no_balance("USD", cost, power + held),
        AssetClass::UsEquity => ApiError::forbidden("insufficient buying power")
            .with("buying_power", amount(power.round_dp(2)))
            .with("cost_basis", amount(cost.round_dp(2))),
    })
}

/// An order that sells coins is bounded as one that buys them is.
pub(crate) fn not_too_great(world: &World, shaped: &Shaped) -> Result<(), ApiError> {
    if world.universe().get(shaped.asset).class != AssetClass::Crypto {
        return Ok(());
    }
    let request = &shaped.request;
    let price = request
        .limit_price
        .unwrap_or_else(|| world.price(shaped.asset));
    let worth = request
        .notional
        .or_else(|| request.qty?.checked_mul(price))
        .unwrap_or_default();
    match worth > MOST_IN_COINS {
        true => Err(too_great()),
        false => Ok(()),
    }
}

fn too_great() -> ApiError {
    ApiError::forbidden(format!(
        "cost basis must be <= maximal amount of order {MOST_IN_COINS}"
    ))
}

/// Whether an order that opens is neither too small nor too great.
pub(crate) fn size(shaped: &Shaped, asset: &Asset, cost: Decimal) -> Result<(), ApiError> {
    match asset.class {
        AssetClass::Crypto => in_coins(cost),
        AssetClass::UsEquity if cost < Decimal::ONE && shaped.is_fractional(asset) => Err(
            ApiError::forbidden("cost basis must be >= minimal amount of order 1"),
        ),
        AssetClass::UsEquity => Ok(()),
    }
}

/// Whether an order for coins is.
fn in_coins(cost: Decimal) -> Result<(), ApiError> {
    if cost < LEAST_IN_COINS {
        return Err(ApiError::forbidden(format!(
            "cost basis must be >= minimal amount of order {LEAST_IN_COINS}"
        )));
    }
    if cost > MOST_IN_COINS {
        return Err(too_great());
    }
    Ok(())
}

/// What one unit is taken to cost.
///
/// A limit order costs its limit. A market order costs the far side of the quote in core hours, the
/// middle in extended hours, the last trade when the market is closed; a stop order as much more than its
/// stop price as its limit would be; a short sale the limit or 3 % above the offer.
fn unit_price(world: &World, shaped: &Shaped, asset: &Asset, quote: Option<&Quote>) -> Decimal {
    let last = world.price(shaped.asset);
    let limit = shaped.request.limit_price.or_else(|| {
        let target = shaped.request.take_profit.as_ref();
        target
            .filter(|_| shaped.request.class == OrderClass::Oco)
            .and_then(|target| target.limit_price)
    });
    if shaped.side == Side::Sell {
        let offer = quote.map_or(last, |quote| quote.ask) * dec!(1.03);
        return limit.map_or(offer, |limit| limit.max(offer));
    }
    match shaped.order_type {
        OrderType::Limit | OrderType::StopLimit => limit.unwrap_or(last),
        OrderType::Stop => shaped.request.stop_price.map_or(last, engine::collared),
        OrderType::Market | OrderType::TrailingStop => match (world.phase_of(asset), quote) {
            (Phase::Core, Some(quote)) if asset.class == AssetClass::Crypto => quote.ask,
            (Phase::Core, Some(quote)) => engine::collared(quote.ask),
            (Phase::Pre | Phase::Post | Phase::Overnight, Some(quote)) => quote.mid(),
            _ => last,
        },
    }
}
