//! What is deprecated, since when and until when, whether a keyword says so or a sentence.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::change::{Found, Kind};
use super::document::{Doc, Place};
use super::prose::Backed;
use super::schema::Comparison;

/// Words of which one stands in a sentence that announces an end.
const ENDS: [&str; 8] = [
    "deprecat",
    "sunset",
    "will be removed",
    "to be removed",
    "will be retired",
    "discontinu",
    "decommission",
    "end of life",
];
/// Words that announce an end only beside a date: what is removed may be an asset from a list.
const ENDS_WITH_DATE: [&str; 4] = ["removal", "removed", "retired", "no longer be "];

/// How something is deprecated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Deprecation {
    /// Whether `deprecated: true` says so.
    pub(super) flagged: bool,
    /// The sentence that says so.
    pub(super) said: Option<String>,
    /// Dates by what they are the date of: `sunset`, `since`, or `date` where a sentence says them.
    pub(super) dates: BTreeMap<String, String>,
    /// What keywords say besides, such as a `reason`.
    pub(super) words: BTreeMap<String, String>,
}

impl Deprecation {
    /// What `place` says of its own end.
    pub(super) fn of(place: &Place<'_>) -> Self {
        let mut found = Self::default();
        let Some(object) = place.value.as_object() else {
            return found;
        };
        found.flagged = place.is_set("deprecated") || place.is_set("x-deprecated");
        found.keywords(object);
        for key in ["description", "summary"] {
            if let Some(text) = place.text(key) {
                found.sentences(text);
            }
        }
        found
    }

    /// Whether an end was announced.
    pub(super) fn is_any(&self) -> bool {
        self.said.is_some() || self.is_marked() || !self.dates.is_empty()
    }

    /// `since 2026-07-09, sunset 2026-10-09`.
    pub(super) fn text(&self) -> String {
        let dates = self.dates.iter().map(|(key, date)| format!("{key} {date}"));
        dates.collect::<Vec<_>>().join(", ")
    }

    /// Whether a keyword says so, and not a sentence alone.
    fn is_marked(&self) -> bool {
        self.flagged || !self.words.is_empty() || self.dates.keys().any(|key| key != SAID)
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("deprecated".to_owned(), Value::from(self.flagged));
        for (key, date) in self.dates.iter().chain(&self.words) {
            object.insert(key.clone(), Value::from(date.as_str()));
        }
        if let Some(said) = &self.said {
            object.insert("said".to_owned(), Value::from(said.as_str()));
        }
        Value::Object(object)
    }

    fn keywords(&mut self, object: &Map<String, Value>) {
        for key in ["x-sunset", "x-withdrawn"] {
            if let Some(date) = object.get(key) {
                let name = key.trim_start_matches("x-").to_owned();
                self.dates.insert(name, bare(date));
            }
        }
        match object.get("x-deprecation") {
            Some(Value::Object(dates)) => {
                for (key, value) in dates {
                    let value = bare(value);
                    if is_date(key, &value) {
                        self.dates.insert(key.clone(), value);
                    } else {
                        self.words.insert(key.clone(), value);
                    }
                }
            }
            Some(other) => {
                self.dates.insert("deprecation".to_owned(), bare(other));
            }
            None => {}
        }
    }

    /// Reads the sentences that announce an end, and their dates.
    fn sentences(&mut self, text: &str) {
        let sentences = text.split(['\n', '!']).flat_map(|line| line.split(". "));
        for sentence in sentences {
            let lower = sentence.to_lowercase();
            let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
            let mut dates = dates(&lower);
            if !says(&ENDS) && (dates.is_empty() || !says(&ENDS_WITH_DATE)) {
                continue;
            }
            self.said.get_or_insert_with(|| sentence.trim().to_owned());
            dates.retain(|date| !self.dates.values().any(|known| known == date));
            if !dates.is_empty() {
                let all: Vec<String> = dates.into_iter().collect();
                self.dates
                    .entry(SAID.to_owned())
                    .and_modify(|known| *known = format!("{known}, {}", all.join(", ")))
                    .or_insert_with(|| all.join(", "));
            }
        }
    }
}

/// Whether a keyword of a deprecation tells when, and not why or what to use instead.
pub(super) fn is_date(key: &str, value: &str) -> bool {
    const WHEN: [&str; 6] = [
        "date",
        "deprecation",
        "since",
        "sunset",
        "until",
        "withdrawn",
    ];
    // `6th July 2026`, and no sentence about it.
    const MOST_WORDS: usize = 3;
    let is_short = value.split_whitespace().count() <= MOST_WORDS;
    WHEN.contains(&key) || (is_short && !dates(&value.to_lowercase()).is_empty())
}

/// The key of dates that a sentence says.
const SAID: &str = "date";

