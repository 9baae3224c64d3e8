//! Decimals in code, written as they are read.

use rust_decimal::Decimal;

/// A [`Decimal`] from a literal, exactly, at compile time: `dec!(187.50)`.
///
/// The literal is digits with at most one point, an optional minus, and underscores where they help.
/// What is no such number, or has more digits than a decimal holds, does not compile.
///
/// # Examples
///
/// ```
/// use alpaca_trading::{Decimal, dec};
///
/// const TICK: Decimal = dec!(0.01);
/// assert_eq!(dec!(187.50), Decimal::new(18_750, 2));
/// assert_eq!(dec!(-1_000), Decimal::from(-1000));
/// assert_eq!(TICK.to_string(), "0.01");
/// ```
///
/// ```compile_fail
/// let price = alpaca_trading::dec!(1e5);
/// ```
#[macro_export]
macro_rules! dec {
    ($number:literal) => {
        const {
            match $crate::__decimal(::core::stringify!($number)) {
                ::core::option::Option::Some(number) => number,
                ::core::option::Option::None => {
                    ::core::panic!("a decimal is digits, at most one point, and a sign")
                }
            }
        }
    };
}

/// The decimal that a literal stands for; none if it is not one.
#[doc(hidden)]
#[must_use]
pub const fn __decimal(text: &str) -> Option<Decimal> {
    let mut bytes = text.as_bytes();
    let (mut number, mut scale) = (0_u128, 0_u32);
    let (mut negative, mut point, mut any) = (false, false, false);
    while let Some((byte, rest)) = bytes.split_first() {
        bytes = rest;
        match *byte {
            b'-' if !any && !negative => negative = true,
            b'.' if !point && any => point = true,
            b'_' | b' ' => {}
            digit @ b'0'..=b'9' => {
                number = number * 10 + (digit - b'0') as u128;
                if point {
                    scale += 1;
                }
                // 28 significant digits always fit.
                if number >= 10_u128.pow(28) || scale > 28 {
                    return None;
                }
                any = true;
            }
            _ => return None,
        }
    }
    if !any {
        return None;
    }
    let (low, middle, high) = (number as u32, (number >> 32) as u32, (number >> 64) as u32);
    Some(Decimal::from_parts(low, middle, high, negative, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_the_number_that_the_library_reads() {
        for text in [
            "0",
            "1",
            "187.50",
            "-1.5",
            "0.000000001",
            "1000000.00",
            "9999999999999999999999999999",
            "0.0000000000000000000000000001",
        ] {
            let number = __decimal(text).unwrap();
            let known = Decimal::from_str_exact(text).unwrap();
            assert_eq!((number, number.scale()), (known, known.scale()), "{text}");
        }
        assert_eq!(__decimal("1_000.5"), Decimal::from_str_exact("1000.5").ok());
        for text in [
            "",
            "-",
            ".5",
            "1.2.3",
            "1e5",
            "--1",
            "0x10",
            "12345678901234567890123456789",
            "1-",
        ] {
            assert_eq!(__decimal(text), None, "{text}");
        }
    }
}
