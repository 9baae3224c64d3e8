//! Where changes are collected, and how the place of a change is named.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::{Map, Value};

use super::content;
use super::{Change, Kind};

/// How the line of something new ends that callers cannot do without.
pub(super) const REQUIRED: &str = ", required";
/// Lines are cut here: names in a document have no limit, and a report is read by a person.
const LONGEST_LINE: usize = 240;
/// Values shown in a line are cut here.
const LONGEST_VALUE: usize = 60;

/// What stands where a document has nothing.
pub(super) static NOTHING: Value = Value::Null;

/// The place of a change, and how the line about it begins.
#[derive(Debug, Clone)]
pub(super) struct Site {
    place: String,
    label: String,
    /// In types, each step inwards is a place of its own; in operations, the operation is the place.
    is_type: bool,
}

impl Site {
    /// A type, or something inside one; the line begins with its name.
    pub(super) fn of_type(name: &str) -> Self {
        Self {
            place: name.to_owned(),
            label: name.to_owned(),
            is_type: true,
        }
    }

    /// A place with a line that begins otherwise.
    pub(super) fn labelled(place: &str, label: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            label: label.into(),
            is_type: false,
        }
    }

    /// A step inwards: `.qty`, `[]`, ` answer 200`.
    pub(super) fn inside(&self, step: &str) -> Self {
        let mut inner = self.clone();
        inner.label.push_str(step);
        if inner.is_type {
            inner.place.push_str(step);
        }
        inner
    }
}

/// The changes found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// In the order in which they were found.
    pub(super) changes: Vec<Change>,
    /// In how many places the prose differs.
    pub(super) prose: usize,
}

impl Report {
    /// Adds a change; the line is the label of `site`, then `text`.
    pub(super) fn note(&mut self, kind: Kind, site: &Site, text: impl Display) {
        let what = clip(&format!("{}{text}", site.label), LONGEST_LINE);
        self.changes.push(Change {
            kind,
            place: site.place.clone(),
            what,
        });
    }

    /// Adds `old -> new` after the label and `about`, or that it changed if both read the same.
    pub(super) fn turned(&mut self, site: &Site, about: &str, old: &str, new: &str) {
        if old == new {
            let about = if about.is_empty() { "type " } else { about };
            self.note(Kind::Changed, site, format_args!(": {about}changed"));
        } else {
            self.note(Kind::Changed, site, format_args!(": {about}{old} -> {new}"));
        }
    }

    /// Adds a change if one of the two is no object and they differ; whether one is none.
    pub(super) fn oddity(&mut self, site: &Site, old: &Value, new: &Value) -> bool {
        if old.is_object() && new.is_object() {
            return false;
        }
        if old != new {
            self.turned(site, "", &value(old), &value(new));
        }
        true
    }

    /// Adds a change for each keyword that differs, prose and what `skip` names aside.
    pub(super) fn keywords(&mut self, site: &Site, old: &Value, new: &Value, skip: &[&str]) {
        for key in content::differing(old, new) {
            if skip.contains(&key) {
                continue;
            }
            match (old.get(key), new.get(key)) {
                (Some(old), Some(new)) => {
                    self.turned(site, &format!("{key} "), &value(old), &value(new));
                }
                (None, Some(new)) => {
                    let text = format!(": {key} added ({})", value(new));
                    self.note(Kind::Changed, site, text);
                }
                _ => self.note(Kind::Changed, site, format_args!(": {key} removed")),
            }
        }
    }

    /// Adds a change if a flag differs; an absent flag is not set.
    pub(super) fn flag(&mut self, site: &Site, old: &Value, new: &Value, key: &str, word: &str) {
        match (is_set(old, key), is_set(new, key)) {
            (false, true) => self.note(Kind::Changed, site, format_args!(": now {word}")),
            (true, false) => self.note(Kind::Changed, site, format_args!(": no longer {word}")),
            _ => {}
        }
    }

    /// Adds a change if something was deprecated or withdrawn, is no longer, or at other dates.
    pub(super) fn deprecation(&mut self, site: &Site, old: &Value, new: &Value) {
        match (deprecation(old).as_str(), deprecation(new).as_str()) {
            (old, new) if old == new => {}
            ("", new) => self.note(Kind::Changed, site, format_args!(": now {new}")),
            (old, "") => self.note(Kind::Changed, site, format_args!(": no longer {old}")),
            (old, new) => self.turned(site, "", old, new),
        }
    }
}

/// Whether the flag `key` is `true`.
pub(super) fn is_set(holder: &Value, key: &str) -> bool {
    holder.get(key) == Some(&Value::Bool(true))
}

/// The keywords that [`Report::deprecation`] reads.
pub(super) const DEPRECATION: [&str; 3] = ["deprecated", "x-deprecation", "x-withdrawn"];

/// `deprecated (since 2026-07-09, sunset 2026-10-09)`, `withdrawn (2026-08-03)`, or nothing.
fn deprecation(holder: &Value) -> String {
    let mut words = Vec::new();
    if is_set(holder, "deprecated") {
        words.push("deprecated".to_owned());
    }
    if let Some(dates) = holder.get("x-deprecation") {
        let dates = match dates.as_object() {
            Some(dates) => {
                let dates: BTreeMap<_, _> = dates.iter().collect();
                let dates: Vec<_> = dates
                    .into_iter()
                    .map(|(key, date)| format!("{key} {}", bare(date)))
                    .collect();
                dates.join(", ")
            }
            None => bare(dates),
        };
        match words.first_mut() {
            Some(word) => word.push_str(&format!(" ({dates})")),
            None => words.push(format!("to be deprecated ({dates})")),
        }
    }
    if let Some(date) = holder.get("x-withdrawn") {
        words.push(format!("withdrawn ({})", bare(date)));
    }
    words.join(", ")
}

/// The schema of a parameter, header or body.
pub(super) fn schema_of(holder: &Value) -> &Value {
    holder.get("schema").unwrap_or(&NOTHING)
}

/// A string as it is, anything else as JSON.
pub(super) fn bare(value: &Value) -> String {
    match value {
        Value::String(text) => clip(text, LONGEST_VALUE),
        other => self::value(other),
    }
}

/// A value as JSON, cut to what fits in a line.
pub(super) fn value(value: &Value) -> String {
    clip(&value.to_string(), LONGEST_VALUE)
}

/// At most `most` characters, on one line.
fn clip(text: &str, most: usize) -> String {
    let printable = |letter: char| if letter.is_control() { ' ' } else { letter };
    match text.char_indices().nth(most) {
        None => text.chars().map(printable).collect(),
        Some(_) => text
            .chars()
            .take(most)
            .map(printable)
            .chain(['…'])
            .collect(),
    }
}

/// The entries of two objects side by side, by name; what is not an object has none.
pub(super) fn side_by_side<'a>(
    old: Option<&'a Value>,
    new: Option<&'a Value>,
) -> BTreeMap<&'a str, (Option<&'a Value>, Option<&'a Value>)> {
    let mut entries: BTreeMap<&str, (Option<&Value>, Option<&Value>)> = BTreeMap::new();
    let object = |value: Option<&'a Value>| value.and_then(Value::as_object);
    for (name, entry) in object(old).into_iter().flat_map(Map::iter) {
        entries.entry(name).or_default().0 = Some(entry);
    }
    for (name, entry) in object(new).into_iter().flat_map(Map::iter) {
        entries.entry(name).or_default().1 = Some(entry);
    }
    entries
}
