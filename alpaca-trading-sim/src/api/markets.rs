//! Clocks and calendars.

use super::{Answer, Call};
use crate::ApiError;
use crate::calendar::{calendar_json, clock_json};
use crate::world::World;
use crate::world::account::AccountIx;

pub(super) fn clock(world: &World, _: AccountIx, _: &Call) -> Result<Answer, ApiError> {
    Answer::ok(clock_json::v2_clock(*world.calendar(), world.now())?)
}

pub(super) fn calendar(world: &World, _: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    Answer::ok(calendar_json::v2_calendar(
        *world.calendar(),
        call.param("start"),
        call.param("end"),
        call.param("date_type"),
    )?)
}

pub(super) fn market_clocks(world: &World, _: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let markets = call.list("markets").join(",");
    Answer::ok(clock_json::v3_clock(
        *world.calendar(),
        world.now(),
        (!markets.is_empty()).then_some(markets.as_str()),
        call.param("time"),
    )?)
}

pub(super) fn market_calendar(
    world: &World,
    _: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    Answer::ok(calendar_json::v3_calendar(
        *world.calendar(),
        world.now(),
        call.part("market"),
        call.param("start"),
        call.param("end"),
        call.param("timezone"),
    )?)
}
