//! Account activities: fills, dividends, fees, transfers and everything else that moves the account.
//!
//! They come in pages of at most 100, which a [`Pager`] walks. An activity of a type that nobody knows
//! yet arrives whole, as [`AccountActivity::Unknown`], and one that does not decode stands beside the
//! others.
//!
//! ```no_run
//! use alpaca_trading::resources::activities::ActivityQuery;
//! use alpaca_trading::types::AccountActivity;
//!
//! # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
//! let mut fills = client.activities().list(ActivityQuery::fills());
//! while let Some(activity) = fills.next().await? {
//!     if let AccountActivity::Trade(fill) = activity {
//!         println!("{:?} {:?} at {:?}", fill.symbol, fill.qty, fill.price);
//!     }
//! }
//! # Ok(()) }
//! ```

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use alpaca_trading_gen::types::{
    AccountActivity, ActivityType, ListAccountActivitiesByTypeDirection,
    ListAccountActivitiesCategory, ListAccountActivitiesDirection,
};
use alpaca_trading_gen::{CommaList, DateOrTime};
use uuid::Uuid;

use super::checks::Checks;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::lists::{Fetched, hashed};
use crate::{Pager, Rows};

/// The most activities that a page may have, which is also Alpaca's default.
const LARGEST_PAGE: u32 = 100;

resource! {
    /// What has happened in the account: fills, dividends, fees, transfers, option events.
    Activities, activities
}

/// Sets what both operations have in common.
macro_rules! filtered {
    ($call:expr, $query:expr, $token:expr, $direction:ident) => {{
        let query = &$query;
        let mut call = $call.page_size(i64::from(query.rows()));
        if query.oldest_first {
            call = call.direction($direction::Asc);
        }
        if let Some(date) = query.date {
            call = call.date(date);
        }
        if let Some(after) = query.after {
            call = call.after(after);
        }
        if let Some(until) = query.until {
            call = call.until(until);
        }
        if let Some(order) = query.order_id {
            call = call.order_id(order);
        }
        if let Some(token) = $token {
            call = call.page_token(token);
        }
        call
    }};
}

impl Activities {
    /// The activities that match, newest first unless the query says otherwise.
    ///
    /// Nothing is sent before the first row or page is asked for. Each page begins behind the last
    /// activity of the one before, and the list ends with a page that is not full.
    ///
    /// # Errors
    ///
    /// With the first page: `is_invalid` when the query combines a day with `after` or `until`, has a
    /// page size outside 1 to 100, or names no type where it should. Otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::chrono::NaiveDate;
    /// use alpaca_trading::resources::activities::ActivityQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client, day: NaiveDate) -> alpaca_trading::Result<()> {
    /// let query = ActivityQuery::non_trades().after(day).oldest_first();
    /// let activities = client.activities().list(query).collect().await?;
    /// println!("{} activities, {} unreadable", activities.len(), activities.undecodable().len());
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_account_activities`](alpaca_trading_gen::Client::list_account_activities).
    pub fn list(&self, query: ActivityQuery) -> Pager<AccountActivity> {
        let client = self.client.clone();
        Pager::new(&self.client, "list_account_activities", key, move |token| {
            let (client, query) = (client.clone(), query.clone());
            Box::pin(async move {
                query.check(None)?;
                let call = client.raw().list_account_activities();
                let mut call = filtered!(call, query, token, ListAccountActivitiesDirection);
                call = match &query.selection {
                    Selection::All => call,
                    Selection::Types(kinds) => call.activity_types(CommaList(kinds.clone())),
                    Selection::Trades => {
                        call.category(ListAccountActivitiesCategory::TradeActivity)
                    }
                    Selection::NonTrades => {
                        call.category(ListAccountActivitiesCategory::NonTradeActivity)
                    }
                };
                let rows = client.call_rows(call.send()).await?;
                page(rows, query.rows())
            })
        })
    }

    /// The activities of one type, newest first unless the query says otherwise.
    ///
    /// The same as [`list`](Self::list) with [`ActivityQuery::of_type`], by an operation of its own.
    ///
    /// # Errors
    ///
    /// As for [`list`](Self::list), and `is_invalid` when the query selects anything but this type.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::activities::ActivityQuery;
    /// use alpaca_trading::types::ActivityType;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = ActivityQuery::all().page_size(20);
    /// let mut dividends = client.activities().list_by_type(ActivityType::Div, query);
    /// let newest = dividends.next().await?;
    /// # let _ = newest; Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_account_activities_by_type`](alpaca_trading_gen::Client::list_account_activities_by_type).
    pub fn list_by_type(
        &self,
        kind: impl Into<ActivityType>,
        query: ActivityQuery,
    ) -> Pager<AccountActivity> {
        let client = self.client.clone();
        let kind = kind.into();
        Pager::new(
            &self.client,
            "list_account_activities_by_type",
            key,
            move |token| {
                let (client, query, kind) = (client.clone(), query.clone(), kind.clone());
                Box::pin(async move {
                    query.check(Some(&kind))?;
                    let call = client.raw().list_account_activities_by_type();
                    let call = call.activity_type(kind.as_str());
                    let call = filtered!(call, query, token, ListAccountActivitiesByTypeDirection);
                    let rows = client.call_rows(call.send()).await?;
                    page(rows, query.rows())
                })
            },
        )
    }
}

