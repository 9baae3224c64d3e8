//! The history of the account's value: what to ask for, and reading the answer row by row.
//!
//! The call itself is
//! [`TradingAccount::portfolio_history`](super::account::TradingAccount::portfolio_history). The answer
//! is a set of parallel arrays of JSON numbers; [`PortfolioPoints`] walks them together.

use std::fmt;

use alpaca_trading_gen::types::{
    ActivityType, GetPortfolioHistoryIntradayReporting, GetPortfolioHistoryPnlReset,
    PortfolioHistory,
};
use alpaca_trading_gen::{DateOrTime, builder};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::checks::Checks;
use super::filters::listed;
use crate::error::Result;

/// The longest window, in days, that frames shorter than a day are given for.
const INTRADAY_DAYS: i64 = 30;

/// Which part of the account's history to read, and how finely.
///
/// A window is given by at most two of [`start`](Self::start), [`end`](Self::end) and
/// [`period`](Self::period). Without any it is the last month.
///
/// # Examples
///
/// ```
/// use alpaca_trading::resources::portfolio_history::{Period, PortfolioHistoryQuery, Timeframe};
///
/// let query = PortfolioHistoryQuery::new()
///     .period(Period::days(5))
///     .timeframe(Timeframe::FifteenMinutes);
/// # let _ = query;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `portfolio_history`"]
pub struct PortfolioHistoryQuery {
    period: Option<Period>,
    timeframe: Option<Timeframe>,
    start: Option<DateOrTime>,
    end: Option<DateOrTime>,
    intraday_reporting: Option<GetPortfolioHistoryIntradayReporting>,
    pnl_reset: Option<GetPortfolioHistoryPnlReset>,
    cash_flows: Option<CashFlows>,
}

impl PortfolioHistoryQuery {
    /// The last month, in frames that Alpaca chooses.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the window is.
    pub fn period(mut self, period: Period) -> Self {
        self.period = Some(period);
        self
    }

    /// How long one frame is.
    ///
    /// Unless it is set, frames are of one minute for windows under 7 days, of 15 minutes under 30
    /// days, and of a day otherwise. Frames shorter than a day are given for at most 30 days.
    pub fn timeframe(mut self, timeframe: Timeframe) -> Self {
        self.timeframe = Some(timeframe);
        self
    }

    /// Where the window begins: a day, or an instant, which Alpaca converts to New York time and cuts
    /// to the length of a frame.
    pub fn start(mut self, start: impl Into<DateOrTime>) -> Self {
        self.start = Some(start.into());
        self
    }

    /// Where the window ends: a day, or an instant, which Alpaca converts to New York time and cuts to
    /// the length of a frame.
    pub fn end(mut self, end: impl Into<DateOrTime>) -> Self {
        self.end = Some(end.into());
        self
    }

    /// Which hours frames shorter than a day cover: those of the core session unless set;
    /// `Continuous` suits accounts that hold crypto.
    pub fn intraday_reporting(mut self, hours: GetPortfolioHistoryIntradayReporting) -> Self {
        self.intraday_reporting = Some(hours);
        self
    }

    /// What profit and loss of frames shorter than a day are measured against: the beginning of each
    /// day unless set, or with `NoReset` the beginning of the window.
    pub fn pnl_reset(mut self, reset: GetPortfolioHistoryPnlReset) -> Self {
        self.pnl_reset = Some(reset);
        self
    }

    /// Which cash flows are reported beside the equity, in `cashflow`.
    pub fn cash_flows(mut self, which: CashFlows) -> Self {
        self.cash_flows = Some(which);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        let all = self.period.is_some() && self.start.is_some() && self.end.is_some();
        checks.require(!all, "period", "window-settings", || {
            "only two of start, end and period may be set".to_owned()
        });
        checks.window("end", self.start, self.end);
        if let Some(period) = self.period {
            checks.positive("period", period.count.into());
        }
        let intraday = self.timeframe.is_some_and(Timeframe::is_intraday);
        let fits = !intraday || !self.certainly_long();
        checks.require(fits, "timeframe", "intraday-window", || {
            format!("frames shorter than a day are given for at most {INTRADAY_DAYS} days")
        });
        if let Some(CashFlows::Of(kinds)) = &self.cash_flows {
            checks.some_words("cashflow_types", kinds);
        }
        checks.done()
    }

    /// Whether the window is longer than 30 days, however months and zones are counted.
    fn certainly_long(&self) -> bool {
        let by_period = self
            .period
            .is_some_and(|period| period.shortest_days() > INTRADAY_DAYS);
        // The cut to New York days may take a day off.
        let by_ends = self.start.zip(self.end).is_some_and(|(start, end)| {
            let days = end.date().signed_duration_since(start.date()).num_days();
            days > INTRADAY_DAYS + 1
        });
        by_period || by_ends
    }

