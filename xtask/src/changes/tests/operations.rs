//! Operations, parameters, bodies and answers.

use serde_json::{Value, json};

use super::super::between;
use super::fixture::{after, document, lines, set};

const LIST: &str = "/paths/~1v2~1orders/get";
const CREATE: &str = "/paths/~1v2~1orders/post";
const CANCEL: &str = "/paths/~1v2~1orders~1{order_id}/delete";

/// Like [`after`], for one edit inside an operation.
fn edited(operation: &str, step: &str, value: Value) -> Vec<String> {
    after(&[(&format!("{operation}{step}"), value)])
}

#[test]
fn operations_come_and_go() {
    assert_eq!(
        after(&[
            (LIST, Value::Null),
            ("/paths/~1v2~1foo", json!({"post": {"operationId": "foo"}}))
        ]),
        [
            "- operation GET /v2/orders (list_orders)",
            "+ operation POST /v2/foo (foo)"
        ],
    );
}

#[test]
fn the_place_is_the_operation() {
    let mut new = document();
    set(&mut new, &format!("{LIST}/parameters/0"), Value::Null);
    let places: Vec<_> = between(&document(), &new)
        .into_iter()
        .map(|change| change.place)
        .collect();
    assert_eq!(places, ["GET /v2/orders"]);
}

#[test]
fn operations_are_renamed() {
    let edits = [
        ("/x-document-operation-id", "listEverything"),
        ("/operationId", "list_all_orders"),
    ];
    assert_eq!(
        edits.map(|(step, name)| edited(LIST, step, json!(name)).concat()),
        [
            "~ GET /v2/orders: operationId getAllOrders -> listEverything",
            "~ GET /v2/orders: renamed list_orders -> list_all_orders",
        ],
    );
}

#[test]
fn an_operation_under_another_path_has_moved() {
    for name in ["operationId", "x-document-operation-id"] {
        let mut new = document();
        let mut operation = new.pointer(CANCEL).unwrap().clone();
        let other = if name == "operationId" {
            "x-document-operation-id"
        } else {
            "operationId"
        };
        operation[other] = json!("other");
        operation["summary"] = json!("Cancels");
        set(&mut new, CANCEL, Value::Null);
        set(
            &mut new,
            "/paths/~1v3~1orders~1{order_id}",
            json!({"delete": operation}),
        );
        let lines = lines(&document(), &new);
        let moved =
            "~ operation moved: DELETE /v2/orders/{order_id} -> DELETE /v3/orders/{order_id}";
        assert_eq!(lines[0], moved);
        assert!(
            lines[1].starts_with("~ DELETE /v3/orders/{order_id}: "),
            "{lines:#?}"
        );
        assert_eq!(lines[2..], ["~ prose changed in 1 place"]);
    }
}

#[test]
fn deprecation_comes_and_goes() {
    let dates = json!({"since": "2026-07-09", "sunset": "2027-01-01"});
    assert_eq!(
        edited(CANCEL, "/x-deprecation", dates.clone()),
        [
            "~ DELETE /v2/orders/{order_id}: deprecated (since 2026-07-09, sunset 2026-10-09) \
          -> deprecated (since 2026-07-09, sunset 2027-01-01)"
        ],
    );
    let (flag, since) = (
        format!("{LIST}/deprecated"),
        format!("{LIST}/x-deprecation"),
    );
    assert_eq!(
        after(&[(&flag, json!(true)), (&since, dates)]),
        ["~ GET /v2/orders: now deprecated (since 2026-07-09, sunset 2027-01-01)"],
    );
    let (flag, since) = (
        format!("{CANCEL}/deprecated"),
        format!("{CANCEL}/x-deprecation"),
    );
    assert_eq!(
        after(&[(&flag, json!(false)), (&since, Value::Null)]),
        [
            "~ DELETE /v2/orders/{order_id}: no longer deprecated (since 2026-07-09, \
          sunset 2026-10-09)"
        ],
    );
    assert_eq!(
        edited(LIST, "/x-withdrawn", json!("2026-08-03")),
        ["~ GET /v2/orders: now withdrawn (2026-08-03)"],
    );
}

#[test]
fn parameters_come_and_go() {
    let parameter = |required: bool| json!({"name": "nested", "in": "query", "required": required, "schema": {"type": "boolean"}});
    assert_eq!(
        edited(LIST, "/parameters/9", parameter(false)),
        ["+ parameter GET /v2/orders query nested: boolean"],
    );
    assert_eq!(
        edited(LIST, "/parameters/9", parameter(true)),
        ["+ parameter GET /v2/orders query nested: boolean, required"],
    );
    assert_eq!(
        edited(LIST, "/parameters/0", Value::Null),
        ["- parameter GET /v2/orders query limit"],
    );
}

