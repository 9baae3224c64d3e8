//! The file of `--config`.
//!
//! TOML. It is taken whole or not at all: an error names the file, the line and the key.

use std::fs;
use std::path::Path;

use alpaca_trading_sim::fill::{Immediate, Paper, Through, Touch, Volume};
use alpaca_trading_sim::market::Universe;
use alpaca_trading_sim::{AccountSetup, AccountState, Builder, Configurations, Dialect};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::{Spanned, Value};

use super::{Wrong, values};

/// The longest way of an order to its venue: an hour.
const MOST_LATENCY: u32 = 3_600_000;

/// The settings of a file, checked.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) seed: Option<u64>,
    pub(crate) start: Option<DateTime<Utc>>,
    pub(crate) latency: TimeDelta,
    /// In bytes.
    pub(crate) journal_limit: Option<usize>,
    pub(crate) universe: Universe,
    pub(crate) fills: Fills,
    pub(crate) dialect: Dialect,
    /// Empty for the built-in one.
    pub(crate) accounts: Vec<AccountSetup>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: None,
            start: None,
            latency: TimeDelta::zero(),
            journal_limit: None,
            universe: Universe::builtin(),
            fills: Fills::Paper,
            dialect: Dialect::default(),
            accounts: Vec::new(),
        }
    }
}

/// A fill model, by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Fills {
    #[default]
    Paper,
    Immediate,
    Touch,
    Through,
    /// With the percentage of the volume.
    Volume(Decimal),
}

impl Fills {
    /// Gives a builder this model.
    pub(crate) fn choose(self, builder: Builder) -> Builder {
        match self {
            Self::Paper => builder.fill_model(Paper::default()),
            Self::Immediate => builder.fill_model(Immediate::default()),
            Self::Touch => builder.fill_model(Touch::default()),
            Self::Through => builder.fill_model(Through::default()),
            Self::Volume(percent) => builder.fill_model(Volume::percent(percent)),
        }
    }
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    seed: Option<u64>,
    #[serde(deserialize_with = "start")]
    start: Option<DateTime<Utc>>,
    #[serde(deserialize_with = "latency")]
    latency_ms: u32,
    #[serde(deserialize_with = "journal_limit")]
    journal_limit: Option<usize>,
    universe: Option<Spanned<String>>,
    #[serde(deserialize_with = "fills")]
    fill_model: Fills,
    #[serde(deserialize_with = "dialect")]
    dialect: Dialect,
    accounts: Vec<Account>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    key_id: Spanned<String>,
    #[serde(deserialize_with = "secret")]
    secret: String,
    #[serde(default, deserialize_with = "cash")]
    cash: Option<Decimal>,
    #[serde(default, deserialize_with = "configurations")]
    configurations: Configurations,
    #[serde(default)]
    state: AccountState,
}

impl Config {
    /// Reads a file.
    pub(crate) fn from_path(file: &Path) -> Result<Self, Wrong> {
        let name = file.display();
        let text = fs::read_to_string(file)
            .map_err(|error| format!("--config {name}: the file cannot be read: {error}"))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        Self::from_text(&text, folder).map_err(|rule| format!("--config {name}, {rule}"))
    }

    /// Reads a text. Files that it names are in `folder`, unless they say otherwise.
    fn from_text(text: &str, folder: &Path) -> Result<Self, Wrong> {
        let at = |place: usize, key: &str, rule: &str| {
            let before = text.get(..place).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            match key {
                "" | "." => format!("line {line}: {rule}"),
                key => format!("line {line}: {key}: {rule}"),
            }
        };
        let parsed = toml::Deserializer::parse(text).map_err(|error| {
            let place = error.span().map_or(0, |span| span.start);
            at(place, "", error.message().trim())
        })?;
        let written: Written = serde_path_to_error::deserialize(parsed).map_err(|error| {
            let place = error.inner().span().map_or(0, |span| span.start);
            let rule = error.inner().message().trim().to_owned();
            at(place, &error.path().to_string(), &rule)
        })?;
        let universe = match &written.universe {
            Some(file) => Universe::from_path(folder.join(file.get_ref()))
                .map_err(|error| at(file.span().start, "universe", &error.to_string()))?,
            None => Universe::builtin(),
        };
        let mut accounts: Vec<AccountSetup> = Vec::with_capacity(written.accounts.len());
        for (index, account) in written.accounts.into_iter().enumerate() {
            let wrong = |key: &str, rule: &str| {
                let key = format!("accounts[{index}].{key}");
                Err(at(account.key_id.span().start, &key, rule))
            };
            let key_id = account.key_id.get_ref();
            if !is_word(key_id) {
                return wrong("key_id", "must be a word of printable ASCII");
            }
            if accounts.iter().any(|other| other.key_id == *key_id) {
                return wrong("key_id", "is that of another account");
            }
            // As a bearer's token a secret stands alone.
            if accounts.iter().any(|other| other.secret == account.secret) {
                return wrong("secret", "is that of another account");
            }
            let usual = AccountSetup::default();
            accounts.push(AccountSetup {
                key_id: key_id.clone(),
                secret: account.secret,
                cash: account.cash.unwrap_or(usual.cash),
                configurations: account.configurations,
                state: account.state,
            });
        }
        Ok(Self {
            seed: written.seed,
            start: written.start,
            latency: TimeDelta::milliseconds(i64::from(written.latency_ms)),
            journal_limit: written.journal_limit,
            universe,
            fills: written.fill_model,
            dialect: written.dialect,
            accounts,
        })
    }
}

