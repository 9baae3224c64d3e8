//! Option contracts: which exist, and on which terms.
//!
//! ```no_run
//! use alpaca_trading::chrono::NaiveDate;
//! use alpaca_trading::dec;
//! use alpaca_trading::resources::option_contracts::OptionContractQuery;
//!
//! # async fn run(client: alpaca_trading::Client, last: NaiveDate) -> alpaca_trading::Result<()> {
//! let query = OptionContractQuery::of("AAPL")
//!     .calls()
//!     .expires_until(last)
//!     .strike_between(dec!(180), dec!(220));
//! let mut contracts = client.option_contracts().list(query);
//! while let Some(contract) = contracts.next().await? {
//!     println!("{} {} {}", contract.symbol, contract.expiration_date, contract.strike_price);
//! }
//! # Ok(()) }
//! ```

use alpaca_trading_gen::types::{
    ListOptionContractsStatus, OptionContract, OptionContractStyle, OptionContractType,
};
use alpaca_trading_gen::{DecimalParameter, builder};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::checks::{self, Checks};
use super::filters::listed;
use crate::error::{InOperation as _, Result};
use crate::lists::{Fetched, hashed};
use crate::{Pager, Rows, Symbol};

/// The most contracts that a page may have.
const LARGEST_PAGE: u32 = 10_000;

/// How many contracts a page has unless the query says otherwise. Alpaca's own default, 100, would take
/// dozens of calls for the contracts of one well-known stock.
const PAGE: u32 = 1_000;

resource! {
    /// The option contracts that exist.
    OptionContracts, option_contracts
}

impl OptionContracts {
    /// The contracts that match.
    ///
    /// Unless the query says otherwise these are only active contracts that expire by the coming
    /// weekend: [`expires_until`](OptionContractQuery::expires_until) reaches further. Nothing is sent
    /// before the first row or page is asked for.
    ///
    /// # Errors
    ///
    /// With the first page: `is_invalid` when a symbol cannot be one, a strike price is not above 0, a
    /// range ends before it begins, or the page size is outside 1 to 10,000. Otherwise those of any
    /// read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::option_contracts::OptionContractQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = OptionContractQuery::of("SPY").puts();
    /// let contracts = client.option_contracts().list(query).collect().await?;
    /// println!("{} puts until the weekend", contracts.len());
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_option_contracts`](alpaca_trading_gen::Client::list_option_contracts).
    pub fn list(&self, query: OptionContractQuery) -> Pager<OptionContract> {
        let client = self.client.clone();
        Pager::new(
            &self.client,
            "list_option_contracts",
            |contract| hashed(contract.id),
            move |token| {
                let (client, query) = (client.clone(), query.clone());
                Box::pin(async move {
                    query.check()?;
                    let mut call = query.apply(client.raw().list_option_contracts());
                    if let Some(token) = token {
                        call = call.page_token(token);
                    }
                    let page = client.call(call.send()).await?;
                    Ok(Fetched {
                        rows: Rows::new(page.option_contracts, Vec::new()),
                        next: page.next_page_token.filter(|token| !token.is_empty()),
                    })
                })
            },
        )
    }

    /// One contract, by its symbol (`AAPL250620C00100000`) or its id.
    ///
    /// # Errors
    ///
    /// `is_not_found` when Alpaca does not know it, `is_invalid` when it cannot be a symbol.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let contract = client.option_contracts().get("AAPL281215C00200000").await?;
    /// println!("{} shares each", contract.multiplier);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`get_option_contract`](alpaca_trading_gen::Client::get_option_contract).
    pub async fn get(&self, symbol_or_id: impl Into<Symbol>) -> Result<OptionContract> {
        let symbol = symbol_or_id.into();
        checks::symbol(&symbol).of(&self.client, "get_option_contract")?;
        let call = self.client.raw().get_option_contract();
        self.client
            .call(call.symbol_or_id(symbol.to_string()).send())
            .await
    }
}

/// Which option contracts to list.
///
/// Dates and prices at the ends of a range belong to it.
///
/// # Examples
///
/// ```
/// use alpaca_trading::resources::option_contracts::OptionContractQuery;
///
/// let query = OptionContractQuery::of_each(["AAPL", "MSFT"]).puts().page_size(500);
/// # let _ = query;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use = "a query does nothing until it is given to `list`"]
pub struct OptionContractQuery {
    underlying: Vec<Symbol>,
    status: Option<ListOptionContractsStatus>,
    expires_on: Option<NaiveDate>,
    expires_from: Option<NaiveDate>,
    expires_until: Option<NaiveDate>,
    root_symbol: Option<String>,
    kind: Option<OptionContractType>,
    style: Option<OptionContractStyle>,
    strike_from: Option<Decimal>,
    strike_until: Option<Decimal>,
    penny_program: Option<bool>,
    show_deliverables: Option<bool>,
    page_size: Option<u32>,
}

impl OptionContractQuery {
    /// Active contracts on everything that expire by the coming weekend.
    pub fn new() -> Self {
        Self::default()
    }

