//! From what was found to what is told: direction, class, subject, words, order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::bump::{Bump, bumps};
use super::change::{Change, Class, Direction, Kind};
use super::collect::Together;
use super::concerns::{Sides, shows};
use super::deprecation::{Deprecation, standing};
use super::document::{Doc, schema_name};
use super::reach::Reach;
use super::schema::Comparison;
use super::subject::{label, of, shown};
use super::{policy, wording};
use crate::document::{self, Document};

/// One of the two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The file as the user named it.
    pub file: String,
    /// The hash of its bytes: `info.version` identifies nothing.
    pub sha256: String,
    /// The version of OpenAPI.
    pub openapi: String,
    /// How many operations it has.
    pub operations: usize,
    /// How many named schemas it has.
    pub schemas: usize,
}

/// Something that is no change and that a reader will ask about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// A schema that was written out where it is used, and has a name now.
    Extracted(String),
    /// A schema that is written out where it was used by name.
    Inlined(String),
    /// A `$ref` that leads out of its document, nowhere, or back to itself: nobody can tell what it says.
    Unresolved {
        /// Whether it is in the new document.
        is_new: bool,
        /// Where it is.
        pointer: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Note {
    /// The name in the output.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Extracted(_) => "schema-extracted",
            Self::Inlined(_) => "schema-inlined",
            Self::Unresolved { .. } => "reference-unresolved",
        }
    }

    /// The named schema, if it is about one.
    pub fn schema(&self) -> Option<&str> {
        match self {
            Self::Extracted(schema) | Self::Inlined(schema) => Some(schema),
            Self::Unresolved { .. } => None,
        }
    }

    /// One sentence.
    pub fn text(&self) -> String {
        match self {
            Self::Extracted(schema) => {
                format!("schema {schema} was written out where it is used, and has a name now")
            }
            Self::Inlined(schema) => {
                format!("schema {schema} is written out where it was used by name")
            }
            Self::Unresolved {
                is_new,
                pointer,
                why,
            } => {
                let age = if *is_new { "new" } else { "old" };
                let why = shown(&Value::from(why.as_str()));
                let at = shown(&Value::from(pointer.as_str()));
                format!("in the {age} document {at} is compared as it is written: {why}")
            }
        }
    }
}

/// Something that the new document says is deprecated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it is.
    pub place: String,
    /// Where it is.
    pub pointer: String,
    /// Dates by what they are the date of.
    pub dates: BTreeMap<String, String>,
    /// What the document says besides, such as a `reason`.
    pub words: BTreeMap<String, String>,
    /// Whether the old document did not say so.
    pub is_new: bool,
}

impl Standing {
    /// `since 2026-07-09, sunset 2026-10-09`.
    pub fn dates_text(&self) -> String {
        let dates = self.dates.iter().map(|(key, date)| format!("{key} {date}"));
        dates.collect::<Vec<_>>().join(", ")
    }

    /// Dates, and the words beside them.
    pub fn text(&self) -> String {
        let dates = match self.dates_text() {
            dates if dates.is_empty() => "no date".to_owned(),
            dates => dates,
        };
        let words: Vec<String> = self
            .words
            .values()
            .map(|words| shown(&Value::from(words.as_str())))
            .collect();
        match words.join(" ") {
            words if words.is_empty() => dates,
            words => format!("{dates}: {words}"),
        }
    }
}

/// The result of a comparison.
#[derive(Debug, Clone)]
pub struct Diff {
    /// The old document.
    pub old: Side,
    /// The new document.
    pub new: Side,
    /// What changed, the gravest first.
    pub changes: Vec<Change>,
    /// What did not change and looks as if it had.
    pub notes: Vec<Note>,
    /// What is deprecated in the new document.
    pub standing: Vec<Standing>,
    /// What it means for our crates.
    pub bumps: Vec<Bump>,
}

impl Diff {
    /// The changes of one class.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.class == class)
    }
}

