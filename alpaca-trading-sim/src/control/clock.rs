//! The clock: what time it is, and letting it pass.

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;
use serde_json::{Value, json};

use super::read::{Amount, Json, Time};
use super::{Outcome, Refusal, Served, ok};
use crate::calendar::Phase;
use crate::simulator::Clock;
use crate::world::order::time;

/// The longest time that passes in one request.
const MOST: TimeDelta = TimeDelta::days(366);

/// `GET /clock`.
pub(super) async fn show(State(served): State<Served>) -> Outcome {
    Ok(ok(&shown(&served)))
}

fn shown(served: &Served) -> Value {
    let mode = match served.shared.speed() {
        None => json!("virtual"),
        Some(speed) => json!(speed),
    };
    served.shared.with(|world| {
        let (now, calendar) = (world.now(), world.calendar());
        let session = match calendar.phase(now) {
            Phase::Closed => "closed",
            Phase::Overnight => "overnight",
            Phase::Pre => "pre",
            Phase::Core => "core",
            Phase::Post => "post",
        };
        json!({
            "now": time(now),
            "clock": mode,
            "is_open": calendar.is_open(now),
            "session": session,
            "next_open": calendar.next_open(now).map(time),
            "next_close": calendar.next_close(now).map(time),
        })
    })
}

/// The body of `POST /clock/advance`: one of its fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    seconds: Option<Amount>,
    until: Option<Time>,
    to: Option<Edge>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Edge {
    Open,
    Close,
}

/// `POST /clock/advance`. It is answered when everything that was due has happened.
pub(super) async fn advance(State(served): State<Served>, Json(wanted): Json<Advance>) -> Outcome {
    let step = match wanted {
        Advance {
            seconds: Some(Amount(seconds)),
            until: None,
            to: None,
        } => Step::By(passing(seconds)?),
        Advance {
            seconds: None,
            until: Some(Time(until)),
            to: None,
        } => Step::Until(until),
        Advance {
            seconds: None,
            until: None,
            to: Some(edge),
        } => Step::To(edge),
        _ => {
            return Err(Refusal::impossible(
                "say one of `seconds`, `until` and `to`",
            ));
        }
    };
    check(&served, &step)?;
    let clock = Clock::new(served.shared.clone());
    let passing = move || match step {
        Step::By(by) => clock.advance(by),
        Step::Until(until) => clock.run_until(until),
        Step::To(Edge::Open) => clock.advance_to_open(),
        Step::To(Edge::Close) => clock.advance_to_close(),
    };
    // A year may take a while, and others have their turn on the runtime meanwhile.
    let passed = tokio::task::spawn_blocking(passing).await;
    passed.map_err(|_| Refusal::internal())?;
    Ok(ok(&shown(&served)))
}

/// How the clock is moved.
enum Step {
    By(TimeDelta),
    Until(DateTime<Utc>),
    To(Edge),
}

/// Whether the clock can be moved so.
fn check(served: &Served, step: &Step) -> Result<(), Refusal> {
    let (now, edge) = served.shared.with(|world| {
        let (now, calendar) = (world.now(), world.calendar());
        let edge = match step {
            Step::To(Edge::Open) if calendar.is_open(now) => Some(now),
            Step::To(Edge::Open) => calendar.next_open(now),
            _ => calendar.next_close(now),
        };
        (now, edge)
    });
    match step {
        Step::Until(until) if *until < now => {
            let message = format!("until: {} has passed, it is {}", time(*until), time(now));
            Err(Refusal::impossible(message))
        }
        Step::To(_) if edge.is_none() => {
            Err(Refusal::impossible("to: the calendar has come to its end"))
        }
        Step::By(by) if *by > MOST => Err(too_much()),
        Step::Until(until) if *until - now > MOST => Err(too_much()),
        _ => Ok(()),
    }
}

fn too_much() -> Refusal {
    Refusal::impossible("more than 366 days do not pass at once: let them pass in parts")
}

/// The time of so many seconds, to a microsecond.
fn passing(seconds: Decimal) -> Result<TimeDelta, Refusal> {
    if seconds < Decimal::ZERO {
        let message = format!("seconds: {seconds} is below zero, and time does not go back");
        return Err(Refusal::impossible(message));
    }
    let micros = seconds
        .checked_mul(Decimal::from(1_000_000))
        .and_then(|micros| micros.to_i64());
    Ok(micros.map_or(TimeDelta::MAX, TimeDelta::microseconds))
}