/// Which activities to list, and in which order.
///
/// # Examples
///
/// ```
/// use alpaca_trading::resources::activities::ActivityQuery;
/// use alpaca_trading::types::ActivityType;
///
/// let dividends = ActivityQuery::of_types([ActivityType::Div, ActivityType::Divnra]);
/// let fills = ActivityQuery::fills().oldest_first();
/// # let _ = (dividends, fills);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `list`"]
pub struct ActivityQuery {
    selection: Selection,
    date: Option<DateOrTime>,
    after: Option<DateOrTime>,
    until: Option<DateOrTime>,
    order_id: Option<Uuid>,
    oldest_first: bool,
    page_size: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq)]
enum Selection {
    #[default]
    All,
    Types(Vec<ActivityType>),
    Trades,
    NonTrades,
}

impl ActivityQuery {
    /// Activities of every type.
    pub fn all() -> Self {
        Self::default()
    }

    /// Fills of orders, partial ones included: activities of type `FILL`.
    pub fn fills() -> Self {
        Self::of_type(ActivityType::Fill)
    }

    /// Activities of one type.
    pub fn of_type(kind: impl Into<ActivityType>) -> Self {
        Self::of_types([kind])
    }

    /// Activities of these types, of which there must be one at least.
    pub fn of_types(kinds: impl IntoIterator<Item = impl Into<ActivityType>>) -> Self {
        let kinds = kinds.into_iter().map(Into::into).collect();
        Self::selecting(Selection::Types(kinds))
    }

    /// Activities of the category of trades.
    pub fn trades() -> Self {
        Self::selecting(Selection::Trades)
    }

    /// Everything but trades.
    pub fn non_trades() -> Self {
        Self::selecting(Selection::NonTrades)
    }

    fn selecting(selection: Selection) -> Self {
        Self {
            selection,
            ..Self::default()
        }
    }

    /// Those of one day only. Excludes [`after`](Self::after) and [`until`](Self::until).
    pub fn date(mut self, date: impl Into<DateOrTime>) -> Self {
        self.date = Some(date.into());
        self
    }

    /// Those of this day or instant and later: what happened exactly then is included.
    pub fn after(mut self, after: impl Into<DateOrTime>) -> Self {
        self.after = Some(after.into());
        self
    }

    /// Those up to this day or instant.
    ///
    /// Users of another client have reported that the service does not always keep to it.
    pub fn until(mut self, until: impl Into<DateOrTime>) -> Self {
        self.until = Some(until.into());
        self
    }

    /// Those that belong to this order.
    pub fn order_id(mut self, order_id: Uuid) -> Self {
        self.order_id = Some(order_id);
        self
    }

    /// The oldest first, instead of the newest.
    pub fn oldest_first(mut self) -> Self {
        self.oldest_first = true;
        self
    }

    /// How many activities are fetched at a time: 1 to 100, which is also what is taken unless set.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }
}

impl ActivityQuery {
    /// What is asked for in every request: where a page that is not full is the last one, how many rows
    /// make a full one must not be left to a default.
    fn rows(&self) -> u32 {
        self.page_size.unwrap_or(LARGEST_PAGE)
    }