    pub(super) fn apply<'a>(
        self,
        mut call: builder::GetPortfolioHistory<'a>,
    ) -> builder::GetPortfolioHistory<'a> {
        if let Some(period) = self.period {
            call = call.period(period.to_string());
        }
        if let Some(timeframe) = self.timeframe {
            call = call.timeframe(timeframe.as_str());
        }
        if let Some(start) = self.start {
            call = call.start(start);
        }
        if let Some(end) = self.end {
            call = call.end(end);
        }
        if let Some(hours) = self.intraday_reporting {
            call = call.intraday_reporting(hours);
        }
        if let Some(reset) = self.pnl_reset {
            call = call.pnl_reset(reset);
        }
        if let Some(which) = self.cash_flows {
            call = call.cashflow_types(which.text());
        }
        call
    }
}

/// The length of a window: so many days, weeks, months or years.
///
/// # Examples
///
/// ```
/// use alpaca_trading::resources::portfolio_history::Period;
///
/// assert_eq!(Period::months(3).to_string(), "3M");
/// assert_eq!(Period::years(1).to_string(), "1A");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    /// So many days.
    #[must_use]
    pub const fn days(count: u32) -> Self {
        Self::of(count, Unit::Day)
    }

    /// So many weeks.
    #[must_use]
    pub const fn weeks(count: u32) -> Self {
        Self::of(count, Unit::Week)
    }

    /// So many months.
    #[must_use]
    pub const fn months(count: u32) -> Self {
        Self::of(count, Unit::Month)
    }

    /// So many years.
    #[must_use]
    pub const fn years(count: u32) -> Self {
        Self::of(count, Unit::Year)
    }

    const fn of(count: u32, unit: Unit) -> Self {
        Self { count, unit }
    }

    /// How many days it has at least.
    fn shortest_days(self) -> i64 {
        let each = match self.unit {
            Unit::Day => 1,
            Unit::Week => 7,
            Unit::Month => 28,
            Unit::Year => 365,
        };
        i64::from(self.count) * each
    }
}

/// As Alpaca writes it: `5D`, `1W`, `3M`, `1A`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Day => 'D',
            Unit::Week => 'W',
            Unit::Month => 'M',
            Unit::Year => 'A',
        };
        write!(f, "{}{unit}", self.count)
    }
}

/// The length of one frame of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timeframe {
    /// `1Min`.
    OneMinute,
    /// `5Min`.
    FiveMinutes,
    /// `15Min`.
    FifteenMinutes,
    /// `1H`.
    OneHour,
    /// `1D`.
    OneDay,
}

impl Timeframe {
    /// As Alpaca writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneMinute => "1Min",
            Self::FiveMinutes => "5Min",
            Self::FifteenMinutes => "15Min",
            Self::OneHour => "1H",
            Self::OneDay => "1D",
        }
    }

    fn is_intraday(self) -> bool {
        self != Self::OneDay
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which cash flows a history reports beside the equity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CashFlows {
    /// Those of every type.
    All,
    /// None.
    None,
    /// Those of these types, of which there must be one at least.
    Of(Vec<ActivityType>),
}

impl CashFlows {
    fn text(&self) -> String {
        match self {
            Self::All => "ALL".to_owned(),
            Self::None => "NONE".to_owned(),
            Self::Of(kinds) => listed(kinds),
        }
    }
}

/// One frame of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PortfolioPoint {
    /// Where the frame begins.
    pub at: DateTime<Utc>,
    /// The value of the account, in its currency; none where Alpaca has none.
    pub equity: Option<Decimal>,
    /// Profit or loss, in the currency of the account.
    pub profit_loss: Option<Decimal>,
    /// Profit or loss as a fraction of the base value: `0.01` is one per cent.
    pub profit_loss_pct: Option<Decimal>,
}

/// Reads the parallel arrays of a [`PortfolioHistory`] row by row.
pub trait PortfolioPoints: sealed::Sealed {
    /// The frames in the order of the answer, the oldest first.
    ///
    /// There is one for each timestamp. Where another array is shorter or holds no value, that part of
    /// the point is `None`; a timestamp that is no time is left out.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::portfolio_history::{PortfolioHistoryQuery, PortfolioPoints};
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let history = client.account().portfolio_history(PortfolioHistoryQuery::new()).await?;
    /// let highest = history.points().filter_map(|point| point.equity).max();
    /// # let _ = highest; Ok(()) }
    /// ```
    fn points(&self) -> impl Iterator<Item = PortfolioPoint> + '_;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for alpaca_trading_gen::types::PortfolioHistory {}
}

