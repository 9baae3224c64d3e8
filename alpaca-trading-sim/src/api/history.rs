//! Portfolio history: the recorded equity in bars.
//!
//! A bar stands at its left edge, in seconds since 1970, and has the equity at its end, or of now in the last
//! one; before the account was opened it is null. Gains are measured from the equity before the first bar;
//! within days, from the last close of each when `pnl_reset` is `per_day`.

use chrono::{DateTime, Days, Duration, Months, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{Answer, Call, account_of};
use crate::ApiError;
use crate::calendar::TradingDay;
use crate::calendar::eastern::eastern_date;
use crate::world::World;
use crate::world::account::{Account, AccountIx, Figures, Frame, What};

/// More bars than this are not made: a year of minutes within days would be hundreds of thousands.
const MOST: usize = 50_000;

/// How long the bars are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bar {
    Minutes(i64),
    Day,
}

/// Which hours within days have bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hours {
    Market,
    Extended,
    All,
}

pub(super) fn get(world: &World, account: AccountIx, call: &Call) -> Result<Answer, ApiError> {
    let account = account_of(world, account)?;
    let query = Query::read(world, call)?;
    let frames = query.frames(world);
    if frames.len() > MOST {
        return Err(ApiError::invalid(format!(
            "more than {MOST} bars: a longer timeframe or a shorter period is needed"
        )));
    }
    Answer::ok(report(world, account, &query, &frames))
}

struct Query {
    first: NaiveDate,
    last: NaiveDate,
    /// Times within the first and the last day, where such were given.
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    bar: Bar,
    name: String,
    hours: Hours,
    reset_daily: bool,
    cashflows: Option<Vec<String>>,
}

impl Query {
    fn read(world: &World, call: &Call) -> Result<Self, ApiError> {
        let today = eastern_date(world.now());
        let (start, period) = (call.date("start")?, call.param("period"));
        let end = match call.date("end")? {
            Some(end) => Some(end),
            None => call.date("date_end")?,
        };
        if start.is_some() && end.is_some() && period.is_some() {
            return Err(ApiError::invalid(
                "at most two of start, end and period are accepted",
            ));
        }
        let span = Span::read(period.unwrap_or("1M"))?;
        let (first, last) = match (start, end) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) if period.is_some() => (start, span.after(start)),
            (Some(start), None) => (start, today),
            (None, end) => {
                let end = end.unwrap_or(today);
                (span.before(end), end)
            }
        };
        if first > last {
            return Err(ApiError::invalid("start must not be after end"));
        }
        let days = (last - first).num_days();
        let name = match call.param("timeframe") {
            Some(name) => name.to_owned(),
            None if days < 7 => "1Min".to_owned(),
            None if days < 30 => "15Min".to_owned(),
            None => "1D".to_owned(),
        };
        let bar = match name.as_str() {
            "1Min" => Bar::Minutes(1),
            "5Min" => Bar::Minutes(5),
            "15Min" => Bar::Minutes(15),
            "1H" => Bar::Minutes(60),
            "1D" => Bar::Day,
            _ => return Err(ApiError::invalid("invalid timeframe")),
        };
        if bar != Bar::Day && days > 31 {
            return Err(ApiError::invalid(
                "timeframes within days are available for at most 30 days",
            ));
        }
        let extended = call.flag("extended_hours")?.unwrap_or(false);
        let hours = match call.param("intraday_reporting") {
            None if extended => Hours::Extended,
            None | Some("market_hours") => Hours::Market,
            Some("extended_hours") => Hours::Extended,
            Some("continuous") => Hours::All,
            Some(_) => return Err(ApiError::invalid("invalid intraday_reporting")),
        };
        let reset_daily = match call.param("pnl_reset") {
            None | Some("per_day") => true,
            Some("no_reset") => false,
            Some(_) => return Err(ApiError::invalid("invalid pnl_reset")),
        };
        let cashflows = call.list("cashflow_types");
        let cashflows = match cashflows.as_slice() {
            [] | ["NONE"] => None,
            ["ALL"] => Some(vec!["CFEE".to_owned()]),
            types => Some(types.iter().map(|name| (*name).to_owned()).collect()),
        };
        let within = |name: &str| {
            let timed = call.param(name).is_some_and(|text| text.len() > 10);
            match timed {
                true => call.time(name),
                false => Ok(None),
            }
        };
        Ok(Self {
            first,
            last: last.min(today),
            from: within("start")?,
            until: within("end")?,
            bar,
            name,
            hours,
            reset_daily: reset_daily && bar != Bar::Day,
            cashflows,
        })
    }

    /// The bars that have begun by now.
    fn frames(&self, world: &World) -> Vec<Frame> {
        let days = world.calendar().trading_days(self.first..=self.last);
        let mut frames = Vec::new();
        match (self.bar, self.hours) {
            (Bar::Day, _) => frames.extend(days.iter().map(|day| Frame {
                from: day.open,
                until: day.close,
            })),
            (Bar::Minutes(minutes), Hours::All) => {
                let begin =
                    |date| crate::calendar::eastern::from_eastern(date, chrono::NaiveTime::MIN);
                let until = begin(
                    self.last
                        .checked_add_days(Days::new(1))
                        .unwrap_or(self.last),
                );
                cut(&mut frames, begin(self.first), until, minutes);
            }
            (Bar::Minutes(minutes), hours) => {
                for day in days {
                    let (from, until) = match hours {
                        Hours::Extended => (day.session_open, day.session_close),
                        _ => (day.open, day.close),
                    };
                    cut(&mut frames, from, until, minutes);
                }
            }
        }
        let now = world.now();
        frames.retain(|frame| {
            frame.from <= now
                && self.from.is_none_or(|from| frame.until > from)
                && self.until.is_none_or(|until| frame.from <= until)
        });
        frames
    }
}

