//! A universe from a file.
//!
//! TOML: one `[[assets]]` table for each asset. JSON: a list of objects, or an object whose `assets` is
//! one. A file is taken whole or not at all. What an entry may say is in the module `entry`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::asset::Asset;
use super::error::UniverseError;
use super::universe::Universe;

/// How a universe is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

impl Universe {
    /// A universe from a file whose name ends in `.toml` or `.json`.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or that breaks a rule: the file, the entry and the rule.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, UniverseError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let whole = |rule: String| UniverseError::whole(rule).within(&name);
        let ending = path.extension().and_then(|ending| ending.to_str());
        let format = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("toml") => Format::Toml,
            Some("json") => Format::Json,
            _ => return Err(whole("the name ends neither in .toml nor in .json".into())),
        };
        let text = fs::read_to_string(path)
            .map_err(|error| whole(format!("the file cannot be read: {error}")))?;
        Self::from_text(&name, &text, format)
    }

    /// A universe from a text; the name is what errors call it.
    ///
    /// TOML has one table `[[assets]]` for each asset, JSON a list of objects or an object whose `assets`
    /// is one. An entry must say `symbol`, `name`, `price` and, of a share, `exchange`; of a pair also
    /// `class` and `price_increment`. It may set every other field of an [`Asset`] by its name. Decimals are
    /// texts or numbers of at most 15 digits.
    ///
    /// # Errors
    ///
    /// A text that breaks a rule: the name, the entry and the rule.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading_sim::market::{Format, Universe};
    ///
    /// let text = r#"
    ///     [[assets]]
    ///     symbol = "ACME"
    ///     name = "Acme Corporation"
    ///     exchange = "NYSE"
    ///     price = "41.20"
    ///     fractionable = false
    ///
    ///     [[assets]]
    ///     symbol = "BTC/USD"
    ///     name = "Bitcoin / US Dollar"
    ///     class = "crypto"
    ///     price = "64000"
    ///     price_increment = "1"
    /// "#;
    /// let universe = Universe::from_text("mine.toml", text, Format::Toml)?;
    /// assert!(universe.find("BTCUSD").is_some());
    /// # Ok::<(), alpaca_trading_sim::market::UniverseError>(())
    /// ```
    pub fn from_text(name: &str, text: &str, format: Format) -> Result<Self, UniverseError> {
        read(text, format).map_err(|error| error.within(name))
    }
}

fn read(text: &str, format: Format) -> Result<Universe, UniverseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let whole: Value = match format {
        Format::Toml => toml::from_str(text)
            .map_err(|error| UniverseError::whole(format!("this is no TOML: {error}")))?,
        Format::Json => serde_json::from_str(text)
            .map_err(|error| UniverseError::whole(format!("this is no JSON: {error}")))?,
    };
    let entries = match whole {
        Value::Array(entries) => entries,
        Value::Object(mut fields) => {
            let entries = fields.remove("assets");
            if let Some(name) = fields.keys().next() {
                let rule = format!("\"{name}\" is not known: there may be `assets` only");
                return Err(UniverseError::whole(rule));
            }
            match entries {
                Some(Value::Array(entries)) => entries,
                Some(_) => return Err(UniverseError::whole("`assets` is no list")),
                None => return Err(UniverseError::whole("`assets` is missing")),
            }
        }
        _ => return Err(UniverseError::whole("this is no list of assets")),
    };
    if entries.is_empty() {
        return Err(UniverseError::whole("there are no assets"));
    }
    let mut assets = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        let Value::Object(fields) = entry else {
            return Err(UniverseError::entry(index, None, "is no table of fields"));
        };
        let symbol = fields
            .get("symbol")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let asset = Asset::try_from(fields)
            .map_err(|error| UniverseError::entry(index, symbol.as_deref(), error.to_string()))?;
        assets.push(asset);
    }
    Universe::new(assets)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
