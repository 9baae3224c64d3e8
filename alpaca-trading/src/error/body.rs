//! Reads the body of an answer that is not a success, whatever it is.
//!
//! Alpaca sends `{"code": …, "message": …}` with further fields beside them, but also `{"message": …}`
//! alone; its proxies send pages of HTML or nothing; and a body may be cut short. Reading one cannot
//! fail: what is there is kept, and the rest is left out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use alpaca_trading_gen::parse_decimal;
use alpaca_trading_gen::rust_decimal::Decimal;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::cause::is_clear_order_not_found;
use super::code::ErrorCode;
use super::snippet::{redacted, visible};

/// The longest message that is kept, in characters.
const LONGEST_MESSAGE: usize = 1_000;

/// So much of a body or of a text in it is looked at for a message, in bytes.
const LOOKED_AT: usize = 64 * 1024;

/// At most so many fields are kept beside code and message; Alpaca sends up to six.
const MOST_FIELDS: usize = 64;

/// The longest name of a field that is kept, in bytes.
const LONGEST_NAME: usize = 128;

/// From a list of errors, so many are put into the message.
const MOST_ERRORS: usize = 5;

/// Fields that hold the message where there is none under its own name, the likeliest first.
const OTHER_NAMES: [&str; 6] = [
    "error",
    "errors",
    "detail",
    "error_description",
    "msg",
    "title",
];

/// What the body of an answer that is not a success says.
#[derive(Clone, Default)]
pub(crate) struct ErrorBody {
    code: Option<ErrorCode>,
    message: Option<String>,
    fields: BTreeMap<String, Box<RawValue>>,
    whole_object: bool,
}

impl ErrorBody {
    /// Forgets whatever holds this secret: a server may repeat what it was sent.
    pub(crate) fn hide(&mut self, secret: &str) {
        let holds = |text: &str| text.contains(secret);
        self.fields
            .retain(|name, value| !holds(name) && !holds(value.get()));
        if self.code.as_ref().is_some_and(|code| holds(code.text())) {
            self.code = None;
        }
        if let Some(message) = &mut self.message
            && holds(message)
        {
            *message = message.replace(secret, "***");
        }
    }

    /// Reads a body. The content type helps with pages that do not begin like one; it is not
    /// believed otherwise, because proxies set it wrongly.
    pub(crate) fn parse(bytes: &[u8], content_type: Option<&str>) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}').trim();
        let mut body = match text.as_bytes().first() {
            None => return Self::default(),
            Some(b'{') => Self::from_object(text),
            Some(b'[') => Self::saying(errors_in(text)),
            _ => match string(text) {
                Some(text) => return Self::saying(Some(text.into_owned())),
                None => Self::default(),
            },
        };
        if body.message.is_none() && !body.whole_object {
            let start = beginning(text);
            let is_page = start.starts_with('<')
                || content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
            let text = if is_page {
                text_of_page(start)
            } else {
                Some(start.to_owned())
            };
            body.message = text.as_deref().and_then(clean);
        }
        body
    }

    fn saying(message: Option<String>) -> Self {
        Self {
            message: message.as_deref().and_then(clean),
            ..Self::default()
        }
    }

    fn from_object(text: &str) -> Self {
        let mut body = Self::default();
        body.read_members(text);
        if body.message.is_none() {
            let (message, code) = body.said_elsewhere();
            body.message = message.as_deref().and_then(clean);
            body.code = body.code.take().or(code);
        }
        body
    }

    /// Takes over the members of an object, those of one that breaks off as far as they are whole.
    fn read_members(&mut self, text: &str) {
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Members(self).deserialize(&mut json);
        self.whole_object = read.is_ok() && json.end().is_ok();
    }

    fn take(&mut self, name: String, value: Box<RawValue>) {
        match name.as_str() {
            "code" => self.code = ErrorCode::from_json(&value),
            "message" => self.message = string_or_json(&value).as_deref().and_then(clean),
            _ if name.len() > LONGEST_NAME => {}
            _ if self.fields.len() < MOST_FIELDS || self.fields.contains_key(&name) => {
                self.fields.insert(name, value);
            }
            _ => {}
        }
    }

    /// The message, and perhaps the code, from where other services put them.
    fn said_elsewhere(&self) -> (Option<String>, Option<ErrorCode>) {
        for name in OTHER_NAMES {
            let Some(value) = self.fields.get(name).map(|value| value.get()) else {
                continue;
            };
            let (message, code) = match value.as_bytes().first() {
                Some(b'{') => {
                    let mut inner = Self::default();
                    inner.read_members(value);
                    let message = inner.own_message().unwrap_or_else(|| value.to_owned());
                    (Some(message), inner.code)
                }
                Some(b'[') => (errors_in(value), None),
                // OAuth: a word for programs, and a sentence for people.
                _ if name == "error" => {
                    let words = [self.field(name), self.field("error_description")];
                    let words: Vec<_> = words.into_iter().flatten().collect();
                    (Some(words.join(": ")), None)
                }
                _ => (self.field(name).map(Cow::into_owned), None),
            };
            if message.as_ref().is_some_and(|text| !text.trim().is_empty()) {
                return (message, code);
            }
        }
        (None, None)
    }

    /// The message of an object within the body: under its name, or a text under another one.
    fn own_message(&mut self) -> Option<String> {
        self.message.take().or_else(|| {
            OTHER_NAMES
                .iter()
                .find_map(|name| string(self.fields.get(*name)?.get()))
                .map(Cow::into_owned)
        })
    }

    /// Alpaca's code, if there is one.
    pub(crate) fn code(&self) -> Option<&ErrorCode> {
        self.code.as_ref()
    }

    /// The reason in words, in one line of at most 1,000 characters: of a page its title, of a text
    /// its beginning. Control characters are escaped, and what looks secret is hidden.
    pub(crate) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// A field beside code and message: a text without its quotes, anything else as its JSON, to the
    /// last digit. `None` for null.
    pub(crate) fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        let raw = self.fields.get(name)?.get();
        match raw.as_bytes().first()? {
            b'"' => string(raw),
            b'n' => None,
            _ => Some(Cow::Borrowed(raw)),
        }
    }

    /// A field as an exact number, whether sent as one or as a text.
    pub(crate) fn decimal(&self, name: &str) -> Option<Decimal> {
        parse_decimal(&self.field(name)?).ok()
    }

    /// The names of the fields beside code and message, in alphabetical order.
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// Whether this, under `status`, is surely Alpaca's own word that it has no such order: a JSON
    /// object that arrived whole and says so.
    pub(crate) fn says_order_not_found(&self, status: u16) -> bool {
        self.whole_object
            && self
                .message()
                .is_some_and(|text| is_clear_order_not_found(status, self.code(), text))
    }
}

