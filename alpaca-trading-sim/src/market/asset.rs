//! An asset: what it is, and what may be done with it.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::{Builder, Uuid};

use super::error::AssetError;
use super::quote::check_price;

/// No margin is above this, in percent: $2.50 a share are less of the lowest price that there is.
const MOST_MARGIN: Decimal = Decimal::from_parts(0xd4a5_1000, 0xe8, 0, false, 0);

/// The class of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssetClass {
    /// A share or fund of a US exchange or traded over the counter.
    UsEquity,
    /// A pair of a coin and the currency that it is quoted in.
    Crypto,
}

impl AssetClass {
    /// As the service writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsEquity => "us_equity",
            Self::Crypto => "crypto",
        }
    }

    /// From what the service writes; none for a class that the simulator has not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::UsEquity, Self::Crypto]
            .into_iter()
            .find(|class| class.as_str() == text)
    }
}

/// Whether an asset is still traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssetStatus {
    /// It is.
    Active,
    /// It was: delisted, or taken over.
    Inactive,
}

impl AssetStatus {
    /// As the service writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    /// From what the service writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Inactive]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// Something that can be traded.
///
/// Made by [`equity`](Self::equity) or [`crypto`](Self::crypto) and changed field by field, or read from a
/// file. [`check`](Self::check) holds the rules; a [`Universe`](super::Universe) enforces them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
#[non_exhaustive]
pub struct Asset {
    /// The id; by default one that follows from class and symbol alone.
    pub id: Uuid,
    /// The symbol; of a pair with its slash, `BTC/USD`.
    pub symbol: String,
    /// The name.
    pub name: String,
    /// The class.
    pub class: AssetClass,
    /// The exchange as the service writes it: NASDAQ, NYSE, ARCA, AMEX, BATS, OTC, CRYPTO.
    pub exchange: String,
    /// Whether it is still traded.
    pub status: AssetStatus,
    /// Whether orders are taken.
    pub tradable: bool,
    /// Whether it can be bought on margin.
    pub marginable: bool,
    /// Whether it can be sold short.
    pub shortable: bool,
    /// Whether shares to sell short are at hand without a locate.
    pub easy_to_borrow: bool,
    /// Whether fractional quantities and notional orders are taken.
    pub fractionable: bool,
    /// Whether trading is halted at first. The simulator's own: no answer shows it.
    pub halted: bool,
    /// The maintenance margin, in percent of market value.
    pub maintenance_margin_requirement: Decimal,
    /// The margin that a long position needs, in percent of market value.
    pub margin_requirement_long: Decimal,
    /// The margin that a short position needs, in percent of market value.
    pub margin_requirement_short: Decimal,
    /// 1, or the multiple that a fund promises of what its index does: 2 or 3.
    pub leverage: u8,
    /// Special characteristics: `ptp_no_exception`, `has_options`, `ipo` and the like.
    pub attributes: Vec<String>,
    /// The smallest quantity of an order, in coins. Pairs only.
    pub min_order_size: Option<Decimal>,
    /// The step of quantities, in coins. Pairs only.
    pub min_trade_increment: Option<Decimal>,
    /// The step of prices, in the quote currency. Pairs only.
    pub price_increment: Option<Decimal>,
    /// Where its price starts, in the quote currency.
    pub reference_price: Decimal,
}

impl Asset {
    /// A share that may be bought, sold short, borrowed and divided, with the margins of its price.
    #[must_use]
    pub fn equity(symbol: &str, name: &str, exchange: &str, reference_price: Decimal) -> Self {
        let mut asset = Self {
            id: id_of(AssetClass::UsEquity, symbol),
            symbol: symbol.to_owned(),
            name: name.to_owned(),
            class: AssetClass::UsEquity,
            exchange: exchange.to_owned(),
            status: AssetStatus::Active,
            tradable: true,
            marginable: true,
            shortable: true,
            easy_to_borrow: true,
            fractionable: true,
            halted: false,
            maintenance_margin_requirement: Decimal::ZERO,
            margin_requirement_long: Decimal::ZERO,
            margin_requirement_short: Decimal::ZERO,
            leverage: 1,
            attributes: Vec::new(),
            min_order_size: None,
            min_trade_increment: None,
            price_increment: None,
            reference_price,
        };
        asset.set_usual_margins();
        asset
    }

