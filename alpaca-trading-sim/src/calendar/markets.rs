//! The markets of the clock and calendar of version 3: who they are, and when they trade.
//!
//! Every code of the document is known here; most markets have two, an acronym and a market identifier
//! code. The US markets follow the exchange calendar. All others are **approximations**: the usual hours of
//! today in their own zone, on every weekday (in Riyadh, Sunday to Thursday), without holidays and half
//! days. Nothing but these two routes looks at them. The bond markets too are approximate: they rest when
//! the exchanges or the banks do, and their own early closes are left out.

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc,
    Weekday,
};
use chrono_tz::Tz;

use super::Calendar;
use super::day::{TradingDay, settlement_after};
use super::eastern::{NEW_YORK, local_to_utc, to_eastern};
use super::holidays::{is_settlement_day, is_weekday};

/// A market of `/v3/clock` and `/v3/calendar`.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    /// Its short name, and one of its codes.
    pub acronym: &'static str,
    /// Its market identifier code (ISO 10383), where it has one of its own; also one of its codes if the
    /// document lists it.
    pub mic: Option<&'static str>,
    /// Its name.
    pub name: &'static str,
    /// The zone of its hours.
    pub zone: Tz,
    days: Trades,
    hours: Hours,
    settles: Settles,
}

/// On which dates a market trades.
#[derive(Clone, Copy, Debug)]
enum Trades {
    /// With the US exchanges, and shorter on their half days.
    UsExchanges,
    /// With the US exchanges, at the same hours on half days.
    UsOvernight,
    /// When US exchanges and banks both work.
    UsBonds,
    /// Monday to Friday.
    Weekdays,
    /// Sunday to Thursday.
    SundayToThursday,
}

/// When a market's trades settle.
#[derive(Clone, Copy, Debug)]
enum Settles {
    /// By the cycle of US equities.
    UsEquities,
    /// On the next US settlement day.
    UsNextDay,
    /// Two trading days later.
    TwoDays,
    /// Two trading days later, and from 2027-10-11 on the next: Europe's change to T+1.
    Europe,
}

/// Hours in minutes from the local midnight at which a date begins; before it they are negative.
#[derive(Clone, Copy, Debug)]
struct Hours {
    pre: Option<i64>,
    core: (i64, i64),
    lunch: Option<(i64, i64)>,
    post: Option<i64>,
}

impl Hours {
    const fn core(start: i64, end: i64) -> Self {
        Self {
            pre: None,
            core: (start, end),
            lunch: None,
            post: None,
        }
    }

    const fn extended(pre: i64, core: (i64, i64), post: i64) -> Self {
        Self {
            pre: Some(pre),
            core,
            lunch: None,
            post: Some(post),
        }
    }
}

const fn hm(hour: i64, minute: i64) -> i64 {
    hour * 60 + minute
}

/// 09:30 to 16:00.
const US_CORE: (i64, i64) = (hm(9, 30), hm(16, 0));
/// 04:00 to 20:00: the sessions that the service itself trades in.
const US_EQUITY: Hours = Hours::extended(hm(4, 0), US_CORE, hm(20, 0));
const US_BOND: Hours = Hours::core(hm(8, 0), hm(17, 0));
const LONDON: Hours = Hours::core(hm(8, 0), hm(16, 30));
const CONTINENT: Hours = Hours::core(hm(9, 0), hm(17, 30));

const fn us(acronym: &'static str, mic: Option<&'static str>, name: &'static str) -> Market {
    Market {
        acronym,
        mic,
        name,
        zone: NEW_YORK,
        days: Trades::UsExchanges,
        hours: US_EQUITY,
        settles: Settles::UsEquities,
    }
}

const fn bonds(acronym: &'static str, name: &'static str) -> Market {
    Market {
        days: Trades::UsBonds,
        hours: US_BOND,
        settles: Settles::UsNextDay,
        ..us(acronym, None, name)
    }
}

const fn europe(
    acronym: &'static str,
    mic: &'static str,
    name: &'static str,
    zone: Tz,
    hours: Hours,
) -> Market {
    Market {
        zone,
        days: Trades::Weekdays,
        hours,
        settles: Settles::Europe,
        ..us(acronym, Some(mic), name)
    }
}

