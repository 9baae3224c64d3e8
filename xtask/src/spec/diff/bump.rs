//! What the changes mean for our crates: the version bump of each, and why.
//!
//! In `0.x` a breaking release raises the minor version, any other one the patch version. What
//! breaks is decided by the Rust that is generated, not by the wire alone: a response property that
//! became required is good news on the wire, and turns an `Option` into its content.

use std::collections::BTreeMap;

use super::change::{Change, Class, Direction, Kind};

/// A step of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is to be released.
    None,
    /// `0.1.0` to `0.1.1`.
    Patch,
    /// `0.1.0` to `0.2.0`.
    Minor,
}

impl Level {
    /// The name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Patch => "patch",
            Level::Minor => "minor",
        }
    }
}

/// The bump of one crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bump {
    /// The crate.
    pub name: &'static str,
    /// How far its version moves.
    pub level: Level,
    /// Why, the gravest first: a sentence, and how many changes it covers.
    pub reasons: Vec<(String, usize)>,
    /// What would break a closed client and does not break this one.
    pub absorbed: Vec<(String, usize)>,
}

/// The raw client.
const RAW: &str = "alpaca-trading-gen";
/// The crate that users add.
const CLIENT: &str = "alpaca-trading";

/// The bumps that `changes` ask for.
pub(super) fn bumps(changes: &[Change]) -> Vec<Bump> {
    let mut reasons: BTreeMap<(Level, &'static str), usize> = BTreeMap::new();
    let mut absorbed: BTreeMap<&'static str, usize> = BTreeMap::new();
    for change in changes {
        let (level, why) = needs(change);
        *reasons.entry((level, why)).or_default() += 1;
        if let Some(how) = absorbs(change) {
            *absorbed.entry(how).or_default() += 1;
        }
    }
    let level = reasons.keys().map(|(level, _)| *level).max();
    let level = level.unwrap_or(Level::None);
    let told: Vec<(String, usize)> = reasons
        .iter()
        .rev()
        .filter(|((one, _), _)| *one == level && level > Level::None)
        .map(|((_, why), count)| ((*why).to_owned(), *count))
        .collect();
    let absorbed: Vec<(String, usize)> = absorbed
        .into_iter()
        .map(|(how, count)| (how.to_owned(), count))
        .collect();
    // Words in the comments of generated code are no reason for a release of the crate above.
    let only_words = changes
        .iter()
        .all(|change| change.class == Class::Documentation);
    let client = if only_words { Level::None } else { level };
    let why = match client {
        Level::None => Vec::new(),
        Level::Minor => vec![(
            format!("its public types are those of {RAW}, whose minor version is part of its own"),
            told.iter().map(|(_, count)| count).sum(),
        )],
        Level::Patch => told.clone(),
    };
    vec![
        Bump {
            name: RAW,
            level,
            reasons: told,
            absorbed: absorbed.clone(),
        },
        Bump {
            name: CLIENT,
            level: client,
            reasons: why,
            absorbed,
        },
    ]
}

/// What one change asks for, and why.
fn needs(change: &Change) -> (Level, &'static str) {
    if let Some(why) = by_type(change) {
        return (Level::Minor, why);
    }
    match (change.kind, change.class) {
        // Names of methods come from our own table, by method and path.
        (Kind::OperationRenamed, _) => (
            Level::Patch,
            "an operationId changed; our names do not follow it",
        ),
        (_, Class::Breaking) => (Level::Minor, "the service breaks callers"),
        (_, Class::Compatible) => (Level::Patch, "something is new, or admits more"),
        (_, Class::Deprecation) => (Level::Patch, "deprecations are passed on"),
        (_, Class::Documentation) => (Level::Patch, "comments of generated code change"),
    }
}

/// Changes of the generated Rust that are none on the wire.
fn by_type(change: &Change) -> Option<&'static str> {
    if change.class != Class::Compatible {
        return None;
    }
    match change.kind {
        Kind::SchemaRemoved => Some("a public type is gone"),
        Kind::SchemaRenamed => Some("a public type has another name"),
        Kind::RequiredAdded
        | Kind::RequiredRemoved
        | Kind::NullableAdded
        | Kind::NullableRemoved
        | Kind::NowRequired
        | Kind::NowOptional => Some("a field or parameter is an `Option` now, or is none any more"),
        Kind::TypeWidened
        | Kind::TypeNarrowed
        | Kind::TypeReplaced
        | Kind::EnumIntroduced
        | Kind::EnumLifted => Some("a field or parameter has another Rust type"),
        // What was one type is a union now.
        Kind::VariantAdded if change.from.is_some() => {
            Some("a field or parameter has another Rust type")
        }
        Kind::MediaTypeAdded => None,
        _ => None,
    }
}

/// What saves callers of our crates from a change, if something does.
fn absorbs(change: &Change) -> Option<&'static str> {
    let read = change.direction != Direction::REQUEST;
    match change.kind {
        Kind::EnumValueAdded => Some(
            "open enums: a new value is read as `Unknown` by older versions, and equals the \
             variant that it becomes",
        ),
        Kind::EnumValueRemoved if read => Some(
            "open enums: should the service still answer a value that is gone, it is read as \
             `Unknown`; code that names its variant, or sends it, changes",
        ),
        Kind::EnumIntroduced if read => Some("open enums: a value outside the list is still read"),
        Kind::PropertyAdded if !change.required || change.direction == Direction::RESPONSE => {
            Some("`#[non_exhaustive]`: a new field breaks neither building nor matching")
        }
        Kind::VariantAdded if change.from.is_none() => {
            Some("`#[non_exhaustive]` unions: an unknown variant keeps its JSON")
        }
        Kind::NullableAdded | Kind::RequiredRemoved if read => {
            Some("null and absent are read alike where the field is an `Option` already")
        }
        Kind::BoundTightened | Kind::BoundLoosened => {
            Some("types carry no bounds: what is read is read whatever its length or size")
        }
        Kind::ResponseAdded | Kind::ResponseRemoved => {
            Some("an answer that is not 2xx arrives whole, whatever its code")
        }
        _ => None,
    }
}
