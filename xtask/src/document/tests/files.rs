//! The file itself: kind, size, encoding, format, hash.

use std::{fs::File, path::Path};

use serde_json::json;

use super::*;

#[test]
fn a_document_carries_its_file_and_hash() {
    let (_directory, path) = written("api.json", "\u{feff}{\"a\": 1}\n");
    let document = read(&path).unwrap();
    assert_eq!(document.file, path.display().to_string());
    assert_eq!(document.root, json!({"a": 1}));
    // Of the raw bytes, the byte order mark included.
    assert_eq!(
        document.sha256,
        "aecfd7642e4df87eff8c96ae9013af480599f3233f81fbf523deb18b4a979fae"
    );
}

#[test]
fn what_is_no_readable_file_is_refused() {
    refused(read(Path::new("/nowhere/api.json")), "#", "cannot be read");
    let directory = tempfile::tempdir().unwrap();
    refused(read(directory.path()), "#", "is a directory");
    refused(read(Path::new("/dev/null")), "#", "not a regular file");
    refused(read(Path::new("/dev/zero")), "#", "not a regular file");
}

#[test]
fn a_file_over_the_cap_is_refused_and_one_at_the_cap_is_not() {
    let (_directory, path) = written("api.json", "");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(crate::document::MAX_BYTES + 1).unwrap();
    refused(read(&path), "#", "larger than 64 MiB");
    file.set_len(1 << 40).unwrap();
    refused(read(&path), "#", "larger than 64 MiB");
    // All zeros: read, and refused for what it holds.
    file.set_len(crate::document::MAX_BYTES).unwrap();
    refused(read(&path), "#", "control character");
}

#[test]
fn empty_files_are_refused() {
    for nothing in [
        "",
        " \n\t\r\n",
        "\u{feff}",
        "# only a comment\n",
        "---\n...\n# no\n",
    ] {
        let outcome = read_text("api.yaml", nothing);
        // An explicit empty YAML document is null, which the check refuses.
        if nothing.starts_with("---") {
            assert_eq!(outcome, Ok(Value::Null));
        } else {
            refused(outcome, "#", "is empty");
        }
    }
}

#[test]
fn only_utf_8_is_read() {
    refused(
        read_text("a.json", b"{\"a\":\n \"\xff\"}"),
        "#",
        "is not UTF-8 (line 2, byte 8)",
    );
    refused(read_text("a.json", b"\xff\xfe{\0}\0"), "#", "UTF-16");
    refused(read_text("a.json", b"\xfe\xff\0{\0}"), "#", "UTF-16");
}

#[test]
fn the_format_is_told_by_content() {
    assert_eq!(read_text("api.yaml", " {\"a\": 1}"), Ok(json!({"a": 1})));
    assert_eq!(read_text("api.json", "a: 1"), Ok(json!({"a": 1})));
    assert_eq!(read_text("api", "a: 1"), Ok(json!({"a": 1})));
    assert_eq!(
        read_text("api.YML", "{a: 1, b: [x, 'y'], }"),
        Ok(json!({"a": 1, "b": ["x", "y"]}))
    );
    refused(
        read_text("api.json", "{a: 1}"),
        "#",
        "is not valid JSON: key must be a string",
    );
    refused(read_text("api.yaml", "{a: 1"), "#", "is not valid YAML");
    refused(
        read_text("api.json", "<!DOCTYPE html><p>"),
        "#",
        "looks like HTML or XML",
    );
}

#[test]
fn both_formats_give_the_same_value() {
    let yaml = r##"
openapi: 3.1.2
info: {title: 'Orders', version: "1.0"}
x-generator: {$ref: 7}
paths:
  x-note: {$ref: gone}
  /orders:
    parameters: [$ref: '#/components/parameters/account']
    get:
      operationId: listOrders
      requestBody:
        content: {application/json: &empty {schema: {}}}
      responses:
        200: {$ref: "#/components/responses/orders"}
        default: {}
    post:
      operationId: submitOrder
      requestBody: {$ref: '#/components/requestBodies/order'}
      responses:
        2XX: {description: taken}
        x-note: {$ref: 1}
  /orders/{order_id}:
    parameters:
    - name: order_id
      in: path
      required: true
      schema: {}
    delete:
      operationId: cancelOrder
      parameters:
        - {name: order_id, in: query, style: form, <<: *empty}
        - <<: [*empty]
          name: If-Match
          in: header
          style: simple
      responses:
        "204":
          description: >-
            gone
components:
  parameters:
    account: {name: account, in: query, schema: &text {type: string}}
  responses:
    orders:
      content:
        application/json:
          schema:
            type: array
            items: &order {$ref: "#/components/schemas/Order"}
  requestBodies:
    order:
      content:
        application/json; charset=utf-8:
          schema: *order
        application/xml: {}
  schemas:
    Order:
      type: object
      properties:
        legs: {type: array, items: *order}
        parent: *order
"##;
    let from_yaml = read_text("api.yaml", yaml).unwrap();
    let from_json = read_text("api.json", valid().to_string()).unwrap();
    assert_eq!(from_yaml, from_json);
    assert_eq!(from_json, valid());
    assert_eq!(check(&document(from_yaml)), Ok(()));
}

#[test]
fn duplicate_keys_and_depth_are_refused_from_files_too() {
    let twice = r#"{"paths": {"/a": {"get": {}, "get": {}}}}"#;
    for name in ["api.json", "api.yaml"] {
        refused(
            read_text(name, twice),
            "#/paths/~1a/get",
            "`get` appears twice",
        );
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for name in ["api.json", "api.yaml"] {
        let fault = read_text(name, &deep).unwrap_err();
        assert!(
            fault.message.contains("nested deeper than 100 levels"),
            "{fault}"
        );
    }
}