/// Judges what `comparison` found.
pub(super) fn finish(comparison: Comparison<'_>, old: &Document, new: &Document) -> Diff {
    let (was, is) = (comparison.old, comparison.new);
    let sides = Sides {
        old: was,
        new: is,
        reach: (Reach::of(&was), Reach::of(&is)),
        renames: comparison.renames,
        moved: comparison.moved,
    };
    let unresolved = [(old, false), (new, true)].into_iter();
    let mut notes: Vec<Note> = unresolved
        .flat_map(|(document, is_new)| {
            let faults = document::unresolved(document).into_iter();
            faults.map(move |fault| Note::Unresolved {
                is_new,
                pointer: fault.pointer,
                why: fault.message,
            })
        })
        .collect();
    let mut changes = Vec::new();
    for one in comparison.collector.together() {
        let found = &one.found;
        // A schema that got or lost its name, and nothing else, is no change.
        let (pointer, same, named_now) = match found.kind {
            Kind::SchemaAdded => (&found.new, &comparison.extracted, true),
            Kind::SchemaRemoved => (&found.old, &comparison.inlined, false),
            _ => (&None, &comparison.extracted, true),
        };
        let name = pointer.as_deref().and_then(schema_name);
        match name {
            Some(schema) if same.get(&schema) == Some(&true) => {
                notes.push(if named_now {
                    Note::Extracted(schema)
                } else {
                    Note::Inlined(schema)
                });
            }
            _ => changes.push(told(&sides, one)),
        }
    }
    changes.sort_by(|one, other| order(one).cmp(&order(other)));
    notes.sort_by(|one, other| (one.schema(), one).cmp(&(other.schema(), other)));
    let news: BTreeSet<&str> = changes
        .iter()
        .filter(|change| matches!(change.kind, Kind::Deprecated | Kind::EndAnnounced))
        .filter_map(|change| change.new.as_deref())
        .collect();
    let standing = standing(&is)
        .into_iter()
        .map(|(pointer, deprecation)| Standing {
            place: label(&of(&is, &pointer), &pointer),
            is_new: news.contains(pointer.as_str()) || was.at(&pointer).is_none(),
            dates: deprecation.dates,
            words: deprecation.words,
            pointer,
        })
        .collect();
    let bumps = bumps(&changes);
    Diff {
        old: side(old, &was),
        new: side(new, &is),
        changes,
        notes,
        standing,
        bumps,
    }
}

fn side(document: &Document, doc: &Doc<'_>) -> Side {
    let version = document.root.get("openapi").and_then(Value::as_str);
    Side {
        file: document.file.clone(),
        sha256: document.sha256.clone(),
        openapi: version.unwrap_or("unknown").to_owned(),
        operations: doc.operations().len(),
        schemas: doc.components("schemas").len(),
    }
}

/// What comes first: the graver class, then by place.
fn order(change: &Change) -> impl Ord {
    (
        change.class,
        change.place.clone(),
        change.kind,
        change.name.clone(),
        change.new.clone(),
        change.old.clone(),
    )
}

/// A change with everything that is told of it.
fn told(sides: &Sides<'_>, one: Together) -> Change {
    let Together {
        found,
        others,
        under,
    } = one;
    let (was, is) = (sides.old, sides.new);
    let mut direction = Direction::default();
    let mut operations = BTreeSet::new();
    for found in others.iter().chain([&found]) {
        let (way, reached) = sides.reached(found);
        direction = direction.or(way);
        operations.extend(reached);
    }
    let (class, mut reason) = policy::judge(&found, direction);
    if class == Class::Breaking
        && found.new.is_none()
        && let Some(place) = found.old.as_deref().and_then(|pointer| was.at(pointer))
    {
        let deprecation = Deprecation::of(&was.resolve(&place));
        if deprecation.is_any() {
            let dates = deprecation.text();
            let dates = if dates.is_empty() {
                dates
            } else {
                format!(" ({dates})")
            };
            reason.push_str(&format!("; it had been deprecated{dates}"));
        }
    }
    let (old_at, new_at) = shows(&found);
    let (doc, pointer) = match (&under, &new_at, &old_at) {
        (Some(under), ..) if under.is_new => (is, under.place.as_str()),
        (Some(under), ..) => (was, under.place.as_str()),
        (None, Some(pointer), _) => (is, pointer.as_str()),
        (None, None, Some(pointer)) => (was, pointer.as_str()),
        (None, None, None) => (is, "#"),
    };
    let subject = of(&doc, pointer);
    let mut change = Change {
        kind: found.kind,
        class,
        direction,
        place: label(&subject, pointer),
        subject,
        old: found.old,
        new: found.new,
        name: found.name,
        from: found.from,
        to: found.to,
        required: found.required,
        values: found.values,
        text: String::new(),
        reason,
        operations,
    };
    change.text = wording::sentence(&change);
    change
}
