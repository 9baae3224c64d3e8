//! What can be said of a request alone, and of the kind of asset that it names.

use rust_decimal::{Decimal, dec};

use super::Shaped;
use crate::ApiError;
use crate::market::{Asset, AssetClass, AssetIx};
use crate::world::Dialect;
use crate::world::order::{OrderClass, OrderRequest, OrderType, Side, TimeInForce};

/// More than this is no quantity: beyond it, amounts would lose digits.
pub(crate) const MOST: Decimal = dec!(1000000000);

/// Checks what needs no asset.
pub(crate) fn request(request: &OrderRequest, dialect: &Dialect) -> Result<(), ApiError> {
    let invalid = |message: &str| Err(ApiError::invalid(message));
    if request.class == OrderClass::Mleg {
        return Err(ApiError::unprocessable(
            "order_class mleg is not served here yet",
        ));
    }
    if request.symbol.is_none() {
        return invalid("symbol is required");
    }
    if request.side.is_none() {
        return invalid("side is required");
    }
    let Some(order_type) = request.order_type else {
        return invalid("invalid order type");
    };
    if request.time_in_force.is_none() {
        return invalid("invalid time_in_force");
    }
    match (request.qty, request.notional) {
        (None, None) => return invalid("qty or notional is required"),
        (Some(_), Some(_)) => return invalid("only one of qty or notional is accepted"),
        (Some(qty), None) if qty <= Decimal::ZERO => return invalid("qty must be > 0"),
        (Some(qty), None) if qty > MOST => {
            return invalid(&format!("qty must be <= {MOST}"));
        }
        (Some(qty), None) if qty.normalize().scale() > 9 => {
            return invalid("qty must be limited to 9 decimal places");
        }
        (None, Some(notional)) => amount(notional, order_type, dialect)?,
        _ => {}
    }
    prices(request, order_type)?;
    if let Some(id) = &request.client_order_id
        && id.chars().count() > 128
    {
        return invalid("client_order_id must be no more than 128 characters");
    }
    legs(request)
}

fn amount(notional: Decimal, order_type: OrderType, dialect: &Dialect) -> Result<(), ApiError> {
    if notional < Decimal::ONE {
        return Err(ApiError::invalid("notional must be >= 1.00"));
    }
    if notional > MOST {
        return Err(ApiError::invalid(format!("notional must be <= {MOST}")));
    }
    if notional.normalize().scale() > dialect.notional_decimals {
        return Err(ApiError::unprocessable(format!(
            "notional value must be limited to {} decimal places",
            dialect.notional_decimals
        )));
    }
    match order_type {
        OrderType::Market => Ok(()),
        OrderType::Limit if dialect.notional_limit_orders => Ok(()),
        _ => Err(ApiError::invalid("notional orders must be market orders")),
    }
}

