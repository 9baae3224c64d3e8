//! Prose that cannot hurt.
//!
//! Descriptions come from outside. An indented or fenced example in one would be compiled as a
//! doctest, a bare address or a bracket would be a warning of rustdoc. The schema that the generator
//! prints under every type is left out: it is in `spec.json`.

use syn::visit_mut::VisitMut;
use syn::{Attribute, parse_quote};

use super::tree;

pub(super) fn run(file: &mut syn::File) -> usize {
    let mut pass = Pass { count: 0 };
    pass.visit_file_mut(file);
    pass.count
}

struct Pass {
    count: usize,
}

impl VisitMut for Pass {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        for attribute in attributes {
            let Some(text) = tree::doc_text(attribute) else {
                continue;
            };
            let harmless = harmless(&text);
            if harmless != text {
                *attribute = parse_quote! { #[doc = #harmless] };
                self.count += 1;
            }
        }
    }
}

/// The same prose, without the schema, without code that would be compiled, and without markup that
/// rustdoc would read as its own.
pub(super) fn harmless(text: &str) -> String {
    let text = text.split("<details>").next().unwrap_or_default();
    let mut result = String::with_capacity(text.len() + 1);
    let mut in_fence = false;
    for line in text.trim_end().lines() {
        if !result.is_empty() {
            result.push('\n');
        }
        let bare = line.trim();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            // Whatever language the fence names, it is not Rust to be run.
            result.push_str(if in_fence { " ```" } else { " ```text" });
            in_fence = !in_fence;
        } else if in_fence {
            result.push(' ');
            result.push_str(line.trim_end());
        } else {
            result.push(' ');
            escape(bare, &mut result);
        }
    }
    if in_fence {
        result.push_str("\n ```");
    }
    result
}

/// Escapes brackets and angle brackets outside code spans, and marks bare addresses as links.
fn escape(line: &str, result: &mut String) {
    let mut in_code = false;
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            result.push(' ');
        }
        if !in_code && (word.starts_with("https://") || word.starts_with("http://")) {
            let end = word.trim_end_matches(['.', ',', ';', ':', ')']).len();
            let (address, rest) = word.split_at(end);
            result.push('<');
            result.push_str(address);
            result.push('>');
            result.push_str(rest);
            continue;
        }
        for character in word.chars() {
            match character {
                '`' => in_code = !in_code,
                '[' | ']' | '<' | '>' if !in_code => result.push('\\'),
                _ => {}
            }
            result.push(character);
        }
    }
    if in_code {
        // An odd backtick would swallow the rest of the comment.
        result.push('`');
    }
}
