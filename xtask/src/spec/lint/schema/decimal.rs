//! Numbers compared as they are written, not as floats.
//!
//! `0.3` is a multiple of `0.1` here, and `100000000000000000001` is more than
//! `100000000000000000000`.

use std::cmp::Ordering;

use serde_json::Number;

/// A number as its digits: `0.DIGITS * 10^exponent`, without zeros at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// The number of JSON.
    pub(crate) fn of(number: &Number) -> Option<Self> {
        Self::parse(&number.to_string())
    }

    /// A number as JSON writes it; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || power.abs() > 100_000 {
            return None;
        }
        let mut digits: Vec<u8> = whole
            .bytes()
            .chain(fraction.bytes())
            .map(|byte| byte - b'0')
            .collect();
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self {
                is_negative: false,
                digits,
                exponent: 0,
            });
        }
        let length = i64::try_from(whole.len()).ok()?;
        Some(Self {
            is_negative,
            digits,
            exponent: length - i64::try_from(zeros).ok()? + power,
        })
    }

    /// Whether there is no fraction.
    pub(crate) fn is_whole(&self) -> bool {
        i64::try_from(self.digits.len()).is_ok_and(|length| length <= self.exponent.max(0))
    }

    /// The whole number nearest to this one: above it or equal with `up`, else below it or equal. `None`
    /// for one that is out of all proportion.
    pub(crate) fn rounded(&self, up: bool) -> Option<i128> {
        let length = usize::try_from(self.exponent.max(0)).ok()?;
        if length > 38 {
            return None;
        }
        let whole = self
            .digits
            .iter()
            .copied()
            .chain(std::iter::repeat(0))
            .take(length)
            .try_fold(0_i128, |all, digit| {
                all.checked_mul(10)?.checked_add(i128::from(digit))
            })?;
        // Cut off is towards zero, which is up for what is negative.
        let step = i128::from(!self.is_whole() && self.is_negative != up);
        let size = whole.checked_add(step)?;
        Some(if self.is_negative { -size } else { size })
    }

    /// Whether this is a whole number of `step`s; `None` when that takes too much to tell.
    pub(crate) fn is_multiple_of(&self, step: &Self) -> Option<bool> {
        if self.digits.is_empty() {
            return Some(true);
        }
        if step.digits.is_empty() || step.digits.len() > 20 {
            return None;
        }
        let last = |it: &Self| Some(it.exponent - i64::try_from(it.digits.len()).ok()?);
        let shift = last(self)? - last(step)?;
        if shift < 0 {
            // The last digit is not zero and stands below the last one of the step.
            return Some(false);
        }
        if shift > 10_000 {
            return None;
        }
        let divisor = step
            .digits
            .iter()
            .fold(0_u128, |all, digit| all * 10 + u128::from(*digit));
        let zeros = usize::try_from(shift).ok()?;
        let rest = self
            .digits
            .iter()
            .copied()
            .chain(std::iter::repeat_n(0, zeros))
            .fold(0_u128, |rest, digit| {
                (rest * 10 + u128::from(digit)) % divisor
            });
        Some(rest == 0)
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self
                .exponent
                .cmp(&other.exponent)
                .then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_ordered_by_their_digits() {
        let ascending = [
            "-1e3",
            "-10.5",
            "-10",
            "-0.1",
            "0",
            "1e-7",
            "0.09",
            "0.1",
            "0.11",
            "1",
            "9.99",
            "10",
            "100000000000000000000",
            "100000000000000000001",
            "1e300",
        ];
        for (index, text) in ascending.iter().enumerate() {
            for (other, text_of_other) in ascending.iter().enumerate() {
                assert_eq!(
                    decimal(text).cmp(&decimal(text_of_other)),
                    index.cmp(&other),
                    "{text} {text_of_other}"
                );
            }
        }
        assert_eq!(decimal("1.50"), decimal("15e-1"));
        assert_eq!(decimal("-0.0"), decimal("0"));
    }

    #[test]
    fn multiples_are_exact() {
        for (number, step, expected) in [
            ("0.3", "0.1", true),
            ("0.29", "0.01", true),
            ("19.99", "0.01", true),
            ("0.005", "0.01", false),
            ("1e3", "8", true),
            ("7", "2", false),
            ("0", "3", true),
            ("10", "0.25", true),
        ] {
            let found = decimal(number).is_multiple_of(&decimal(step));
            assert_eq!(found, Some(expected), "{number} of {step}");
        }
        assert!(decimal("1.0").is_whole() && decimal("0").is_whole());
        assert!(!decimal("0.5").is_whole() && !decimal("1e-3").is_whole());
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "", "-", ".5", "1.2.3", "1e", "NaN", "1_0", "0x1", "1e999999",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
