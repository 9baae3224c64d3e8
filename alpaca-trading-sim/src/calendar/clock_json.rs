//! The bodies of `GET /v2/clock` and `GET /v3/clock`.

use chrono::{DateTime, Days, Utc};
use serde::Serialize;
use serde_json::Value;

use super::Calendar;
use super::eastern::{eastern_rfc3339, local_rfc3339, local_time};
use super::markets::{MARKETS, Market, MarketDay};
use super::query::{given, instant, refusal};
use crate::error::ApiError;

/// How many days ahead a market's next session is looked for; no closure was ever so long.
const DAYS_AHEAD: u64 = 21;

#[derive(Serialize)]
struct LegacyClock {
    timestamp: String,
    is_open: bool,
    next_open: String,
    next_close: String,
}

#[derive(Serialize)]
struct Clocks {
    clocks: Vec<MarketClock>,
}

#[derive(Serialize)]
struct MarketClock {
    market: PublicMarket,
    timestamp: String,
    is_market_day: bool,
    next_market_open: String,
    next_market_close: String,
    phase: &'static str,
    phase_until: String,
}

/// A market as both routes of version 3 name it.
///
/// The document also has `bic`, which need not be there; it is left out.
#[derive(Serialize)]
pub(super) struct PublicMarket {
    acronym: &'static str,
    name: &'static str,
    timezone: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mic: Option<&'static str>,
}

impl From<&Market> for PublicMarket {
    fn from(market: &Market) -> Self {
        Self {
            acronym: market.acronym,
            name: market.name,
            timezone: market.zone.name(),
            mic: market.mic,
        }
    }
}

/// A body as a JSON value.
pub(super) fn body(body: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(body).map_err(|error| {
        ApiError::plain(http::StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    })
}

/// The body of `GET /v2/clock`: the time in New York, whether the core session runs, and when one next
/// opens and closes.
///
/// # Errors
///
/// 400 when the calendar does not reach so far.
pub fn v2_clock(calendar: Calendar, at: DateTime<Utc>) -> Result<Value, ApiError> {
    let (Some(open), Some(close)) = (calendar.next_open(at), calendar.next_close(at)) else {
        return Err(outside(at));
    };
    body(&LegacyClock {
        timestamp: eastern_rfc3339(at),
        is_open: calendar.is_open(at),
        next_open: eastern_rfc3339(open),
        next_close: eastern_rfc3339(close),
    })
}

/// The body of `GET /v3/clock`: one clock for each market, with the offset of the market's own zone.
///
/// `markets` is a list of codes with commas between them; without it there is a clock for every market. A
/// market that is named twice, by whichever of its codes, has one clock. `time` is the instant to show
/// instead of `now`. The overnight session of US equities is `closed` here: the document has no phase for
/// it, and the market of the overnight session (`BOATS`) has a clock of its own.
///
/// # Errors
///
/// 400 for a market that the document does not list, for a `time` that is no timestamp, and for an instant
/// outside the calendar.
pub fn v3_clock(
    calendar: Calendar,
    now: DateTime<Utc>,
    markets: Option<&str>,
    time: Option<&str>,
) -> Result<Value, ApiError> {
    let at = match given(time) {
        Some(text) => instant("time", text)?,
        None => now,
    };
    let clocks = match given(markets) {
        Some(codes) => chosen(codes)?,
        None => MARKETS.iter().collect(),
    }
    .into_iter()
    .map(|market| clock(calendar, market, at).ok_or_else(|| outside(at)))
    .collect::<Result<_, _>>()?;
    body(&Clocks { clocks })
}

/// The market with this code.
pub(super) fn market(code: &str) -> Result<&'static Market, ApiError> {
    Market::by_code(code).ok_or_else(|| refusal(format!("invalid market: \"{code}\" is not known")))
}

fn chosen(codes: &str) -> Result<Vec<&'static Market>, ApiError> {
    let mut chosen: Vec<&'static Market> = Vec::new();
    for code in codes.split(',') {
        let market = market(code.trim())?;
        if !chosen.iter().any(|other| other.acronym == market.acronym) {
            chosen.push(market);
        }
    }
    Ok(chosen)
}

