//! A `$ref` that leads out of the document, nowhere, or back to itself: compared as it is written.

use serde_json::{Value, json};

use super::super::Note;
use super::fixture::{diff, edited, lines, shop};

fn reference(target: &str) -> Value {
    json!({ "$ref": target })
}

#[test]
fn what_leads_nowhere_is_noted_and_the_rest_is_compared() {
    for (at, written) in [
        (
            "#/components/schemas/Unused",
            reference("#/components/schemas/None"),
        ),
        ("#/components/schemas/Unused", reference("other.json#/X")),
        (
            "#/components/schemas/Unused",
            reference("#/components/schemas/Unused"),
        ),
        (
            "#/components/schemas/Unused",
            json!({ "allOf": [reference("#/components/schemas/Unused")] }),
        ),
        ("#/components/schemas/Unused", json!({ "$ref": 5 })),
        (
            "#/components/schemas/Side",
            reference("#/components/schemas/None"),
        ),
        (
            "#/components/schemas/Order/properties/side",
            reference("#/components/schemas/None"),
        ),
        (
            "#/paths/~1v2~1orders/get/parameters/2",
            reference("#/components/parameters/None"),
        ),
        (
            "#/paths/~1v2~1orders/get/responses/404",
            reference("#/components/responses/None"),
        ),
        (
            "#/paths/~1v2~1orders/post/requestBody",
            reference("#/components/requestBodies/None"),
        ),
        (
            "#/paths/~1v2~1clock",
            reference("#/components/pathItems/None"),
        ),
    ] {
        let old = edited(&shop(), at, Some(written.clone()));
        let same = diff(&old, &old);
        assert_eq!(same.changes.len(), 0, "{at} {written}: {:?}", same.changes);
        let is_new: Vec<bool> = same
            .notes
            .iter()
            .map(|note| match note {
                Note::Unresolved { is_new, .. } => *is_new,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(is_new, [false, true], "{at} {written}");
        assert_eq!(same.notes[0].kind(), "reference-unresolved");
        // What changed elsewhere is told as ever.
        let new = edited(&old, "#/components/schemas/Order/properties/note", None);
        assert_eq!(
            lines(&old, &new),
            ["property-removed breaking Order.note"],
            "{at} {written}"
        );
    }
}

#[test]
fn what_is_written_otherwise_is_one_change() {
    let none = "#/components/schemas/None";
    let place = "#/components/schemas/Order/properties/side";
    let old = edited(&shop(), place, Some(reference(none)));
    for new in [
        shop(),
        edited(
            &shop(),
            place,
            Some(reference("#/components/schemas/Nothing")),
        ),
    ] {
        assert_eq!(lines(&old, &new), ["keyword-changed breaking Order.side"]);
        assert_eq!(lines(&new, &old), ["keyword-changed breaking Order.side"]);
    }
    let at = "#/paths/~1v2~1orders/get/parameters/2";
    let parameter = |name: &str| {
        edited(
            &shop(),
            at,
            Some(reference(&format!("#/components/parameters/{name}"))),
        )
    };
    assert_eq!(
        lines(&parameter("None"), &parameter("Nothing")),
        [
            "parameter-removed breaking GET /v2/orders",
            "parameter-added compatible GET /v2/orders",
        ]
    );
    let at = "#/paths/~1v2~1clock";
    let item = |name: &str| {
        edited(
            &shop(),
            at,
            Some(reference(&format!("#/components/pathItems/{name}"))),
        )
    };
    assert_eq!(
        lines(&item("None"), &item("Nothing")),
        ["keyword-changed breaking /v2/clock"]
    );
}

#[test]
fn every_one_is_noted() {
    let mut root = shop();
    for (name, target) in [
        ("A", "#/components/schemas/B"),
        ("B", "#/components/schemas/A"),
        ("C", "#/components/schemas/A"),
        ("D", "#/x"),
        ("E", "x.json"),
    ] {
        root["components"]["schemas"][name] = reference(target);
    }
    let notes = diff(&shop(), &root).notes;
    let unresolved = notes
        .iter()
        .filter(|note| note.kind() == "reference-unresolved");
    // A circle once, and each that leads nowhere.
    assert_eq!(unresolved.count(), 3, "{notes:?}");
}
