//! The market: quotes, halts, prices that the clock plays.

use axum::extract::State;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;

use super::read::{Amount, Json, Part, Prices};
use super::{Outcome, Refusal, Served, ok};
use crate::simulator::MarketControl;
use crate::world::order::amount;

fn market(served: &Served) -> MarketControl {
    MarketControl::new(served.shared.clone())
}

/// `GET /market/{symbol}`.
pub(super) async fn show(State(served): State<Served>, Part(symbol): Part) -> Outcome {
    shown(&served, &symbol)
}

fn shown(served: &Served, symbol: &str) -> Outcome {
    let market = market(served);
    let quote = market.quote(symbol)?;
    let halted = market.is_halted(symbol)?;
    Ok(ok(&json!({
        "symbol": symbol,
        "bid": amount(quote.bid),
        "ask": amount(quote.ask),
        "last": amount(quote.last),
        "volume": quote.volume.map(amount),
        "halted": halted,
    })))
}

/// The body of `PUT /market/{symbol}`: a price, or a quote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    price: Option<Amount>,
    bid: Option<Amount>,
    ask: Option<Amount>,
    last: Option<Amount>,
    volume: Option<Amount>,
}

/// `PUT /market/{symbol}`. It is answered when the orders that waited for the quote are filled.
pub(super) async fn set(
    State(served): State<Served>,
    Part(symbol): Part,
    Json(wanted): Json<Set>,
) -> Outcome {
    let market = market(&served);
    match wanted {
        Set {
            price: Some(Amount(price)),
            bid: None,
            ask: None,
            last: None,
            volume: None,
        } => market.set_price(&symbol, price)?,
        Set {
            price: None,
            bid: Some(Amount(bid)),
            ask: Some(Amount(ask)),
            last,
            volume,
        } => {
            let last = match last {
                Some(Amount(last)) => last,
                None => middle(bid, ask)?,
            };
            match volume {
                None => market.set_quote(&symbol, bid, ask, last)?,
                Some(Amount(volume)) => {
                    market.set_quote_with_volume(&symbol, (bid, ask, last), volume)?;
                }
            }
        }
        _ => {
            return Err(Refusal::impossible(
                "say `price` alone, or `bid` and `ask` with `last` and `volume` if they are known",
            ));
        }
    }
    shown(&served, &symbol)
}

/// The last trade of a quote that does not say it, with no more decimals than a price has.
fn middle(bid: Decimal, ask: Decimal) -> Result<Decimal, Refusal> {
    let sum = bid.checked_add(ask);
    let middle = sum.and_then(|sum| sum.checked_div(Decimal::TWO));
    middle
        .map(|middle| middle.round_dp(crate::market::MAX_PRICE_DECIMALS))
        .ok_or_else(|| Refusal::impossible("bid and ask are too large"))
}

/// The body of `POST /market/{symbol}/halt`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Halt {
    halted: bool,
}

/// `POST /market/{symbol}/halt`.
pub(super) async fn halt(
    State(served): State<Served>,
    Part(symbol): Part,
    Json(wanted): Json<Halt>,
) -> Outcome {
    market(&served).halt(&symbol, wanted.halted)?;
    shown(&served, &symbol)
}

/// `POST /market/prices`: CSV, which the clock plays.
pub(super) async fn prices(State(served): State<Served>, Prices(text): Prices) -> Outcome {
    if text.is_empty() {
        return Err(Refusal::impossible("the body is empty"));
    }
    let market = market(&served);
    // A million rows take a while to be read.
    let played = move || market.play_csv_text("the body", text.as_ref());
    let quotes = tokio::task::spawn_blocking(played)
        .await
        .map_err(|_| Refusal::internal())??;
    Ok(ok(&json!({ "quotes": quotes })))
}

/// The body of `POST /market/walk`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Walk {
    symbols: Vec<String>,
    seed: u64,
}

/// `POST /market/walk`.
pub(super) async fn walk(State(served): State<Served>, Json(wanted): Json<Walk>) -> Outcome {
    let symbols: Vec<&str> = wanted.symbols.iter().map(String::as_str).collect();
    market(&served).walk(&symbols, wanted.seed)?;
    Ok(ok(
        &json!({ "symbols": wanted.symbols, "seed": wanted.seed }),
    ))
}
