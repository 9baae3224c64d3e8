//! The world as a whole: its journal, its snapshots, and whether it adds up.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderValue, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::read::Part;
use super::{Outcome, Refusal, Served, answer, ok};
use crate::api::Call;
use crate::simulator::{Snapshot, locked};
use crate::world::order::time;

/// So many snapshots are kept at most: each is a whole world.
const MOST_SNAPSHOTS: usize = 16;

/// `GET /journal`, with `?since=N` without the first `N` lines that were ever written. Where some of those that are
/// asked for are no longer kept, the first line says so.
pub(super) async fn journal(State(served): State<Served>, uri: Uri) -> Outcome {
    if !served.journal {
        return Err(Refusal::missing("no journal is kept"));
    }
    let mut since = 0;
    for (name, value) in Call::query_of(uri.query().unwrap_or_default()) {
        since = match (name.as_str(), value.parse::<usize>()) {
            ("since", Ok(since)) => since,
            ("since", Err(_)) => {
                return Err(Refusal::bad(format!(
                    "since: `{value}` is no number of lines"
                )));
            }
            _ => return Err(Refusal::bad(format!("`{name}` is not known"))),
        };
    }
    // The lines are shared: the world does not wait for the text.
    let lines = served.shared.with(|world| world.journal_since(since));
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in &lines {
        text.push_str(line);
        text.push('\n');
    }
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    Ok(response)
}

/// `GET /snapshots`.
pub(super) async fn snapshots(State(served): State<Served>) -> Outcome {
    let snapshots = locked(&served.snapshots);
    let all = snapshots.kept.iter();
    let all: Vec<_> = all.map(|(id, snapshot)| described(*id, snapshot)).collect();
    Ok(ok(&Value::Array(all)))
}

/// `POST /snapshots`.
pub(super) async fn make_snapshot(State(served): State<Served>) -> Outcome {
    let mut snapshots = locked(&served.snapshots);
    if snapshots.kept.len() >= MOST_SNAPSHOTS {
        return Err(Refusal::impossible(format!(
            "{MOST_SNAPSHOTS} snapshots are kept at most: delete one first"
        )));
    }
    snapshots.made = snapshots.made.saturating_add(1);
    let (id, snapshot) = (snapshots.made, served.snapshot());
    let body = described(id, &snapshot);
    snapshots.kept.insert(id, snapshot);
    Ok(answer(StatusCode::CREATED, &body))
}

/// `POST /snapshots/{id}/restore`.
pub(super) async fn restore(State(served): State<Served>, id: Part) -> Outcome {
    let snapshots = locked(&served.snapshots);
    match id.number().and_then(|id| snapshots.kept.get_key_value(&id)) {
        Some((id, snapshot)) => {
            served.restore(snapshot);
            Ok(ok(&described(*id, snapshot)))
        }
        None => Err(no_snapshot(&id)),
    }
}

/// `DELETE /snapshots/{id}`.
pub(super) async fn remove_snapshot(State(served): State<Served>, id: Part) -> Outcome {
    let mut snapshots = locked(&served.snapshots);
    match id.number().and_then(|id| snapshots.kept.remove(&id)) {
        Some(_) => Ok(ok(&json!({ "removed": 1 }))),
        None => Err(no_snapshot(&id)),
    }
}

fn described(id: u64, snapshot: &Snapshot) -> Value {
    json!({ "id": id, "at": time(snapshot.at()) })
}

fn no_snapshot(id: &Part) -> Refusal {
    Refusal::missing(format!("there is no snapshot `{}`", id.0))
}

/// `GET /audit`: whether everything adds up to the last digit, and if not, the first thing that does not.
pub(super) async fn audit(State(served): State<Served>) -> Outcome {
    let fault = served
        .shared
        .with(|world| world.audit().and_then(|()| world.audit_events()).err());
    Ok(ok(&json!({ "ok": fault.is_none(), "fault": fault })))
}
