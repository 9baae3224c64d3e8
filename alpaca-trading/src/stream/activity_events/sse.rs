//! Server-sent events out of bytes: events and comments, however the bytes were cut.
//!
//! By the rules of the HTML standard, with three differences. Comments are handed on, since Alpaca says
//! in them what matters. A line, or an event of many lines, has a longest length, so that a broken
//! service cannot fill the memory. And a field that the standard does not know is told: an error page
//! that came with a status of success is no stream of events.
//!
//! | on the wire | what comes of it |
//! |---|---|
//! | lines end with CR, LF or CRLF; a byte order mark may come first | no difference |
//! | `data: x`, `data:x`, `data` | a line of the event; without a colon an empty one |
//! | several `data` lines | one text, with a line feed between them |
//! | a blank line | ends the event; without data there is none |
//! | `: text` | a comment |
//! | `event`, `id`, `retry` | nothing: the type and the id of an event are in its JSON, and the waits are ours |
//! | a line that is too long | told with its beginning; the rest is skipped to the line's end, and the event with it |
//! | the end in the middle of an event | the event is none: it comes again |

use std::collections::VecDeque;

use crate::stream::item::CLIP;

/// Something that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// The data of an event.
    Event(Vec<u8>),
    /// A comment without its colon.
    Comment(Vec<u8>),
    /// The beginning of a line, or of an event, that is longer than it may be.
    TooLong(Vec<u8>),
    /// A line that no stream of events has.
    Foreign,
}

/// Reads bytes in the pieces in which they come.
#[derive(Debug)]
pub(super) struct Decoder {
    /// The longest line and the longest event, in bytes.
    limit: usize,
    /// What is here of a line that has not ended.
    line: Vec<u8>,
    /// The lines of data of an event that has not ended, with a line feed behind each.
    data: Vec<u8>,
    /// The line was too long, and what is still to come of it is skipped.
    skipping: bool,
    /// Something of the event was too long.
    spoilt: bool,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// Nothing but a byte order mark can have been before this line.
    first: bool,
}

impl Decoder {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            line: Vec::new(),
            data: Vec::new(),
            skipping: false,
            spoilt: false,
            after_return: false,
            first: true,
        }
    }

    /// Whether nothing was begun that has not ended.
    pub(super) fn is_between_events(&self) -> bool {
        self.line.is_empty() && self.data.is_empty() && !self.skipping && !self.spoilt
    }

    /// Reads a piece.
    pub(super) fn feed(&mut self, mut piece: &[u8], out: &mut VecDeque<Frame>) {
        while let Some(first) = piece.first() {
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                piece = piece.get(1..).unwrap_or_default();
                continue;
            }
            let end = piece.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, rest) = match end {
                Some(end) => piece.split_at(end),
                None => (piece, &[][..]),
            };
            self.extend(part, out);
            if let Some(ender) = rest.first() {
                self.after_return = *ender == b'\r';
                self.end_line(out);
            }
            piece = rest.get(1..).unwrap_or_default();
        }
    }

    /// Adds to the line.
    fn extend(&mut self, part: &[u8], out: &mut VecDeque<Frame>) {
        if self.skipping {
            return;
        }
        let room = self.limit.saturating_sub(self.line.len());
        self.line
            .extend_from_slice(part.get(..room).unwrap_or(part));
        if part.len() > room {
            self.line.truncate(CLIP);
            let head = std::mem::take(&mut self.line);
            // A comment that is too long takes no event with it.
            self.spoilt |= head.first() != Some(&b':');
            self.skipping = true;
            out.push_back(Frame::TooLong(head));
        }
    }

    fn end_line(&mut self, out: &mut VecDeque<Frame>) {
        let is_first = std::mem::take(&mut self.first);
        if std::mem::take(&mut self.skipping) {
            return;
        }
        let mut line = std::mem::take(&mut self.line);
        if is_first && line.starts_with(&[0xef, 0xbb, 0xbf]) {
            line.drain(..3);
        }
        match line.iter().position(|byte| *byte == b':') {
            None if line.is_empty() => self.end_event(out),
            Some(0) => {
                line.drain(..1);
                out.push_back(Frame::Comment(line));
                // The line belongs to the comment now.
                return;
            }
            colon => {
                let (field, value) = line.split_at(colon.unwrap_or(line.len()));
                let value = value.get(1..).unwrap_or_default();
                let value = value.strip_prefix(b" ").unwrap_or(value);
                match field {
                    b"data" => self.add(value, out),
                    b"event" | b"id" | b"retry" => {}
                    _ => out.push_back(Frame::Foreign),
                }
            }
        }
        // Its memory serves the next line, unless it was an exception.
        if line.capacity() <= KEPT {
            line.clear();
            self.line = line;
        }
    }

    /// Adds a line of data to the event.
    fn add(&mut self, value: &[u8], out: &mut VecDeque<Frame>) {
        if self.spoilt {
            return;
        }
        if self.data.len().saturating_add(value.len()) > self.limit {
            let mut head = std::mem::take(&mut self.data);
            head.extend_from_slice(value.get(..CLIP).unwrap_or(value));
            head.truncate(CLIP);
            self.spoilt = true;
            out.push_back(Frame::TooLong(head));
            return;
        }
        self.data.extend_from_slice(value);
        self.data.push(b'\n');
    }

    fn end_event(&mut self, out: &mut VecDeque<Frame>) {
        self.spoilt = false;
        let mut data = std::mem::take(&mut self.data);
        data.pop();
        if !data.is_empty() {
            out.push_back(Frame::Event(data));
        }
    }
}

