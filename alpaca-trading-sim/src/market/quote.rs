//! A quote: what is bid, what is asked, and the last trade.

use std::fmt;

use rust_decimal::Decimal;

/// No price reaches this, in units of the quote currency.
///
/// With it the products of prices and quantities stay far inside what a decimal holds.
pub const MAX_PRICE: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// A price has no more decimals than these.
pub const MAX_PRICE_DECIMALS: u32 = 9;

/// The best bid and ask of an asset and its last trade, in units of the quote currency.
///
/// The fields are open for reading. [`new`](Self::new) and [`check`](Self::check) enforce the rules:
/// prices above zero, and an ask that is not below the bid. The last trade may lie outside of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What buyers offer.
    pub bid: Decimal,
    /// What sellers ask for.
    pub ask: Decimal,
    /// The price of the last trade.
    pub last: Decimal,
    /// How much was traded since the quote before, in shares or coins. None where it is not known.
    pub volume: Option<Decimal>,
}

impl Quote {
    /// A quote without a volume.
    ///
    /// # Errors
    ///
    /// A price that is not above zero, too large, or too fine; an ask below the bid.
    pub fn new(bid: Decimal, ask: Decimal, last: Decimal) -> Result<Self, QuoteError> {
        let quote = Self {
            bid,
            ask,
            last,
            volume: None,
        };
        quote.check().map(|()| quote)
    }

    /// A quote whose bid and ask lie half a spread below and above the last trade.
    ///
    /// Nothing is rounded to a tick: [`PriceGrid::quote_at`](super::PriceGrid::quote_at) does that.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new); a negative spread crosses the quote.
    pub fn around(last: Decimal, spread: Decimal) -> Result<Self, QuoteError> {
        check_price("last", last)?;
        // Of a spread beyond every price no half can be right: the bid would not be above zero.
        if spread.abs() >= MAX_PRICE {
            return Err(QuoteError::TooLarge {
                field: "spread",
                value: spread,
            });
        }
        let half = spread * Decimal::new(5, 1);
        Self::new(last - half, last + half, last)
    }

    /// The same with the volume that was traded, in shares or coins.
    ///
    /// # Errors
    ///
    /// A volume below zero.
    pub fn with_volume(mut self, volume: Decimal) -> Result<Self, QuoteError> {
        self.volume = Some(volume);
        self.check().map(|()| self)
    }

    /// Halfway between bid and ask.
    #[must_use]
    pub fn mid(&self) -> Decimal {
        let sum = self.bid.checked_add(self.ask);
        sum.map_or(self.last, |sum| sum * Decimal::new(5, 1))
    }

    /// Whether the rules hold.
    ///
    /// # Errors
    ///
    /// The first rule that does not.
    pub fn check(&self) -> Result<(), QuoteError> {
        check_price("bid", self.bid)?;
        check_price("ask", self.ask)?;
        check_price("last", self.last)?;
        if self.ask < self.bid {
            return Err(QuoteError::Crossed {
                bid: self.bid,
                ask: self.ask,
            });
        }
        match self.volume {
            Some(volume) if volume < Decimal::ZERO => Err(QuoteError::NegativeVolume(volume)),
            _ => Ok(()),
        }
    }
}

/// Whether this can be a price.
pub(super) fn check_price(field: &'static str, value: Decimal) -> Result<(), QuoteError> {
    if value <= Decimal::ZERO {
        return Err(QuoteError::NotPositive { field, value });
    }
    if value >= MAX_PRICE {
        return Err(QuoteError::TooLarge { field, value });
    }
    if value.scale() > MAX_PRICE_DECIMALS && value.normalize().scale() > MAX_PRICE_DECIMALS {
        return Err(QuoteError::TooFine { field, value });
    }
    Ok(())
}

/// The rule that a quote breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuoteError {
    /// A price is zero or less.
    NotPositive {
        /// Which price.
        field: &'static str,
        /// What it is.
        value: Decimal,
    },
    /// A price reaches [`MAX_PRICE`].
    TooLarge {
        /// Which price.
        field: &'static str,
        /// What it is.
        value: Decimal,
    },
    /// A price has more than [`MAX_PRICE_DECIMALS`] decimals.
    TooFine {
        /// Which price.
        field: &'static str,
        /// What it is.
        value: Decimal,
    },
    /// The ask is below the bid.
    Crossed {
        /// The bid.
        bid: Decimal,
        /// The ask.
        ask: Decimal,
    },
    /// The volume is below zero.
    NegativeVolume(Decimal),
}

impl fmt::Display for QuoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPositive { field, value } => write!(f, "{field} {value} is not above zero"),
            Self::TooLarge { field, value } => {
                write!(f, "{field} {value} is not below {MAX_PRICE}")
            }
            Self::TooFine { field, value } => {
                write!(
                    f,
                    "{field} {value} has more than {MAX_PRICE_DECIMALS} decimals"
                )
            }
            Self::Crossed { bid, ask } => write!(f, "ask {ask} is below bid {bid}"),
            Self::NegativeVolume(volume) => write!(f, "volume {volume} is below zero"),
        }
    }
}

impl std::error::Error for QuoteError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn quote(bid: &str, ask: &str, last: &str) -> Result<Quote, QuoteError> {
        Quote::new(dec(bid), dec(ask), dec(last))
    }

    #[test]
    fn rules() {
        for (bid, ask, last, rule) in [
            ("0", "1", "1", "bid 0 is not above zero"),
            ("1", "-1", "1", "ask -1 is not above zero"),
            ("1", "1", "0", "last 0 is not above zero"),
            ("1.01", "1.00", "1", "ask 1.00 is below bid 1.01"),
            (
                "1",
                "1000000000",
                "1",
                "ask 1000000000 is not below 1000000000",
            ),
            (
                "1",
                "1",
                "0.0000000001",
                "last 0.0000000001 has more than 9 decimals",
            ),
        ] {
            assert_eq!(quote(bid, ask, last).unwrap_err().to_string(), rule);
        }
        assert!(quote("1", "1", "1").is_ok(), "a locked quote is a quote");
        assert!(
            quote("1", "2", "5").is_ok(),
            "the last trade may lie outside"
        );
        assert!(
            quote("1.000000000000", "2", "1").is_ok(),
            "zeros are no decimals"
        );
    }

    #[test]
    fn volume_is_not_negative() {
        let plain = quote("1", "2", "1").unwrap();
        assert_eq!(plain.volume, None);
        assert_eq!(plain.with_volume(dec("0")).unwrap().volume, Some(dec("0")));
        let refused = plain.with_volume(dec("-1")).unwrap_err();
        assert_eq!(refused.to_string(), "volume -1 is below zero");
    }

    #[test]
    fn around_and_mid() {
        let quote = Quote::around(dec("100"), dec("0.04")).unwrap();
        assert_eq!((quote.bid, quote.ask), (dec("99.98"), dec("100.02")));
        assert_eq!(quote.mid(), dec("100"));
        assert!(Quote::around(dec("1"), dec("2")).is_err(), "a bid of zero");
        assert!(Quote::around(dec("1"), dec("-0.1")).is_err(), "crossed");
        assert!(Quote::around(dec("1"), Decimal::MAX).is_err());
        assert!(Quote::around(Decimal::MAX, Decimal::MAX).is_err());
        assert_eq!(
            Quote::new(dec("1.01"), dec("1.02"), dec("1"))
                .unwrap()
                .mid(),
            dec("1.015")
        );
    }

    #[test]
    fn a_quote_is_small() {
        assert!(size_of::<Quote>() <= 72);
    }
}
