//! Locates: shares of hard-to-borrow stocks, found before they are sold short.

use alpaca_trading_gen::types::{self, ListLocateQuotesResponse, Locate, LocateStatus};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::checks::Checks;
use crate::error::{InOperation as _, Result};
use crate::lists::{Cursor, Fetched, hashed};
use crate::{Pager, Rows, Symbol, raw};

pub use super::idempotency_key::IdempotencyKey;

resource! {
    /// Locates: shares of hard-to-borrow stocks that are reserved so that they can be sold short.
    Locates, locates
}

impl Locates {
    /// The locates that the account has asked for, page by page.
    ///
    /// # Errors
    ///
    /// From the first page or row on: `is_invalid` when the query cannot be right, otherwise those of
    /// any read. The service's code is a word here, such as `invalid_input`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::locates::LocateQuery;
    /// use alpaca_trading::types::LocateStatus;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let query = LocateQuery::new().status(LocateStatus::Active);
    /// let mut locates = client.locates().list(query);
    /// while let Some(locate) = locates.next().await? {
    ///     println!("{} {:?} until {:?}", locate.symbol, locate.located_qty, locate.expires_at);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_locates`](alpaca_trading_gen::Client::list_locates).
    pub fn list(&self, query: LocateQuery) -> Pager<Locate> {
        let client = self.client.clone();
        Pager::new(
            &self.client,
            "list_locates",
            |locate: &Locate| hashed(locate.id),
            move |cursor| {
                let client = client.clone();
                let query = query.clone();
                Box::pin(async move {
                    query.check()?;
                    let call = query.call(client.raw(), cursor);
                    let page = client.call(call.send()).await?;
                    Ok(Fetched {
                        rows: Rows::new(page.locates, Vec::new()),
                        next: page.next_page_token.filter(|token| !token.is_empty()),
                    })
                })
            },
        )
    }

    /// What locating shares of these stocks would cost now, and how many there are.
    ///
    /// Nothing is reserved. Stocks that cannot be quoted are listed in
    /// [`errors`](ListLocateQuotesResponse::errors) beside the quotes of the others: a stock that is
    /// easy to borrow needs no locate, and one on the threshold list gets none.
    ///
    /// # Errors
    ///
    /// `is_invalid` without a symbol, or when one cannot be right; otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let answer = client.locates().quotes(["GME", "AMC"]).await?;
    /// for quote in &answer.quotes {
    ///     println!("{}: {} at {:?}", quote.symbol, quote.available_qty, quote.price);
    /// }
    /// for error in &answer.errors {
    ///     println!("{}: {}", error.symbol, error.message);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`list_locate_quotes`](alpaca_trading_gen::Client::list_locate_quotes).
    pub async fn quotes<S: Into<Symbol>>(
        &self,
        symbols: impl IntoIterator<Item = S>,
    ) -> Result<ListLocateQuotesResponse> {
        let symbols: Vec<Symbol> = symbols.into_iter().map(Into::into).collect();
        let mut checks = Checks::default();
        checks.require(!symbols.is_empty(), "symbols", "not-empty", || {
            "names no symbol".to_owned()
        });
        checks.symbols("symbols", &symbols);
        checks.done().of(&self.client, "list_locate_quotes")?;
        let symbols: Vec<&str> = symbols.iter().map(AsRef::as_ref).collect();
        let call = self
            .client
            .raw()
            .list_locate_quotes()
            .symbols(symbols.join(","));
        self.client.call(call.send()).await
    }

    /// A locate as it is now: its status, what was located, its price and its end.
    ///
    /// # Errors
    ///
    /// `is_not_found` when there is none with this id.
    ///
    /// Raw operation: [`get_locate`](alpaca_trading_gen::Client::get_locate).
    pub async fn get(&self, id: Uuid) -> Result<Locate> {
        let call = self.client.raw().get_locate().locate_id(id);
        self.client.call(call.send()).await
    }

    /// Asks for shares of a hard-to-borrow stock, which costs money when they are found.
    ///
    /// The answer says how many shares were located at which price per share, in US dollars, and the
    /// total fee, or why the request was rejected: also a rejected locate comes as `Ok`, with the
    /// status [`Rejected`](LocateStatus::Rejected).
    ///
    /// The request carries an `Idempotency-Key`, the same one whenever it is sent. So it is sent again
    /// when an answer is lost, and the same [`LocateRequest`] may be given to this method again when
    /// the outcome is `Unknown`: the service carries it out once.
    ///
    /// # Errors
    ///
    /// `is_invalid` when the request cannot be right; `is_insufficient_buying_power`; `is_not_found`
    /// on the paper service, which has been seen to know no locates. The service's code is a word
    /// ([`Error::code`](crate::Error::code)): `easy_to_borrow` and `threshold_security` for stocks that
    /// get no locate, `idempotency_key_conflict` when the key belongs to another request.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::dec;
    /// use alpaca_trading::resources::locates::LocateRequest;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let request = LocateRequest::new("GME", 100).limit_price(dec!(0.05));
    /// let locate = client.locates().create(&request).await?;
    /// println!("{:?} shares for {:?}", locate.located_qty, locate.total_fee);
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`create_locate`](alpaca_trading_gen::Client::create_locate).
    pub async fn create(&self, request: &LocateRequest) -> Result<Locate> {
        request.check().of(&self.client, "create_locate")?;
        let call = self
            .client
            .raw()
            .create_locate()
            .idempotency_key(request.key.as_str())
            .body_map(|body| request.fill(body));
        self.client.call(call.send()).await
    }
}

/// Which locates to list; all of them if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a query asks nothing until it is sent"]
pub struct LocateQuery {
    status: Option<LocateStatus>,
    symbol: Option<Symbol>,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    page_size: Option<u32>,
}

