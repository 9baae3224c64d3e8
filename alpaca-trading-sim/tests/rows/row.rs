//! A row of the table of errors, and how rows are held.

use serde_json::Value;

use crate::desk::{Desk, text};
/// A row: what happens before, the request, and the answer.
pub(crate) struct Row {
    pub(crate) before: fn(&Desk) -> String,
    pub(crate) method: &'static str,
    /// `{}` is what `before` has returned.
    pub(crate) target: &'static str,
    pub(crate) body: String,
    pub(crate) status: u16,
    pub(crate) code: Option<u64>,
    pub(crate) message: &'static str,
    /// Names in the context of the answer, all of them.
    pub(crate) context: &'static [&'static str],
}

pub(crate) fn nothing(_: &Desk) -> String {
    String::new()
}

pub(crate) fn post(
    before: fn(&Desk) -> String,
    body: Value,
    (status, code): (u16, u64),
    message: &'static str,
) -> Row {
    Row {
        before,
        method: "POST",
        target: "/v2/orders",
        body: body.to_string(),
        status,
        code: Some(code),
        message,
        context: &[],
    }
}

pub(crate) fn at(
    before: fn(&Desk) -> String,
    (method, target): (&'static str, &'static str),
    (status, code): (u16, u64),
    message: &'static str,
) -> Row {
    Row {
        before,
        method,
        target,
        body: String::new(),
        status,
        code: Some(code),
        message,
        context: &[],
    }
}

impl Row {
    pub(crate) fn with(mut self, context: &'static [&'static str]) -> Self {
        self.context = context;
        self
    }

    pub(crate) fn sending(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self
    }
}

pub(crate) async fn hold(rows: Vec<Row>) {
    let desk = Desk::open().await;
    let clean = desk.sim.snapshot();
    for row in rows {
        desk.sim.restore(&clean);
        let made = (row.before)(&desk);
        let target = row.target.replace("{}", &made);
        let (status, answer) = desk.call(row.method, &target, &row.body);
        let shown = format!("{} {target} {}", row.method, row.body);
        assert_eq!(
            text(&answer["message"]),
            row.message.replace("{}", &made),
            "{shown}"
        );
        assert_eq!(
            (status, answer["code"].as_u64()),
            (row.status, row.code),
            "{shown}"
        );
        let mut names: Vec<&str> = answer
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .filter(|name| !["code", "message"].contains(name))
            .collect();
        names.sort_unstable();
        assert_eq!(names, row.context, "{shown}");
    }
}

pub(crate) const FORBIDDEN: (u16, u64) = (403, 40_310_000);
pub(crate) const UNKNOWN: (u16, u64) = (404, 40_410_000);
pub(crate) const INVALID: (u16, u64) = (422, 40_010_001);
pub(crate) const REFUSED: (u16, u64) = (422, 42_210_000);