    /// Active contracts on one underlying that expire by the coming weekend.
    pub fn of(underlying: impl Into<Symbol>) -> Self {
        Self::of_each([underlying])
    }

    /// Active contracts on these underlyings that expire by the coming weekend.
    pub fn of_each(underlyings: impl IntoIterator<Item = impl Into<Symbol>>) -> Self {
        Self {
            underlying: underlyings.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Those with this status instead of the active ones; expired contracts are inactive.
    pub fn status(mut self, status: impl Into<ListOptionContractsStatus>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Those that expire on this day.
    pub fn expires_on(mut self, day: NaiveDate) -> Self {
        self.expires_on = Some(day);
        self
    }

    /// Those that expire on this day or later.
    pub fn expires_from(mut self, day: NaiveDate) -> Self {
        self.expires_from = Some(day);
        self
    }

    /// Those that expire on this day or earlier: the coming weekend unless set.
    pub fn expires_until(mut self, day: NaiveDate) -> Self {
        self.expires_until = Some(day);
        self
    }

    /// Those with this root, which differs from the underlying for some indices and for contracts that
    /// were adjusted.
    pub fn root_symbol(mut self, root: impl Into<String>) -> Self {
        self.root_symbol = Some(root.into());
        self
    }

    /// Calls only.
    pub fn calls(self) -> Self {
        self.kind(OptionContractType::Call)
    }

    /// Puts only.
    pub fn puts(self) -> Self {
        self.kind(OptionContractType::Put)
    }

    /// Calls or puts only.
    pub fn kind(mut self, kind: impl Into<OptionContractType>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Those of this style of exercise.
    pub fn style(mut self, style: impl Into<OptionContractStyle>) -> Self {
        self.style = Some(style.into());
        self
    }

    /// Those with this strike price or a higher one, in US dollars a share.
    pub fn strike_from(mut self, price: impl Into<Decimal>) -> Self {
        self.strike_from = Some(price.into());
        self
    }

    /// Those with this strike price or a lower one, in US dollars a share.
    pub fn strike_until(mut self, price: impl Into<Decimal>) -> Self {
        self.strike_until = Some(price.into());
        self
    }

    /// Those with a strike price from the first to the second, in US dollars a share.
    pub fn strike_between(self, lowest: impl Into<Decimal>, highest: impl Into<Decimal>) -> Self {
        self.strike_from(lowest).strike_until(highest)
    }

    /// Only those in the Penny Program, which trade in finer steps, or only those outside it.
    pub fn penny_program(mut self, inside: bool) -> Self {
        self.penny_program = Some(inside);
        self
    }

    /// Whether each contract says what it delivers, which matters for those that were adjusted.
    pub fn show_deliverables(mut self, show: bool) -> Self {
        self.show_deliverables = Some(show);
        self
    }

    /// How many contracts are fetched at a time: 1 to 10,000; 1,000 unless set.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }

    fn rows(&self) -> u32 {
        self.page_size.unwrap_or(PAGE)
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        checks.symbols("underlying_symbols", &self.underlying);
        if let Some(status) = &self.status {
            checks.word("status", status.as_str());
        }
        if let Some(root) = &self.root_symbol {
            checks.word("root_symbol", root);
        }
        if let Some(kind) = &self.kind {
            checks.word("type", kind.as_str());
        }
        if let Some(style) = &self.style {
            checks.word("style", style.as_str());
        }
        for (field, price) in [
            ("strike_price_gte", self.strike_from),
            ("strike_price_lte", self.strike_until),
        ] {
            if let Some(price) = price {
                checks.positive(field, price);
            }
        }
        checks.ordered("strike_price_lte", self.strike_from, self.strike_until);
        checks.ordered("expiration_date_lte", self.expires_from, self.expires_until);
        checks.range("limit", self.rows(), 1, LARGEST_PAGE);
        checks.done()
    }

    fn apply(self, call: builder::ListOptionContracts<'_>) -> builder::ListOptionContracts<'_> {
        let mut call = call.limit(i64::from(self.rows()));
        if !self.underlying.is_empty() {
            call = call.underlying_symbols(listed(&self.underlying));
        }
        if let Some(status) = self.status {
            call = call.status(status);
        }
        if let Some(day) = self.expires_on {
            call = call.expiration_date(day);
        }
        if let Some(day) = self.expires_from {
            call = call.expiration_date_gte(day);
        }
        if let Some(day) = self.expires_until {
            call = call.expiration_date_lte(day);
        }
        if let Some(root) = self.root_symbol {
            call = call.root_symbol(root);
        }
        if let Some(kind) = self.kind {
            call = call.type_(kind);
        }
        if let Some(style) = self.style {
            call = call.style(style);
        }
        if let Some(price) = self.strike_from {
            call = call.strike_price_gte(DecimalParameter::from(price));
        }
        if let Some(price) = self.strike_until {
            call = call.strike_price_lte(DecimalParameter::from(price));
        }
        if let Some(inside) = self.penny_program {
            call = call.ppind(inside);
        }
        if let Some(show) = self.show_deliverables {
            call = call.show_deliverables(show);
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(query: &OptionContractQuery) -> Vec<&'static str> {
        match query.check() {
            Ok(()) => Vec::new(),
            Err(error) => error.violations().iter().map(|v| v.rule()).collect(),
        }
    }

    #[test]
    fn ranges_must_not_be_reversed_and_strikes_are_positive() {
        let query = OptionContractQuery::of("AAPL");
        assert!(rules(&query.clone().strike_between(10, 10)).is_empty());
        assert_eq!(
            rules(&query.clone().strike_between(11, 10)),
            ["range-order"]
        );
        assert_eq!(rules(&query.clone().strike_between(0, 10)), ["positive"]);
        let days = |first: &str, last: &str| {
            let query = query.clone().expires_from(first.parse().unwrap());
            rules(&query.expires_until(last.parse().unwrap()))
        };
        assert!(days("2026-01-16", "2026-01-16").is_empty());
        assert_eq!(days("2026-01-17", "2026-01-16"), ["range-order"]);
    }

    #[test]
    fn a_page_has_one_to_ten_thousand_rows() {
        let size = |rows| rules(&OptionContractQuery::new().page_size(rows));
        assert!(size(1).is_empty() && size(10_000).is_empty());
        assert_eq!(size(0), ["range"]);
        assert_eq!(size(10_001), ["range"]);
    }

    #[test]
    fn every_symbol_and_code_is_checked() {
        let query = OptionContractQuery::of_each(["AAPL", "A,B", ""])
            .root_symbol("AAPL 1")
            .status("")
            .kind("")
            .style("");
        assert_eq!(rules(&query).len(), 6);
    }
}
