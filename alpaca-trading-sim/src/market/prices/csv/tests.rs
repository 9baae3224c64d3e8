//! Tests of files of prices: what is taken, and what is refused with its line.

use std::fmt::Write as _;
use std::io::Write as _;

use rust_decimal::Decimal;

use super::*;
use crate::market::{AssetIx, Quote};

const HEADER: &str = "timestamp,symbol,bid,ask,last,volume\n";
const ROW: &str = "2026-10-05T13:30:00Z,AAPL,262.37,262.43,262.40,1200\n";

fn read(text: impl AsRef<[u8]>) -> Result<CsvPrices, String> {
    CsvPrices::from_reader("p.csv", text.as_ref(), &Universe::builtin())
        .map_err(|error| error.to_string())
}

fn ticks(source: &mut dyn PriceSource) -> Vec<Tick> {
    let mut ticks = Vec::new();
    loop {
        let at = source.peek();
        let tick = source.next();
        assert_eq!(at, tick.map(|tick| tick.at));
        match tick {
            Some(tick) => ticks.push(tick),
            None => return ticks,
        }
    }
}

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn a_row_becomes_a_tick() {
    let mut prices = read(format!("{HEADER}{ROW}")).unwrap();
    let quote = Quote::new(dec("262.37"), dec("262.43"), dec("262.40")).unwrap();
    assert_eq!(prices.len(), 1);
    assert_eq!(
        ticks(&mut prices),
        [Tick {
            at: "2026-10-05T13:30:00Z".parse().unwrap(),
            asset: Universe::builtin().find("AAPL").unwrap(),
            quote: quote.with_volume(dec("1200")).unwrap(),
        }]
    );
    assert!(prices.is_empty());
}

#[test]
fn ways_to_write_the_same() {
    let expected = ticks(&mut read(format!("{HEADER}{ROW}{ROW}")).unwrap());
    assert_eq!(expected.len(), 2);
    let both = format!("{HEADER}{ROW}{ROW}");
    for text in [
        both.replace('\n', "\r\n"),
        both.replace('\n', "\r"),
        both.trim_end().to_owned(),
        format!("\u{feff}{both}"),
        both.replace('\n', "\n\n\r\n"),
        both.replace(',', " , "),
        both.replace("AAPL", "\"AAPL\"")
            .replace("262.40", "\"262.40\""),
        both.replace("13:30:00Z", "09:30:00-04:00"),
        both.replace("T13:30:00Z", " 13:30:00.000Z"),
        both.replace("AAPL", "AAPL:NASDAQ"),
        "ask,last,volume,symbol,timestamp,bid\n".to_owned()
            + &"262.43,262.40,1200,AAPL,2026-10-05T13:30:00Z,262.37\n".repeat(2),
    ] {
        assert_eq!(ticks(&mut read(&text).unwrap()), expected, "{text:?}");
    }
}

#[test]
fn the_volume_may_be_unknown() {
    let without = "timestamp,symbol,bid,ask,last\n2026-10-05T13:30:00Z,BTCUSD,1,1,1\n";
    let empty = format!("{HEADER}2026-10-05T13:30:00Z,BTC/USD,1,1,1,\n");
    for text in [without, &empty] {
        let ticks = ticks(&mut read(text).unwrap());
        assert_eq!(ticks.len(), 1);
        assert_eq!(ticks[0].quote.volume, None);
    }
}

#[test]
fn nothing_is_fine() {
    for text in ["", "\n\n", "\u{feff}", HEADER, HEADER.trim_end()] {
        let mut prices = read(text).unwrap();
        assert_eq!((prices.peek(), prices.next()), (None, None), "{text:?}");
    }
}

#[test]
fn headers() {
    for (header, rule) in [
        ("timestamp,symbol,bid,ask", "the column \"last\" is missing"),
        (
            "timestamp,symbol,bid,ask,last,bid",
            "the column \"bid\" is there twice",
        ),
        (
            "timestamp,symbol,bid,ask,last,vol",
            "\"vol\" is none of the columns timestamp, symbol, bid, ask, last, volume",
        ),
        (
            ROW.trim_end(),
            "\"2026-10-05T13:30:00Z\" is none of the columns timestamp, symbol, bid, ask, last, volume",
        ),
    ] {
        let error = read(format!("{header}\n{ROW}")).unwrap_err();
        assert_eq!(error, format!("p.csv, line 1: {rule}"));
    }
}

