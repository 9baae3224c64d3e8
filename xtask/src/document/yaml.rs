//! YAML text to a value, equal to the one that the same document gives as JSON.
//!
//! The parser's events fill a flat list of nodes, in which an alias is only a second reference to
//! its node. What everything expands to is computed from the nodes' costs before anything is
//! expanded, so an alias bomb is refused at the alias that would set it off, and costs nothing.
//!
//! Merge keys (`<<`) are supported: a mapping's own keys win, then earlier sources over later ones.
//! Keys become their plain text, whatever they look like, so `200:` is `"200"`.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};
use serde_json::Value;

use super::{
    MAX_BYTES, MAX_DEPTH, MAX_KEY, MAX_VALUES, duplicate_key, long_key,
    pointer::{Step, from_steps},
    scalar, shown, too_deep, too_many,
};
use crate::fault::Fault;

/// Most punctuation characters in a YAML text. Every token but plain text needs one, and the parser
/// holds a flow collection's tokens in memory, at about 100 bytes each, until the collection ends.
const MAX_PUNCTUATION: usize = 4_000_000;

/// Parses `text` as a stream of exactly one YAML document.
pub(super) fn parse(file: &str, text: &str) -> Result<Value, Fault> {
    printable(text).map_err(|message| Fault::new(file, "#", message))?;
    let mut builder = Builder {
        text,
        ..Builder::default()
    };
    for event in Parser::new_from_str(text) {
        event
            .map_err(invalid)
            .and_then(|(event, span)| {
                let (line, column) = (span.start.line(), span.start.col() + 1);
                let taken = builder.take(event, span);
                taken.map_err(|message| format!("{message} (line {line} column {column})"))
            })
            .map_err(|message| Fault::new(file, builder.pointer(), message))?;
    }
    match builder.root {
        Some(root) => Ok(builder.value(root)),
        None => Err(Fault::new(file, "#", "is empty: it holds no YAML document")),
    }
}

/// Refuses what the parser should not even see.
fn printable(text: &str) -> Result<(), String> {
    let allowed = ['\t', '\n', '\r', '\u{85}'];
    let control = |character: char| character.is_control() && !allowed.contains(&character);
    if let Some((at, character)) = text
        .char_indices()
        .find(|(_, character)| control(*character))
    {
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let code = character.escape_unicode();
        return Err(format!(
            "is not valid YAML: the control character {code} at line {line}"
        ));
    }
    let punctuation = text.bytes().filter(u8::is_ascii_punctuation).count();
    if punctuation > MAX_PUNCTUATION {
        return Err(format!(
            "holds more than {MAX_PUNCTUATION} punctuation characters, which is more than is read \
             as YAML; convert the document to JSON"
        ));
    }
    Ok(())
}

/// The message for an error of the parser.
fn invalid(error: ScanError) -> String {
    let (line, column) = (error.marker().line(), error.marker().col() + 1);
    match error.info() {
        // The parser counts flow collections only, up to 255, and does so ahead of its events.
        "recursion limit exceeded" => format!("{} (line {line} column {column})", too_deep()),
        info => format!("is not valid YAML: {info} at line {line} column {column}"),
    }
}

/// One node of the document.
struct Node {
    content: Content,
    cost: Cost,
}

enum Content {
    Scalar(Value),
    Sequence(Vec<usize>),
    Mapping(Vec<(String, usize)>),
}

/// What a node amounts to with all aliases expanded.
#[derive(Clone, Copy, Default)]
struct Cost {
    values: u64,
    /// Text of strings and keys.
    bytes: u64,
    /// Levels of arrays and objects; a scalar has none.
    height: usize,
}

impl Cost {
    /// Adds a child and the key it lies under.
    fn add(&mut self, key: &str, child: Self) {
        self.values = self.values.saturating_add(child.values);
        self.bytes = self
            .bytes
            .saturating_add(child.bytes)
            .saturating_add(key.len() as u64);
        self.height = self.height.max(child.height + 1);
    }
}

/// A collection whose end has not come yet.
struct Open {
    anchor: usize,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<usize>),
    Mapping {
        entries: Vec<(String, usize)>,
        /// Keys that the mapping itself holds.
        own: HashSet<String>,
        /// Mappings that `<<` names, in the order in which they win.
        merged: Vec<usize>,
        /// The key whose value comes next.
        key: Option<Key>,
    },
}