    /// A pair that may be bought and sold for cash, in quantities of nine decimals.
    ///
    /// Its smallest order is about one unit of the quote currency.
    #[must_use]
    pub fn crypto(
        symbol: &str,
        name: &str,
        reference_price: Decimal,
        price_increment: Decimal,
    ) -> Self {
        let smallest = Decimal::new(1, 9);
        let one_unit = Decimal::ONE
            .checked_div(reference_price)
            .map_or(smallest, |size| size.round_dp(9).max(smallest));
        let mut asset = Self {
            id: id_of(AssetClass::Crypto, symbol),
            class: AssetClass::Crypto,
            marginable: false,
            shortable: false,
            easy_to_borrow: false,
            min_order_size: Some(one_unit),
            min_trade_increment: Some(smallest),
            price_increment: Some(price_increment),
            ..Self::equity(symbol, name, "CRYPTO", reference_price)
        };
        asset.set_usual_margins();
        asset
    }

    /// Sets the three margins to what Alpaca asks for at the reference price.
    ///
    /// Long: 100 % below $2.50, 50 % to $6, 30 % above; 50 % for a twofold fund and 75 % for a threefold
    /// one. Short: 100 % or $2.50 a share below $5, 30 % or $5 a share from there, whichever is more. What
    /// is not marginable: 100 %.
    pub fn set_usual_margins(&mut self) {
        let percent = Decimal::from;
        let price = self.reference_price;
        let by_price = match price {
            _ if price < Decimal::new(25, 1) => 100,
            _ if price <= Decimal::from(6) => 50,
            _ => 30,
        };
        let by_leverage = match self.leverage {
            0 | 1 => 0,
            2 => 50,
            _ => 75,
        };
        let (mut long, mut short) = (percent(by_price.max(by_leverage)), percent(by_leverage));
        let (per_share, least) = if price < Decimal::from(5) {
            (Decimal::new(250, 0), percent(100))
        } else {
            (Decimal::new(500, 0), percent(30))
        };
        let per_share = per_share.checked_div(price).unwrap_or(least).round_dp(2);
        short = short.max(least).max(per_share).normalize();
        if !self.marginable {
            long = percent(100);
            short = short.max(percent(100));
        }
        if self.class == AssetClass::Crypto {
            short = percent(100);
        }
        self.maintenance_margin_requirement = long;
        self.margin_requirement_long = long;
        self.margin_requirement_short = short;
    }

