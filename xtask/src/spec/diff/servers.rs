//! Servers: where requests go, of the document, of a path or of one operation.
//!
//! A list that stands nearer replaces the one further out. The order does not count. A request that goes
//! to another host, or whose variables are filled in otherwise, is a changed meaning.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::change::{Found, Kind};
use super::document::{Doc, Operation, Place, canonical};
use super::schema::Comparison;

/// One server.
struct Server<'a> {
    place: Place<'a>,
    /// As the document spells it.
    spelt: &'a str,
}

/// The servers that `place` lists, by their address. The default of both versions, written out, is none.
fn all<'a>(place: &Place<'a>) -> BTreeMap<String, Server<'a>> {
    place
        .list("servers")
        .into_iter()
        .filter_map(|place| {
            let spelt = place.text("url")?;
            let url = spelt.trim_end_matches('/').to_owned();
            (!url.is_empty()).then_some((url, Server { place, spelt }))
        })
        .collect()
}

/// What is filled in where nothing is chosen, and the values of which one may be; words left out.
type Variable = (Option<String>, Option<BTreeSet<String>>);

impl Server<'_> {
    fn variables(&self) -> BTreeMap<&str, Variable> {
        let variables = self.place.entries("variables", false).into_iter();
        variables
            .map(|(name, place)| {
                let values = place.value.get("enum").and_then(Value::as_array);
                let values = values.map(|values| values.iter().map(canonical).collect());
                (name, (place.value.get("default").map(canonical), values))
            })
            .collect()
    }

    /// The variables as they are shown.
    fn shown(&self) -> Value {
        let variables = self.place.entries("variables", false).into_iter();
        let shown = variables.map(|(name, place)| {
            let mut shown = Map::new();
            for key in ["default", "enum"] {
                if let Some(value) = place.value.get(key) {
                    shown.insert(key.to_owned(), value.clone());
                }
            }
            (name.to_owned(), Value::Object(shown))
        });
        Value::Object(shown.collect())
    }

    /// Whether a request to this server can go where one to `old` went, and does if nothing is chosen.
    fn takes(&self, old: &Server<'_>) -> bool {
        let (before, after) = (old.variables(), self.variables());
        before.len() == after.len()
            && before.iter().all(|(name, (default, values))| {
                let Some((now, choice)) = after.get(name) else {
                    return false;
                };
                let fits = match (values, choice) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(values), Some(choice)) => values.is_subset(choice),
                };
                default == now && fits
            })
    }
}

/// Compares the servers of two documents.
pub(super) fn of_documents(comparison: &mut Comparison<'_>) {
    let (old, new) = (comparison.old.top(), comparison.new.top());
    let (was, is) = (all(&old), all(&new));
    for (url, server) in &was {
        let Some(now) = is.get(url) else {
            let found = Found::new(Kind::ServerRemoved, Some(&server.place.pointer), None);
            comparison.add(found.named(server.spelt));
            continue;
        };
        if server.variables() != now.variables() {
            let (at, to) = (&server.place.pointer, &now.place.pointer);
            let mut found = Found::new(Kind::KeywordChanged, Some(at), Some(to))
                .named("variables")
                .turned(Some(server.shown()), Some(now.shown()));
            found.appended = now.takes(server);
            comparison.add(found);
        }
    }
    for (url, server) in &is {
        if !was.contains_key(url) {
            let found = Found::new(Kind::ServerAdded, None, Some(&server.place.pointer));
            comparison.add(found.named(server.spelt));
        }
    }
}

/// The place nearest to an operation that lists servers; the document itself if none does.
fn nearest<'a>(doc: &Doc<'a>, operation: &Operation<'a>) -> Place<'a> {
    let lists = |place: &&Place<'a>| !place.list("servers").is_empty();
    let inwards = [&operation.place, &operation.item];
    let found = inwards.into_iter().find(lists).cloned();
    found.unwrap_or_else(|| doc.top())
}

/// Compares the servers of two versions of an operation, where one of them does not go to those of its
/// document. What a path lists is told of the path, once.
pub(super) fn of_operations<'a>(
    comparison: &mut Comparison<'a>,
    old: &Operation<'a>,
    new: &Operation<'a>,
) {
    let before = nearest(&comparison.old, old);
    let after = nearest(&comparison.new, new);
    let of_document = |place: &Place<'_>| place.pointer == "#";
    if of_document(&before) && of_document(&after) {
        return;
    }
    let (was, is) = (all(&before), all(&after));
    let same = |(url, server): (&String, &Server<'a>)| {
        let now = is.get(url);
        now.is_some_and(|now| now.variables() == server.variables())
    };
    if was.len() == is.len() && was.iter().all(same) {
        return;
    }
    let of_paths = before.pointer == old.item.pointer && after.pointer == new.item.pointer;
    let (at, to) = if of_paths {
        (&old.item.pointer, &new.item.pointer)
    } else {
        (&old.place.pointer, &new.place.pointer)
    };
    let mut found = Found::new(Kind::KeywordChanged, Some(at), Some(to))
        .named("servers")
        .turned(shown(&was), shown(&is));
    let kept = |(url, server): (&String, &Server<'a>)| {
        let now = is.get(url);
        now.is_some_and(|now| now.takes(server))
    };
    found.appended = !was.is_empty() && was.iter().all(kept);
    comparison.add(found);
}

/// Servers as they are shown: addresses, with their variables where there are some.
fn shown(servers: &BTreeMap<String, Server<'_>>) -> Option<Value> {
    let one = |server: &Server<'_>| {
        if server.variables().is_empty() {
            Value::from(server.spelt)
        } else {
            json!({ "url": server.spelt, "variables": server.shown() })
        }
    };
    (!servers.is_empty()).then(|| servers.values().map(one).collect())
}
