//! The operations: a request in, an answer out, without sockets.
//!
//! Each is a function of the world, the account that asks, and the [`Call`]. What the service answers with its
//! own words when something is wrong is an [`ApiError`].

mod account;
mod activities;
mod assets;
mod history;
mod markets;
mod operations;
mod orders;
mod positions;
mod query;
mod route;
mod watchlists;

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

pub(crate) use operations::{OPERATIONS, Operation};
pub(crate) use route::{NoRoute, find};

use crate::ApiError;
use crate::world::World;
use crate::world::account::{Account, AccountIx};

/// What serves an operation.
#[derive(Clone, Copy)]
pub(crate) enum Served {
    /// It changes nothing.
    Reads(fn(&World, AccountIx, &Call) -> Result<Answer, ApiError>),
    /// It may change something, and takes a moment of the world's time.
    Acts(fn(&mut World, AccountIx, &Call) -> Result<Answer, ApiError>),
    /// A stream, which is not made of one answer.
    Elsewhere,
    /// Nothing yet.
    NotYet,
}

/// A request, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// The parameters of the path, decoded.
    pub(crate) path: BTreeMap<String, String>,
    /// Those of the query, decoded; of one that is given twice, both.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// None for an answer without a body.
    pub(crate) body: Option<Value>,
}

impl Answer {
    /// 200 with this body.
    pub(crate) fn ok(body: impl Serialize) -> Result<Self, ApiError> {
        Self::with(StatusCode::OK, body)
    }

    /// This status with this body.
    pub(crate) fn with(status: StatusCode, body: impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_value(body).map_err(|_| internal())?;
        Ok(Self {
            status,
            body: Some(body),
        })
    }

    /// 204 without a body.
    pub(crate) fn empty() -> Result<Self, ApiError> {
        Ok(Self {
            status: StatusCode::NO_CONTENT,
            body: None,
        })
    }
}

impl Operation {
    /// Carries the operation out.
    pub(crate) fn run(
        &self,
        world: &mut World,
        account: AccountIx,
        call: &Call,
    ) -> Result<Answer, ApiError> {
        match self.served {
            Served::Reads(run) => run(world, account, call),
            Served::Acts(run) => {
                world.begin_request();
                let answer = run(world, account, call);
                world.settle();
                answer
            }
            Served::Elsewhere | Served::NotYet => Err(self.not_served()),
        }
    }

    /// 501, in the service's shape.
    pub(crate) fn not_served(&self) -> ApiError {
        ApiError::new(
            StatusCode::NOT_IMPLEMENTED,
            50_110_000,
            format!(
                "not served here yet: {} ({} {})",
                self.name, self.method, self.path
            ),
        )
    }
}

impl Call {
    /// A parameter of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.path.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A parameter of the path that is a UUID, with dashes or without.
    pub(crate) fn id(&self, name: &str) -> Result<Uuid, ApiError> {
        let text = self.part(name);
        if text.is_empty() {
            return Err(ApiError::invalid(format!("{name} is missing")));
        }
        Uuid::parse_str(text)
            .map_err(|_| ApiError::invalid(format!("{name} is not a valid UUID: {}", clip(text))))
    }
}

/// The account that asks.
pub(crate) fn account_of(world: &World, ix: AccountIx) -> Result<&Account, ApiError> {
    world
        .account(ix)
        .ok_or_else(|| ApiError::plain(StatusCode::UNAUTHORIZED, "unauthorized."))
}

pub(crate) fn account_of_mut(world: &mut World, ix: AccountIx) -> Result<&mut Account, ApiError> {
    world
        .account_mut(ix)
        .ok_or_else(|| ApiError::plain(StatusCode::UNAUTHORIZED, "unauthorized."))
}

/// 500 in the service's words.
pub(crate) fn internal() -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        50_010_000,
        "internal server error occurred",
    )
}

/// What a refusal repeats of what was sent: not more than a line.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}

/// One item of a 207 answer: a status and a body.
pub(crate) fn item(outcome: &Result<Value, ApiError>) -> (u16, Value) {
    match outcome {
        Ok(body) => (200, body.clone()),
        Err(error) => (error.status.as_u16(), error.body()),
    }
}