impl PortfolioPoints for PortfolioHistory {
    fn points(&self) -> impl Iterator<Item = PortfolioPoint> + '_ {
        let value = |values: &[Option<Decimal>], index| values.get(index).copied().flatten();
        let times = self.timestamp.iter().enumerate();
        times.filter_map(move |(index, seconds)| {
            Some(PortfolioPoint {
                at: DateTime::from_timestamp(*seconds, 0)?,
                equity: value(&self.equity, index),
                profit_loss: value(&self.profit_loss, index),
                profit_loss_pct: value(&self.profit_loss_pct, index),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(query: &PortfolioHistoryQuery) -> Vec<&'static str> {
        match query.check() {
            Ok(()) => Vec::new(),
            Err(error) => error.violations().iter().map(|v| v.rule()).collect(),
        }
    }

    fn on(text: &str) -> DateOrTime {
        text.parse().unwrap()
    }

    #[test]
    fn two_of_start_end_and_period_are_enough() {
        let query = PortfolioHistoryQuery::new()
            .start(on("2026-01-05"))
            .end(on("2026-01-09"));
        assert_eq!(rules(&query), Vec::<&str>::new());
        assert_eq!(rules(&query.period(Period::days(4))), ["window-settings"]);
        let reversed = PortfolioHistoryQuery::new()
            .start(on("2026-01-09"))
            .end(on("2026-01-05"));
        assert_eq!(rules(&reversed), ["range-order"]);
    }

    #[test]
    fn short_frames_reach_thirty_days() {
        let query = |period, timeframe| {
            let query = PortfolioHistoryQuery::new();
            rules(&query.period(period).timeframe(timeframe)).is_empty()
        };
        for (period, fits) in [
            (Period::days(30), true),
            (Period::days(31), false),
            (Period::weeks(4), true),
            (Period::weeks(5), false),
            (Period::months(1), true),
            (Period::months(2), false),
            (Period::years(1), false),
            (Period::years(u32::MAX), false),
        ] {
            assert_eq!(query(period, Timeframe::OneHour), fits, "{period}");
            assert!(query(period, Timeframe::OneDay), "{period}");
        }
        let ends = |end: &str| {
            let query = PortfolioHistoryQuery::new().start(on("2026-01-01T00:00:00Z"));
            rules(&query.end(on(end)).timeframe(Timeframe::OneMinute)).is_empty()
        };
        assert!(ends("2026-01-31T23:59:00Z"));
        assert!(!ends("2026-02-02T00:00:00Z"));
    }

    #[test]
    fn a_period_of_nothing_and_cash_flows_of_no_type_are_refused() {
        let query = PortfolioHistoryQuery::new();
        assert_eq!(rules(&query.clone().period(Period::days(0))), ["positive"]);
        let none = query.clone().cash_flows(CashFlows::Of(Vec::new()));
        assert_eq!(rules(&none), ["not-empty"]);
        let two = CashFlows::Of(vec!["DIV,FEE".into()]);
        assert_eq!(rules(&query.cash_flows(two)), ["word-form"]);
    }

    #[test]
    fn cash_flows_and_periods_are_written_as_alpaca_reads_them() {
        assert_eq!(CashFlows::All.text(), "ALL");
        assert_eq!(CashFlows::None.text(), "NONE");
        let some = CashFlows::Of(vec![ActivityType::Div, ActivityType::Fee]);
        assert_eq!(some.text(), "DIV,FEE");
        let periods = [
            Period::days(1),
            Period::weeks(2),
            Period::months(3),
            Period::years(4),
        ];
        assert_eq!(
            periods.map(|period| period.to_string()),
            ["1D", "2W", "3M", "4A"]
        );
    }

    #[test]
    fn points_survive_nulls_short_arrays_and_times_that_are_none() {
        let history: PortfolioHistory = serde_json::from_str(
            r#"{"timestamp": [1772630400, 9223372036854775807, 1772634000, 1772637600],
                "equity": [null, 1, 10000.50], "profit_loss": [0, 1, -1.10, 7, 8, 9],
                "profit_loss_pct": null, "timeframe": "1H"}"#,
        )
        .unwrap();
        let points: Vec<_> = history.points().collect();
        let text = |value: Option<Decimal>| value.map(|value| value.to_string());
        assert_eq!(points.len(), 3);
        assert_eq!(points[0].at.to_rfc3339(), "2026-03-04T13:20:00+00:00");
        assert_eq!(points[0].equity, None);
        // The point after the time that is none keeps its own values.
        assert_eq!(text(points[1].equity).as_deref(), Some("10000.50"));
        assert_eq!(text(points[1].profit_loss).as_deref(), Some("-1.10"));
        assert_eq!(points[2].equity, None);
        assert_eq!(text(points[2].profit_loss).as_deref(), Some("7"));
        assert!(points.iter().all(|point| point.profit_loss_pct.is_none()));
    }
}