fn outside(at: DateTime<Utc>) -> ApiError {
    refusal(format!(
        "invalid time: {} lies outside the calendar",
        eastern_rfc3339(at)
    ))
}

/// The clock of a market; none where its next session is not known.
fn clock(calendar: Calendar, market: &Market, at: DateTime<Utc>) -> Option<MarketClock> {
    let today = local_time(at, market.zone).date();
    // From yesterday on, whose sessions may last over midnight.
    let days: Vec<MarketDay> = today
        .checked_sub_days(Days::new(1))?
        .iter_days()
        .take(usize::try_from(DAYS_AHEAD).unwrap_or(usize::MAX))
        .filter_map(|date| market.day(calendar, date))
        .collect();
    let next = |instant: fn(&MarketDay) -> DateTime<Utc>| {
        days.iter().map(instant).find(|instant| *instant > at)
    };
    let (phase, until) = phase(&days, at)?;
    let shown = |at| local_rfc3339(at, market.zone);
    Some(MarketClock {
        market: market.into(),
        timestamp: shown(at),
        is_market_day: days.iter().any(|day| day.date == today),
        next_market_open: shown(next(|day| day.core_start)?),
        next_market_close: shown(next(|day| day.core_end)?),
        phase,
        phase_until: shown(until),
    })
}

