//! A text that may be sent but not printed.

use std::fmt;

use reqwest::header::HeaderValue;

/// A key id, a secret key or a token: sent in a header or a handshake, shown nowhere.
///
/// It is not wiped from memory when dropped: the HTTP client copies every header that it sends, so
/// that wiping this copy would only look like protection.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(HeaderValue);

impl Secret {
    /// Takes what every key of Alpaca's is made of, visible ASCII characters; otherwise the rule
    /// that `text` breaks, which does not show it.
    pub(super) fn new(text: &str) -> Result<Self, &'static str> {
        const FOREIGN: &str =
            "has a space, a line break or another character that no key or token has";
        if text.is_empty() {
            return Err("is empty");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(FOREIGN);
        }
        let mut value = HeaderValue::from_str(text).map_err(|_| FOREIGN)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// As the value of a header, which neither prints it nor lets HTTP/2 keep it in a table.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The text itself, for a handshake that has no headers.
    pub(super) fn expose(&self) -> &str {
        // Only visible ASCII came in.
        self.0.to_str().unwrap_or_default()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_goes_out_and_is_not_printed() {
        let secret = Secret::new("s3cr3t+/=~!").unwrap();
        assert_eq!(secret.expose(), "s3cr3t+/=~!");
        assert_eq!(secret.header(), "s3cr3t+/=~!");
        assert!(secret.header().is_sensitive());
        assert_eq!(format!("{secret:?} {secret:#?}"), "*** ***");
    }

    #[test]
    fn every_byte_that_no_key_has_is_refused() {
        for byte in (0..=0x20).chain([0x7f]) {
            let text = format!("hidden{}", char::from(byte));
            let why = Secret::new(&text).unwrap_err();
            assert!(!why.contains("hidden") && !why.is_empty());
        }
        for text in [
            "",
            "hidd\u{e9}n",
            "\u{feff}hidden",
            "\u{201c}hidden\u{201d}",
        ] {
            assert!(Secret::new(text).is_err(), "{text:?}");
        }
        for byte in 0x21..=0x7e_u8 {
            assert!(Secret::new(&char::from(byte).to_string()).is_ok());
        }
    }
}
