//! YAML: what is read, and what a hostile stream cannot do.

use std::fmt::Write;

use serde_json::json;

use super::*;

fn yaml(text: &str) -> Result<Value, Fault> {
    read_text("api.yaml", text)
}

#[test]
fn scalars_are_those_of_the_core_schema() {
    let text = "a: [~, null, true, no, 12, 0x10, 1.5, 2024-01-31, '12', \"true\", 1:30]\n\
                b: |\n  12\nc: 12\n  13\nd:\n";
    assert_eq!(
        yaml(text),
        Ok(json!({
            "a": [null, null, true, "no", 12, 16, 1.5, "2024-01-31", "12", "true", "1:30"],
            "b": "12\n", "c": "12 13", "d": null
        }))
    );
}

#[test]
fn writers_of_both_versions_are_understood() {
    let text = "cusips: [55275E101, 037833100, 88160R101]\nexample: 1.5E10\nmode: 0o17\nmany: 1e+21\n\
                few: 1.0e-05\nhalf: .5\ntagged: !!float 1E5\n55275E101: key\n";
    assert_eq!(
        yaml(text),
        Ok(json!({
            "cusips": ["55275E101", "037833100", "88160R101"], "example": "1.5E10", "mode": "0o17",
            "many": 1e21, "few": 1e-5, "half": 0.5, "tagged": 1e5, "55275E101": "key"
        }))
    );
}

#[test]
fn keys_become_their_plain_text() {
    let text = "200: a\n1.50: b\ntrue: c\n~: d\nnull: e\n2024-01-31: f\n'x': g\n0x10: h\n";
    let expected = json!({"200": "a", "1.50": "b", "true": "c", "~": "d", "null": "e",
        "2024-01-31": "f", "x": "g", "0x10": "h"});
    assert_eq!(yaml(text), Ok(expected));
    assert_eq!(
        yaml("&k name: 1\nother: *k\n"),
        Ok(json!({"name": 1, "other": "name"}))
    );
    assert_eq!(
        yaml("a: &k text\nb: {*k : 1}\n"),
        Ok(json!({"a": "text", "b": {"text": 1}}))
    );
    refused(
        yaml("a:\n  [1, 2]: b\n"),
        "#/a",
        "a key of a mapping must be plain or quoted text",
    );
    refused(
        yaml("a: &k 1\nb: {*k : 1}\n"),
        "#/b",
        "`*k` as a key must stand for text",
    );
}

#[test]
fn duplicate_keys_are_refused() {
    refused(
        yaml("paths:\n  /a:\n    get: 1\n    get: 2\n"),
        "#/paths/~1a/get",
        "remove or rename one (line 4 column 5)",
    );
    refused(
        yaml("- {200: 1, '200': 2}\n"),
        "#/0/200",
        "`200` appears twice",
    );
    refused(
        yaml("a: &k x\nb: {x: 1, *k : 2}\n"),
        "#/b/x",
        "`x` appears twice",
    );
}

#[test]
fn syntax_errors_tell_the_place() {
    refused(yaml("a: 1\nb: [1, 2\nc: 3\n"), "#/b/1", "is not valid YAML");
    refused(yaml("a:\n  b: 'x\n"), "#/a/b", "line");
    refused(
        yaml("a: *gone\n"),
        "#/a",
        "unknown anchor at line 1 column 4",
    );
    refused(
        yaml("a: \u{0}\nb: 1\n"),
        "#",
        r"the control character \u{0} at line 1",
    );
    refused(yaml("a: 1\nb: \"\u{1b}[2J\"\n"), "#", "at line 2");
}

#[test]
fn one_document_only() {
    assert_eq!(yaml("%YAML 1.2\n---\na: 1\n...\n"), Ok(json!({"a": 1})));
    refused(
        yaml("a: 1\n---\nb: 2\n"),
        "#",
        "more than one YAML document",
    );
    refused(yaml("---\na: 1\n---\n"), "#", "more than one YAML document");
}

#[test]
fn tags_beyond_the_core_schema_are_refused() {
    assert_eq!(
        yaml("a: !!str 12\nb: ! 12\nc: !!map {}\nd: !!seq []\n"),
        Ok(json!({"a": "12", "b": "12", "c": {}, "d": []}))
    );
    assert_eq!(
        yaml("a: !<tag:yaml.org,2002:int> 12\n!!str b: 1\n"),
        Ok(json!({"a": 12, "b": 1}))
    );
    refused(
        yaml("a: !env HOME\n"),
        "#/a",
        "the YAML tag `!env` has no meaning",
    );
    refused(
        yaml("a: {b: !!set {x}}\n"),
        "#/a/b",
        "`tag:yaml.org,2002:set`",
    );
    refused(
        yaml("a:\n - !python/object:os.system []\n"),
        "#/a/0",
        "`!python/object:os.system`",
    );
    refused(yaml("!x a: 1\n"), "#/a", "`!x`");
    refused(yaml("a: !!int x\n"), "#/a", "not what its tag says");
    refused(yaml("a: .nan\n"), "#/a", "no counterpart in JSON");
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    let text = "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\n\
                one: {<<: *base, b: 9}\nlist: {<<: [*base, *more], d: 5}\n\
                inline: {<<: {x: 1}, y: 2}\nquoted: {'<<': 1}\n\
                nested: {<<: {<<: {x: 1}, y: 2}, z: 3}\n";
    assert_eq!(
        yaml(text),
        Ok(json!({
            "base": {"a": 1, "b": 2}, "more": {"b": 3, "c": 4},
            "one": {"a": 1, "b": 9}, "list": {"a": 1, "b": 2, "c": 4, "d": 5},
            "inline": {"x": 1, "y": 2}, "quoted": {"<<": 1},
            "nested": {"x": 1, "y": 2, "z": 3}
        }))
    );
    refused(
        yaml("a: {<<: 1}\n"),
        "#/a/<<",
        "takes a mapping or a list of mappings",
    );
    refused(
        yaml("a: {<<: [{}, []]}\n"),
        "#/a/<<",
        "takes a mapping or a list of mappings",
    );
    refused(
        yaml("a: {<<: {}, <<: {}}\n"),
        "#/a/<<",
        "`<<` appears twice",
    );
    // The name of an anchor may be used again; an alias means the last one before it.
    assert_eq!(
        yaml("- &a 1\n- *a\n- &a 2\n- *a\n"),
        Ok(json!([1, 1, 2, 2]))
    );
}

