//! Undoes the escapes of JSON, of URLs and of HTML, and keeps where everything stood.

/// A text with its escapes undone, and where each of its bytes came from.
pub(super) struct Unescaped {
    pub(super) bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Unescaped {
    /// `None` for a text without escapes.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        if !text.iter().any(|byte| matches!(byte, b'\\' | b'%' | b'&')) {
            return None;
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let (plain, length) = escape_at(text, at).unwrap_or((*byte, 1));
            bytes.push(plain);
            places.push(at);
            at += length;
        }
        (bytes.len() < text.len()).then_some(Self { bytes, places })
    }

    /// The same text with what is still escaped undone: a string within a string was escaped twice.
    pub(super) fn again(&self) -> Option<Self> {
        let inner = Self::of(&self.bytes)?;
        let outer = |place: &usize| self.places.get(*place).copied();
        Some(Self {
            places: inner.places.iter().map(outer).collect::<Option<_>>()?,
            bytes: inner.bytes,
        })
    }

    /// Where this byte stands in the first text, which is `length` bytes long.
    pub(super) fn place(&self, at: usize, length: usize) -> usize {
        self.places.get(at).copied().unwrap_or(length)
    }
}

/// The ASCII character that is escaped here, and how long the escape is.
fn escape_at(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let hexadecimal = |from: usize, length: usize| number(text.get(from..from + length)?, 16);
    match (text.get(at)?, text.get(at + 1)?) {
        (b'%', _) => Some((hexadecimal(at + 1, 2)?, 3)),
        (b'\\', b'u') => Some((hexadecimal(at + 2, 4)?, 6)),
        (b'\\', plain @ (b'/' | b'\\' | b'"')) => Some((*plain, 2)),
        (b'&', _) => entity(text.get(at + 1..)?),
        _ => None,
    }
}

/// The longest name of an entity, and its semicolon: `#x0026;`.
const LONGEST_ENTITY: usize = 8;

/// The character of an entity, and how long it is, by what follows its ampersand.
fn entity(rest: &[u8]) -> Option<(u8, usize)> {
    let length = rest
        .iter()
        .take(LONGEST_ENTITY)
        .position(|byte| *byte == b';')?;
    let character = match rest.get(..length)? {
        b"amp" => b'&',
        b"lt" => b'<',
        b"gt" => b'>',
        b"quot" => b'"',
        b"apos" => b'\'',
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((character, length + 2))
}

fn number(digits: &[u8], radix: u32) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text, radix).ok().filter(u8::is_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text after one pass, and where each byte of it stood.
    fn once(text: &str) -> Option<(String, Vec<usize>)> {
        let plain = Unescaped::of(text.as_bytes())?;
        Some((String::from_utf8(plain.bytes).unwrap(), plain.places))
    }

    #[test]
    fn each_escape_is_undone() {
        for (escaped, plain) in [
            (r"a\/b", "a/b"),
            (r#"a\"b"#, "a\"b"),
            (r"a\\b", r"a\b"),
            (r"a\u0041b", "aAb"),
            ("a%2Fb%2f", "a/b/"),
            ("a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"),
            ("&#47;&#x2F;&#X2f;&#x002f;", "////"),
        ] {
            assert_eq!(once(escaped).unwrap().0, plain, "{escaped}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [
            "",
            "plain",
            "100%",
            "%zz",
            r"\",
            r"\q",
            r"\u00",
            "&",
            "&;",
            "&nbsp;",
            "&#;",
            "&#x;",
            "&#300;",
            "&#xe9;",
            "%e9",
            "a & b; c",
            "&waytoolongforthis;",
        ] {
            assert!(once(text).is_none(), "{text}");
        }
    }

    #[test]
    fn places_lead_back_through_every_pass() {
        let text = r"x%5C%5C%2Fy";
        let first = Unescaped::of(text.as_bytes()).unwrap();
        assert_eq!(first.bytes, br"x\\/y");
        let second = first.again().unwrap();
        assert_eq!(second.bytes, br"x\/y");
        let third = second.again().unwrap();
        assert_eq!(third.bytes, b"x/y");
        assert!(third.again().is_none());
        let places: Vec<_> = (0..4).map(|at| third.place(at, text.len())).collect();
        assert_eq!(places, [0, 1, 10, 11]);
    }
}