impl fmt::Debug for ErrorBody {
    /// The values of fields are data of the account, so only their names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.field_names().map(|name| visible(name, 64)).collect();
        f.debug_struct("ErrorBody")
            .field("code", &self.code)
            .field("message", &self.message)
            .field("fields", &names)
            .finish()
    }
}

/// Hands the members of an object over one by one, so that those before a fault are kept.
struct Members<'a>(&'a mut ErrorBody);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            self.0.take(name, members.next_value()?);
        }
        Ok(())
    }
}

/// The text of a JSON string; `None` for anything else.
fn string(raw: &str) -> Option<Cow<'_, str>> {
    match serde_json::from_str::<&str>(raw) {
        Ok(plain) => Some(Cow::Borrowed(plain)),
        // It has escapes, or is no string.
        Err(_) => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
    }
}

/// A JSON string as its text, null as nothing, anything else as its JSON.
fn string_or_json(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get().as_bytes().first()? {
        b'"' => string(raw.get()),
        b'n' => None,
        _ => Some(Cow::Borrowed(raw.get())),
    }
}

/// The messages of a list of errors, each a text or an object.
fn errors_in(list: &str) -> Option<String> {
    let list: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let messages: Vec<String> = list
        .iter()
        .take(MOST_ERRORS)
        .filter_map(|error| match error.get().as_bytes().first()? {
            b'"' => string(error.get()).map(Cow::into_owned),
            b'{' => {
                let mut inner = ErrorBody::default();
                inner.read_members(error.get());
                inner.own_message()
            }
            _ => None,
        })
        .collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

/// As much of a text as is looked at.
fn beginning(text: &str) -> &str {
    // One character is at most four bytes long.
    let cut = (LOOKED_AT..LOOKED_AT + 4).find_map(|end| text.get(..end));
    cut.unwrap_or(text)
}

/// A text as a message: what looks secret hidden, in one visible line, not too long. `None` for a
/// blank one.
fn clean(text: &str) -> Option<String> {
    let text = beginning(text.trim());
    (!text.is_empty()).then(|| visible(&redacted(text, &[]), LONGEST_MESSAGE))
}

/// The title of a page of HTML, or all its text if it has none.
fn text_of_page(page: &str) -> Option<String> {
    // Changing the case of ASCII letters moves nothing.
    let small = page.to_ascii_lowercase();
    let title = small.find("<title").and_then(|tag| {
        let start = tag + small.get(tag..)?.find('>')? + 1;
        let length = small.get(start..)?.find("</title")?;
        page.get(start..start + length)
    });
    title
        .and_then(plain_text)
        // The status is told apart from the message; `502 Bad Gateway` would say it twice.
        .map(|text| match text.split_once(' ') {
            Some((status, rest)) if is_status(status) && !rest.is_empty() => rest.to_owned(),
            _ => text,
        })
        .or_else(|| plain_text(&without_tags(page, &small)))
}

fn is_status(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The text between tags, without that of scripts and styles.
fn without_tags(page: &str, small: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(rest) = small.get(at..) {
        let Some(length) = rest.find('<') else {
            text.push_str(page.get(at..).unwrap_or_default());
            break;
        };
        text.push_str(page.get(at..at + length).unwrap_or_default());
        text.push(' ');
        let tag = rest.get(length..).unwrap_or_default();
        let closing = [
            ("<script", "</script"),
            ("<style", "</style"),
            ("<!--", "-->"),
        ]
        .iter()
        .find_map(|(open, close)| tag.starts_with(open).then_some(*close));
        let inside = match closing {
            Some(close) => tag.find(close).unwrap_or(tag.len()),
            None => 0,
        };
        let Some(end) = tag.get(inside..).and_then(|tag| tag.find('>')) else {
            break;
        };
        at += length + inside + end + 1;
    }
    text
}

/// A text of HTML with single blanks and without the commonest entities; `None` for a blank one.
fn plain_text(html: &str) -> Option<String> {
    let text = html.split_whitespace().collect::<Vec<_>>().join(" ");
    // Ampersands come last, so that nothing is decoded twice.
    let text = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |text, (entity, plain)| text.replace(entity, plain));
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
