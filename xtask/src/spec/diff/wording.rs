//! A change in one sentence.

use serde_json::Value;

use super::change::{Change, Kind};
use super::deprecation::is_date;
use super::subject::shown;

/// The sentence for a change, without its place.
pub(super) fn sentence(change: &Change) -> String {
    let name = change.name.as_deref().unwrap_or_default();
    let name: String = match shown(&Value::from(name)) {
        name if name.is_empty() => "\"\"".to_owned(),
        name => name,
    };
    let from = change.from.as_ref().map_or("none".to_owned(), shown);
    let to = change.to.as_ref().map_or("none".to_owned(), shown);
    let turned = format!("{from} -> {to}");
    let required = if change.required { ", required" } else { "" };
    let (values, listed) = (values(&change.values), listed(&change.values));
    // What was no union, or is none any more.
    let whole = match (&change.from, &change.to) {
        (Some(_), Some(_)) => format!(", the whole: {turned}"),
        _ => String::new(),
    };
    match change.kind {
        Kind::OperationAdded => "new operation".to_owned(),
        Kind::OperationRemoved => "operation is gone".to_owned(),
        Kind::OperationRenamed => format!("operationId renamed: {turned}"),
        Kind::PathRenamed => format!("path renamed: {turned}"),
        Kind::PathVersionChanged => format!("version of the path changed: {turned}"),
        Kind::ParameterAdded => format!("new parameter{required}{values}"),
        Kind::ParameterRemoved => format!("parameter is gone{required}{values}"),
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
        Kind::SchemaAdded => format!("new schema{values}"),
        Kind::SchemaRemoved => format!("schema is gone{values}"),
        Kind::SchemaRenamed => format!("schema renamed: {turned}"),
        Kind::PropertyAdded => format!("new property{required}{values}"),
        Kind::PropertyRemoved => format!("property is gone{required}{values}"),
        Kind::PropertyRenamed => format!("property renamed: {turned}"),
        Kind::RequiredAdded => format!("`{name}` is now required"),
        Kind::RequiredRemoved => format!("`{name}` is no longer required"),
        Kind::NullableAdded => "now nullable".to_owned(),
        Kind::NullableRemoved => "no longer nullable".to_owned(),
        Kind::TypeChanged => format!("type: {turned}{listed}"),
        Kind::TypeWidened => format!("type admits more: {turned}{listed}"),
        Kind::TypeNarrowed => format!("type admits less: {turned}{listed}"),
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
        Kind::VariantAdded => format!("new variant {name}{whole}"),
        Kind::VariantRemoved => format!("variant {name} is gone{whole}"),
        Kind::ReadOnlyAdded => "now read-only".to_owned(),
        Kind::WriteOnlyAdded => "now write-only".to_owned(),
        Kind::AccessLoosened => format!("no longer {name}"),
        Kind::KeywordChanged | Kind::SecurityChanged => format!("{name}: {turned}"),
        Kind::ServerAdded => format!("new server {name}"),
        Kind::ServerRemoved => format!("server {name} is gone"),
        Kind::Deprecated => {
            let to = change.to.as_ref();
            format!("deprecated{}{}", dates(to), words(to))
        }
        Kind::EndAnnounced => {
            let said = change.to.as_ref().and_then(|to| to.get("said"));
            let said = said.map_or_else(String::new, shown);
            format!(
                "its description says: \"{said}\"{}",
                dates(change.to.as_ref())
            )
        }
        Kind::DeprecationWithdrawn => match only_said(change.from.as_ref()) {
            Some(said) => format!("its description says no longer: \"{}\"", shown(said)),
            None => "no longer deprecated".to_owned(),
        },
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

/// The sentence that alone announced an end.
fn only_said(value: Option<&Value>) -> Option<&Value> {
    let object = value?.as_object()?;
    let is_other = |key: &String| !matches!(key.as_str(), "deprecated" | "said" | "date");
    let is_marked = object.get("deprecated") == Some(&Value::Bool(true));
    if is_marked || object.keys().any(is_other) {
        return None;
    }
    object.get("said")
}

/// `, one of SOL, ETH, BTC`.
fn values(values: &[Value]) -> String {
    let only = if values.len() == 1 { "only" } else { "one of" };
    some(values).map_or_else(String::new, |some| format!(", {only} {some}"))
}

/// `, values: true, false`, whichever of two types lists them.
fn listed(values: &[Value]) -> String {
    some(values).map_or_else(String::new, |some| format!(", values: {some}"))
}

/// The first values, and how many more there are.
fn some(values: &[Value]) -> Option<String> {
    const MOST: usize = 8;
    let mut some: Vec<String> = values.iter().take(MOST).map(shown).collect();
    if values.len() > MOST {
        some.push(format!("{} more", values.len() - MOST));
    }
    (!some.is_empty()).then(|| some.join(", "))
}

/// `: Use another.`, what stands beside the dates.
fn words(value: Option<&Value>) -> String {
    let object = value.and_then(Value::as_object);
    let words: Vec<String> = object
        .into_iter()
        .flatten()
        .filter(|(key, value)| {
            let is_other = matches!(key.as_str(), "deprecated" | "said");
            !is_other && value.as_str().is_some_and(|value| !is_date(key, value))
        })
        .map(|(_, words)| shown(words))
        .collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(": {}", words.join(" "))
    }
}

/// ` (since 2026-07-09, sunset 2026-10-09)`.
fn dates(value: Option<&Value>) -> String {
    let object = value.and_then(Value::as_object);
    let dates: Vec<String> = object
        .into_iter()
        .flatten()
        .filter(|(key, value)| {
            let is_other = matches!(key.as_str(), "deprecated" | "said");
            !is_other && value.as_str().is_some_and(|value| is_date(key, value))
        })
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
