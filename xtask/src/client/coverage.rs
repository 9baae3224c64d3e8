//! Every operation has a method that does what its documentation says, and the table of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::calls::Calls;
use super::sources::Sources;
use super::surface::{self, Method, Owner};
use super::{blocking, settle};
use crate::regen::SPEC;

/// The table.
pub const FILE: &str = "docs/coverage.md";

/// Where the classes of operations are decided, below the source of the client.
const CLASSES: &str = "crate::transport::idempotency";

/// An operation of the raw client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name in the raw client: `create_order`.
    pub id: String,
    /// The HTTP method: `POST`.
    pub method: String,
    /// The path with its parameters.
    pub path: String,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

/// Writes the table of the workspace at `root`, or with `check` only looks whether it is right.
///
/// # Errors
///
/// Every operation without a method and every method whose documentation is wrong, in one list; or
/// the table, if it is out of date.
pub fn run(root: &Path, check: bool) -> Result<String, String> {
    let sources = blocking::without(root)?;
    let text = std::fs::read_to_string(root.join(SPEC)).map_err(|e| format!("{SPEC}: {e}"))?;
    let document = serde_json::from_str(&text).map_err(|e| format!("{SPEC}: {e}"))?;
    let table = table(&sources, &operations(&document))?;
    settle(
        root,
        vec![(FILE.to_owned(), Some(table))],
        check,
        "coverage",
    )
}

/// The operations of a document, by path and method.
#[must_use]
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
                continue;
            };
            found.push(Operation {
                id: id.to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
            });
        }
    }
    found.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    found
}

/// The table of operations and methods.
///
/// # Errors
///
/// Everything that is wrong, a line each.
pub fn table(sources: &Sources, operations: &[Operation]) -> Result<String, String> {
    let owners = surface::read(sources)?;
    let faults = faults(sources, &owners, operations);
    if !faults.is_empty() {
        return Err(format!(
            "operations and methods do not fit:\n  {}",
            faults.join("\n  ")
        ));
    }
    let classes = classes(sources)?;
    let mut text = HEAD.to_owned();
    for operation in operations {
        let methods: Vec<String> = all(&owners)
            .filter(|(_, method)| method.operations.contains(&operation.id))
            .map(|(owner, method)| call(&owners, owner, method))
            .collect();
        let class = match operation.method.as_str() {
            "GET" => "Safe",
            _ => classes.get(&operation.id).map_or("Acting", String::as_str),
        };
        let _ = writeln!(
            text,
            "| `{} {}` | `{}` | {} | {class} | {} | {} |",
            operation.method,
            operation.path,
            operation.id,
            methods.join("<br>"),
            repeated(operation, class),
            if operation.deprecated { "yes" } else { "" },
        );
    }
    text.push_str(OTHERS);
    for (owner, method) in all(&owners) {
        let is_async = method.signature.asyncness.is_some();
        let is_part = makers(&owners, owner).any(|(_, maker)| !maker.operations.is_empty());
        if is_async && method.operations.is_empty() && !is_part {
            let _ = writeln!(
                text,
                "- {}: {}",
                call(&owners, owner, method),
                method.summary()
            );
        }
    }
    Ok(text)
}

const HEAD: &str = "\
# Coverage

Every operation of Alpaca's document, and the methods of the client that call it. `cargo xtask coverage`
writes this file from the source of the client and fails if an operation has no method, if the
documentation of a method names an operation that the method does not call, or if a deprecated operation
has a method that is not deprecated.

| class | what happens when the service receives the request twice |
| --- | --- |
| Safe | it only reads |
| Idempotent | the second one changes nothing more |
| Keyed | the service recognises the second one by its `Idempotency-Key` |
| Acting | it acts twice, so it is not repeated when the first may have arrived |

A passing failure is a lost connection or answer, a time limit, or one of the statuses 408, 500, 502, 503
and 504. Whatever the class, a request is repeated that was surely not taken: the service was not
reached, or it answered 429.

| operation | raw | method | class | repeated after | deprecated |
| --- | --- | --- | --- | --- | --- |
";

const OTHERS: &str = "
## Without an operation of their own

What these send is said where they are documented.

";

/// When the transport or the resource sends a request again.
fn repeated(operation: &Operation, class: &str) -> &'static str {
    match (operation.id.as_str(), class) {
        ("create_order" | "replace_order", _) => {
            "surely not taken, or not found by its client order id"
        }
        ("close_position", _) => "surely not taken; otherwise looked for among the orders",
        (_, "Safe" | "Idempotent") => "any passing failure",
        (_, "Keyed") => "any passing failure, under the same key",
        _ => "surely not taken",
    }
}

