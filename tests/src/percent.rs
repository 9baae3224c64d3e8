//! Reading percent-encoded text strictly: what is not well formed on the wire is an error.

/// Reads one segment of a path.
///
/// # Errors
///
/// When a byte stands raw that would end the segment or does not belong into a URL, when a percent
/// sign escapes nothing, or when the bytes are no text.
pub fn segment(raw: &str) -> Result<String, String> {
    decode(raw, |byte| byte)
}

/// Reads the name or the value of a query parameter, in which a plus sign is a space.
///
/// # Errors
///
/// As for [`segment`].
pub fn query_part(raw: &str) -> Result<String, String> {
    decode(raw, |byte| if byte == b'+' { b' ' } else { byte })
}

/// The parameters of a query in order.
///
/// # Errors
///
/// When a part has no equals sign, or [`query_part`] refuses it.
pub fn query(raw: Option<&str>) -> Result<Vec<(String, String)>, String> {
    let Some(raw) = raw else {
        return Ok(Vec::new());
    };
    raw.split('&')
        .map(|part| {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}` in the query has no `=`"))?;
            Ok((query_part(name)?, query_part(value)?))
        })
        .collect()
}

fn decode(raw: &str, plain: impl Fn(u8) -> u8) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = match (byte, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
                    return Err(format!("`{raw}` has a percent sign that escapes nothing"));
                };
                bytes.push((high * 16 + low) as u8);
                tail
            }
            (b'%', _) => return Err(format!("`{raw}` ends in a percent sign")),
            // The URL Standard leaves `[`, `]`, `^` and `|` as they are, which harms nobody.
            (byte, tail) if byte.is_ascii_graphic() && !b"/?#\"<>\\`{}".contains(byte) => {
                bytes.push(plain(*byte));
                tail
            }
            (byte, _) => {
                return Err(format!(
                    "`{raw}` holds the byte `{}` raw",
                    byte.escape_ascii()
                ));
            }
        };
    }
    String::from_utf8(bytes).map_err(|error| format!("`{raw}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_read() {
        assert_eq!(segment("BTC%2FUSD"), Ok("BTC/USD".to_owned()));
        assert_eq!(segment("Z%C3%BCrich%20%25+"), Ok("Zürich %+".to_owned()));
        assert_eq!(query_part("a+b%2B"), Ok("a b+".to_owned()));
        let pairs = vec![
            ("a".to_owned(), "1,2".to_owned()),
            ("b".to_owned(), String::new()),
        ];
        assert_eq!(query(Some("a=1%2C2&b=")), Ok(pairs));
    }

    #[test]
    fn what_is_not_escaped_is_refused() {
        for raw in [
            "a/b", "a b", "a?b", "a#b", "100%", "%", "%4", "%zz", "ü", "%FF", "\"", "a\tb",
        ] {
            assert!(segment(raw).is_err(), "{raw}");
        }
        assert!(query(Some("a")).is_err());
    }
}