impl LocateQuery {
    /// All locates.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only locates in this status.
    pub fn status(mut self, status: LocateStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only locates of this stock.
    pub fn symbol(mut self, symbol: impl Into<Symbol>) -> Self {
        self.symbol = Some(symbol.into());
        self
    }

    /// Only locates from this day on.
    pub fn start(mut self, day: NaiveDate) -> Self {
        self.start = Some(day);
        self
    }

    /// Only locates until this day.
    pub fn end(mut self, day: NaiveDate) -> Self {
        self.end = Some(day);
        self
    }

    /// How many locates come with one answer: 1 to 10,000; 1,000 if nothing is said.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        if let Some(symbol) = &self.symbol {
            checks.symbol("symbol", symbol);
        }
        if let Some(rows) = self.page_size {
            checks.range("page_size", rows, 1, 10_000);
        }
        checks.done()
    }

    fn call<'a>(&self, client: &'a raw::Client, page: Cursor) -> raw::builder::ListLocates<'a> {
        let mut call = client.list_locates();
        if let Some(status) = &self.status {
            call = call.status(status.clone());
        }
        if let Some(symbol) = &self.symbol {
            call = call.symbol(symbol.to_string());
        }
        if let Some(day) = self.start {
            call = call.start(day);
        }
        if let Some(day) = self.end {
            call = call.end(day);
        }
        if let Some(rows) = self.page_size {
            call = call.limit(i64::from(rows));
        }
        if let Some(token) = page {
            call = call.page_token(token);
        }
        call
    }
}

/// A request for shares of a hard-to-borrow stock.
///
/// It has an [`IdempotencyKey`] from the beginning, and so have its clones: however often it is sent,
/// the service carries it out once. A further locate is a further request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a request asks for nothing until it is sent"]
pub struct LocateRequest {
    symbol: Symbol,
    quantity: u32,
    limit_price: Option<Decimal>,
    all_or_none: bool,
    key: IdempotencyKey,
}

impl LocateRequest {
    /// A request for this many shares, at least 1, at whatever price.
    pub fn new(symbol: impl Into<Symbol>, quantity: u32) -> Self {
        Self {
            symbol: symbol.into(),
            quantity,
            limit_price: None,
            all_or_none: false,
            key: IdempotencyKey::random(),
        }
    }

    /// The highest price per share to pay for the locate, in US dollars, above 0.
    pub fn limit_price(mut self, price: impl Into<Decimal>) -> Self {
        self.limit_price = Some(price.into());
        self
    }

    /// All shares or none; otherwise fewer may be located than were asked for.
    pub fn all_or_none(mut self) -> Self {
        self.all_or_none = true;
        self
    }

    /// A key of the caller's, in place of the random one: for a request that must not be carried out
    /// twice even across a restart of the program.
    pub fn idempotency_key(mut self, key: impl Into<IdempotencyKey>) -> Self {
        self.key = key.into();
        self
    }

    /// The key that marks this request.
    #[must_use]
    pub fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        checks.symbol("symbol", &self.symbol);
        checks.positive("qty", self.quantity.into());
        if let Some(price) = self.limit_price {
            checks.positive("limit_price", price);
        }
        self.key.check(&mut checks);
        checks.done()
    }

    fn fill(
        &self,
        body: types::builder::CreateLocateRequest,
    ) -> types::builder::CreateLocateRequest {
        body.symbol(self.symbol.to_string())
            .qty(i64::from(self.quantity))
            .limit_price(self.limit_price)
            .all_or_none(self.all_or_none.then_some(true))
    }
}

#[cfg(test)]
mod tests {
    use crate::dec;

    use super::*;

    fn rules(result: Result<()>) -> Vec<(String, &'static str)> {
        match result {
            Ok(()) => Vec::new(),
            Err(error) => error
                .violations()
                .iter()
                .map(|violation| (violation.field().to_owned(), violation.rule()))
                .collect(),
        }
    }

    fn fault(field: &str, rule: &'static str) -> (String, &'static str) {
        (field.to_owned(), rule)
    }

    #[test]
    fn a_page_has_1_to_10000_locates() {
        for rows in [1, 1_000, 10_000] {
            assert!(LocateQuery::new().page_size(rows).check().is_ok());
        }
        for rows in [0, 10_001] {
            let query = LocateQuery::new().page_size(rows).symbol("A/B/C");
            let found = rules(query.check());
            assert_eq!(found.len(), 2, "{found:?}");
            assert!(found.contains(&fault("page_size", "range")), "{found:?}");
        }
    }

    #[test]
    fn a_request_needs_a_symbol_a_share_and_a_price_above_zero() {
        assert!(LocateRequest::new("GME", 1).check().is_ok());
        let request = LocateRequest::new("GME", u32::MAX).limit_price(dec!(0.0001));
        assert!(request.all_or_none().check().is_ok());
        let wrong = LocateRequest::new("GME", 0)
            .limit_price(dec!(0))
            .idempotency_key("");
        assert_eq!(
            rules(wrong.check()),
            [
                fault("qty", "positive"),
                fault("limit_price", "positive"),
                fault("Idempotency-Key", "not-empty"),
            ]
        );
    }

    #[test]
    fn a_request_keeps_its_key_and_another_has_another() {
        let request = LocateRequest::new("GME", 100);
        assert_eq!(request.clone().limit_price(dec!(1)).key(), request.key());
        assert_ne!(LocateRequest::new("GME", 100).key(), request.key());
        let given = request.idempotency_key("locate-7");
        assert_eq!(given.key().as_str(), "locate-7");
    }
}