fn cut(frames: &mut Vec<Frame>, from: DateTime<Utc>, until: DateTime<Utc>, minutes: i64) {
    let step = Duration::minutes(minutes);
    let mut at = from;
    while at < until && frames.len() <= MOST {
        frames.push(Frame {
            from: at,
            until: (at + step).min(until),
        });
        at += step;
    }
}

/// A period: a number and a unit.
enum Span {
    Days(u64),
    Months(u32),
}

impl Span {
    fn read(text: &str) -> Result<Self, ApiError> {
        let wrong = || ApiError::invalid("invalid period");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let number: u32 = text
            .strip_suffix(unit)
            .and_then(|number| number.parse().ok())
            .filter(|number| (1..=1_000).contains(number))
            .ok_or_else(wrong)?;
        match unit {
            'D' => Ok(Self::Days(number.into())),
            'W' => Ok(Self::Days(u64::from(number) * 7)),
            'M' => Ok(Self::Months(number)),
            'A' | 'Y' => Ok(Self::Months(number.saturating_mul(12))),
            _ => Err(wrong()),
        }
    }

    fn before(&self, end: NaiveDate) -> NaiveDate {
        match self {
            // A day is the last one itself.
            Self::Days(days) => end.checked_sub_days(Days::new(days.saturating_sub(1))),
            Self::Months(months) => end.checked_sub_months(Months::new(*months)),
        }
        .unwrap_or(end)
    }

    fn after(&self, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Days(days) => start.checked_add_days(Days::new(days.saturating_sub(1))),
            Self::Months(months) => start.checked_add_months(Months::new(*months)),
        }
        .unwrap_or(start)
    }
}

fn report(world: &World, account: &Account, query: &Query, frames: &[Frame]) -> Value {
    let now = world.now();
    let current = Figures::equity(world, account);
    let equity_at = |at: DateTime<Utc>| match at {
        at if at < account.created_at => None,
        at if at >= now => Some(current),
        at => Some(account.history.at(at).unwrap_or(account.setup.cash)),
    };
    let first = frames.first().map(|frame| frame.from);
    let base = first.and_then(equity_at).unwrap_or(account.setup.cash);
    let previous = |frame: &Frame| {
        let before = world
            .calendar()
            .previous_trading_day(eastern_date(frame.from));
        before.and_then(|day: TradingDay| equity_at(day.close))
    };
    let (mut times, mut equities) = (Vec::new(), Vec::new());
    let (mut gains, mut shares) = (Vec::new(), Vec::new());
    for frame in frames {
        times.push(frame.from.timestamp());
        let equity = equity_at(frame.until);
        let from = match query.reset_daily {
            true => previous(frame).unwrap_or(base),
            false => base,
        };
        equities.push(number(equity));
        gains.push(number(equity.map(|equity| equity - from)));
        let share = equity.and_then(|equity| (equity - from).checked_div(from));
        shares.push(number(share.map(|share| share.round_dp(16))));
    }
    let mut body = json!({
        "timestamp": times,
        "equity": equities,
        "profit_loss": gains,
        "profit_loss_pct": shares,
        "base_value": number(Some(base)),
        "timeframe": query.name,
    });
    if let Value::Object(body) = &mut body {
        let asof =
            first.and_then(|first| world.calendar().previous_trading_day(eastern_date(first)));
        if let Some(day) = asof {
            body.insert("base_value_asof".into(), day.date.to_string().into());
        }
        if let Some(types) = &query.cashflows {
            let sums = cashflow(account, types, query, frames);
            body.insert("cashflow".into(), sums.into());
        }
    }
    body
}

/// The cash that came and went in each bar, by type.
///
/// An entry belongs to a day: it counts in the bar of that day, and within days in the bar in which it was
/// written down. What falls between two bars counts in the later one, as it does in the equity at its end.
fn cashflow(
    account: &Account,
    types: &[String],
    query: &Query,
    frames: &[Frame],
) -> Map<String, Value> {
    let place = |at: DateTime<Utc>, date: NaiveDate| {
        let (first, place) = match query.bar {
            Bar::Day => (
                query.first <= date,
                frames.partition_point(|frame| eastern_date(frame.from) < date),
            ),
            Bar::Minutes(_) => (
                query.first <= eastern_date(at) && query.from.is_none_or(|from| from <= at),
                frames.partition_point(|frame| frame.until <= at),
            ),
        };
        first.then_some(place)
    };
    types
        .iter()
        .map(|name| {
            let mut sums = vec![Decimal::ZERO; frames.len()];
            for activity in &account.activities {
                let What::NonTrade(entry) = &activity.what else {
                    continue;
                };
                let place = place(activity.at, entry.date);
                if entry.activity_type == name
                    && let Some(sum) = place.and_then(|place| sums.get_mut(place))
                {
                    *sum += entry.net_amount;
                }
            }
            let sums: Vec<_> = sums.into_iter().map(|sum| number(Some(sum))).collect();
            (name.clone(), sums.into())
        })
        .collect()
}

/// A JSON number, as this one answer has them; null for none.
fn number(value: Option<Decimal>) -> Value {
    use rust_decimal::prelude::ToPrimitive as _;

    value
        .and_then(|value| value.to_f64())
        .and_then(serde_json::Number::from_f64)
        .map_or(Value::Null, Value::Number)
}
