//! What the changes mean for the versions of our crates.

use serde_json::{Value, json};

use super::super::{Bump, Level};
use super::fixture::{diff, edited, shop};

fn bumps(at: &str, value: Option<Value>) -> Vec<Bump> {
    diff(&shop(), &edited(&shop(), at, value)).bumps
}

#[test]
fn the_level_follows_the_gravest_change() {
    let optional = json!({ "name": "side", "in": "query", "schema": { "type": "string" } });
    let clock = json!({ "get": { "operationId": "clock", "responses": {} } });
    for (at, value, raw, client) in [
        ("#/info/version", Some(json!("1")), Level::None, Level::None),
        (
            "#/paths/~1v2~1orders/get/description",
            Some(json!("Else.")),
            Level::Patch,
            Level::None,
        ),
        (
            "#/paths/~1v2~1clock",
            Some(clock),
            Level::Patch,
            Level::Patch,
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/-",
            Some(optional),
            Level::Patch,
            Level::Patch,
        ),
        (
            "#/components/schemas/Side/enum/-",
            Some(json!("short")),
            Level::Patch,
            Level::Patch,
        ),
        (
            "#/components/schemas/Order/properties/new",
            Some(json!({ "type": "string" })),
            Level::Patch,
            Level::Patch,
        ),
        (
            "#/paths/~1v2~1orders/get/deprecated",
            Some(json!(true)),
            Level::Patch,
            Level::Patch,
        ),
        // Our names do not follow the document's.
        (
            "#/paths/~1v2~1orders/get/operationId",
            Some(json!("list")),
            Level::Patch,
            Level::Patch,
        ),
        (
            "#/components/schemas/Side/enum/0",
            None,
            Level::Minor,
            Level::Minor,
        ),
        (
            "#/components/schemas/Order/properties/id",
            None,
            Level::Minor,
            Level::Minor,
        ),
        // Good news on the wire, another type in Rust.
        (
            "#/components/schemas/Order/required/-",
            Some(json!("symbol")),
            Level::Minor,
            Level::Minor,
        ),
    ] {
        let bumps = bumps(at, value);
        let levels: Vec<_> = bumps.iter().map(|bump| (bump.name, bump.level)).collect();
        assert_eq!(
            levels,
            [("alpaca-trading-gen", raw), ("alpaca-trading", client)],
            "{at}"
        );
        for bump in bumps {
            assert_eq!(bump.reasons.is_empty(), bump.level == Level::None, "{at}");
        }
    }
}

#[test]
fn what_is_absorbed_is_told() {
    for (at, value, how) in [
        (
            "#/components/schemas/Side/enum/-",
            Some(json!("short")),
            "open enums",
        ),
        ("#/components/schemas/Side/enum/0", None, "open enums"),
        (
            "#/components/schemas/Order/properties/new",
            Some(json!({})),
            "#[non_exhaustive]",
        ),
        (
            "#/components/schemas/Order/properties/symbol/maxLength",
            Some(json!(9)),
            "no bounds",
        ),
    ] {
        let bumps = bumps(at, value);
        let absorbed = &bumps[0].absorbed;
        assert!(
            absorbed
                .iter()
                .any(|(text, count)| text.contains(how) && *count == 1),
            "{at}: {absorbed:?}"
        );
    }
}

#[test]
fn the_documentation_names_every_kind() {
    let page = crate::regen::workspace_root().join("docs/spec-diff.md");
    let page = std::fs::read_to_string(page).unwrap();
    let source = include_str!("../change.rs");
    let kinds = source.split("pub enum Kind {").nth(1).unwrap();
    let kinds = kinds.split('}').next().unwrap().lines();
    let mut count = 0;
    for kind in kinds.filter_map(|line| line.trim().strip_suffix(',')) {
        let mut name = String::new();
        for letter in kind.chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        assert!(page.contains(&format!("`{name}`")), "{name}");
        count += 1;
    }
    assert!(count > 40, "{count}");
}