fn prices(request: &OrderRequest, order_type: OrderType) -> Result<(), ApiError> {
    let invalid = |message: &str| Err(ApiError::invalid(message));
    let (limit, stop) = (request.limit_price, request.stop_price);
    for (name, price) in [
        ("limit", limit),
        ("stop", stop),
        ("trail", request.trail_price),
    ] {
        if price.is_some_and(|price| price <= Decimal::ZERO) {
            return invalid(&format!("{name} price must be > 0"));
        }
        if price.is_some_and(|price| price > MOST) {
            return invalid(&format!("{name} price must be <= {MOST}"));
        }
    }
    let trails = [request.trail_price, request.trail_percent];
    let trails = trails.iter().flatten().count();
    if order_type != OrderType::TrailingStop && trails > 0 {
        return invalid("only trailing stop orders may have trail_price or trail_percent");
    }
    match order_type {
        OrderType::Market if limit.is_some() || stop.is_some() => {
            invalid("market orders require no stop or limit price")
        }
        // The price of a one-cancels-the-other order stands in its profit target.
        OrderType::Limit if limit.is_none() && request.class != OrderClass::Oco => {
            invalid("limit orders require a limit price")
        }
        OrderType::Limit if stop.is_some() => invalid("limit orders must not have stop_price"),
        OrderType::Stop if stop.is_none() => invalid("stop orders require a stop price"),
        OrderType::Stop if limit.is_some() => invalid("stop orders must not have limit_price"),
        OrderType::StopLimit if stop.is_none() || limit.is_none() => {
            invalid("stop limit orders require both stop and limit price")
        }
        OrderType::TrailingStop if trails != 1 => {
            invalid("trailing stop orders must specify one of trail_price or trail_percent")
        }
        OrderType::TrailingStop if limit.is_some() || stop.is_some() => {
            invalid("trailing stop orders require no stop or limit price")
        }
        OrderType::TrailingStop
            if request
                .trail_percent
                .is_some_and(|percent| percent < dec!(0.1)) =>
        {
            invalid("trail_percent must be greater than or equal to 0.1")
        }
        OrderType::TrailingStop
            if request
                .trail_percent
                .is_some_and(|percent| percent >= dec!(100)) =>
        {
            invalid("trail_percent must be less than 100")
        }
        _ => Ok(()),
    }
}

