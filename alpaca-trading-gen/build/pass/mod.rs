//! The pass over the generated syntax tree.
//!
//! Progenitor generates closed enums, fields that refuse null, floats, and a client with timeouts
//! of its own. This pass puts that right. It changes only what has the shape that it expects, and
//! fails, naming the item, where the shape is another: a new version of the generator must not
//! slip past it.

mod builders;
mod client;
mod deprecated;
mod docs;
mod enums;
mod fields;
mod tree;
mod unions;

use super::spec::Spec;

/// Runs all parts of the pass; returns what each changed.
pub(super) fn run(file: &mut syn::File, spec: &Spec) -> Result<Vec<(&'static str, usize)>, String> {
    let unions = spec.unions()?;
    let types = tree::module_mut(&mut file.items, "types")?;
    let mut counts = vec![
        ("open enums", enums::run(types, spec)?),
        ("unions", unions::run(types, &unions)?),
        ("builders left out", builders::run(types, spec)?),
    ];
    let fields = fields::run(types, spec)?;
    counts.extend([
        ("structs that may grow", fields.structs),
        ("exact decimals", fields.decimals),
        ("fields where blank is none", fields.blanks),
        ("arrays where null is empty", fields.arrays),
    ]);
    counts.push(("deprecated items", deprecated::run(file, spec)?));
    let client = client::run(file, spec)?;
    counts.extend([
        ("answers", client.answers),
        ("operations", spec.operations.len()),
    ]);
    counts.push(("doc comments", docs::run(file)));
    Ok(counts)
}