/// The markets, in the order of their acronyms.
pub static MARKETS: [Market; 21] = [
    bonds("BMO", "BMO Capital Markets"),
    bonds("BNYM", "Bank of New York Mellon"),
    Market {
        days: Trades::UsOvernight,
        hours: Hours::core(hm(-4, 0), hm(4, 0)),
        ..us("BOATS", Some("OCEA"), "Blue Ocean ATS")
    },
    europe(
        "CEUX",
        "CEUX",
        "Cboe Europe DXE",
        chrono_tz::Europe::Amsterdam,
        CONTINENT,
    ),
    europe(
        "CHIX",
        "CHIX",
        "Cboe Europe CXE",
        chrono_tz::Europe::London,
        LONDON,
    ),
    Market {
        zone: chrono_tz::Asia::Hong_Kong,
        days: Trades::Weekdays,
        hours: Hours {
            lunch: Some((hm(12, 0), hm(13, 0))),
            ..Hours::core(hm(9, 30), hm(16, 0))
        },
        settles: Settles::TwoDays,
        ..us("HKEX", Some("XHKG"), "Hong Kong Exchanges and Clearing")
    },
    Market {
        hours: Hours::extended(hm(8, 0), US_CORE, hm(17, 0)),
        ..us("IEX", Some("IEXG"), "Investors Exchange")
    },
    europe(
        "ISE",
        "XDUB",
        "Euronext Dublin",
        chrono_tz::Europe::Dublin,
        LONDON,
    ),
    europe(
        "LSE",
        "XLON",
        "London Stock Exchange",
        chrono_tz::Europe::London,
        LONDON,
    ),
    europe(
        "MTA",
        "MTAA",
        "Euronext Milan",
        chrono_tz::Europe::Rome,
        CONTINENT,
    ),
    us("NASDAQ", Some("XNAS"), "Nasdaq Stock Market"),
    us("NYSE", Some("XNYS"), "New York Stock Exchange"),
    Market {
        hours: Hours::core(US_CORE.0, US_CORE.1),
        settles: Settles::UsNextDay,
        ..us("OPRA", Some("OPRA"), "Options Price Reporting Authority")
    },
    Market {
        hours: Hours::core(US_CORE.0, US_CORE.1),
        ..us("OTC", Some("OTCM"), "OTC Markets")
    },
    bonds("SIFMA", "US bond market (SIFMA schedule)"),
    Market {
        zone: chrono_tz::Asia::Riyadh,
        days: Trades::SundayToThursday,
        hours: Hours::core(hm(10, 0), hm(15, 0)),
        settles: Settles::TwoDays,
        ..us("TADAWUL", Some("XSAU"), "Saudi Exchange")
    },
    europe(
        "XAMS",
        "XAMS",
        "Euronext Amsterdam",
        chrono_tz::Europe::Amsterdam,
        CONTINENT,
    ),
    europe(
        "XBRU",
        "XBRU",
        "Euronext Brussels",
        chrono_tz::Europe::Brussels,
        CONTINENT,
    ),
    europe(
        "XETRA",
        "XETR",
        "Deutsche Börse Xetra",
        chrono_tz::Europe::Berlin,
        CONTINENT,
    ),
    europe(
        "XLIS",
        "XLIS",
        "Euronext Lisbon",
        chrono_tz::Europe::Lisbon,
        LONDON,
    ),
    europe(
        "XPAR",
        "XPAR",
        "Euronext Paris",
        chrono_tz::Europe::Paris,
        CONTINENT,
    ),
];

/// The sessions of a market on one of its trading days, as instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketDay {
    /// The date in the market's zone.
    pub date: NaiveDate,
    /// Where the pre-market begins, which lasts until the core session.
    pub pre_start: Option<DateTime<Utc>>,
    /// Where the core session begins.
    pub core_start: DateTime<Utc>,
    /// Where the core session ends.
    pub core_end: DateTime<Utc>,
    /// Begin and end of the lunch break within the core session.
    pub lunch: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Where the post-market ends, which begins with the end of the core session.
    pub post_end: Option<DateTime<Utc>>,
    /// The date on which the day's trades settle.
    pub settlement: NaiveDate,
}