    /// `path` is the type that stands in the path, where one does.
    fn check(&self, path: Option<&ActivityType>) -> Result<()> {
        let mut checks = Checks::default();
        if let Some(kind) = path {
            checks.word("activity_type", kind.as_str());
        }
        match (&self.selection, path) {
            (Selection::All, _) => {}
            (Selection::Types(kinds), Some(kind)) if kinds.iter().all(|known| known == kind) => {}
            (_, Some(_)) => checks.require(false, "activity_types", "type-selection", || {
                "the query selects something else than the type that is asked for".to_owned()
            }),
            (Selection::Types(kinds), None) => checks.some_words("activity_types", kinds),
            (Selection::Trades | Selection::NonTrades, None) => {}
        }
        let both = self.date.is_some() && (self.after.is_some() || self.until.is_some());
        checks.require(!both, "date", "date-or-window", || {
            "excludes after and until".to_owned()
        });
        checks.window("until", self.after, self.until);
        checks.range("page_size", self.rows(), 1, LARGEST_PAGE);
        checks.done()
    }
}

/// A page, and where the next one begins: behind the last activity of a full one.
///
/// Readable or not, the last activity counts. Should it have no id, the page is cut behind the last one
/// that has: the rest comes again with the next page.
fn page(rows: Rows<AccountActivity>, size: u32) -> Result<Fetched<AccountActivity>> {
    let total = rows.total();
    if u32::try_from(total).is_ok_and(|total| total < size) {
        return Ok(Fetched { rows, next: None });
    }
    let (mut good, mut bad) = rows.into_parts();
    for index in (0..total).rev() {
        let is_bad = bad.last().is_some_and(|row| row.index() == index);
        let id = match (is_bad, bad.last(), good.last()) {
            (true, Some(row), _) => id_in(row.json()).map(Cow::Owned),
            (_, _, Some(row)) => id_of(row),
            _ => None,
        };
        if let Some(id) = id.map(Cow::into_owned) {
            let rows = Rows::new(good, bad);
            return Ok(Fetched {
                rows,
                next: Some(id),
            });
        }
        if is_bad {
            bad.pop();
        } else {
            good.pop();
        }
    }
    let message = "no activity of a full page has an id, behind which the next page would begin";
    Err(Error::new(ErrorKind::Pagination, message).with(|repr| repr.outcome = Outcome::Unknown))
}

/// What tells an activity from the others: its id.
fn key(activity: &AccountActivity) -> u64 {
    /// Counts those without an id: none of them is another one's repetition.
    static NAMELESS: AtomicU64 = AtomicU64::new(0);
    match id_of(activity) {
        Some(id) => hashed(id),
        None => hashed(("nameless", NAMELESS.fetch_add(1, Ordering::Relaxed))),
    }
}

fn id_of(activity: &AccountActivity) -> Option<Cow<'_, str>> {
    let id = match activity {
        AccountActivity::Trade(trade) => trade.id.as_deref(),
        AccountActivity::NonTrade(other) => other.id.as_deref(),
        AccountActivity::Unknown(unknown) => return id_in(unknown.json()).map(Cow::Owned),
        // The enum may grow with the document.
        _ => None,
    };
    id.filter(|id| !id.is_empty()).map(Cow::Borrowed)
}

