//! The floor: bare reqwest and serde_json into plain structs.
//!
//! The structs have the same fields as the client's and the same types for amounts, ids and times; enums
//! are what serde makes of them. A body is checked for UTF-8 once and read as a text, which is the faster
//! way for large lists.

#![allow(missing_docs, reason = "the fields are Alpaca's")]

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};
use uuid::Uuid;

/// A decimal from the text of a string, exactly.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    struct Text;

    impl<'de> Visitor<'de> for Text {
        type Value = Option<Decimal>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a decimal in a string")
        }

        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
            inner.deserialize_any(self)
        }

        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.into()))
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Decimal::from_str_exact(text).map(Some).map_err(E::custom)
        }
    }

    deserializer.deserialize_option(Text)
}

/// Reads a body the faster way.
///
/// # Errors
///
/// When it is not UTF-8, or not what is expected.
pub fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, serde_json::Error> {
    let text = std::str::from_utf8(body).map_err(serde_json::Error::custom)?;
    serde_json::from_str(text)
}

#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    pub account_blocked: Option<bool>,
    pub account_number: Option<String>,
    #[serde(default, deserialize_with = "decimal")]
    pub accrued_fees: Option<Decimal>,
    pub balance_asof: Option<String>,
    #[serde(default, deserialize_with = "decimal")]
    pub buying_power: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub cash: Option<Decimal>,
    pub created_at: Option<DateTime<Utc>>,
    pub crypto_status: Option<AccountStatus>,
    pub currency: Option<String>,
    #[serde(default, deserialize_with = "decimal")]
    pub equity: Option<Decimal>,
    pub id: Uuid,
    #[serde(default, deserialize_with = "decimal")]
    pub initial_margin: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub intraday_adjustments: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub last_equity: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub last_maintenance_margin: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub long_market_value: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub maintenance_margin: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub multiplier: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub non_marginable_buying_power: Option<Decimal>,
    pub options_approved_level: Option<i64>,
    #[serde(default, deserialize_with = "decimal")]
    pub options_buying_power: Option<Decimal>,
    pub options_trading_level: Option<i64>,
    #[serde(default, deserialize_with = "decimal")]
    pub pending_reg_taf_fees: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub pending_transfer_in: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub pending_transfer_out: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub portfolio_value: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub regt_buying_power: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub short_market_value: Option<Decimal>,
    pub shorting_enabled: Option<bool>,
    #[serde(default, deserialize_with = "decimal")]
    pub sma: Option<Decimal>,
    pub status: AccountStatus,
    pub trade_suspended_by_user: Option<bool>,
    pub trading_blocked: Option<bool>,
    pub transfers_blocked: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Asset {
    pub attributes: Option<Vec<AssetAttribute>>,
    pub borrow_status: Option<AssetBorrowStatus>,
    pub class: AssetClass,
    pub cusip: Option<String>,
    pub exchange: Exchange,
    pub fractionable: Option<bool>,
    pub id: Uuid,
    #[serde(default, deserialize_with = "decimal")]
    pub maintenance_margin_requirement: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub margin_requirement_long: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub margin_requirement_short: Option<Decimal>,
    pub marginable: bool,
    #[serde(default, deserialize_with = "decimal")]
    pub min_order_size: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub min_trade_increment: Option<Decimal>,
    pub name: Option<String>,
    #[serde(default, deserialize_with = "decimal")]
    pub price_increment: Option<Decimal>,
    pub shortable: bool,
    pub status: AssetStatus,
    pub symbol: String,
    pub tradable: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    pub asset_class: Option<AssetClass>,
    pub asset_id: Option<Uuid>,
    pub canceled_at: Option<DateTime<Utc>>,
    pub client_order_id: String,
    pub created_at: DateTime<Utc>,
    pub expired_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub extended_hours: Option<bool>,
    pub failed_at: Option<DateTime<Utc>>,
    pub filled_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "decimal")]
    pub filled_avg_price: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub filled_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub hwm: Option<Decimal>,
    pub id: Uuid,
    pub legs: Option<Vec<OrderLeg>>,
    #[serde(default, deserialize_with = "decimal")]
    pub limit_price: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub notional: Option<Decimal>,
    pub order_class: OrderClass,
    pub order_type: Option<String>,
    pub position_intent: Option<PositionIntent>,
    #[serde(default, deserialize_with = "decimal")]
    pub qty: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub ratio_qty: Option<Decimal>,
    pub replaced_at: Option<DateTime<Utc>>,
    pub replaced_by: Option<Uuid>,
    pub replaces: Option<Uuid>,
    pub side: Option<OrderSide>,
    pub source: Option<String>,
    pub status: OrderStatus,
    #[serde(default, deserialize_with = "decimal")]
    pub stop_price: Option<Decimal>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub subtag: Option<String>,
    pub symbol: Option<String>,
    pub time_in_force: Option<TimeInForce>,
    #[serde(default, deserialize_with = "decimal")]
    pub trail_percent: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub trail_price: Option<Decimal>,
    #[serde(rename = "type")]
    pub type_: Option<OrderType>,
    pub updated_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct OrderLeg {
    pub asset_class: Option<AssetClass>,
    pub asset_id: Option<Uuid>,
    pub canceled_at: Option<DateTime<Utc>>,
    pub client_order_id: Option<String>,
    pub created_at: Option<DateTime<Utc>>,
    pub expired_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub extended_hours: Option<bool>,
    pub failed_at: Option<DateTime<Utc>>,
    pub filled_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "decimal")]
    pub filled_avg_price: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub filled_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub hwm: Option<Decimal>,
    pub id: Uuid,
    pub legs: Option<Vec<OrderLeg>>,
    #[serde(default, deserialize_with = "decimal")]
    pub limit_price: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub notional: Option<Decimal>,
    pub order_class: OrderClass,
    pub order_type: Option<String>,
    pub position_intent: Option<PositionIntent>,
    #[serde(default, deserialize_with = "decimal")]
    pub qty: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub ratio_qty: Option<Decimal>,
    pub replaced_at: Option<DateTime<Utc>>,
    pub replaced_by: Option<Uuid>,
    pub replaces: Option<Uuid>,
    pub side: Option<OrderSide>,
    pub source: Option<String>,
    pub status: Option<OrderStatus>,
    #[serde(default, deserialize_with = "decimal")]
    pub stop_price: Option<Decimal>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub subtag: Option<String>,
    pub symbol: Option<String>,
    pub time_in_force: Option<TimeInForce>,
    #[serde(default, deserialize_with = "decimal")]
    pub trail_percent: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    pub trail_price: Option<Decimal>,
    #[serde(rename = "type")]
    pub type_: Option<OrderType>,
    pub updated_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum AccountStatus {
    #[serde(rename = "INACTIVE")]
    Inactive,
    #[serde(rename = "PAPER_ONLY")]
    PaperOnly,
    #[serde(rename = "ONBOARDING")]
    Onboarding,
    #[serde(rename = "SUBMISSION_FAILED")]
    SubmissionFailed,
    #[serde(rename = "SUBMITTED")]
    Submitted,
    #[serde(rename = "ACCOUNT_UPDATED")]
    AccountUpdated,
    #[serde(rename = "APPROVAL_PENDING")]
    ApprovalPending,
    #[serde(rename = "ACTIVE")]
    Active,
    #[serde(rename = "REJECTED")]
    Rejected,
    #[serde(rename = "ACCOUNT_CLOSED")]
    AccountClosed,
    #[serde(rename = "APPROVED")]
    Approved,
    #[serde(rename = "ACCOUNT_CLOSED_PENDING")]
    AccountClosedPending,
    #[serde(rename = "ACTION_REQUIRED")]
    ActionRequired,
    #[serde(rename = "LIMITED")]
    Limited,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum AssetAttribute {
    #[serde(rename = "ptp_no_exception")]
    PtpNoException,
    #[serde(rename = "ptp_with_exception")]
    PtpWithException,
    #[serde(rename = "ipo")]
    Ipo,
    #[serde(rename = "has_options")]
    HasOptions,
    #[serde(rename = "options_late_close")]
    OptionsLateClose,
    #[serde(rename = "fractional_eh_enabled")]
    FractionalEhEnabled,
    #[serde(rename = "overnight_tradable")]
    OvernightTradable,
    #[serde(rename = "overnight_halted")]
    OvernightHalted,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum AssetBorrowStatus {
    #[serde(rename = "easy_to_borrow")]
    EasyToBorrow,
    #[serde(rename = "hard_to_borrow")]
    HardToBorrow,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum AssetClass {
    #[serde(rename = "us_equity")]
    UsEquity,
    #[serde(rename = "us_option")]
    UsOption,
    #[serde(rename = "crypto")]
    Crypto,
    #[serde(rename = "crypto_perp")]
    CryptoPerp,
    #[serde(rename = "treasury")]
    Treasury,
    #[serde(rename = "corporate")]
    Corporate,
    #[serde(rename = "global_equity")]
    GlobalEquity,
    #[serde(rename = "us_index")]
    UsIndex,
    #[serde(rename = "us_equity_chain")]
    UsEquityChain,
    #[serde(rename = "ipo")]
    Ipo,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum Exchange {
    #[serde(rename = "AMEX")]
    Amex,
    #[serde(rename = "ARCA")]
    Arca,
    #[serde(rename = "BATS")]
    Bats,
    #[serde(rename = "NYSE")]
    Nyse,
    #[serde(rename = "NASDAQ")]
    Nasdaq,
    #[serde(rename = "NYSEARCA")]
    Nysearca,
    #[serde(rename = "OTC")]
    Otc,
    #[serde(rename = "CRYPTO")]
    Crypto,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum AssetStatus {
    #[serde(rename = "active")]
    Active,
    #[serde(rename = "inactive")]
    Inactive,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum OrderClass {
    #[serde(rename = "simple", alias = "")]
    Simple,
    #[serde(rename = "bracket")]
    Bracket,
    #[serde(rename = "oco")]
    Oco,
    #[serde(rename = "oto")]
    Oto,
    #[serde(rename = "mleg")]
    Mleg,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum PositionIntent {
    #[serde(rename = "buy_to_open")]
    BuyToOpen,
    #[serde(rename = "buy_to_close")]
    BuyToClose,
    #[serde(rename = "sell_to_open")]
    SellToOpen,
    #[serde(rename = "sell_to_close")]
    SellToClose,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum OrderSide {
    #[serde(rename = "buy")]
    Buy,
    #[serde(rename = "sell")]
    Sell,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum OrderStatus {
    #[serde(rename = "new")]
    New,
    #[serde(rename = "partially_filled")]
    PartiallyFilled,
    #[serde(rename = "filled")]
    Filled,
    #[serde(rename = "done_for_day")]
    DoneForDay,
    #[serde(rename = "canceled")]
    Canceled,
    #[serde(rename = "expired")]
    Expired,
    #[serde(rename = "replaced")]
    Replaced,
    #[serde(rename = "pending_cancel")]
    PendingCancel,
    #[serde(rename = "pending_replace")]
    PendingReplace,
    #[serde(rename = "accepted")]
    Accepted,
    #[serde(rename = "pending_new")]
    PendingNew,
    #[serde(rename = "accepted_for_bidding")]
    AcceptedForBidding,
    #[serde(rename = "stopped")]
    Stopped,
    #[serde(rename = "rejected")]
    Rejected,
    #[serde(rename = "suspended")]
    Suspended,
    #[serde(rename = "calculated")]
    Calculated,
    #[serde(rename = "held")]
    Held,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum TimeInForce {
    #[serde(rename = "day")]
    Day,
    #[serde(rename = "gtc")]
    Gtc,
    #[serde(rename = "opg")]
    Opg,
    #[serde(rename = "cls")]
    Cls,
    #[serde(rename = "ioc")]
    Ioc,
    #[serde(rename = "fok")]
    Fok,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum OrderType {
    #[serde(rename = "market")]
    Market,
    #[serde(rename = "limit")]
    Limit,
    #[serde(rename = "stop")]
    Stop,
    #[serde(rename = "stop_limit")]
    StopLimit,
    #[serde(rename = "trailing_stop")]
    TrailingStop,
}
