//! What came back under another name is one change.

use serde_json::{Value, json};

use super::fixture::{edited, lines, shop, with};

fn renamed(root: &Value, from: &str, to: &str) -> Value {
    let text = root.to_string();
    let text = text
        .replace(
            &format!("\"#/components/schemas/{from}\""),
            &format!("\"#/components/schemas/{to}\""),
        )
        .replace(&format!("\"{from}\":"), &format!("\"{to}\":"));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_schema_with_another_name_is_one_change() {
    for (from, to) in [
        ("Order", "ClientOrder"),
        ("NewOrder", "CreateOrderRequest"),
        ("Side", "OrderSide"),
    ] {
        let told = format!("schema-renamed compatible {to}");
        assert_eq!(
            lines(&shop(), &renamed(&shop(), from, to)),
            [told],
            "{from}"
        );
    }
}

#[test]
fn a_schema_that_refers_to_itself_can_be_renamed() {
    let two = renamed(&renamed(&shop(), "Order", "Trade"), "Side", "Way");
    assert_eq!(
        lines(&shop(), &two),
        [
            "schema-renamed compatible Trade",
            "schema-renamed compatible Way",
        ]
    );
}

#[test]
fn a_renamed_schema_is_compared_as_well() {
    let new = renamed(&shop(), "Order", "ClientOrder");
    let new = edited(
        &new,
        "#/components/schemas/ClientOrder/properties/note",
        None,
    );
    assert_eq!(
        lines(&shop(), &new),
        [
            "property-removed breaking Order.note",
            "schema-renamed compatible ClientOrder",
        ]
    );
}

#[test]
fn a_discriminator_follows_its_renamed_schemas() {
    let union = |name: &str| {
        let reference = format!("#/components/schemas/{name}");
        let mut root = with(
            json!({
                "oneOf": [{ "$ref": reference }, { "$ref": "#/components/schemas/Other" }],
                "discriminator": { "propertyName": "kind", "mapping": { "a": reference } },
            }),
            true,
            true,
        );
        root["components"]["schemas"][name] = json!({
            "type": "object",
            "required": ["kind"],
            "properties": { "kind": { "type": "string" }, "a": { "type": "integer" }, "b": { "type": "boolean" } },
        });
        root
    };
    assert_eq!(
        lines(&union("First"), &union("FirstKind")),
        ["schema-renamed compatible FirstKind"]
    );
}

#[test]
fn schemas_with_other_contents_are_two() {
    let mut new = shop();
    let schemas = new["components"]["schemas"].as_object_mut().unwrap();
    schemas.insert("Extra".to_owned(), json!({ "type": "string" }));
    let mut old = shop();
    let schemas = old["components"]["schemas"].as_object_mut().unwrap();
    schemas.insert("Unused".to_owned(), json!({ "type": "integer" }));
    schemas.insert("Alias".to_owned(), json!({ "type": "string" }));
    assert_eq!(
        lines(&old, &new),
        [
            "schema-removed compatible Alias",
            "schema-added compatible Extra",
            "schema-removed compatible Unused",
        ]
    );
}

fn object(properties: Value) -> Value {
    with(
        json!({ "type": "object", "properties": properties }),
        true,
        true,
    )
}

#[test]
fn a_property_with_another_name_is_one_change() {
    let text = || json!({ "type": "string" });
    let told = |text: &str| json!({ "type": "string", "description": text });
    let list = || json!({ "type": "array", "items": { "type": "string" } });
    for (before, after, is_renamed) in [
        (("page_token", text()), ("next_page_token", text()), true),
        (
            ("qty", told("How many are wanted.")),
            ("quantity_wanted", told("How many are wanted.")),
            true,
        ),
        (("rows", list()), ("items", list()), true),
        (("qty", text()), ("side", text()), false),
        (
            ("page_token", text()),
            ("next_page_token", json!({ "type": "integer" })),
            false,
        ),
    ] {
        let old = object(json!({ "kept": text(), before.0: before.1 }));
        let new = object(json!({ "kept": text(), after.0: after.1 }));
        let expected = if is_renamed {
            vec![format!("property-renamed breaking T.{}", after.0)]
        } else {
            vec![
                format!("property-removed breaking T.{}", before.0),
                format!("property-added compatible T.{}", after.0),
            ]
        };
        assert_eq!(lines(&old, &new), expected);
    }
}

#[test]
fn a_renamed_required_property_is_one_change() {
    let schema = |name: &str| {
        json!({ "type": "object", "required": [name, "k"], "properties": {
            "k": { "type": "string" }, name: { "type": "string", "format": "uuid" },
        } })
    };
    assert_eq!(
        lines(
            &with(schema("order_id"), true, true),
            &with(schema("orderId"), true, true)
        ),
        ["property-renamed breaking T.orderId"]
    );
}

#[test]
fn a_property_that_was_renamed_in_a_part_is_the_same_in_the_whole() {
    let document = |name: &str| {
        let mut root = with(
            json!({ "allOf": [{ "$ref": "#/components/schemas/Zone" }, { "required": ["zone_id"] }] }),
            true,
            true,
        );
        root["components"]["schemas"]["Zone"] = json!({
            "type": "object",
            "properties": { "k": { "type": "integer" }, name: { "type": "string" } },
        });
        root
    };
    assert_eq!(
        lines(&document("zone_id"), &document("zoneId")),
        [
            "required-removed breaking T",
            "property-renamed breaking Zone.zoneId",
        ]
    );
}