fn legs(request: &OrderRequest) -> Result<(), ApiError> {
    let invalid = |message: &str| Err(ApiError::invalid(message));
    let target = request
        .take_profit
        .as_ref()
        .and_then(|target| target.limit_price);
    let stop = request.stop_loss.as_ref().and_then(|stop| stop.stop_price);
    let name = request.class.as_str();
    match request.class {
        OrderClass::Simple if request.take_profit.is_some() || request.stop_loss.is_some() => {
            invalid("simple orders must not have take_profit or stop_loss")
        }
        OrderClass::Bracket | OrderClass::Oco if target.is_none() => {
            invalid(&format!("{name} orders require take_profit.limit_price"))
        }
        OrderClass::Bracket | OrderClass::Oco if stop.is_none() => {
            invalid(&format!("{name} orders require stop_loss.stop_price"))
        }
        OrderClass::Oto if request.take_profit.is_some() == request.stop_loss.is_some() => {
            invalid("oto orders require exactly one of take_profit or stop_loss")
        }
        OrderClass::Oto if request.take_profit.is_some() && target.is_none() => {
            invalid("oto orders require take_profit.limit_price")
        }
        OrderClass::Oto if request.stop_loss.is_some() && stop.is_none() => {
            invalid("oto orders require stop_loss.stop_price")
        }
        OrderClass::Bracket | OrderClass::Oco | OrderClass::Oto => {
            let limit = request.stop_loss.as_ref().and_then(|stop| stop.limit_price);
            if [target, stop, limit]
                .iter()
                .flatten()
                .any(|price| *price <= Decimal::ZERO)
            {
                return invalid("the prices of take_profit and stop_loss must be > 0");
            }
            if [target, stop, limit]
                .iter()
                .flatten()
                .any(|price| *price > MOST)
            {
                return invalid(&format!(
                    "the prices of take_profit and stop_loss must be <= {MOST}"
                ));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Checks type, time in force and class against the kind of asset.
pub(crate) fn combination(
    request: OrderRequest,
    ix: AssetIx,
    asset: &Asset,
    dialect: &Dialect,
) -> Result<Shaped, ApiError> {
    let shaped = Shaped {
        asset: ix,
        side: request.side.unwrap_or(Side::Buy),
        order_type: request.order_type.unwrap_or(OrderType::Market),
        time_in_force: request.time_in_force.unwrap_or(TimeInForce::Day),
        request,
    };
    match asset.class {
        AssetClass::Crypto => crypto(&shaped)?,
        AssetClass::UsEquity => {
            equity(&shaped, asset)?;
            extended_hours(&shaped, dialect)?;
        }
    }
    if shaped.request.advanced && shaped.time_in_force != TimeInForce::Day {
        return Err(ApiError::unprocessable(match shaped.time_in_force {
            TimeInForce::Fok => "FOK orders are not supported for algo destinations",
            _ => "advanced instructions only support DAY time_in_force",
        }));
    }
    Ok(shaped)
}

fn crypto(shaped: &Shaped) -> Result<(), ApiError> {
    let refused = |message: &str| Err(ApiError::unprocessable(message));
    match shaped.request.class {
        OrderClass::Bracket | OrderClass::Oto => {
            return refused("crypto orders not allowed for advanced order_class: otoco");
        }
        OrderClass::Oco => {
            return refused("crypto orders not allowed for advanced order_class: oco");
        }
        _ => {}
    }
    if matches!(shaped.order_type, OrderType::Stop | OrderType::TrailingStop) {
        return Err(ApiError::invalid("invalid order type for crypto order"));
    }
    if !matches!(shaped.time_in_force, TimeInForce::Gtc | TimeInForce::Ioc) {
        return refused("invalid crypto time_in_force");
    }
    if shaped.request.extended_hours {
        return refused("extended hours is not supported for crypto orders");
    }
    Ok(())
}

fn equity(shaped: &Shaped, asset: &Asset) -> Result<(), ApiError> {
    let refused = |message: &str| Err(ApiError::unprocessable(message));
    let (kind, time_in_force) = (shaped.order_type, shaped.time_in_force);
    if shaped.is_fractional(asset) {
        if shaped.is_advanced() {
            return refused("fractional orders must be simple orders");
        }
        if time_in_force != TimeInForce::Day {
            return refused("fractional orders must be DAY orders");
        }
        if kind == OrderType::TrailingStop {
            return refused("fractional orders must be market, limit, stop or stop limit orders");
        }
    }
    let auction = matches!(
        time_in_force,
        TimeInForce::Ioc | TimeInForce::Fok | TimeInForce::Opg | TimeInForce::Cls
    );
    let stops = !matches!(kind, OrderType::Market | OrderType::Limit);
    if auction && (stops || asset.exchange == "OTC") {
        return Err(ApiError::invalid("invalid time_in_force"));
    }
    match shaped.request.class {
        OrderClass::Bracket | OrderClass::Oto if stops => {
            refused("bracket and oto orders require a market or limit entry")
        }
        OrderClass::Bracket | OrderClass::Oco if auction => {
            refused("bracket and oco orders support only \"day\" or \"gtc\" time_in_force")
        }
        OrderClass::Oto if auction => Err(ApiError::invalid(
            "oto orders support only \"day\" or \"gtc\" time_in_force",
        )),
        OrderClass::Oco if kind != OrderType::Limit => refused("oco orders must be limit orders"),
        _ => Ok(()),
    }
}

fn extended_hours(shaped: &Shaped, dialect: &Dialect) -> Result<(), ApiError> {
    if !shaped.request.extended_hours {
        return Ok(());
    }
    match (shaped.request.class, shaped.order_type) {
        (OrderClass::Oto, _) => {
            return Err(ApiError::forbidden(
                "oto orders do not support extended hours trading",
            ));
        }
        (OrderClass::Simple, OrderType::Stop | OrderType::StopLimit) => {
            return Err(ApiError::unprocessable(
                "stop orders are not eligible for extended hours trading",
            ));
        }
        _ => {}
    }
    let time_in_force = match shaped.time_in_force {
        TimeInForce::Day => true,
        TimeInForce::Gtc => dialect.extended_hours_gtc,
        _ => false,
    };
    if shaped.request.class != OrderClass::Simple
        || shaped.order_type != OrderType::Limit
        || !time_in_force
    {
        return Err(ApiError::unprocessable(match dialect.extended_hours_gtc {
            true => "extended hours order must be DAY or GTC limit orders",
            false => "extended hours order must be DAY limit orders",
        }));
    }
    Ok(())
}
