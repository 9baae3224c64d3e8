//! From the repaired document to the source of the client.
//!
//! Shared with `xtask`, which generates the same source to review it: `spec.json` and the settings
//! go through progenitor, the result through a pass over its syntax tree, and that through
//! `prettyplease`.
//!
//! | file | what it does |
//! | --- | --- |
//! | `settings.rs` | tells progenitor which types of ours stand for which schemas |
//! | `spec.rs` | reads from the document what the pass needs to know |
//! | `pass/enums.rs` | opens string enums: an unlisted value is kept |
//! | `pass/unions.rs` | writes the types that stand for one of several shapes |
//! | `pass/fields.rs` | decodes money exactly, and null like absent |
//! | `pass/client.rs` | answers, errors and the table of operations |
//! | `pass/docs.rs` | makes prose harmless to rustdoc |
//! | `pass/deprecated.rs` | marks what Alpaca has withdrawn or replaced |

mod pass;
mod settings;
mod spec;

use spec::Spec;

/// What the generator makes of a document.
pub struct Generated {
    /// The source, formatted.
    pub source: String,
    /// What the pass changed, for the report.
    #[allow(dead_code, reason = "read by xtask, not by build.rs")]
    pub counts: Vec<(&'static str, usize)>,
}

/// Generates the client that `spec` (the text of `spec.json`) describes.
///
/// # Errors
///
/// When the text is not OpenAPI 3.0, when progenitor refuses it, or when its output has not the
/// shape that the pass expects: it then names the item.
///
/// # Panics
///
/// Progenitor panics on some documents that it cannot handle.
pub fn generate(spec: &str) -> Result<Generated, String> {
    let api: openapiv3::OpenAPI =
        serde_json::from_str(spec).map_err(|error| format!("not OpenAPI 3.0: {error}"))?;
    let value: serde_json::Value =
        serde_json::from_str(spec).map_err(|error| format!("not JSON: {error}"))?;
    let spec = Spec::new(value)?;
    let tokens = progenitor::Generator::new(&settings::settings(&spec))
        .generate_tokens(&api)
        .map_err(|error| error.to_string())?;
    let mut file: syn::File =
        syn::parse2(tokens).map_err(|error| format!("the generated tokens: {error}"))?;
    let counts = pass::run(&mut file, &spec)?;
    Ok(Generated {
        source: prettyplease::unparse(&file),
        counts,
    })
}