/// The classes of operations that are not `Acting`, from the source that decides them.
fn classes(sources: &Sources) -> Result<BTreeMap<String, String>, String> {
    let path: Vec<_> = CLASSES.split("::").map(str::to_owned).collect();
    let module = sources
        .module(&path)
        .ok_or_else(|| format!("no module {CLASSES}"))?;
    let mut classes = BTreeMap::new();
    for item in &module.items {
        let syn::Item::Impl(found) = item else {
            continue;
        };
        for item in &found.items {
            let syn::ImplItem::Fn(function) = item else {
                continue;
            };
            if function.sig.ident != "named" {
                continue;
            }
            for statement in &function.block.stmts {
                if let syn::Stmt::Expr(syn::Expr::Match(choice), _) = statement {
                    choice.arms.iter().for_each(|arm| class(arm, &mut classes));
                }
            }
        }
    }
    match classes.is_empty() {
        true => Err(format!(
            "{CLASSES}: `named` is not a `match` of names any more"
        )),
        false => Ok(classes),
    }
}

/// Reads `"one" | "other" => Self::Class`.
fn class(arm: &syn::Arm, classes: &mut BTreeMap<String, String>) {
    let syn::Expr::Path(class) = &*arm.body else {
        return;
    };
    let Some(class) = class.path.segments.last() else {
        return;
    };
    let cases: Vec<&syn::Pat> = match &arm.pat {
        syn::Pat::Or(any) => any.cases.iter().collect(),
        one => vec![one],
    };
    for case in cases {
        if let syn::Pat::Lit(literal) = case
            && let syn::Lit::Str(name) = &literal.lit
        {
            classes.insert(name.value(), class.ident.to_string());
        }
    }
}

fn all(owners: &[Owner]) -> impl Iterator<Item = (&Owner, &Method)> {
    owners
        .iter()
        .flat_map(|owner| owner.methods.iter().map(move |method| (owner, method)))
}

/// How a method is called: `client.watchlists().by_name(…).get()`.
fn call(owners: &[Owner], owner: &Owner, method: &Method) -> String {
    format!("`{}.{}`", receiver(owners, owner), invocation(method))
}

fn receiver(owners: &[Owner], owner: &Owner) -> String {
    if let Some(accessor) = &owner.accessor {
        return format!("client.{accessor}()");
    }
    match makers(owners, owner).next() {
        Some((maker, method)) => {
            let wait = method.signature.asyncness.map_or("", |_| ".await?");
            format!("{}.{}{wait}", receiver(owners, maker), invocation(method))
        }
        None => owner.name.clone(),
    }
}

/// The methods of others that return a type.
fn makers<'a>(
    owners: &'a [Owner],
    owner: &'a Owner,
) -> impl Iterator<Item = (&'a Owner, &'a Method)> {
    all(owners).filter(|(maker, method)| {
        maker.name != owner.name && method.returns().as_ref() == Some(&owner.name)
    })
}

fn invocation(method: &Method) -> String {
    // The receiver is one of the inputs.
    let inside = if method.signature.inputs.len() > 1 {
        "…"
    } else {
        ""
    };
    format!("{}({inside})", method.name())
}

/// Whether what makes this type says that it calls this operation: `close` for `ClosePosition::send`.
fn promised(owners: &[Owner], owner: &Owner, id: &str) -> bool {
    makers(owners, owner).any(|(_, method)| method.operations.iter().any(|named| named == id))
}

