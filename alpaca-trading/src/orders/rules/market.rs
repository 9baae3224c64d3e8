//! Which market's rules an order is under, as far as that can be known without asking.

use uuid::Uuid;

use crate::orders::AssetClass;
use crate::symbol::{Occ, pair};

/// What an order trades in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Market {
    /// Shares and funds.
    Equity,
    /// Listed options, one leg or several.
    Option,
    /// Crypto pairs.
    Crypto,
    /// A ticker or a crypto pair without its slash: `BTCUSD`.
    EquityOrCrypto,
    /// Anything else, or an asset's id.
    Unknown,
}

/// What crypto pairs are quoted in.
const QUOTES: [&str; 4] = ["USDT", "USDC", "USD", "BTC"];

impl Market {
    /// The market of a symbol: what the caller knows of it comes before what its form tells.
    pub(crate) fn of(symbol: Option<&str>, class: Option<&AssetClass>) -> Self {
        match (class, symbol) {
            (Some(class), _) => Self::of_class(class),
            (None, Some(symbol)) => Self::of_symbol(symbol),
            (None, None) => Self::Unknown,
        }
    }

    fn of_class(class: &AssetClass) -> Self {
        if *class == AssetClass::UsEquity {
            Self::Equity
        } else if *class == AssetClass::UsOption {
            Self::Option
        } else if *class == AssetClass::Crypto {
            Self::Crypto
        } else {
            Self::Unknown
        }
    }

    fn of_symbol(symbol: &str) -> Self {
        if symbol
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'.')
        {
            // No ticker of letters alone is that long, but nothing says that none ever will be.
            let long = symbol.len() >= 6 && !symbol.contains('.');
            return if long && quote_of(symbol).is_some() {
                Self::EquityOrCrypto
            } else {
                Self::Equity
            };
        }
        if pair(symbol).is_some() {
            return Self::Crypto;
        }
        if Occ::parse(symbol).is_some() {
            return Self::Option;
        }
        match symbol.rsplit_once(':') {
            Some((_, class)) => Self::of_class(&AssetClass::from(class)),
            // A digit in a ticker: a contingent value right, a bond, or an asset's id.
            None => Self::Unknown,
        }
    }
}

/// What the prices of a crypto pair are in, with a slash or without.
pub(crate) fn quote_of(symbol: &str) -> Option<&str> {
    if let Some((_, quote)) = pair(symbol) {
        return Some(quote);
    }
    QUOTES.into_iter().find_map(|quote| {
        let (base, end) = symbol.split_at_checked(symbol.len().checked_sub(quote.len())?)?;
        (!base.is_empty() && end.eq_ignore_ascii_case(quote)).then_some(end)
    })
}

/// Whether a text is the id of an asset.
pub(crate) fn is_asset_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_symbol_tells_its_market() {
        for (symbol, market) in [
            ("AAPL", Market::Equity),
            ("aapl", Market::Equity),
            ("BRK.B", Market::Equity),
            ("GUSD", Market::Equity),
            ("BTC/USD", Market::Crypto),
            ("ETH/BTC", Market::Crypto),
            ("1INCH/USD", Market::Crypto),
            ("BTCUSD", Market::EquityOrCrypto),
            ("btcusdt", Market::EquityOrCrypto),
            ("DOGEUSDC", Market::EquityOrCrypto),
            ("ETHBTC", Market::EquityOrCrypto),
            ("AAPL250620C00100000", Market::Option),
            ("AAPL:NASDAQ:us_equity", Market::Equity),
            ("X:Y:crypto_perp", Market::Unknown),
            ("X:Y", Market::Unknown),
            ("912797KX0", Market::Unknown),
            ("b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", Market::Unknown),
        ] {
            assert_eq!(Market::of(Some(symbol), None), market, "{symbol}");
        }
        assert_eq!(Market::of(None, None), Market::Unknown);
    }

    #[test]
    fn a_known_class_comes_first() {
        for (class, market) in [
            ("us_equity", Market::Equity),
            ("us_option", Market::Option),
            ("crypto", Market::Crypto),
            ("ipo", Market::Unknown),
            ("treasury", Market::Unknown),
            ("new_class", Market::Unknown),
        ] {
            let class = AssetClass::from(class);
            assert_eq!(Market::of(Some("AAPL"), Some(&class)), market, "{class}");
        }
    }

    #[test]
    fn a_quote_is_found_with_and_without_a_slash() {
        assert_eq!(quote_of("BTC/USD"), Some("USD"));
        assert_eq!(quote_of("BTCUSDT"), Some("USDT"));
        assert_eq!(quote_of("ETHBTC"), Some("BTC"));
        assert_eq!(quote_of("USD"), None);
        assert_eq!(quote_of("AAPL"), None);
        assert_eq!(quote_of("é"), None);
    }

    #[test]
    fn an_asset_id_is_a_uuid() {
        assert!(is_asset_id("b0b6dd9d-8b9b-48a9-ba46-b9d54906e415"));
        assert!(!is_asset_id("AAPL"));
    }
}