[[assets]]
symbol = "ACME"
name = "Acme Corporation"
exchange = "NYSE"
price = "41.20"

[[assets]]
symbol = "BTC/USD"
name = "Bitcoin"
class = "crypto"
price = 64000.5
price_increment = 0.1
"#;

    fn toml(text: &str) -> Result<Universe, String> {
        Universe::from_text("u.toml", text, Format::Toml).map_err(|error| error.to_string())
    }

    fn json(text: &str) -> Result<Universe, String> {
        Universe::from_text("u.json", text, Format::Json).map_err(|error| error.to_string())
    }

    #[test]
    fn both_formats_say_the_same() {
        let list = r#"[
            {"symbol": "ACME", "name": "Acme Corporation", "exchange": "NYSE", "price": 41.20},
            {"symbol": "BTC/USD", "name": "Bitcoin", "class": "crypto", "price": "64000.5",
             "price_increment": "0.1"}]"#;
        let expected: Vec<_> = toml(TWO).unwrap().iter().map(|(_, a)| a.clone()).collect();
        assert_eq!(expected.len(), 2);
        assert_eq!(expected[1].reference_price.to_string(), "64000.5");
        for text in [list.to_owned(), format!("\u{feff}{{\"assets\": {list}}}")] {
            let assets: Vec<_> = json(&text)
                .unwrap()
                .iter()
                .map(|(_, a)| a.clone())
                .collect();
            assert_eq!(assets, expected);
        }
    }

    #[test]
    fn an_error_names_file_entry_and_rule() {
        let twice = format!("{TWO}{TWO}");
        for (text, rule) in [
            ("", "u.toml: `assets` is missing"),
            ("assets = 3", "u.toml: `assets` is no list"),
            ("assets = []", "u.toml: there are no assets"),
            ("assets = [1]", "u.toml: asset 1: is no table of fields"),
            (
                "asset = []",
                "u.toml: \"asset\" is not known: there may be `assets` only",
            ),
            (
                twice.as_str(),
                "u.toml: asset 3 (ACME): symbol: \"ACME\" is that of asset 1",
            ),
            (
                &TWO.replace("41.20", "41.2O"),
                "u.toml: asset 1 (ACME): price: \"41.2O\" is not a decimal",
            ),
            (
                &TWO.replace("64000.5", "-1"),
                "u.toml: asset 2 (BTC/USD): price: reference_price -1 is not above zero",
            ),
            (
                &TWO.replace("symbol = \"ACME\"", ""),
                "u.toml: asset 1: symbol: is missing",
            ),
            (
                &TWO.replace("64000.5", "2026-10-05"),
                "u.toml: asset 2 (BTC/USD): price: must be a decimal",
            ),
        ] {
            assert_eq!(toml(text).unwrap_err(), rule);
        }
        for (text, rule) in [
            ("3", "u.json: this is no list of assets"),
            ("[3]", "u.json: asset 1: is no table of fields"),
            ("[]", "u.json: there are no assets"),
        ] {
            assert_eq!(json(text).unwrap_err(), rule);
        }
    }

    #[test]
    fn an_error_of_the_notation_has_its_line() {
        let error = toml("[[assets]]\nsymbol = \n").unwrap_err();
        assert!(error.starts_with("u.toml: this is no TOML: "), "{error}");
        assert!(error.contains("line 2"), "{error}");
        let error = json("[\n{\"symbol\": }]").unwrap_err();
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("universe.TOML");
        fs::write(&path, TWO).unwrap();
        assert_eq!(Universe::from_path(&path).unwrap().len(), 2);
        let other = folder.path().join("universe.yaml");
        let error = Universe::from_path(&other).unwrap_err();
        assert!(error.rule.contains("neither in .toml"), "{error}");
        let missing = folder.path().join("missing.json");
        let error = Universe::from_path(&missing).unwrap_err().to_string();
        assert!(
            error.contains("missing.json: the file cannot be read"),
            "{error}"
        );
    }
}
