//! Files of settings.

use alpaca_trading_sim::AccountStatus;
use rust_decimal::dec;

use super::*;

fn read(text: &str) -> Result<Config, Wrong> {
    Config::from_text(text, Path::new("."))
}

#[test]
fn nothing_is_everything_by_default() {
    let config = read("").unwrap();
    assert_eq!((config.seed, config.start), (None, None));
    assert_eq!(config.fills, Fills::Paper);
    assert_eq!(config.dialect, Dialect::default());
    assert!(config.accounts.is_empty());
}

#[test]
fn all_of_it() {
    let config = read(
        r#"
        seed = 7
        start = 2026-03-02T09:30:00-05:00
        latency_ms = 40
        journal_limit = 1048576
        fill_model = { volume = 2.5 }

        [dialect]
        blank_order_class = true

        [[accounts]]
        key_id = "PKONE"
        secret = "one"
        cash = "25000.01"
        [accounts.configurations]
        no_shorting = true
        [accounts.state]
        status = "ACCOUNT_UPDATED"
        transfers_blocked = true

        [[accounts]]
        key_id = "PKTWO"
        secret = "two"
        "#,
    )
    .unwrap();
    assert_eq!(config.seed, Some(7));
    assert_eq!(
        config.start.unwrap().to_rfc3339(),
        "2026-03-02T14:30:00+00:00"
    );
    assert_eq!(config.latency, TimeDelta::milliseconds(40));
    assert_eq!(config.journal_limit, Some(1 << 20));
    assert_eq!(config.fills, Fills::Volume(dec!(2.5)));
    assert!(config.dialect.blank_order_class && config.dialect.cancel_twice);
    let [one, two] = config.accounts.as_slice() else {
        panic!("{:?}", config.accounts);
    };
    assert_eq!((one.cash, one.secret.as_str()), (dec!(25000.01), "one"));
    assert_eq!(one.state.status, AccountStatus::AccountUpdated);
    assert!(one.state.transfers_blocked && !one.state.trading_blocked);
    assert!(one.configurations.no_shorting && one.configurations.fractional_trading);
    assert_eq!(two.cash, dec!(100000));
}

#[test]
fn the_example_of_the_readme_is_taken() {
    let readme = include_str!("../../../README.md");
    let (_, example) = readme.split_once("```toml\nseed").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let config = read(&format!("seed{example}")).unwrap();
    assert_eq!(config.accounts.len(), 2);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_its_key() {
    let account = "[[accounts]]\nkey_id = \"A\"\nsecret = \"b\"\n";
    for (text, expected) in [
        (
            "seed = 1\nsed = 2",
            "line 2: sed: unknown field `sed`, expected",
        ),
        ("\nseed = -1", "line 2: seed: "),
        (
            "journal_limit = 0",
            "line 1: journal_limit: must be a number of bytes",
        ),
        ("journal_limit = -1", "line 1: journal_limit: "),
        ("seed = \"x\"", "line 1: seed: invalid type: string"),
        ("seed = ", "line 1: "),
        ("\n\nstart = \"noon\"", "line 3: start: no time such as"),
        (
            "start = 3",
            "line 1: start: must be a time, and is a integer",
        ),
        (
            "start = 2031-01-01",
            "line 1: start: 2031-01-01T05:00:00+00:00 is not",
        ),
        (
            "latency_ms = 3600001",
            "line 1: latency_ms: must be at most",
        ),
        (
            "fill_model = \"papr\"",
            "line 1: fill_model: must be \"paper\"",
        ),
        (
            "fill_model = { volume = 0 }",
            "line 1: fill_model: volume must be",
        ),
        (
            "fill_model = { percent = 3 }",
            "line 1: fill_model: must be",
        ),
        (
            "universe = \"nowhere.toml\"",
            "line 1: universe: ./nowhere.toml: ",
        ),
        (
            "[dialect]\nblank = true",
            "line 2: dialect.blank: unknown field",
        ),
        (
            "[dialect]\ncancel_twice = 3",
            "line 2: dialect.cancel_twice: invalid type",
        ),
        (
            "[dialect]\nnotional_decimals = 3",
            "line 1: dialect: notional_decimals must be",
        ),
        (
            "[[accounts]]\nkey_id = \"A\"",
            "line 1: accounts[0]: missing field `secret`",
        ),
        (
            &format!("{account}{account}"),
            "line 5: accounts[1].key_id: is that of another",
        ),
        (
            &format!("{account}{}", account.replace("\"A\"", "\"B\"")),
            "line 5: accounts[1].secret: is that of another",
        ),
        (
            &format!("{account}cash = \"many\""),
            "line 4: accounts[0].cash: \"many\" is not",
        ),
        (
            &format!("{account}cash = 0"),
            "line 4: accounts[0].cash: must be from 1 to",
        ),
        (
            &format!("{account}cash = 0.1234567890123456"),
            "line 4: accounts[0].cash: is not exact",
        ),
        (
            &account.replace("\"b\"", "\"b c\""),
            "line 3: accounts[0].secret: must be a word",
        ),
        (
            &account.replace("\"A\"", "\"\""),
            "line 2: accounts[0].key_id: must be a word",
        ),
        (
            &format!("{account}[accounts.state]\nstatus = \"OPEN\""),
            "line 5: accounts[0].state.status: unknown variant",
        ),
        (
            &format!("{account}[accounts.configurations]\nno_short = true"),
            "line 5: accounts[0].configurations.no_short: unknown field",
        ),
        (
            &format!("{account}[accounts.configurations]\nmax_margin_multiplier = \"3\""),
            "line 4: accounts[0].configurations: max_margin_multiplier must be",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(expected), "{text}\n{error}");
    }
}
