//! Reading the parameters of a query.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;

use super::Call;
use crate::ApiError;
use crate::calendar::eastern::from_eastern;
use crate::world::order::decimal;

impl Call {
    /// A parameter; an empty one counts as absent.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let given = self.query.iter().find(|(given, _)| given == name);
        given
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A list: separated by commas, given several times, or both.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let bracketed = format!("{name}[]");
        self.query
            .iter()
            .filter(|(given, _)| given == name || *given == bracketed)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// A truth value.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.param(name)
            .map(|text| match text {
                "true" | "True" | "1" => Ok(true),
                "false" | "False" | "0" => Ok(false),
                _ => Err(failed(name)),
            })
            .transpose()
    }

    /// A whole number within a range.
    pub(super) fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<usize>, ApiError> {
        self.param(name)
            .map(|text| {
                let number = text.parse().ok().filter(|number| range.contains(number));
                number.ok_or_else(|| {
                    ApiError::invalid(format!(
                        "{name} must be between {} and {}",
                        range.start(),
                        range.end()
                    ))
                })
            })
            .transpose()
    }

    /// An amount.
    pub(super) fn amount(&self, name: &str) -> Result<Option<Decimal>, ApiError> {
        self.param(name)
            .map(|text| decimal(text).ok_or_else(|| failed(name)))
            .transpose()
    }

    /// A time, or a date, which stands for its beginning in New York.
    pub(super) fn time(&self, name: &str) -> Result<Option<DateTime<Utc>>, ApiError> {
        self.param(name)
            .map(|text| time(text).ok_or_else(|| failed(name)))
            .transpose()
    }

    /// A date; of a time, the date that is written in it.
    pub(super) fn date(&self, name: &str) -> Result<Option<NaiveDate>, ApiError> {
        self.param(name)
            .map(|text| {
                let date = text.get(..10).and_then(|date| date.parse().ok());
                let whole = text.len() == 10 || time(text).is_some();
                date.filter(|_| whole).ok_or_else(|| failed(name))
            })
            .transpose()
    }
}

/// Reads a time. The plus of an offset may have become a blank on its way.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.replace(' ', "+");
    if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
        return Some(time.to_utc());
    }
    let date: NaiveDate = text.parse().ok()?;
    Some(from_eastern(date, NaiveTime::MIN))
}

fn failed(name: &str) -> ApiError {
    ApiError::invalid(format!("failed to parse {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(query: &[(&str, &str)]) -> Call {
        Call {
            query: query
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Call::default()
        }
    }

    #[test]
    fn times_are_taken_in_every_form() {
        for (text, expected) in [
            ("2026-01-05T14:30:00Z", "2026-01-05T14:30:00+00:00"),
            ("2026-01-05T09:30:00-05:00", "2026-01-05T14:30:00+00:00"),
            ("2026-01-05T15:30:00 01:00", "2026-01-05T14:30:00+00:00"),
            ("2026-01-05", "2026-01-05T05:00:00+00:00"),
        ] {
            let time = call(&[("after", text)]).time("after").unwrap().unwrap();
            assert_eq!(time.to_rfc3339(), expected);
        }
        assert!(call(&[("after", "yesterday")]).time("after").is_err());
        assert_eq!(call(&[("after", "")]).time("after").unwrap(), None);
    }

    #[test]
    fn lists_are_taken_in_every_form() {
        let call = call(&[("symbols", "A,B"), ("symbols", "C"), ("symbols[]", " D ")]);
        assert_eq!(call.list("symbols"), ["A", "B", "C", "D"]);
    }

    #[test]
    fn numbers_have_a_range() {
        assert_eq!(
            call(&[("limit", "5")]).number("limit", 1..=10).unwrap(),
            Some(5)
        );
        for wrong in ["0", "11", "-1", "ten", "1e1"] {
            assert!(
                call(&[("limit", wrong)]).number("limit", 1..=10).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_date_may_come_as_a_time() {
        let date = |text| call(&[("start", text)]).date("start");
        let expected = NaiveDate::from_ymd_opt(2026, 1, 5);
        assert_eq!(date("2026-01-05").unwrap(), expected);
        assert_eq!(date("2026-01-05T23:00:00Z").unwrap(), expected);
        assert!(date("2026-01-05x").is_err());
        assert!(date("2026-13-05").is_err());
    }
}
