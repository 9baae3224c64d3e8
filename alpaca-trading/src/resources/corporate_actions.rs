//! Announcements of corporate actions, which Alpaca has deprecated: dividends, mergers, splits and
//! spin-offs.
//!
//! They keep working for those who use them. What takes their place belongs to Alpaca's market data
//! service.

use alpaca_trading_gen::types::{CorporateActionCaType, CorporateAnnouncement};
use alpaca_trading_gen::{CommaList, DateOrTime};
use chrono::NaiveDate;

use super::checks::Checks;
use crate::error::{InOperation as _, Result};
use crate::{Rows, Symbol};

/// The longest window that may be asked for, in days.
const LONGEST_WINDOW: i64 = 90;

resource! {
    /// Announcements of dividends, mergers, splits and spin-offs, deprecated by Alpaca.
    CorporateActions, corporate_actions
}

impl CorporateActions {
    /// The announcements of some kinds in a window of at most 90 days.
    ///
    /// # Errors
    ///
    /// `is_invalid` when no kind is named, when the window is longer than 90 days or ends before it
    /// begins, or when a filter cannot be what it should; otherwise those of any read.
    ///
    /// Raw operation: [`list_corporate_action_announcements`](alpaca_trading_gen::Client::list_corporate_action_announcements).
    #[deprecated(
        since = "0.1.0",
        note = "deprecated by Alpaca in favour of the corporate actions of its market data API"
    )]
    pub async fn list(&self, query: AnnouncementQuery) -> Result<Rows<CorporateAnnouncement>> {
        query
            .check()
            .of(&self.client, "list_corporate_action_announcements")?;
        #[allow(deprecated, reason = "it is Alpaca's only operation for this")]
        let call = self.client.raw().list_corporate_action_announcements();
        let mut call = call
            .ca_types(CommaList(query.kinds))
            .since(DateOrTime::Date(query.since))
            .until(DateOrTime::Date(query.until));
        if let Some(symbol) = query.symbol {
            call = call.symbol(symbol.to_string());
        }
        if let Some(cusip) = query.cusip {
            call = call.cusip(cusip);
        }
        if let Some(date) = query.date {
            call = call.date_type(date.as_str());
        }
        self.client.call_rows(call.send()).await
    }

    /// One announcement, by its id.
    ///
    /// # Errors
    ///
    /// `is_not_found` when Alpaca does not know it, `is_invalid` when it cannot be an id.
    ///
    /// Raw operation: [`get_corporate_action_announcement`](alpaca_trading_gen::Client::get_corporate_action_announcement).
    #[deprecated(
        since = "0.1.0",
        note = "deprecated by Alpaca in favour of the corporate actions of its market data API"
    )]
    pub async fn get(&self, id: impl Into<String>) -> Result<CorporateAnnouncement> {
        let id = id.into();
        let mut checks = Checks::default();
        checks.word("id", &id);
        checks
            .done()
            .of(&self.client, "get_corporate_action_announcement")?;
        #[allow(deprecated, reason = "it is Alpaca's only operation for this")]
        let call = self.client.raw().get_corporate_action_announcement();
        self.client.call(call.id(id).send()).await
    }
}

/// Which announcements to list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `list`"]
pub struct AnnouncementQuery {
    kinds: Vec<CorporateActionCaType>,
    since: NaiveDate,
    until: NaiveDate,
    symbol: Option<Symbol>,
    cusip: Option<String>,
    date: Option<AnnouncementDate>,
}

impl AnnouncementQuery {
    /// Announcements of these kinds, of which there must be one at least, from the first day to the
    /// last, at most 90 days later.
    pub fn new(
        kinds: impl IntoIterator<Item = impl Into<CorporateActionCaType>>,
        since: NaiveDate,
        until: NaiveDate,
    ) -> Self {
        Self {
            kinds: kinds.into_iter().map(Into::into).collect(),
            since,
            until,
            symbol: None,
            cusip: None,
            date: None,
        }
    }

    /// Those that concern this symbol.
    pub fn symbol(mut self, symbol: impl Into<Symbol>) -> Self {
        self.symbol = Some(symbol.into());
        self
    }

    /// Those that concern the security with this CUSIP.
    pub fn cusip(mut self, cusip: impl Into<String>) -> Self {
        self.cusip = Some(cusip.into());
        self
    }

    /// Which of an announcement's dates must lie in the window.
    pub fn by(mut self, date: AnnouncementDate) -> Self {
        self.date = Some(date);
        self
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        checks.some_words("ca_types", &self.kinds);
        checks.ordered("until", Some(self.since), Some(self.until));
        let days = self.until.signed_duration_since(self.since).num_days();
        checks.require(days <= LONGEST_WINDOW, "until", "window-length", || {
            format!("the window is {days} days long, and at most {LONGEST_WINDOW} are given")
        });
        if let Some(symbol) = &self.symbol {
            checks.symbol("symbol", symbol);
        }
        if let Some(cusip) = &self.cusip {
            checks.word("cusip", cusip);
        }
        checks.done()
    }
}

/// One of the dates of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnnouncementDate {
    /// When it was announced.
    Declaration,
    /// From when on the asset trades without the right.
    Ex,
    /// Whoever holds the asset at the end of this day has the right.
    Record,
    /// When money or shares are given out.
    Payable,
}

impl AnnouncementDate {
    /// As Alpaca writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declaration => "declaration_date",
            Self::Ex => "ex_date",
            Self::Record => "record_date",
            Self::Payable => "payable_date",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(query: &AnnouncementQuery) -> Vec<&'static str> {
        match query.check() {
            Ok(()) => Vec::new(),
            Err(error) => error.violations().iter().map(|v| v.rule()).collect(),
        }
    }

    fn window(since: &str, until: &str) -> AnnouncementQuery {
        let kinds = [CorporateActionCaType::Dividend];
        AnnouncementQuery::new(kinds, since.parse().unwrap(), until.parse().unwrap())
    }

    #[test]
    fn a_window_has_ninety_days_at_most() {
        assert!(rules(&window("2026-01-01", "2026-01-01")).is_empty());
        assert!(rules(&window("2026-01-01", "2026-04-01")).is_empty());
        assert_eq!(
            rules(&window("2026-01-01", "2026-04-02")),
            ["window-length"]
        );
        assert_eq!(rules(&window("2026-01-02", "2026-01-01")), ["range-order"]);
    }

    #[test]
    fn kinds_and_filters_are_checked() {
        let day = "2026-01-01".parse().unwrap();
        let none: [&str; 0] = [];
        assert_eq!(
            rules(&AnnouncementQuery::new(none, day, day)),
            ["not-empty"]
        );
        let two = AnnouncementQuery::new(["Dividend,Split"], day, day);
        assert_eq!(rules(&two.cusip("0 1")), ["word-form", "word-form"]);
        assert_eq!(
            rules(&window("2026-01-01", "2026-01-02").symbol("../x")).len(),
            1
        );
    }
}