enum Key {
    Name(String),
    Merge,
}

/// What the events have told so far.
#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, usize>,
    root: Option<usize>,
    /// Values so far, aliases expanded.
    values: u64,
    /// Text that aliases repeat.
    repeated: u64,
}

impl Builder<'_> {
    /// The place of the node that is being read.
    fn pointer(&self) -> String {
        from_steps(self.open.iter().filter_map(|open| match &open.kind {
            Kind::Sequence(items) => Some(Step::Index(items.len())),
            Kind::Mapping {
                key: Some(Key::Name(name)),
                ..
            } => Some(Step::Key(name)),
            Kind::Mapping {
                key: Some(Key::Merge),
                ..
            } => Some(Step::Key("<<")),
            Kind::Mapping { key: None, .. } => None,
        }))
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(full_tag);
                self.scalar(&text, style == ScalarStyle::Plain, anchor, tag.as_deref())
            }
            Event::SequenceStart(anchor, tag) => {
                scalar::collection("seq", tag.as_deref().map(full_tag).as_deref())?;
                self.enter(anchor, Kind::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                scalar::collection("map", tag.as_deref().map(full_tag).as_deref())?;
                self.enter(
                    anchor,
                    Kind::Mapping {
                        entries: Vec::new(),
                        own: HashSet::new(),
                        merged: Vec::new(),
                        key: None,
                    },
                )
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err("holds more than one YAML document; keep one of them".to_owned())
            }
            Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::StreamStart
            | Event::StreamEnd
            | Event::Nothing => Ok(()),
        }
    }

    /// Whether the next node is a key.
    fn at_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                kind: Kind::Mapping { key: None, .. },
                ..
            })
        )
    }

    fn count(&mut self) -> Result<(), String> {
        self.values += 1;
        if self.values > MAX_VALUES {
            Err(too_many())
        } else {
            Ok(())
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        plain: bool,
        anchor: usize,
        tag: Option<&str>,
    ) -> Result<(), String> {
        if self.at_key() {
            let merge = plain && tag.is_none() && text == "<<";
            self.key(text, merge)?;
            // Its tag and its number, if it looks like one, do not matter for the text of a key;
            // a tag that has no meaning is refused all the same.
            if tag.is_some() {
                scalar::value(text, plain, tag)?;
            }
            if anchor != 0 {
                let node = self.node_of(Value::String(text.to_owned()));
                self.anchors.insert(anchor, node);
            }
            return Ok(());
        }
        self.count()?;
        let node = self.node_of(scalar::value(text, plain, tag)?);
        self.add(node, anchor)
    }

    /// Starts the entry of a mapping.
    fn key(&mut self, text: &str, merge: bool) -> Result<(), String> {
        if text.len() > MAX_KEY {
            return Err(long_key(text));
        }
        if let Some(Open {
            kind: Kind::Mapping { own, key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(if merge {
                Key::Merge
            } else {
                Key::Name(text.to_owned())
            });
            // A second `<<` counts as a duplicate too; a list after the first does the same.
            if !own.insert(text.to_owned()) {
                return Err(duplicate_key(text));
            }
        }
        Ok(())
    }

    /// The new node of a scalar value.
    fn node_of(&mut self, value: Value) -> usize {
        let bytes = value.as_str().map_or(0, str::len) as u64;
        self.push(
            Content::Scalar(value),
            Cost {
                values: 1,
                bytes,
                height: 0,
            },
        )
    }

    fn push(&mut self, content: Content, cost: Cost) -> usize {
        self.nodes.push(Node { content, cost });
        self.nodes.len() - 1
    }

    fn cost(&self, node: usize) -> Cost {
        self.nodes
            .get(node)
            .map_or_else(Cost::default, |node| node.cost)
    }

    fn enter(&mut self, anchor: usize, kind: Kind) -> Result<(), String> {
        if self.at_key() {
            return Err(
                "a key of a mapping must be plain or quoted text, not a list or a mapping"
                    .to_owned(),
            );
        }
        self.count()?;
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep());
        }
        self.open.push(Open { anchor, kind });
        Ok(())
    }

    /// Ends the innermost open collection.
    fn leave(&mut self) -> Result<(), String> {
        let Some(Open { anchor, kind }) = self.open.pop() else {
            return Ok(());
        };
        let mut cost = Cost {
            values: 1,
            bytes: 0,
            height: 1,
        };
        let content = match kind {
            Kind::Sequence(items) => {
                for item in &items {
                    cost.add("", self.cost(*item));
                }
                Content::Sequence(items)
            }
            Kind::Mapping {
                mut entries,
                own: mut known,
                merged,
                ..
            } => {
                if !merged.is_empty() {
                    known.remove("<<");
                }
                for source in merged {
                    if let Some(Node {
                        content: Content::Mapping(more),
                        ..
                    }) = self.nodes.get(source)
                    {
                        // Counted again: merges inside merges copy the same entries level by level.
                        self.values = self.values.saturating_add(more.len() as u64);
                        if self.values > MAX_VALUES {
                            return Err(too_many());
                        }
                        let new = more.iter().filter(|(key, _)| known.insert(key.clone()));
                        entries.extend(new.cloned());
                    }
                }
                for (key, value) in &entries {
                    cost.add(key, self.cost(*value));
                }
                Content::Mapping(entries)
            }
        };
        let node = self.push(content, cost);
        self.add(node, anchor)
    }

    /// A second reference to an earlier node.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), String> {
        let name = || {
            let written = self.text.chars().skip(span.start.index()).take(span.len());
            format!(
                "the YAML alias {}",
                shown(written.collect::<String>().trim_end())
            )
        };
        let Some(node) = self.anchors.get(&anchor).copied() else {
            return Err(format!("{} lies inside the node that it repeats", name()));
        };
        if self.at_key() {
            let text = match self.nodes.get(node).map(|node| &node.content) {
                Some(Content::Scalar(Value::String(text))) => text.clone(),
                _ => return Err(format!("{} as a key must stand for text", name())),
            };
            return self.key(&text, false);
        }
        let cost = self.cost(node);
        if self.open.len() + cost.height > MAX_DEPTH {
            return Err(format!("what {} stands for {}", name(), too_deep()));
        }
        let values = self.values.saturating_add(cost.values);
        let repeated = self.repeated.saturating_add(cost.bytes);
        if values > MAX_VALUES || repeated > MAX_BYTES {
            return Err(format!(
                "{} expands the document to more than {MAX_VALUES} values or {} MiB of repeated \
                 text, which is more than is read",
                name(),
                MAX_BYTES / 1024 / 1024
            ));
        }
        self.values = values;
        self.repeated = repeated;
        self.add(node, 0)
    }

    /// Puts a complete node where it belongs.
    fn add(&mut self, node: usize, anchor: usize) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.kind {
            Kind::Sequence(items) => items.push(node),
            Kind::Mapping {
                entries,
                merged,
                key,
                ..
            } => match key.take() {
                Some(Key::Name(name)) => entries.push((name, node)),
                Some(Key::Merge) => match sources(&self.nodes, node) {
                    Some(sources) => merged.extend(sources),
                    None => {
                        *key = Some(Key::Merge);
                        return Err("a merge key `<<` takes a mapping or a list of mappings".into());
                    }
                },
                None => {}
            },
        }
        Ok(())
    }

    /// The value of `node`, aliases expanded. Recursion ends at the depth limit, which every node
    /// keeps, aliases included.
    fn value(&self, node: usize) -> Value {
        match self.nodes.get(node).map(|node| &node.content) {
            Some(Content::Scalar(value)) => value.clone(),
            Some(Content::Sequence(items)) => {
                Value::Array(items.iter().map(|item| self.value(*item)).collect())
            }
            Some(Content::Mapping(entries)) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), self.value(*value)))
                    .collect(),
            ),
            None => Value::Null,
        }
    }
}

/// The mappings that a merge key's value names; `None` if it is anything else.
fn sources(nodes: &[Node], value: usize) -> Option<Vec<usize>> {
    let mapping = |node: &usize| {
        nodes
            .get(*node)
            .is_some_and(|node| matches!(node.content, Content::Mapping(_)))
    };
    match &nodes.get(value)?.content {
        Content::Mapping(_) => Some(vec![value]),
        Content::Sequence(items) => items.iter().all(mapping).then(|| items.clone()),
        Content::Scalar(_) => None,
    }
}

/// The tag as it reads in full, whatever shorthand it was written in.
fn full_tag(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}