    /// Whether it has this characteristic.
    #[must_use]
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|known| known == attribute)
    }

    /// Whether it is a crypto pair.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == AssetStatus::Active
    }

    /// Whether it is a pair of a coin and a currency.
    #[must_use]
    pub fn is_crypto(&self) -> bool {
        self.class == AssetClass::Crypto
    }

    /// The coin and the currency of a pair: `BTC` and `USD`. None for anything else.
    #[must_use]
    pub fn pair(&self) -> Option<(&str, &str)> {
        self.symbol.split_once('/').filter(|_| self.is_crypto())
    }

    /// The symbol as positions write it: of a pair without the slash, `BTCUSD`.
    #[must_use]
    pub fn position_symbol(&self) -> String {
        self.symbol.replace('/', "")
    }

    /// `easy_to_borrow` or `hard_to_borrow`; none for what is never sold short by its nature.
    #[must_use]
    pub fn borrow_status(&self) -> Option<&'static str> {
        match (self.class, self.easy_to_borrow) {
            (AssetClass::Crypto, _) => None,
            (_, true) => Some("easy_to_borrow"),
            (_, false) => Some("hard_to_borrow"),
        }
    }

    /// The asset as the service sends it.
    ///
    /// Increments are there for pairs only, the borrow status for others only. `cusip` is null, as for
    /// accounts that have no licence for it. `easy_to_borrow` is sent although the document dropped it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut body = json!({
            "id": self.id,
            "class": self.class.as_str(),
            "exchange": self.exchange,
            "symbol": self.symbol,
            "name": self.name,
            "cusip": null,
            "status": self.status.as_str(),
            "tradable": self.tradable,
            "marginable": self.marginable,
            "maintenance_margin_requirement": number(self.maintenance_margin_requirement),
            "margin_requirement_long": text(self.margin_requirement_long),
            "margin_requirement_short": text(self.margin_requirement_short),
            "shortable": self.shortable,
            "easy_to_borrow": self.easy_to_borrow,
            "fractionable": self.fractionable,
            "attributes": self.attributes,
        });
        if let Some(fields) = body.as_object_mut() {
            if let Some(status) = self.borrow_status() {
                fields.insert("borrow_status".into(), json!(status));
            }
            for (name, value) in [
                ("min_order_size", self.min_order_size),
                ("min_trade_increment", self.min_trade_increment),
                ("price_increment", self.price_increment),
            ] {
                if let Some(value) = value {
                    fields.insert(name.into(), text(value));
                }
            }
        }
        body
    }

    /// Whether the rules hold.
    ///
    /// # Errors
    ///
    /// The first field that breaks one.
    pub fn check(&self) -> Result<(), AssetError> {
        self.check_symbol()?;
        if self.id.is_nil() {
            return Err(AssetError::new("id", "is the nil UUID"));
        }
        if self.name.trim().is_empty() {
            return Err(AssetError::new("name", "is empty"));
        }
        if !is_word(&self.exchange) {
            return Err(AssetError::new("exchange", "must be letters and digits"));
        }
        check_price("reference_price", self.reference_price)
            .map_err(|error| AssetError::new("price", error.to_string()))?;
        if !(1..=3).contains(&self.leverage) {
            return Err(AssetError::new("leverage", "must be 1, 2 or 3"));
        }
        for (field, value) in [
            (
                "maintenance_margin_requirement",
                self.maintenance_margin_requirement,
            ),
            ("margin_requirement_long", self.margin_requirement_long),
            ("margin_requirement_short", self.margin_requirement_short),
        ] {
            if value < Decimal::ZERO || value > MOST_MARGIN {
                let rule = format!("{value} must be from 0 to {MOST_MARGIN} percent");
                return Err(AssetError::new(field, rule));
            }
        }
        for (field, value) in [
            ("min_order_size", self.min_order_size),
            ("min_trade_increment", self.min_trade_increment),
            ("price_increment", self.price_increment),
        ] {
            match (value, self.is_crypto()) {
                (None, false) => {}
                (None, true) => return Err(AssetError::new(field, "is missing")),
                (Some(_), false) => return Err(AssetError::new(field, "is for crypto only")),
                (Some(value), true) => check_price(field, value)
                    .map_err(|error| AssetError::new(field, error.to_string()))?,
            }
        }
        if self.is_crypto() && (self.marginable || self.shortable) {
            let rule = "crypto is neither marginable nor shortable";
            return Err(AssetError::new("marginable", rule));
        }
        match self.attributes.iter().find(|text| !is_word(text)) {
            Some(text) => {
                let rule = format!("\"{text}\" must be letters, digits and underscores");
                Err(AssetError::new("attributes", rule))
            }
            None => Ok(()),
        }
    }

    fn check_symbol(&self) -> Result<(), AssetError> {
        let refuse = |rule: &str| Err(AssetError::new("symbol", rule));
        if self.symbol.is_empty() {
            return refuse("is empty");
        }
        if self.is_crypto() {
            return match self.symbol.split_once('/') {
                Some((coin, "USD")) if is_word(coin) => Ok(()),
                Some((coin, currency)) if is_word(coin) && is_word(currency) => {
                    let rule = format!(
                        "of a pair must end in /USD: accounts hold dollars and no {currency}"
                    );
                    Err(AssetError::new("symbol", rule))
                }
                _ => refuse("of a pair must be like BTC/USD"),
            };
        }
        // Neither slash nor colon: both have a meaning of their own in a symbol.
        if self.symbol.split(['.', '-']).all(is_word) {
            Ok(())
        } else {
            refuse("must be letters and digits, with points or hyphens between them")
        }
    }
}

/// Letters, digits and underscores, at least one.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A decimal as the service sends most of them.
fn text(value: Decimal) -> Value {
    json!(value.normalize().to_string())
}

/// A decimal as a JSON number, by its digits.
fn number(value: Decimal) -> Value {
    serde_json::from_str(&value.normalize().to_string()).unwrap_or_default()
}

/// The id of an asset, from what it is called: the same in every world and on every machine.
pub(super) fn id_of(class: AssetClass, symbol: &str) -> Uuid {
    // FNV-1a in 128 bits, and a last stir: symbols of few letters reach few of its bits otherwise.
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let name = class.as_str().bytes().chain([b':']).chain(symbol.bytes());
    for byte in name {
        hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
    }
    for shift in [67, 59] {
        hash = (hash ^ (hash >> shift)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    }
    hash ^= hash >> 64;
    Builder::from_random_bytes(hash.to_be_bytes()).into_uuid()
}

#[cfg(test)]
mod tests;