/// The phase at an instant and when it ends.
fn phase(days: &[MarketDay], at: DateTime<Utc>) -> Option<(&'static str, DateTime<Utc>)> {
    for day in days {
        let phases = [
            ("closed", Some(day.pre_start.unwrap_or(day.core_start))),
            ("pre", day.pre_start.map(|_| day.core_start)),
            ("core", day.lunch.map(|(start, _)| start)),
            ("lunch", day.lunch.map(|(_, end)| end)),
            ("core", Some(day.core_end)),
            ("post", day.post_end),
        ];
        for (phase, until) in phases {
            if let Some(until) = until.filter(|until| *until > at) {
                return Some((phase, until));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn v3(at: &str, markets: &str) -> Value {
        v3_clock(Calendar::new(), utc(at), Some(markets), None).unwrap()
    }

    /// `phase until is_market_day` of one market's clock.
    fn shown(at: &str, market: &str) -> String {
        let body = v3(at, market);
        let clock = &body["clocks"][0];
        format!(
            "{} {} {}",
            clock["phase"].as_str().unwrap(),
            clock["phase_until"].as_str().unwrap(),
            clock["is_market_day"]
        )
    }

    #[test]
    fn the_clock_in_winter_and_in_summer() {
        let calendar = Calendar::new();
        assert_eq!(
            v2_clock(calendar, utc("2026-01-02T15:00:00.123456789Z")).unwrap(),
            json!({
                "timestamp": "2026-01-02T10:00:00.123456789-05:00",
                "is_open": true,
                "next_open": "2026-01-05T09:30:00-05:00",
                "next_close": "2026-01-02T16:00:00-05:00",
            })
        );
        assert_eq!(
            v2_clock(calendar, utc("2026-07-03T15:00:00Z")).unwrap(),
            json!({
                "timestamp": "2026-07-03T11:00:00-04:00",
                "is_open": false,
                "next_open": "2026-07-06T09:30:00-04:00",
                "next_close": "2026-07-06T16:00:00-04:00",
            })
        );
    }

    #[test]
    fn beyond_the_calendar_there_is_no_clock() {
        let far = utc("2040-01-01T00:00:00Z");
        assert!(v2_clock(Calendar::new(), far).is_err());
        assert!(v3_clock(Calendar::new(), far, Some("NYSE"), None).is_err());
        for far in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(v3_clock(Calendar::new(), far, None, None).is_err());
        }
    }

    #[test]
    fn a_market_clock_has_every_field() {
        assert_eq!(
            v3("2026-01-02T14:00:00Z", "XNYS"),
            json!({"clocks": [{
                "market": {
                    "acronym": "NYSE",
                    "name": "New York Stock Exchange",
                    "timezone": "America/New_York",
                    "mic": "XNYS",
                },
                "timestamp": "2026-01-02T09:00:00-05:00",
                "is_market_day": true,
                "next_market_open": "2026-01-02T09:30:00-05:00",
                "next_market_close": "2026-01-02T16:00:00-05:00",
                "phase": "pre",
                "phase_until": "2026-01-02T09:30:00-05:00",
            }]})
        );
    }

    #[test]
    fn phases_of_several_markets() {
        for (at, market, expected) in [
            (
                "2026-01-02T03:00:00Z",
                "NYSE",
                "closed 2026-01-02T04:00:00-05:00 false",
            ),
            (
                "2026-01-02T14:30:00Z",
                "NYSE",
                "core 2026-01-02T16:00:00-05:00 true",
            ),
            (
                "2026-01-02T21:00:00Z",
                "NYSE",
                "post 2026-01-02T20:00:00-05:00 true",
            ),
            (
                "2026-01-03T01:00:00Z",
                "NYSE",
                "closed 2026-01-05T04:00:00-05:00 true",
            ),
            (
                "2026-11-27T18:00:00Z",
                "NASDAQ",
                "post 2026-11-27T17:00:00-05:00 true",
            ),
            (
                "2026-01-05T03:00:00Z",
                "BOATS",
                "core 2026-01-05T04:00:00-05:00 false",
            ),
            (
                "2026-01-05T09:00:00Z",
                "BOATS",
                "closed 2026-01-05T20:00:00-05:00 true",
            ),
            (
                "2026-01-05T04:30:00Z",
                "HKEX",
                "lunch 2026-01-05T13:00:00+08:00 true",
            ),
            (
                "2026-01-05T05:00:00Z",
                "HKEX",
                "core 2026-01-05T16:00:00+08:00 true",
            ),
            (
                "2026-01-05T02:00:00Z",
                "HKEX",
                "core 2026-01-05T12:00:00+08:00 true",
            ),
            (
                "2026-07-04T12:00:00Z",
                "LSE",
                "closed 2026-07-06T08:00:00+01:00 false",
            ),
            (
                "2026-01-04T08:00:00Z",
                "XSAU",
                "core 2026-01-04T15:00:00+03:00 true",
            ),
            (
                "2001-09-11T14:00:00Z",
                "NYSE",
                "closed 2001-09-17T04:00:00-04:00 false",
            ),
        ] {
            assert_eq!(shown(at, market), expected, "{market} {at}");
        }
    }

    #[test]
    fn markets_come_once_and_in_the_order_asked_for() {
        let acronyms = |body: Value| -> Vec<String> {
            let clocks = body["clocks"].as_array().unwrap().clone();
            let names = clocks
                .iter()
                .map(|clock| clock["market"]["acronym"].as_str().unwrap());
            names.map(str::to_owned).collect()
        };
        let at = "2026-01-02T14:00:00Z";
        assert_eq!(acronyms(v3(at, "XNAS, NYSE,XNYS")), ["NASDAQ", "NYSE"]);
        assert_eq!(acronyms(v3(at, "")).len(), MARKETS.len());
        let all = v3_clock(Calendar::new(), utc(at), None, None).unwrap();
        assert_eq!(acronyms(all).len(), MARKETS.len());
    }

    #[test]
    fn a_time_takes_the_place_of_now() {
        let clock = |time| {
            v3_clock(
                Calendar::new(),
                utc("2026-01-02T14:00:00Z"),
                Some("NYSE"),
                time,
            )
        };
        let body = clock(Some("2026-07-01T15:00:00+01:00")).unwrap();
        assert_eq!(body["clocks"][0]["timestamp"], "2026-07-01T10:00:00-04:00");
        assert_eq!(
            clock(Some("noon")).unwrap_err().message,
            "invalid time: \"noon\" is not an RFC 3339 timestamp"
        );
    }

    #[test]
    fn unknown_markets_are_refused_by_name() {
        for markets in ["XTKS", "NYSE,XTKS", "NYSE,,NASDAQ", "nyse"] {
            let error = v3_clock(
                Calendar::new(),
                utc("2026-01-02T14:00:00Z"),
                Some(markets),
                None,
            )
            .unwrap_err();
            assert_eq!(error.status, http::StatusCode::BAD_REQUEST);
            assert!(error.message.starts_with("invalid market: "), "{markets}");
        }
    }
}
