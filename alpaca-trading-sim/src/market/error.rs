//! What can be wrong with an asset, and with a list of them.

use std::fmt;

/// A field of an asset that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetError {
    /// The field, as a file names it.
    pub field: String,
    /// The rule that it breaks, in words.
    pub rule: String,
}

impl AssetError {
    pub(super) fn new(field: &str, rule: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            rule: rule.into(),
        }
    }
}

impl fmt::Display for AssetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

impl std::error::Error for AssetError {}

/// Why a list of assets is not taken: the file, the entry and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniverseError {
    /// The file, or whatever name the text was given. None for assets that were made in code.
    pub file: Option<String>,
    /// The place of the entry, counted from 1. None where the whole is at fault.
    pub entry: Option<usize>,
    /// The symbol of the entry, where it has one.
    pub symbol: Option<String>,
    /// The rule that is broken, in words.
    pub rule: String,
}

impl UniverseError {
    /// One that concerns the whole list.
    pub(super) fn whole(rule: impl Into<String>) -> Self {
        Self {
            file: None,
            entry: None,
            symbol: None,
            rule: rule.into(),
        }
    }

    /// One that concerns the entry at this index, counted from 0.
    pub(super) fn entry(index: usize, symbol: Option<&str>, rule: impl Into<String>) -> Self {
        Self {
            file: None,
            entry: Some(index.saturating_add(1)),
            symbol: symbol.filter(|text| !text.is_empty()).map(str::to_owned),
            rule: rule.into(),
        }
    }

    /// The same with the name of the file.
    pub(super) fn within(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }
}

impl fmt::Display for UniverseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        match (self.entry, &self.symbol) {
            (Some(entry), Some(symbol)) => write!(f, "asset {entry} ({symbol}): ")?,
            (Some(entry), None) => write!(f, "asset {entry}: ")?,
            (None, _) => {}
        }
        f.write_str(&self.rule)
    }
}

impl std::error::Error for UniverseError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_named_as_far_as_it_is_known() {
        let error = UniverseError::entry(2, Some("AAPL"), "name: is missing");
        assert_eq!(error.to_string(), "asset 3 (AAPL): name: is missing");
        assert_eq!(
            error.within("u.toml").to_string(),
            "u.toml: asset 3 (AAPL): name: is missing"
        );
        let nameless = UniverseError::entry(0, Some(""), "symbol: is empty");
        assert_eq!(nameless.to_string(), "asset 1: symbol: is empty");
        assert_eq!(UniverseError::whole("no assets").to_string(), "no assets");
    }
}