#[test]
fn an_alias_to_what_it_lies_in_is_refused() {
    refused(
        yaml("a: &x\n  b: *x\n"),
        "#/a/b",
        "`*x` lies inside the node that it repeats",
    );
    refused(yaml("a: &x [1, [*x]]\n"), "#/a/1/0", "`*x` lies inside");
    refused(yaml("a: &x {<<: *x}\n"), "#/a/<<", "`*x` lies inside");
}

#[test]
fn an_alias_bomb_is_refused_where_it_would_go_off() {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..40 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    refused(
        yaml(&laughs),
        "#/a6/0",
        "the YAML alias `*a5` expands the document",
    );

    let mut text = format!("a: &a {}\nb:\n", "x".repeat(1_000_000));
    text.push_str(&"- *a\n".repeat(100));
    refused(
        yaml(&text),
        "#/b/67",
        "the YAML alias `*a` expands the document",
    );

    let mut deep = String::from("a0: &a0 [1]\n");
    for level in 1..200 {
        writeln!(deep, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    refused(
        yaml(&deep),
        "#/a99/0",
        "what the YAML alias `*a98` stands for is nested deeper",
    );
}

/// A YAML mapping with 1000 values and that many aliases to them, so that the limit is near. The
/// list under `many` is the last thing in it, and may go on.
fn filled(aliases: usize) -> String {
    format!(
        "few: &few [{}]\nmany:\n{}",
        "0,".repeat(999),
        "- *few\n".repeat(aliases)
    )
}

#[test]
fn merges_inside_merges_are_counted() {
    let keys: Vec<String> = (0..2_000).map(|key| format!("k{key}: 0")).collect();
    let merges = format!(
        "{}{{{}}}{}",
        "{<<: ".repeat(90),
        keys.join(", "),
        "}".repeat(90)
    );
    let fault = yaml(&format!("{}last: {merges}\n", filled(1_900))).unwrap_err();
    assert!(
        fault.message.contains("more than 2000000 values"),
        "{fault}"
    );
    assert!(yaml(&format!("last: {merges}\n")).is_ok());
}

#[test]
fn depth_is_bounded_in_flow_and_block_style() {
    let lists = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(yaml(&format!("a: {}\n", lists(99))).is_ok());
    let at = format!("#/a{}", "/0".repeat(99));
    refused(
        yaml(&format!("a: {}\n", lists(100))),
        &at,
        "nested deeper than 100 levels",
    );
    for depth in [200, 300, 10_000] {
        let fault = yaml(&format!("a: {}\n", lists(depth))).unwrap_err();
        assert!(
            fault.message.contains("nested deeper than 100 levels"),
            "{fault}"
        );
        let fault = yaml(&"{a: ".repeat(depth)).unwrap_err();
        assert!(
            fault.message.contains("nested deeper than 100 levels"),
            "{fault}"
        );
    }

    let at = format!("#{}", "/0".repeat(100));
    refused(
        yaml(&"- ".repeat(10_000)),
        &at,
        "nested deeper than 100 levels",
    );
    let mut block = String::new();
    for level in 0..3_000 {
        writeln!(block, "{}a:", " ".repeat(level)).unwrap();
    }
    let at = format!("#{}", "/a".repeat(100));
    refused(yaml(&block), &at, "nested deeper than 100 levels");
    let fault = yaml(&"? ".repeat(10_000)).unwrap_err();
    assert!(
        fault.message.contains("a key of a mapping must be"),
        "{fault}"
    );
}

#[test]
fn values_keys_and_punctuation_are_bounded() {
    // The mapping, the list and what they hold come to 1999002 values; 998 more fit.
    assert!(yaml(&format!("{}{}", filled(1_998), "- 0\n".repeat(998))).is_ok());
    let wide = format!("{}{}", filled(1_998), "- 0\n".repeat(999));
    refused(yaml(&wide), "#/many/2996", "more than 2000000 values");
    refused(
        yaml(&format!("a:\n  ? {}\n  : 1\n", "k".repeat(4097))),
        "#/a",
        "longer than 4096",
    );
    let fault = yaml(&format!("a: [{}", ",".repeat(4_000_000))).unwrap_err();
    assert!(
        fault.message.contains("convert the document to JSON"),
        "{fault}"
    );
}