/// Everything that is wrong between the operations and the methods.
fn faults(sources: &Sources, owners: &[Owner], operations: &[Operation]) -> Vec<String> {
    let known: BTreeSet<String> = operations.iter().map(|known| known.id.clone()).collect();
    let calls = Calls::new(sources);
    let mut faults = Vec::new();
    let mut covered = BTreeSet::new();
    for (owner, method) in all(owners) {
        let name = format!("{}::{}", owner.name, method.name());
        if method.docs.trim().is_empty() {
            faults.push(format!("{name} has no documentation"));
        }
        covered.extend(method.operations.iter().cloned());
        let reached = calls.reached(owner, method, owners, &known);
        for id in &method.operations {
            match operations.iter().find(|operation| operation.id == *id) {
                None => faults.push(format!("{name} names `{id}`, which is no operation")),
                Some(_) if !reached.contains(id) => {
                    faults.push(format!("{name} names `{id}`, and does not call it"));
                }
                Some(operation) if operation.deprecated != method.is_deprecated() => {
                    faults.push(match operation.deprecated {
                        true => format!("{name} is not `#[deprecated]`, and `{id}` is"),
                        false => format!("{name} is `#[deprecated]`, and `{id}` is not"),
                    });
                }
                Some(_) => {}
            }
        }
        for id in calls.direct(method, &known) {
            if !method.operations.contains(&id) && !promised(owners, owner, &id) {
                faults.push(format!(
                    "{name} calls `{id}`, and its documentation does not say so"
                ));
            }
        }
    }
    for operation in operations
        .iter()
        .filter(|operation| !covered.contains(&operation.id))
    {
        faults.push(format!(
            "`{}` ({} {}) has no method",
            operation.id, operation.method, operation.path
        ));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::sources::fixture;
    use super::*;

    const CLASS: &str = "impl Idempotency { fn named(method: &str, id: &str) -> Self {
        if method == \"GET\" { return Self::Safe; }
        match id { \"delete_it\" | \"x\" => Self::Idempotent, _ => Self::Acting } } }";

    fn table_of(methods: &str) -> Result<String, String> {
        let text = format!(
            "resource! {{ /// It.
                It, it }}
             impl It {{ {methods} }}"
        );
        let sources = fixture(&[
            (
                "lib.rs",
                "pub mod resources; mod transport { mod idempotency; }",
            ),
            ("resources.rs", &text),
            ("transport/idempotency.rs", CLASS),
        ]);
        let document = serde_json::json!({"paths": {
            "/v2/it": {"get": {"operationId": "get_it"}},
            "/v2/it/{id}": {"delete": {"operationId": "delete_it", "deprecated": true}},
        }});
        table(&sources, &operations(&document))
    }

    fn method(name: &str, attribute: &str, operation: &str, body: &str) -> String {
        format!(
            "/// Does it.
             ///
             /// Raw operation: [`{operation}`](alpaca_trading_gen::Client::{operation}).
             {attribute} pub async fn {name}(&self, id: Uuid) {{ self.client.raw().{body}().send() }}
             "
        )
    }

    const GONE: &str = "#[deprecated(since = \"1\", note = \"x\")]";

    #[test]
    fn every_operation_is_in_the_table() {
        let text = table_of(
            &(method("get", "", "get_it", "get_it")
                + &method("delete", GONE, "delete_it", "delete_it")
                + "/// Waits, with [`x`](y). \n pub async fn wait(&self) { self.get() }"),
        )
        .unwrap();
        for line in [
            "| `GET /v2/it` | `get_it` | `client.it().get(…)` | Safe | any passing failure |  |",
            "| `DELETE /v2/it/{id}` | `delete_it` | `client.it().delete(…)` | Idempotent | \
             any passing failure | yes |",
            "- `client.it().wait()`: Waits, with `x`.",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_listed() {
        let get = method("get", "", "get_it", "get_it");
        let delete = method("delete", GONE, "delete_it", "delete_it");
        for (methods, expected) in [
            (
                get.clone(),
                "`delete_it` (DELETE /v2/it/{id}) has no method",
            ),
            (
                get.clone() + &method("delete", "", "delete_it", "delete_it"),
                "It::delete is not `#[deprecated]`, and `delete_it` is",
            ),
            (
                method("get", GONE, "get_it", "get_it") + &delete,
                "It::get is `#[deprecated]`, and `get_it` is not",
            ),
            (
                get.clone() + &delete + &method("other", "", "gone", "gone"),
                "It::other names `gone`, which is no operation",
            ),
            (
                get.clone() + &delete + &method("other", "", "get_it", "other"),
                "It::other names `get_it`, and does not call it",
            ),
            (
                get.clone() + &delete + "/// Gets.\n pub async fn x(&self) { raw.get_it() }",
                "It::x calls `get_it`, and its documentation does not say so",
            ),
            (
                get.clone() + &delete + "pub async fn x(&self) {}",
                "It::x has no documentation",
            ),
        ] {
            let error = table_of(&methods).unwrap_err();
            assert_eq!(
                error,
                format!("operations and methods do not fit:\n  {expected}")
            );
        }
    }

    #[test]
    fn classes_that_cannot_be_read_are_an_error() {
        let sources = fixture(&[
            ("lib.rs", "mod transport { mod idempotency; }"),
            ("transport/idempotency.rs", "fn named() {}"),
        ]);
        assert!(classes(&sources).unwrap_err().contains("not a `match`"));
    }
}
