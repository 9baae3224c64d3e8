//! The assets that the simulator has of its own.
//!
//! Real symbols at prices that could be those of a day in 2026, chosen so that every rule about assets
//! has one that it bites. What is said of an asset here need not be so at the service; nothing bad is
//! said of a real company: what is halted or cannot be traded are the exchanges' own test symbols.

use rust_decimal::Decimal;

use super::asset::{Asset, AssetStatus};

/// What a share has that differs from the usual.
#[derive(Clone, Copy)]
enum Trait {
    /// Orders in whole shares only.
    Whole,
    /// Sold short only with a locate.
    HardToBorrow,
    /// Not sold short.
    NoShort,
    /// Paid in full.
    NoMargin,
    /// A fund of so many times its index.
    Leverage(u8),
    /// Halted at first.
    Halted,
    /// Listed, and not traded here.
    Untradable,
    /// No longer listed.
    Inactive,
    /// Has this attribute.
    Is(&'static str),
    /// None of the attributes that the great ones have.
    Plain,
}

use Trait::{
    Halted, HardToBorrow, Inactive, Is, Leverage, NoMargin, NoShort, Plain, Untradable, Whole,
};

/// Symbol, name, exchange, price in cents, and what differs.
type Share = (
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static [Trait],
);

/// What those that are traded everywhere have.
const USUAL: [&str; 3] = ["fractional_eh_enabled", "has_options", "overnight_tradable"];

const LATE: Trait = Is("options_late_close");

#[rustfmt::skip]
const SHARES: [Share; 56] = [
    ("AAPL", "Apple Inc. Common Stock", "NASDAQ", 26_240, &[]),
    ("MSFT", "Microsoft Corporation Common Stock", "NASDAQ", 51_275, &[]),
    ("NVDA", "NVIDIA Corporation Common Stock", "NASDAQ", 18_820, &[]),
    ("AMZN", "Amazon.com, Inc. Common Stock", "NASDAQ", 23_160, &[]),
    ("GOOGL", "Alphabet Inc. Class A Common Stock", "NASDAQ", 28_410, &[]),
    ("GOOG", "Alphabet Inc. Class C Capital Stock", "NASDAQ", 28_500, &[]),
    ("META", "Meta Platforms, Inc. Class A Common Stock", "NASDAQ", 67_230, &[]),
    ("TSLA", "Tesla, Inc. Common Stock", "NASDAQ", 41_890, &[]),
    ("AVGO", "Broadcom Inc. Common Stock", "NASDAQ", 35_245, &[]),
    ("AMD", "Advanced Micro Devices, Inc. Common Stock", "NASDAQ", 22_815, &[]),
    ("INTC", "Intel Corporation Common Stock", "NASDAQ", 3_842, &[]),
    ("CSCO", "Cisco Systems, Inc. Common Stock", "NASDAQ", 7_680, &[]),
    ("NFLX", "Netflix, Inc. Common Stock", "NASDAQ", 11_260, &[]),
    ("COST", "Costco Wholesale Corporation Common Stock", "NASDAQ", 92_840, &[]),
    ("ADBE", "Adobe Inc. Common Stock", "NASDAQ", 33_470, &[]),
    ("PLTR", "Palantir Technologies Inc. Class A Common Stock", "NASDAQ", 17_600, &[]),
    ("PYPL", "PayPal Holdings, Inc. Common Stock", "NASDAQ", 6_420, &[]),
    ("BRK.A", "Berkshire Hathaway Inc. Class A", "NYSE", 74_750_000, &[Plain, Whole]),
    ("BRK.B", "Berkshire Hathaway Inc. Class B", "NYSE", 49_830, &[]),
    ("JPM", "JPMorgan Chase & Co.", "NYSE", 30_960, &[]),
    ("V", "Visa Inc. Class A", "NYSE", 34_215, &[]),
    ("JNJ", "Johnson & Johnson", "NYSE", 20_450, &[]),
    ("WMT", "Walmart Inc. Common Stock", "NASDAQ", 10_280, &[]),
    ("PG", "The Procter & Gamble Company", "NYSE", 14_720, &[]),
    ("KO", "The Coca-Cola Company", "NYSE", 7_035, &[]),
    ("XOM", "Exxon Mobil Corporation", "NYSE", 11_790, &[]),
    ("DIS", "The Walt Disney Company", "NYSE", 11_025, &[]),
    ("BA", "The Boeing Company", "NYSE", 20_840, &[]),
    ("BAC", "Bank of America Corporation", "NYSE", 5_360, &[]),
    ("F", "Ford Motor Company", "NYSE", 1_320, &[]),
    ("PFE", "Pfizer Inc.", "NYSE", 2_540, &[]),
    ("NIO", "NIO Inc. American Depositary Shares", "NYSE", 560, &[]),
    ("PLUG", "Plug Power Inc. Common Stock", "NASDAQ", 231, &[]),
    ("SENS", "Senseonics Holdings, Inc. Common Stock", "AMEX", 46, &[Plain, Whole, NoMargin, NoShort]),
    ("IMO", "Imperial Oil Limited", "AMEX", 8_840, &[Plain]),
    ("GME", "GameStop Corp. Class A", "NYSE", 2_315, &[HardToBorrow]),
    ("BYND", "Beyond Meat, Inc. Common Stock", "NASDAQ", 182, &[Plain, HardToBorrow]),
    ("EPD", "Enterprise Products Partners L.P.", "NYSE", 3_145, &[Plain, Is("has_options"), Is("ptp_no_exception")]),
    ("SPY", "State Street SPDR S&P 500 ETF Trust", "ARCA", 67_840, &[LATE]),
    ("QQQ", "Invesco QQQ Trust, Series 1", "NASDAQ", 61_220, &[LATE]),
    ("IWM", "iShares Russell 2000 ETF", "ARCA", 24_510, &[LATE]),
    ("VTI", "Vanguard Total Stock Market ETF", "ARCA", 33_390, &[]),
    ("GLD", "SPDR Gold Shares", "ARCA", 38_260, &[]),
    ("TLT", "iShares 20+ Year Treasury Bond ETF", "NASDAQ", 8_945, &[]),
    ("ARKK", "ARK Innovation ETF", "BATS", 8_120, &[]),
    ("VXX", "iPath Series B S&P 500 VIX Short-Term Futures ETN", "BATS", 3_390, &[HardToBorrow]),
    ("USO", "United States Oil Fund, LP", "ARCA", 7_310, &[Plain, Is("has_options"), Is("ptp_with_exception")]),
    ("SSO", "ProShares Ultra S&P500", "ARCA", 11_480, &[Leverage(2)]),
    ("QLD", "ProShares Ultra QQQ", "ARCA", 14_160, &[Leverage(2)]),
    ("TQQQ", "ProShares UltraPro QQQ", "NASDAQ", 10_750, &[Leverage(3)]),
    ("SQQQ", "ProShares UltraPro Short QQQ", "NASDAQ", 1_465, &[Leverage(3)]),
    ("TCEHY", "Tencent Holdings Ltd. ADR", "OTC", 7_865, &[Plain, Whole, NoMargin, NoShort]),
    ("TWTR", "Twitter, Inc.", "NYSE", 5_370, &[Plain, Inactive]),
    ("ZVZZT", "NASDAQ TEST STOCK", "NASDAQ", 2_000, &[Plain, Halted]),
    ("ZWZZT", "NASDAQ TEST STOCK", "NASDAQ", 1_500, &[Plain, Untradable]),
    ("ZXZZT", "NASDAQ TEST STOCK", "NASDAQ", 2_500, &[Plain, Whole, NoMargin, NoShort, Is("ipo")]),
];

/// Symbol, name, and price and step as digits and decimals.
type Pair = (&'static str, &'static str, (i64, u32), (i64, u32));

const PAIRS: [Pair; 10] = [
    ("BTC/USD", "Bitcoin / US Dollar", (64_000, 0), (1, 0)),
    ("ETH/USD", "Ethereum / US Dollar", (24_500, 1), (1, 1)),
    ("SOL/USD", "Solana / US Dollar", (14_250, 2), (25, 4)),
    ("LTC/USD", "Litecoin / US Dollar", (8_435, 2), (5, 3)),
    ("LINK/USD", "Chainlink / US Dollar", (142_500, 4), (5, 4)),
    ("AVAX/USD", "Avalanche / US Dollar", (210_400, 4), (5, 4)),
    ("DOGE/USD", "Dogecoin / US Dollar", (1_425_000, 7), (5, 7)),
    ("SHIB/USD", "Shiba Inu / US Dollar", (9_120, 9), (1, 9)),
    ("USDC/USD", "USD Coin / US Dollar", (10_000, 4), (1, 4)),
    ("USDT/USD", "USD Tether / US Dollar", (9_999, 4), (1, 4)),
];

/// All of them, shares first.
pub(super) fn assets() -> impl Iterator<Item = Asset> {
    let shares = SHARES.iter().map(share);
    let pairs = PAIRS.iter().map(|(symbol, name, price, step)| {
        let decimal = |(digits, decimals): (i64, u32)| Decimal::new(digits, decimals);
        Asset::crypto(symbol, name, decimal(*price), decimal(*step))
    });
    shares.chain(pairs)
}

fn share((symbol, name, exchange, cents, traits): &Share) -> Asset {
    let mut asset = Asset::equity(symbol, name, exchange, Decimal::new(*cents, 2));
    asset.attributes = USUAL.map(str::to_owned).to_vec();
    for special in *traits {
        match special {
            Whole => asset.fractionable = false,
            HardToBorrow => asset.easy_to_borrow = false,
            NoShort => (asset.shortable, asset.easy_to_borrow) = (false, false),
            NoMargin => asset.marginable = false,
            Leverage(times) => asset.leverage = *times,
            Halted => asset.halted = true,
            Untradable => asset.tradable = false,
            Inactive => {
                (asset.status, asset.tradable) = (AssetStatus::Inactive, false);
                (asset.shortable, asset.easy_to_borrow) = (false, false);
            }
            Is(attribute) => asset.attributes.push((*attribute).to_owned()),
            Plain => asset.attributes.clear(),
        }
    }
    asset.set_usual_margins();
    asset
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Universe;

    #[test]
    fn all_are_valid_and_in() {
        let all: Vec<_> = assets().collect();
        assert_eq!(Universe::new(all.clone()).unwrap().len(), all.len());
        let builtin = Universe::builtin();
        assert_eq!(builtin.len(), SHARES.len() + PAIRS.len());
        for ((_, one), other) in builtin.iter().zip(&all) {
            assert_eq!(one, other);
        }
    }

    #[test]
    fn prices_are_on_the_grid() {
        for asset in assets() {
            let (symbol, price) = (&asset.symbol, asset.reference_price);
            assert!(asset.grid().contains(price), "{symbol} {price}");
        }
    }

    #[test]
    fn every_rule_has_an_asset() {
        type Rule = (&'static str, fn(&Asset) -> bool);
        let rules: [Rule; 16] = [
            ("not fractionable", |a| a.tradable && !a.fractionable),
            ("hard to borrow", |a| a.shortable && !a.easy_to_borrow),
            ("not shortable", |a| {
                a.tradable && !a.shortable && !a.is_crypto()
            }),
            ("not marginable", |a| {
                a.tradable && !a.marginable && !a.is_crypto()
            }),
            ("halted", |a| a.halted && a.tradable),
            ("not tradable", |a| {
                a.status == AssetStatus::Active && !a.tradable
            }),
            ("inactive", |a| a.status == AssetStatus::Inactive),
            ("below a dollar", |a| {
                a.reference_price < Decimal::ONE && !a.is_crypto()
            }),
            ("twofold", |a| a.leverage == 2),
            ("threefold", |a| a.leverage == 3),
            ("partnership", |a| a.has("ptp_no_exception")),
            ("partnership with exception", |a| {
                a.has("ptp_with_exception")
            }),
            ("new", |a| a.has("ipo")),
            ("late options", |a| a.has("options_late_close")),
            ("over the counter", |a| a.exchange == "OTC"),
            ("stable", |a| {
                a.is_crypto() && a.reference_price == Decimal::ONE
            }),
        ];
        for (name, rule) in rules {
            assert!(assets().any(|asset| rule(&asset)), "{name}");
        }
        for exchange in ["NASDAQ", "NYSE", "ARCA", "AMEX", "BATS", "OTC", "CRYPTO"] {
            assert!(
                assets().any(|asset| asset.exchange == exchange),
                "{exchange}"
            );
        }
    }
}
