//! The list of activities.

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::{Answer, Call, account_of};
use crate::ApiError;
use crate::calendar::eastern::from_eastern;
use crate::world::World;
use crate::world::account::{Account, AccountIx, Activity, What};

pub(super) fn list(world: &World, account: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let types = call.list("activity_types");
    let category = call.param("category");
    let trades = match category {
        None => None,
        Some("trade_activity") => Some(true),
        Some("non_trade_activity") => Some(false),
        Some(_) => return Err(ApiError::invalid("invalid category")),
    };
    if category.is_some() && !types.is_empty() {
        return Err(ApiError::invalid(
            "only one of activity_types or category is accepted",
        ));
    }
    page(account_of(world, account)?, call, |activity| {
        let is_trade = matches!(activity.what, What::Fill(_));
        (types.is_empty() || types.contains(&activity.activity_type()))
            && trades.is_none_or(|trades| trades == is_trade)
    })
}

pub(super) fn list_by_type(
    world: &World,
    account: AccountIx,
    call: &Call,
) -> Result<Answer, ApiError> {
    let wanted = call.part("activity_type");
    page(account_of(world, account)?, call, |activity| {
        activity.activity_type() == wanted
    })
}

/// The page that is asked for, of the activities that are wanted.
fn page(
    account: &Account,
    call: &Call,
    wanted: impl Fn(&Activity) -> bool,
) -> Result<Answer, ApiError> {
    let (from, until) = window(call)?;
    let ascending = match call.param("direction") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(ApiError::invalid("invalid direction")),
    };
    let order = call
        .param("order_id")
        .map(|text| uuid::Uuid::parse_str(text).map_err(|_| ApiError::invalid("invalid order_id")))
        .transpose()?;
    let size = call.number("page_size", 1..=100)?;
    // A whole day comes in one piece, unless pages are asked for.
    let size = match (size, call.param("date")) {
        (Some(size), _) => size,
        (None, Some(_)) => usize::MAX,
        (None, None) => 100,
    };
    let fits = |activity: &&Activity| {
        wanted(activity)
            && activity.is_listed()
            && from.is_none_or(|from| activity.at >= from)
            && until.is_none_or(|until| activity.at < until)
            && order.is_none_or(
                |order| matches!(&activity.what, What::Fill(fill) if fill.order_id == order),
            )
    };
    // They stand as they came, those of one millisecond too, whose ids are in no order.
    let all = account.activities.as_slice();
    // The token is the id of the last row; it need not be among those that are wanted now. Of an id that is not
    // the account's, the time counts.
    let rows = match call.param("page_token") {
        None => all,
        Some(token) => {
            let place = all.iter().position(|row| &*row.id == token);
            let (before, behind) = match place {
                Some(place) => (place, place.saturating_add(1)),
                None => (
                    all.partition_point(|row| &*row.id < token),
                    all.partition_point(|row| &*row.id <= token),
                ),
            };
            let rest = match ascending {
                true => all.get(behind..),
                false => all.get(..before),
            };
            rest.unwrap_or_default()
        }
    };
    let page: Vec<_> = match ascending {
        true => rows
            .iter()
            .filter(fits)
            .take(size)
            .map(Activity::json)
            .collect(),
        false => rows
            .iter()
            .rev()
            .filter(fits)
            .take(size)
            .map(Activity::json)
            .collect(),
    };
    Answer::ok(page)
}

type Bound = Option<DateTime<Utc>>;

/// From when, the time itself included, until when, that time not.
fn window(call: &Call) -> Result<(Bound, Bound), ApiError> {
    let (after, until) = (call.time("after")?, call.time("until")?);
    let Some(date) = call.date("date")? else {
        return Ok((after, until));
    };
    if after.is_some() || until.is_some() {
        return Err(ApiError::invalid("date excludes after and until"));
    }
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    let begin = |date| from_eastern(date, NaiveTime::MIN);
    Ok((Some(begin(date)), Some(begin(next))))
}