impl Market {
    /// The market with this code, be it the acronym or the market identifier code.
    #[must_use]
    pub fn by_code(code: &str) -> Option<&'static Self> {
        MARKETS
            .iter()
            .find(|market| market.acronym == code || market.mic == Some(code))
    }

    /// Its sessions on a date; none if it does not trade on it, or the calendar does not reach so far.
    #[must_use]
    pub fn day(&self, calendar: Calendar, date: NaiveDate) -> Option<MarketDay> {
        let mut hours = self.hours;
        match self.days {
            Trades::UsExchanges => {
                let day = calendar.day(date)?;
                if day.is_half_day() {
                    hours = shortened(hours, &day);
                }
            }
            Trades::UsOvernight if calendar.day(date).is_some() => {}
            Trades::UsBonds if calendar.day(date).is_some() && is_settlement_day(date) => {}
            Trades::Weekdays | Trades::SundayToThursday if self.works_on(date) => {}
            _ => return None,
        }
        let midnight = date.and_time(NaiveTime::MIN);
        let at = |minutes: i64| {
            let local: NaiveDateTime =
                midnight.checked_add_signed(TimeDelta::try_minutes(minutes)?)?;
            Some(local_to_utc(self.zone, local))
        };
        Some(MarketDay {
            date,
            pre_start: hours.pre.and_then(at),
            core_start: at(hours.core.0)?,
            core_end: at(hours.core.1)?,
            lunch: hours
                .lunch
                .and_then(|(start, end)| Some((at(start)?, at(end)?))),
            post_end: hours.post.and_then(at),
            settlement: self.settlement(calendar, date)?,
        })
    }

    fn settlement(&self, calendar: Calendar, date: NaiveDate) -> Option<NaiveDate> {
        let days = match self.settles {
            Settles::UsEquities => return calendar.day(date).map(|day| day.settlement),
            Settles::UsNextDay => return settlement_after(date, 1),
            Settles::TwoDays => 2,
            Settles::Europe => {
                let next_day = NaiveDate::from_ymd_opt(2027, 10, 11);
                if next_day.is_some_and(|start| date >= start) {
                    1
                } else {
                    2
                }
            }
        };
        let mut settles = date;
        for _ in 0..days {
            settles = settles.checked_add_days(Days::new(1))?;
            while !self.works_on(settles) {
                settles = settles.checked_add_days(Days::new(1))?;
            }
        }
        Some(settles)
    }

    /// Whether a market without a holiday calendar works on a date.
    fn works_on(&self, date: NaiveDate) -> bool {
        match self.days {
            Trades::SundayToThursday => !matches!(date.weekday(), Weekday::Fri | Weekday::Sat),
            _ => is_weekday(date),
        }
    }
}

