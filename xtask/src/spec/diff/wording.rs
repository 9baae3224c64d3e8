//! A change in one sentence.

use serde_json::Value;

use super::change::{Change, Kind};
use super::subject::shown;

/// The sentence for a change, without its place.
pub(super) fn sentence(change: &Change) -> String {
    let name = change.name.as_deref().unwrap_or_default();
    let name: String = shown(&Value::from(name));
    let from = change.from.as_ref().map_or("none".to_owned(), shown);
    let to = change.to.as_ref().map_or("none".to_owned(), shown);
    let turned = format!("{from} -> {to}");
    let required = if change.required { ", required" } else { "" };
    match change.kind {
        Kind::OperationAdded => "new operation".to_owned(),
        Kind::OperationRemoved => "operation is gone".to_owned(),
        Kind::OperationRenamed => format!("operationId renamed: {turned}"),
        Kind::PathRenamed => format!("path renamed: {turned}"),
        Kind::PathVersionChanged => format!("version of the path changed: {turned}"),
        Kind::ParameterAdded => format!("new parameter{required}"),
        Kind::ParameterRemoved => format!("parameter is gone{required}"),
        Kind::ParameterRenamed => format!("parameter renamed: {turned}"),
        Kind::ParameterMoved => format!("parameter moved: {turned}"),
        Kind::NowRequired => "now required".to_owned(),
        Kind::NowOptional => "no longer required".to_owned(),
        Kind::StyleChanged => format!("written in another way: {turned}"),
        Kind::RequestBodyAdded => format!("new request body{required}"),
        Kind::RequestBodyRemoved => "request body is gone".to_owned(),
        Kind::MediaTypeAdded => format!("new media type {name}"),
        Kind::MediaTypeRemoved => format!("media type {name} is gone"),
        Kind::ResponseAdded => "new response".to_owned(),
        Kind::ResponseRemoved => "response is gone".to_owned(),
        Kind::HeaderAdded => "new header".to_owned(),
        Kind::HeaderRemoved => "header is gone".to_owned(),
        Kind::SchemaAdded => "new schema".to_owned(),
        Kind::SchemaRemoved => "schema is gone".to_owned(),
        Kind::SchemaRenamed => format!("schema renamed: {turned}"),
        Kind::PropertyAdded => format!("new property{required}"),
        Kind::PropertyRemoved => format!("property is gone{required}"),
        Kind::PropertyRenamed => format!("property renamed: {turned}"),
        Kind::RequiredAdded => format!("`{name}` is now required"),
        Kind::RequiredRemoved => format!("`{name}` is no longer required"),
        Kind::NullableAdded => "now nullable".to_owned(),
        Kind::NullableRemoved => "no longer nullable".to_owned(),
        Kind::TypeChanged => format!("type: {turned}"),
        Kind::TypeWidened => format!("type admits more: {turned}"),
        Kind::TypeNarrowed => format!("type admits less: {turned}"),
        Kind::TypeReplaced => format!("another schema: {turned}"),
        Kind::FormatChanged => format!("format: {turned}"),
        Kind::EnumValueAdded => format!("new value `{name}`"),
        Kind::EnumValueRemoved => format!("value `{name}` is gone"),
        Kind::EnumIntroduced => format!("values are listed now: {to}"),
        Kind::EnumLifted => format!("values are no longer listed: {from}"),
        // Which of two patterns admits less nobody can tell.
        Kind::BoundTightened if name == "pattern" => format!("pattern: {turned}"),
        Kind::BoundTightened => format!("{name} admits less: {turned}"),
        Kind::BoundLoosened => format!("{name} admits more: {turned}"),
        Kind::DefaultChanged | Kind::DefaultStated => format!("default: {turned}"),
        Kind::VariantAdded => format!("new variant {name}"),
        Kind::VariantRemoved => format!("variant {name} is gone"),
        Kind::ReadOnlyAdded => "now read-only".to_owned(),
        Kind::WriteOnlyAdded => "now write-only".to_owned(),
        Kind::AccessLoosened => format!("no longer {name}"),
        Kind::KeywordChanged | Kind::SecurityChanged => format!("{name}: {turned}"),
        Kind::ServerAdded => format!("new server {name}"),
        Kind::ServerRemoved => format!("server {name} is gone"),
        Kind::Deprecated => format!("deprecated{}", dates(change.to.as_ref())),
        Kind::EndAnnounced => {
            let said = change.to.as_ref().and_then(|to| to.get("said"));
            let said = said.map_or_else(String::new, shown);
            format!(
                "its description says: \"{said}\"{}",
                dates(change.to.as_ref())
            )
        }
        Kind::DeprecationWithdrawn => "no longer deprecated".to_owned(),
        Kind::DeprecationDated => format!(
            "deprecated as before{}, was{}",
            dates(change.to.as_ref()),
            dates(change.from.as_ref())
        ),
        Kind::TextChanged => format!("{name} reads differently"),
        Kind::ExampleChanged => "other examples".to_owned(),
        Kind::ExtensionChanged => format!("{name}: {turned}"),
    }
}

/// ` (since 2026-07-09, sunset 2026-10-09)`.
fn dates(value: Option<&Value>) -> String {
    let object = value.and_then(Value::as_object);
    let dates: Vec<String> = object
        .into_iter()
        .flatten()
        .filter(|(key, _)| !matches!(key.as_str(), "deprecated" | "said"))
        .map(|(key, date)| {
            let key = if key == "date" { "" } else { key };
            format!("{key} {}", shown(date)).trim().to_owned()
        })
        .collect();
    if dates.is_empty() {
        " without a date".to_owned()
    } else {
        format!(" ({})", dates.join(", "))
    }
}