/// The most memory of a line that is kept for the next, in bytes.
const KEPT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What comes of bytes that are cut at these places.
    fn decoded(bytes: &[u8], cuts: &[usize], limit: usize) -> (Vec<Frame>, bool) {
        let (mut decoder, mut out) = (Decoder::new(limit), VecDeque::new());
        let mut rest = bytes;
        for cut in cuts {
            let (piece, others) = rest.split_at((*cut).min(rest.len()));
            decoder.feed(piece, &mut out);
            rest = others;
        }
        decoder.feed(rest, &mut out);
        (out.into(), decoder.is_between_events())
    }

    fn frames(text: &str) -> Vec<Frame> {
        decoded(text.as_bytes(), &[], 1_000).0
    }

    fn event(data: &str) -> Frame {
        Frame::Event(data.into())
    }

    fn comment(text: &str) -> Frame {
        Frame::Comment(text.into())
    }

    #[test]
    fn lines_become_events_and_comments() {
        let rows: [(&str, Vec<Frame>); 18] = [
            ("data: {}\n\n", vec![event("{}")]),
            ("data:{}\n\n", vec![event("{}")]),
            ("data:  {}\n\n", vec![event(" {}")]),
            ("data: a\r\n\r\ndata: b\r\r", vec![event("a"), event("b")]),
            ("data: a\ndata: b\n\n", vec![event("a\nb")]),
            ("data: a\ndata\ndata:\n\n", vec![event("a\n\n")]),
            ("data\n\n", vec![]),
            ("data:\ndata:\n\n", vec![event("\n")]),
            ("\u{feff}data: a\n\n", vec![event("a")]),
            ("\u{feff}\u{feff}data: a\n\n", vec![Frame::Foreign]),
            (":heartbeat\n\n", vec![comment("heartbeat")]),
            (": a: b\n", vec![comment(" a: b")]),
            (":\n", vec![comment("")]),
            (
                "data: a\n:between\ndata: b\n\n",
                vec![comment("between"), event("a\nb")],
            ),
            ("event: x\nid: 7\nretry: 10\ndata: a\n\n", vec![event("a")]),
            ("id\n\n", vec![]),
            ("<html>\n\n", vec![Frame::Foreign]),
            ("data: a\n\ndata: b\n", vec![event("a")]),
        ];
        for (text, expected) in rows {
            assert_eq!(frames(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_was_not_finished_is_known() {
        for (text, between) in [
            ("", true),
            ("data: a\n\n", true),
            (": b\n", true),
            ("data: a\n", false),
            ("data: a", false),
            (": b", false),
            ("data: 12345678901234567890", false),
            ("data: 12345678901234567890\n", false),
            ("data: 12345678901234567890\n\n", true),
        ] {
            assert_eq!(decoded(text.as_bytes(), &[], 20).1, between, "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_told_once_and_the_next_event_comes() {
        let long = "data: 0123456789\ndata: more\n\ndata: a\n\n";
        let (frames, _) = decoded(long.as_bytes(), &[], 12);
        assert_eq!(frames, [Frame::TooLong("data: 012345".into()), event("a")]);
        // Many lines, none of them too long.
        let (frames, _) = decoded(b"data: 01234\ndata: 56789\ndata: x\n\ndata: a\n\n", &[], 11);
        assert_eq!(
            frames,
            [Frame::TooLong("01234\n56789\nx".into()), event("a")]
        );
        // A comment takes no event with it.
        let (frames, _) = decoded(b"data: a\n:0123456789\ndata: b\n\n", &[], 8);
        assert_eq!(frames, [Frame::TooLong(":0123456".into()), event("a\nb")]);
        // Without an end it costs nothing.
        let (mut decoder, mut out) = (Decoder::new(10_000), VecDeque::new());
        for _ in 0..1_000 {
            decoder.feed(&[b'x'; 1_000], &mut out);
        }
        assert_eq!(out, [Frame::TooLong(vec![b'x'; CLIP])]);
        assert!(decoder.line.capacity() <= KEPT);
    }

    /// Pieces of streams, whole and broken.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"data: {\"a\":1}\n\n".to_vec()),
            Just(b"data: x\r\n".to_vec()),
            Just(b"\r".to_vec()),
            Just(b"\n".to_vec()),
            Just(b":heartbeat\n\n".to_vec()),
            Just(b"\xef\xbb\xbf".to_vec()),
            Just(b"data".to_vec()),
            Just(b"id: 1\n".to_vec()),
            Just(vec![b'y'; 40]),
            proptest::collection::vec(any::<u8>(), 0..12),
        ];
        proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_makes_no_difference(
            bytes in pieces(),
            cuts in proptest::collection::vec(0_usize..9, 0..200),
            limit in 1_usize..60,
        ) {
            prop_assert_eq!(decoded(&bytes, &cuts, limit), decoded(&bytes, &[], limit));
        }

        #[test]
        fn no_frame_is_longer_than_the_limit(bytes in pieces(), limit in 1_usize..60) {
            for frame in decoded(&bytes, &[], limit).0 {
                if let Frame::Event(text) | Frame::Comment(text) = frame {
                    prop_assert!(text.len() <= limit);
                }
            }
        }
    }
}
