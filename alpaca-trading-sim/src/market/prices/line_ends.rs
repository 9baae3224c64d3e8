//! A reader in which every line ends alike, so that lines can be counted.
//!
//! The parser of CSV counts line feeds, which come late when lines end in CR LF and not at all after the
//! last line of many files.

use std::io::{self, Read};

/// What another reader gives, with LF for CR LF and for CR, and with LF at the very end.
#[derive(Debug)]
pub(super) struct LineEnds<R> {
    inner: R,
    last: u8,
    done: bool,
}

impl<R> LineEnds<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            last: b'\n',
            done: false,
        }
    }

    /// The byte that stands for this one; none for an LF that its CR already stood for.
    fn pass(&mut self, byte: u8) -> Option<u8> {
        let before = std::mem::replace(&mut self.last, byte);
        match byte {
            b'\n' if before == b'\r' => None,
            b'\r' => Some(b'\n'),
            other => Some(other),
        }
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // More than once only if all that came was an LF that is left out.
        while !self.done && !buffer.is_empty() {
            let count = self.inner.read(buffer)?;
            if count == 0 {
                self.done = true;
                if matches!(self.last, b'\n' | b'\r') {
                    break;
                }
                if let Some(end) = buffer.first_mut() {
                    *end = b'\n';
                }
                return Ok(1);
            }
            let mut kept = 0;
            for place in 0..count {
                let byte = buffer.get(place).copied();
                let passed = byte.and_then(|byte| self.pass(byte));
                if let (Some(passed), Some(slot)) = (passed, buffer.get_mut(kept)) {
                    *slot = passed;
                    kept += 1;
                }
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes one after the other.
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn every_line_ends_alike() {
        for (given, expected) in [
            ("", ""),
            ("a", "a\n"),
            ("a\n", "a\n"),
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\rb\r", "a\nb\n"),
            ("a\r\r\n\nb", "a\n\n\nb\n"),
            ("\r\n", "\n"),
        ] {
            let mut whole = String::new();
            let mut reader = LineEnds::new(given.as_bytes());
            reader.read_to_string(&mut whole).unwrap();
            assert_eq!(whole, expected, "{given:?}");
            let mut slowly = String::new();
            let mut reader = LineEnds::new(Slowly(given.as_bytes()));
            reader.read_to_string(&mut slowly).unwrap();
            assert_eq!(slowly, expected, "{given:?}");
        }
    }
}