/// The id of an activity that is known only as JSON.
fn id_in(json: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        id: Option<serde_json::Value>,
    }
    let named: Named = serde_json::from_str(json).ok()?;
    match named.id? {
        serde_json::Value::String(id) if !id.is_empty() => Some(id),
        serde_json::Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(query: &ActivityQuery, path: Option<&str>) -> Vec<&'static str> {
        match query.check(path.map(ActivityType::from).as_ref()) {
            Ok(()) => Vec::new(),
            Err(error) => error.violations().iter().map(|v| v.rule()).collect(),
        }
    }

    fn on(text: &str) -> DateOrTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_and_a_window_exclude_each_other() {
        let day = ActivityQuery::all().date(on("2026-03-04"));
        assert!(rules(&day, None).is_empty());
        assert_eq!(
            rules(&day.clone().after(on("2026-03-01")), None),
            ["date-or-window"]
        );
        assert_eq!(
            rules(&day.until(on("2026-03-05")), None),
            ["date-or-window"]
        );
        let window = ActivityQuery::all().after(on("2026-03-05"));
        assert!(rules(&window.clone().until(on("2026-03-05")), None).is_empty());
        assert_eq!(
            rules(&window.until(on("2026-03-04")), None),
            ["range-order"]
        );
    }

    #[test]
    fn a_page_has_one_to_a_hundred_rows() {
        let size = |rows| rules(&ActivityQuery::fills().page_size(rows), None);
        assert!(size(1).is_empty() && size(100).is_empty());
        assert_eq!(size(0), ["range"]);
        assert_eq!(size(101), ["range"]);
    }

    #[test]
    fn types_are_words_and_there_is_one() {
        let none: [ActivityType; 0] = [];
        assert_eq!(rules(&ActivityQuery::of_types(none), None), ["not-empty"]);
        assert_eq!(
            rules(&ActivityQuery::of_type("DIV,FEE"), None),
            ["word-form"]
        );
        assert!(rules(&ActivityQuery::of_type("SWP"), None).is_empty());
        for path in [
            "",
            "..",
            "../orders",
            "FILL?x=1",
            "FILL#",
            "FILL\n",
            &"F".repeat(10_000),
        ] {
            assert_eq!(
                rules(&ActivityQuery::all(), Some(path)),
                ["word-form"],
                "{path:?}"
            );
        }
    }

    #[test]
    fn the_type_in_the_path_is_the_only_one() {
        assert!(rules(&ActivityQuery::all(), Some("DIV")).is_empty());
        assert!(rules(&ActivityQuery::of_type("DIV"), Some("DIV")).is_empty());
        for other in [
            ActivityQuery::fills(),
            ActivityQuery::trades(),
            ActivityQuery::of_types(["DIV", "FEE"]),
        ] {
            assert_eq!(rules(&other, Some("DIV")), ["type-selection"]);
        }
    }

    #[test]
    fn an_id_is_read_from_whatever_an_activity_is() {
        let activity = |json: &str| serde_json::from_str::<AccountActivity>(json).unwrap();
        for (json, id) in [
            (r#"{"activity_type":"FILL","id":"a"}"#, Some("a")),
            (r#"{"activity_type":"DIV","id":"b"}"#, Some("b")),
            (r#"{"activity_type":"NEWS","id":"c"}"#, Some("c")),
            (r#"{"activity_type":"NEWS","id":7}"#, Some("7")),
            (r#"{"activity_type":"DIV","id":""}"#, None),
            (r#"{"activity_type":"FILL"}"#, None),
            (r#"{"activity_type":"NEWS","id":null}"#, None),
        ] {
            assert_eq!(id_of(&activity(json)).as_deref(), id, "{json}");
        }
        assert_eq!(id_in("17"), None);
    }

    #[test]
    fn two_activities_are_the_same_when_their_ids_are() {
        let activity = |json: &str| serde_json::from_str::<AccountActivity>(json).unwrap();
        let first = activity(r#"{"activity_type":"FILL","id":"a","qty":"1"}"#);
        let again = activity(r#"{"activity_type":"FILL","id":"a","qty":"2"}"#);
        let nameless = activity(r#"{"activity_type":"FEE","net_amount":"-1"}"#);
        assert_eq!(key(&first), key(&again));
        assert_ne!(key(&nameless), key(&nameless.clone()));
    }

    #[test]
    fn a_page_that_is_not_full_is_the_last() {
        let activity = |id: &str| {
            let json = format!(r#"{{"activity_type":"FILL","id":"{id}"}}"#);
            serde_json::from_str::<AccountActivity>(&json).unwrap()
        };
        let rows =
            |ids: &[&str]| Rows::new(ids.iter().map(|id| activity(id)).collect(), Vec::new());
        assert_eq!(page(rows(&["a"]), 2).unwrap().next, None);
        assert_eq!(page(rows(&[]), 2).unwrap().next, None);
        let full = page(rows(&["a", "b"]), 2).unwrap();
        assert_eq!((full.rows.len(), full.next.as_deref()), (2, Some("b")));
        let nameless_end = page(rows(&["a", ""]), 2).unwrap();
        assert_eq!(
            (nameless_end.rows.len(), nameless_end.next.as_deref()),
            (1, Some("a"))
        );
        let nameless = page(rows(&["", ""]), 2).map(|page| page.next);
        assert_eq!(nameless.unwrap_err().kind(), ErrorKind::Pagination);
    }
}