/// The hours of a half day: the core session ends at its close, the post-market no later than its sessions.
fn shortened(hours: Hours, day: &TradingDay) -> Hours {
    let minutes = |at: DateTime<Utc>| {
        let local = to_eastern(at);
        i64::from(local.hour() * 60 + local.minute())
    };
    Hours {
        core: (hours.core.0, hours.core.1.min(minutes(day.close))),
        post: hours.post.map(|end| end.min(minutes(day.session_close))),
        ..hours
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::eastern::local_rfc3339;

    /// The codes that the document lists.
    const CODES: [&str; 32] = [
        "BMO", "BNYM", "BOATS", "CEUX", "CHIX", "HKEX", "IEX", "IEXG", "ISE", "LSE", "MTA", "MTAA",
        "NASDAQ", "NYSE", "OCEA", "OPRA", "OTC", "OTCM", "SIFMA", "TADAWUL", "XAMS", "XBRU",
        "XDUB", "XETR", "XETRA", "XHKG", "XLIS", "XLON", "XNAS", "XNYS", "XPAR", "XSAU",
    ];

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn day(code: &str, text: &str) -> Option<MarketDay> {
        Market::by_code(code)
            .unwrap()
            .day(Calendar::new(), date(text))
    }

    /// The day's sessions in the market's own time: `pre core_start lunch core_end post`.
    fn sessions(code: &str, text: &str) -> String {
        let market = Market::by_code(code).unwrap();
        let Some(day) = day(code, text) else {
            return "none".into();
        };
        let mut edges = Vec::new();
        edges.extend(day.pre_start);
        edges.push(day.core_start);
        edges.extend(day.lunch.into_iter().flat_map(|(start, end)| [start, end]));
        edges.push(day.core_end);
        edges.extend(day.post_end);
        assert!(edges.is_sorted());
        let shown = edges.iter().map(|at| {
            let local = local_rfc3339(*at, market.zone);
            local[11..16].to_owned()
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_code_of_the_document_names_a_market() {
        let mut names = Vec::new();
        for code in CODES {
            names.push(Market::by_code(code).expect(code).name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), MARKETS.len());
        for market in &MARKETS {
            assert!(CODES.contains(&market.acronym));
            assert!(market.mic.is_none_or(|mic| mic.len() == 4));
        }
        for unknown in ["", "nyse", "XTKS", "NYSE "] {
            assert!(Market::by_code(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn sessions_in_local_time() {
        for (code, on, expected) in [
            ("NYSE", "2026-01-02", "04:00 09:30 16:00 20:00"),
            ("NYSE", "2026-11-27", "04:00 09:30 13:00 17:00"),
            ("NYSE", "2026-11-26", "none"),
            ("IEX", "2026-01-02", "08:00 09:30 16:00 17:00"),
            ("IEX", "2026-11-27", "08:00 09:30 13:00 17:00"),
            ("OPRA", "2026-11-27", "09:30 13:00"),
            ("OTC", "2026-01-02", "09:30 16:00"),
            ("BOATS", "2026-11-27", "20:00 04:00"),
            ("BOATS", "2026-11-26", "none"),
            ("SIFMA", "2026-10-09", "08:00 17:00"),
            ("SIFMA", "2026-10-12", "none"),
            ("HKEX", "2026-01-02", "09:30 12:00 13:00 16:00"),
            ("LSE", "2026-07-01", "08:00 16:30"),
            ("XETRA", "2026-07-01", "09:00 17:30"),
            ("XPAR", "2026-07-04", "none"),
            ("TADAWUL", "2026-01-04", "10:00 15:00"),
            ("TADAWUL", "2026-01-02", "none"),
        ] {
            assert_eq!(sessions(code, on), expected, "{code} {on}");
        }
    }

    #[test]
    fn an_overnight_market_opens_on_the_evening_before() {
        let monday = day("OCEA", "2026-03-09").unwrap();
        // Sunday 20:00, after the clocks were put forward.
        assert_eq!(monday.core_start.to_rfc3339(), "2026-03-09T00:00:00+00:00");
        assert_eq!(monday.core_end.to_rfc3339(), "2026-03-09T08:00:00+00:00");
    }

    #[test]
    fn settlement_by_market() {
        for (code, on, settles) in [
            ("NYSE", "2026-01-02", "2026-01-05"),
            ("NYSE", "2024-01-02", "2024-01-04"),
            ("OPRA", "2024-01-02", "2024-01-03"),
            ("SIFMA", "2026-10-09", "2026-10-13"),
            ("LSE", "2026-01-02", "2026-01-06"),
            ("XETR", "2027-10-08", "2027-10-12"),
            ("XETR", "2027-10-11", "2027-10-12"),
            ("XHKG", "2027-10-11", "2027-10-13"),
            ("XSAU", "2026-01-07", "2026-01-11"),
        ] {
            let day = day(code, on).unwrap();
            assert_eq!(day.settlement, date(settles), "{code} {on}");
        }
    }

    #[test]
    fn beyond_the_calendar_the_us_markets_have_no_days() {
        for market in &MARKETS {
            let day = |date| market.day(Calendar::new(), date);
            let us = market.zone == NEW_YORK;
            // A Tuesday, on which every other market trades.
            assert_eq!(day(date("2040-07-03")).is_none(), us, "{}", market.acronym);
            assert_eq!(day(NaiveDate::MAX), None, "{}", market.acronym);
            assert!(day(NaiveDate::MIN).is_none() || !us);
        }
    }
}