#[test]
fn parameters_change() {
    assert_eq!(
        edited(LIST, "/parameters/0/schema/type", json!("string")),
        ["~ parameter GET /v2/orders query limit: integer -> string"],
    );
    assert_eq!(
        edited(LIST, "/parameters/0/required", json!(true)),
        ["~ parameter GET /v2/orders query limit: now required"],
    );
    assert_eq!(
        edited(CANCEL, "/parameters/0/required", json!(false)),
        ["~ parameter DELETE /v2/orders/{order_id} path order_id: no longer required"],
    );
    assert_eq!(
        edited(LIST, "/parameters/1/schema/enum", json!(["buy", "short"])),
        [
            r#"- parameter GET /v2/orders query side value "sell""#,
            r#"+ parameter GET /v2/orders query side value "short""#,
        ],
    );
    assert_eq!(
        edited(LIST, "/parameters/0/style", json!("form")),
        [r#"~ parameter GET /v2/orders query limit: style added ("form")"#],
    );
}

#[test]
fn a_shared_parameter_changes_where_it_is_used() {
    assert_eq!(
        after(&[(
            "/components/parameters/PageToken/schema/type",
            json!("integer")
        )]),
        [
            "~ parameter GET /v2/orders query page_token: string -> integer",
            "~ parameter POST /v2/orders query page_token: string -> integer",
        ],
    );
}

#[test]
fn where_a_parameter_is_written_is_no_change() {
    let mut new = document();
    let shared = new["components"]["parameters"]["PageToken"].clone();
    set(&mut new, "/paths/~1v2~1orders/parameters/0", shared);
    assert_eq!(lines(&document(), &new), [""; 0]);
}

#[test]
fn request_bodies_change() {
    let body = "/requestBody/content/application~1json";
    assert_eq!(
        edited(
            CREATE,
            &format!("{body}/schema/$ref"),
            json!("#/components/schemas/Order")
        ),
        ["~ POST /v2/orders request body: CreateOrder -> Order"],
    );
    assert_eq!(
        edited(CREATE, "/requestBody/required", json!(false)),
        ["~ POST /v2/orders request body: no longer required"],
    );
    assert_eq!(
        edited(CREATE, "/requestBody", Value::Null),
        ["- POST /v2/orders request body"]
    );
    let mut new = document();
    let added = new.pointer(CREATE).unwrap()["requestBody"].clone();
    set(&mut new, &format!("{LIST}/requestBody"), added.clone());
    assert_eq!(
        lines(&document(), &new),
        ["+ GET /v2/orders request body: CreateOrder, required"],
    );
    let entity = added["content"]["application/json"].clone();
    assert_eq!(
        edited(CREATE, "/requestBody/content", json!({"text/json": entity})),
        ["~ POST /v2/orders request body: media type application/json -> text/json"],
    );
    assert_eq!(
        edited(CREATE, "/requestBody/content/text~1json", entity),
        ["~ POST /v2/orders request body: now also text/json"],
    );
}

#[test]
fn answers_change() {
    let schema = "/responses/200/content/application~1json/schema";
    assert_eq!(
        edited(
            CREATE,
            schema,
            json!({"type": "array", "items": {"type": "string"}})
        ),
        ["~ POST /v2/orders answer 200: Order -> [string]"],
    );
    assert_eq!(
        edited(CREATE, "/responses/200/content", Value::Null),
        ["~ POST /v2/orders answer 200: Order -> no body"],
    );
    assert_eq!(
        edited(
            CREATE,
            "/responses",
            json!({"204": {"description": "Done."}})
        ),
        ["~ POST /v2/orders: answer 200 Order -> 204 no body"],
    );
    assert_eq!(
        edited(CREATE, "/responses/207", json!({"description": "Some."})),
        ["+ POST /v2/orders answer 207: no body"],
    );
    assert_eq!(
        edited(CREATE, "/responses/200", Value::Null),
        ["- POST /v2/orders answer 200"],
    );
    assert_eq!(
        edited(CREATE, "/responses/200/x-empty-body", json!(true)),
        ["~ POST /v2/orders answer 200: now empty at times"],
    );
    assert_eq!(
        edited(
            CANCEL,
            "/responses/204/headers/X-Left/schema/type",
            json!("string")
        ),
        ["~ DELETE /v2/orders/{order_id} answer 204 header X-Left: integer -> string"],
    );
}