/// Rows that break a rule, and what is said of it.
const BAD: [(&str, &str); 19] = [
    (
        "2026-10-05,AAPL,1,1,1,",
        "timestamp \"2026-10-05\" is not like 2026-10-05T13:30:00Z",
    ),
    (
        "1790000000,AAPL,1,1,1,",
        "timestamp \"1790000000\" is not like 2026-10-05T13:30:00Z",
    ),
    (
        "3026-10-05T13:30:00Z,AAPL,1,1,1,",
        "timestamp \"3026-10-05T13:30:00Z\" is not between 1678 and 2261",
    ),
    (
        "2026-10-05T13:29:59Z,AAPL,1,1,1,",
        "timestamp 2026-10-05T13:29:59Z is before that of the row above, 2026-10-05T13:30:00Z",
    ),
    (
        "2026-10-05T13:30:00Z,AAPX,1,1,1,",
        "symbol \"AAPX\" is not in the universe",
    ),
    (
        "2026-10-05T13:30:00Z,,1,1,1,",
        "symbol \"\" is not in the universe",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1.2.3,1,1,",
        "bid \"1.2.3\" is not a decimal",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,,1,1,",
        "bid \"\" is not a decimal",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1e3,1,",
        "ask \"1e3\" is not a decimal",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,NaN,1,",
        "ask \"NaN\" is not a decimal",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1_0,1,",
        "ask \"1_0\" is not a decimal",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1,0,",
        "last 0 is not above zero",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,-1,1,1,",
        "bid -1 is not above zero",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1.01,1,1,",
        "ask 1 is below bid 1.01",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1,1.0000000001,",
        "last 1.0000000001 has more than 9 decimals",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1,1,-5",
        "volume -5 is below zero",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1,1,12345678901234567890",
        "volume 12345678901234567890 has more than 18 digits",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1,1",
        "there are 5 fields, not 6",
    ),
    (
        "2026-10-05T13:30:00Z,AAPL,1,1,1,1,1",
        "there are 7 fields, not 6",
    ),
];

#[test]
fn a_bad_row_is_named_by_its_line() {
    for ends in ["\n", "\r\n"] {
        for (row, rule) in BAD {
            let text = format!("{HEADER}{ROW}\n{row}\n{ROW}").replace('\n', ends);
            assert_eq!(read(text).unwrap_err(), format!("p.csv, line 4: {rule}"));
            let last = format!("{HEADER}{ROW}{row}").replace('\n', ends);
            assert_eq!(read(last).unwrap_err(), format!("p.csv, line 3: {rule}"));
        }
    }
}

#[test]
fn a_bad_row_far_down_is_found_before_anything_is_used() {
    let mut text = HEADER.to_owned();
    for second in 0..40_000 {
        let at = DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap();
        writeln!(text, "{},SPY,678.38,678.42,678.40,", at.to_rfc3339()).unwrap();
    }
    assert_eq!(read(&text).unwrap().len(), 40_000);
    text.push_str("2026-10-05T13:30:00Z,SPY,678.38,678.42,oops,\n");
    text.push_str(ROW);
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        let error = read(text).unwrap_err();
        assert_eq!(error, "p.csv, line 40002: last \"oops\" is not a decimal");
    }
}

#[test]
fn bytes_that_are_no_text() {
    let text = [HEADER.as_bytes(), b"2026-10-05T13:30:00Z,\xff\xfe,1,1,1,\n"].concat();
    assert_eq!(
        read(text).unwrap_err(),
        "p.csv, line 2: symbol is not UTF-8"
    );
}

#[test]
fn a_quote_that_is_never_closed_is_one_bad_row() {
    let text = format!("{HEADER}{ROW}\"2026-10-05T13:30:00Z,AAPL,1,1,1,\n{ROW}");
    let error = read(text).unwrap_err();
    assert!(error.ends_with("there are 1 fields, not 6"), "{error}");
}

#[test]
fn files() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(format!("{HEADER}{ROW}x\n").as_bytes())
        .unwrap();
    let error = CsvPrices::from_path(file.path(), &Universe::builtin()).unwrap_err();
    assert_eq!(error.file, file.path().display().to_string());
    assert_eq!(error.line, Some(3));
    let missing = CsvPrices::from_path("/nowhere/p.csv", &Universe::builtin()).unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("/nowhere/p.csv: the file cannot be opened: "),
        "{missing}"
    );
}

#[test]
fn clones_go_on_by_themselves() {
    let mut prices = read(format!("{HEADER}{ROW}{ROW}{ROW}")).unwrap();
    prices.next();
    let mut clone = prices.boxed_clone();
    assert_eq!(ticks(&mut prices).len(), 2);
    assert_eq!(ticks(clone.clone().as_mut()).len(), 2);
    assert_eq!(clone.next().map(|tick| tick.asset), Some(AssetIx(0)));
}

#[test]
fn skipping() {
    let later = ROW.replace("13:30:00", "13:30:01");
    let mut prices = read(format!("{HEADER}{ROW}{ROW}{later}")).unwrap();
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    prices.skip_to(at("2026-10-05T13:30:00Z"));
    assert_eq!(prices.len(), 3);
    prices.skip_to(at("2026-10-05T13:30:01Z"));
    assert_eq!(prices.len(), 1);
    prices.skip_to(at("2026-10-05T13:30:00Z"));
    assert_eq!(prices.len(), 1, "nothing comes back");
    prices.skip_to(at("2027-01-01T00:00:00Z"));
    assert!(prices.is_empty());
}