/// Whether a text can be sent in a header as it is.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn start<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = match Value::deserialize(from)? {
        Value::String(text) => text,
        Value::Datetime(time) => time.to_string(),
        other => {
            let rule = format!("must be a time, and is a {}", other.type_str());
            return Err(D::Error::custom(rule));
        }
    };
    values::time(&text).map(Some).map_err(D::Error::custom)
}

fn latency<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let millis = u32::deserialize(from)?;
    match millis <= MOST_LATENCY {
        true => Ok(millis),
        false => Err(D::Error::custom(format!("must be at most {MOST_LATENCY}"))),
    }
}

fn journal_limit<'de, D: Deserializer<'de>>(from: D) -> Result<Option<usize>, D::Error> {
    match usize::deserialize(from)? {
        0 => Err(D::Error::custom("must be a number of bytes from 1")),
        bytes => Ok(Some(bytes)),
    }
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    match is_word(&text) {
        true => Ok(text),
        false => Err(D::Error::custom("must be a word of printable ASCII")),
    }
}

fn dialect<'de, D: Deserializer<'de>>(from: D) -> Result<Dialect, D::Error> {
    let dialect = Dialect::deserialize(from)?;
    match [2, 9].contains(&dialect.notional_decimals) {
        true => Ok(dialect),
        false => Err(D::Error::custom("notional_decimals must be 2 or 9")),
    }
}

fn configurations<'de, D: Deserializer<'de>>(from: D) -> Result<Configurations, D::Error> {
    let settings = Configurations::deserialize(from)?;
    let rule = if !["1", "2", "4"].contains(&settings.max_margin_multiplier.as_str()) {
        "max_margin_multiplier must be \"1\", \"2\" or \"4\""
    } else if !["all", "none"].contains(&settings.trade_confirm_email.as_str()) {
        "trade_confirm_email must be \"all\" or \"none\""
    } else if settings
        .max_options_trading_level
        .is_some_and(|level| level > 3)
    {
        "max_options_trading_level must be from 0 to 3"
    } else {
        return Ok(settings);
    };
    Err(D::Error::custom(rule))
}

fn cash<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    let cash = decimal(&Value::deserialize(from)?).map_err(D::Error::custom)?;
    let most = Decimal::from(1_000_000_000);
    match (Decimal::ONE..=most).contains(&cash) {
        true => Ok(Some(cash)),
        false => Err(D::Error::custom(format!("must be from 1 to {most}"))),
    }
}

fn fills<'de, D: Deserializer<'de>>(from: D) -> Result<Fills, D::Error> {
    let rule = "must be \"paper\", \"immediate\", \"touch\", \"through\" or { volume = PERCENT }";
    match Value::deserialize(from)? {
        Value::String(name) => match name.as_str() {
            "paper" => Ok(Fills::Paper),
            "immediate" => Ok(Fills::Immediate),
            "touch" => Ok(Fills::Touch),
            "through" => Ok(Fills::Through),
            _ => Err(D::Error::custom(rule)),
        },
        Value::Table(table) if table.len() == 1 => {
            let percent = table.get("volume").ok_or_else(|| D::Error::custom(rule))?;
            let percent = decimal(percent).map_err(D::Error::custom)?;
            match percent > Decimal::ZERO && percent <= Decimal::ONE_HUNDRED {
                true => Ok(Fills::Volume(percent)),
                false => Err(D::Error::custom("volume must be above 0 and at most 100")),
            }
        }
        _ => Err(D::Error::custom(rule)),
    }
}

/// A text or a number, read exactly.
fn decimal(value: &Value) -> Result<Decimal, Wrong> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        // The shortest text of a float is what was written, as far as a float holds it.
        Value::Float(number) => number.to_string(),
        other => return Err(format!("must be a decimal, and is a {}", other.type_str())),
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if matches!(value, Value::Float(_)) && digits > 15 {
        return Err("is not exact as a number of more than 15 digits: write it as a text".into());
    }
    Decimal::from_str_exact(&text).map_err(|_| format!("\"{text}\" is not a decimal"))
}

#[cfg(test)]
mod tests;
