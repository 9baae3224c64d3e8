//! Which types of ours stand for which schemas.

use progenitor::{GenerationSettings, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use schemars::schema::{InstanceType, SchemaObject, SingleOrVec};

use crate::generator::spec::{Replacement, Spec};

/// The settings for `spec`.
pub(super) fn settings(spec: &Spec) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { crate::Inner })
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap");
    let text = [TypeImpl::Display, TypeImpl::FromStr];
    for (format, target) in [
        ("decimal", "::rust_decimal::Decimal"),
        ("decimal-parameter", "crate::DecimalParameter"),
        ("date-or-time", "crate::DateOrTime"),
    ] {
        settings.with_conversion(string(format), target, text.into_iter());
    }
    for (name, replacement) in spec.replacements() {
        match replacement {
            Replacement::CommaList(item) => settings.with_replacement(
                name,
                format!("crate::CommaList<{item}>"),
                text.into_iter(),
            ),
            Replacement::OneOrMany(item) => settings.with_replacement(
                name,
                format!("crate::OneOrMany<{item}>"),
                std::iter::empty(),
            ),
            Replacement::Union => {
                settings.with_replacement(name, format!("crate::types::{name}"), std::iter::empty())
            }
        };
    }
    settings
}

/// The schema of a string with this format.
fn string(format: &str) -> SchemaObject {
    SchemaObject {
        instance_type: Some(SingleOrVec::Single(Box::new(InstanceType::String))),
        format: Some(format.to_owned()),
        ..SchemaObject::default()
    }
}
