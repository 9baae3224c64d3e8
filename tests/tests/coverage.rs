//! `docs/coverage.md` against the raw client and the source: every operation is in it once, and each
//! method that it names calls that operation.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use alpaca_trading::Idempotency;
use alpaca_trading::raw::{OPERATIONS, Operation};
use xtask::client::blocking::without;
use xtask::client::coverage;
use xtask::regen::workspace_root;

/// A row of the table.
struct Row {
    method: String,
    path: String,
    raw: String,
    calls: Vec<String>,
    class: String,
    deprecated: bool,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(workspace_root().join(coverage::FILE)).unwrap();
    let bare = |text: &str| text.trim().trim_matches('`').to_owned();
    let rows = text.lines().filter(|line| line.contains("` | `"));
    rows.map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(bare).collect();
        assert_eq!(cells.len(), 6, "{line}");
        let (method, path) = cells[0].split_once(' ').unwrap();
        Row {
            method: method.to_owned(),
            path: path.to_owned(),
            raw: cells[1].clone(),
            calls: cells[2].split("<br>").map(bare).collect(),
            class: cells[3].clone(),
            deprecated: cells[5] == "yes",
        }
    })
    .collect()
}

/// The text of every file of the client's surface.
fn sources() -> BTreeMap<PathBuf, String> {
    fn add(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(&path, found);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path, text.replace("\r\n", "\n"));
            }
        }
    }
    let mut found = BTreeMap::new();
    for folder in ["orders", "positions", "resources"] {
        add(
            &workspace_root().join("alpaca-trading/src").join(folder),
            &mut found,
        );
    }
    found
}

/// The lines of a method in an `impl` block, documentation above it included.
fn of_method<'a>(text: &'a str, name: &str, raw: &str) -> Option<&'a str> {
    let heads = [
        format!("\n    pub async fn {name}"),
        format!("\n    pub fn {name}"),
    ];
    let mut methods = text.split_inclusive("\n    }\n");
    methods.find(|method| {
        let is_named = heads.iter().any(|head| {
            method
                .find(head.as_str())
                .is_some_and(|at| method[at + head.len()..].starts_with(['(', '<']))
        });
        is_named && method.contains(&format!("alpaca_trading_gen::Client::{raw})"))
    })
}

#[test]
fn every_operation_has_its_row() {
    let rows = rows();
    let listed: Vec<_> = rows.iter().map(|row| row.raw.as_str()).collect();
    let known: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(listed.len(), OPERATIONS.len());
    for row in &rows {
        let operation = Operation::find(&row.raw).unwrap();
        assert_eq!(
            (row.method.as_str(), row.path.as_str()),
            (operation.method, operation.path)
        );
        assert_eq!(row.deprecated, operation.deprecated, "{}", row.raw);
        let class = format!("{:?}", Idempotency::of(operation));
        assert_eq!(row.class, class, "{}", row.raw);
        assert!(!row.calls.is_empty());
    }
    assert!(rows.is_sorted_by_key(|row| (&row.path, &row.method)));
}

/// By the text alone, without the parser that has made the table.
#[test]
fn each_method_calls_the_operation_that_it_names() {
    let sources = sources();
    let mut direct = 0;
    for row in rows() {
        for call in &row.calls {
            // `client.watchlists().by_name(…).get()`: the last name is the method.
            let (start, _) = call.rsplit_once('(').unwrap();
            let (receiver, name) = start.rsplit_once('.').unwrap();
            let accessor = receiver.split(['.', '(']).nth(1).unwrap();
            let home = sources
                .iter()
                .find(|(_, text)| text.contains(&format!(", {accessor}\n}}")))
                .unwrap_or_else(|| panic!("no resource has the accessor `{accessor}`"));
            // A resource has a file, or a folder with `mod.rs`.
            let near: Vec<&String> = match home.0.ends_with("mod.rs") {
                true => {
                    let folder = home.0.parent().unwrap();
                    let files = sources.iter().filter(|(path, _)| path.starts_with(folder));
                    files.map(|(_, text)| text).collect()
                }
                false => vec![home.1],
            };
            let method = near
                .iter()
                .find_map(|text| of_method(text, name, &row.raw))
                .unwrap_or_else(|| panic!("{call}: no method that names `{}`", row.raw));
            let unspaced: String = method.split_whitespace().collect();
            if unspaced.contains(".raw().") {
                let called = format!(".raw().{}()", row.raw);
                assert!(
                    unspaced.contains(&called),
                    "{call} calls another operation: {method}"
                );
                direct += 1;
            } else {
                let called = format!(".{}()", row.raw);
                let is_near = near.iter().any(|text| text.contains(&called));
                assert!(is_near, "{call}: nothing calls `{}`", row.raw);
            }
        }
    }
    // The others hand it on: `submit`, `replace`, `close`, `list` and a few more.
    assert!(direct >= 60, "only {direct} methods were read");
}

#[test]
fn the_table_is_what_the_source_gives() {
    let root = workspace_root();
    let report = coverage::run(&root, true).unwrap();
    assert!(report.contains("up to date"), "{report}");
}

/// The analysis can fail on the real source: with an operation more, one less, and one renamed.
#[test]
fn what_is_not_covered_is_found() {
    let sources = without(&workspace_root()).unwrap();
    let spec = coverage::operations(&tests::spec());
    assert!(coverage::table(&sources, &spec).is_ok());
    let mut more = spec.clone();
    more.push(coverage::Operation {
        id: "liquidate_account".to_owned(),
        method: "POST".to_owned(),
        path: "/v2/liquidate".to_owned(),
        deprecated: false,
    });
    let error = coverage::table(&sources, &more).unwrap_err();
    assert!(
        error.contains("`liquidate_account` (POST /v2/liquidate) has no method"),
        "{error}"
    );
    for operation in spec.iter().step_by(5) {
        let fewer: Vec<_> = spec
            .iter()
            .filter(|other| *other != operation)
            .cloned()
            .collect();
        let error = coverage::table(&sources, &fewer).unwrap_err();
        assert!(
            error.contains(&format!("`{}`, which is no operation", operation.id)),
            "{error}"
        );
        let mut other = spec.clone();
        for changed in other.iter_mut().filter(|other| *other == operation) {
            changed.deprecated ^= true;
        }
        assert!(
            coverage::table(&sources, &other).is_err(),
            "{}",
            operation.id
        );
    }
}