fn bare(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The dates in a text in lower case, as `2026-07-06`: in that form, or with the month as a word.
fn dates(text: &str) -> BTreeSet<String> {
    let words: Vec<&str> = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '-'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut found = BTreeSet::new();
    for word in &words {
        let day = word.get(..10).unwrap_or(word);
        if let Ok(date) = NaiveDate::parse_from_str(day, "%Y-%m-%d") {
            found.insert(date.to_string());
        }
    }
    for window in words.windows(3) {
        let [one, two, year] = window else {
            continue;
        };
        let number = |word: &str| {
            let digits = word.trim_end_matches(|letter: char| letter.is_alphabetic());
            digits.parse::<u32>().ok()
        };
        let day = match (month(one), month(two)) {
            (Some(month), None) => number(two).map(|day| (month, day)),
            (None, Some(month)) => number(one).map(|day| (month, day)),
            _ => None,
        };
        if let (Some((month, day)), Ok(year)) = (day, year.parse::<i32>())
            && let Some(date) = NaiveDate::from_ymd_opt(year, month, day)
        {
            found.insert(date.to_string());
        }
    }
    found
}

/// The number of a month by its name or its first three letters.
fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    (1..)
        .zip(MONTHS)
        .find(|(_, name)| *name == word || (word.len() >= 3 && name.starts_with(word)))
        .map(|(number, _)| number)
}

/// Compares what two places say of their end.
pub(super) fn compare<'a>(comparison: &mut Comparison<'a>, old: &Place<'a>, new: &Place<'a>) {
    compare_with(comparison, (old, None), (new, None));
}

/// Like [`compare`]; what a place does not say, the schema behind it says.
pub(super) fn compare_with<'a>(
    comparison: &mut Comparison<'a>,
    old: Backed<'_, 'a>,
    new: Backed<'_, 'a>,
) {
    if comparison
        .heard
        .contains(&heard((&old.0.pointer, &new.0.pointer)))
    {
        return;
    }
    let said = |(place, behind): Backed<'_, 'a>| {
        let own = Deprecation::of(place);
        match behind.map(Deprecation::of) {
            // A keyword says more than a sentence.
            Some(behind) if !own.is_any() || (behind.is_marked() && !own.is_marked()) => behind,
            _ => own,
        }
    };
    let (was, is) = (said(old), said(new));
    // A sentence that was said beside the keyword, or is said now, changes nothing by itself.
    if was.flagged == is.flagged && was.dates == is.dates && was.is_any() == is.is_any() {
        return other_words(comparison, (old.0, &was), (new.0, &is));
    }
    let kind = match (was.is_any(), is.is_any()) {
        (_, false) => Kind::DeprecationWithdrawn,
        (_, true) if is.is_marked() && !was.is_marked() => Kind::Deprecated,
        (false, true) => Kind::EndAnnounced,
        _ => Kind::DeprecationDated,
    };
    let value = |deprecation: &Deprecation| deprecation.is_any().then(|| deprecation.json());
    let found = Found::new(kind, Some(&old.0.pointer), Some(&new.0.pointer))
        .turned(value(&was), value(&is));
    comparison.add(found);
}

/// Compares what two parameters or headers say of their end. Their schemas may say it as well, or
/// in their place: it is told once.
pub(super) fn compare_around<'a>(
    comparison: &mut Comparison<'a>,
    old: Backed<'_, 'a>,
    new: Backed<'_, 'a>,
) {
    let own = |doc: &Doc<'a>, (_, schema): Backed<'_, 'a>| match schema {
        Some(schema) => doc.alias(schema).is_none(),
        None => true,
    };
    // What has a name says it of itself.
    if !own(&comparison.old, old) || !own(&comparison.new, new) {
        return compare(comparison, old.0, new.0);
    }
    compare_with(comparison, old, new);
    if let (Some(from), Some(to)) = (old.1, new.1) {
        comparison.heard.insert(heard((&from.pointer, &to.pointer)));
    }
}

/// What tells that the end of two schemas is told already.
fn heard(pair: (&str, &str)) -> String {
    format!("{} {} deprecation", pair.0, pair.1)
}

/// Other words about the same end are only read by people.
fn other_words<'a>(
    comparison: &mut Comparison<'a>,
    (old, was): (&Place<'a>, &Deprecation),
    (new, is): (&Place<'a>, &Deprecation),
) {
    let keys: BTreeSet<&String> = was.words.keys().chain(is.words.keys()).collect();
    for key in keys {
        let (before, after) = (was.words.get(key), is.words.get(key));
        if before == after {
            continue;
        }
        let value = |words: Option<&String>| words.map(|words| Value::from(words.as_str()));
        let found = Found::new(Kind::TextChanged, Some(&old.pointer), Some(&new.pointer))
            .named(format!("x-deprecation {key}"))
            .turned(value(before), value(after));
        comparison.add(found);
    }
}

/// Everything in a document that is deprecated: where, and how.
pub(super) fn standing(doc: &Doc<'_>) -> Vec<(String, Deprecation)> {
    let mut found = Vec::new();
    visit(&mut found, &doc.top());
    found
}

fn visit(found: &mut Vec<(String, Deprecation)>, place: &Place<'_>) {
    if place.value.is_object() {
        let is_marked = place.is_set("deprecated")
            || place.is_set("x-deprecated")
            || place.value.get("x-deprecation").is_some()
            || place.value.get("x-sunset").is_some();
        if is_marked {
            found.push((place.pointer.clone(), Deprecation::of(place)));
        }
    }
    match place.value {
        Value::Object(object) => {
            for (key, value) in object {
                let is_data = key.starts_with("x-")
                    || matches!(key.as_str(), "example" | "examples" | "default" | "enum");
                if !is_data && (value.is_object() || value.is_array()) {
                    let at = crate::document::pointer::join(&place.pointer, key);
                    visit(found, &Place::new(at, value));
                }
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                visit(
                    found,
                    &Place::new(format!("{}/{index}", place.pointer), value),
                );
            }
        }
        _ => {}
    }
}
