//! Virtual asset service providers: who holds an address that crypto is withdrawn to.

use alpaca_trading_gen::types::{SearchVaspsResponse, Vasp};

use super::checks::Checks;
use crate::error::{Error, ErrorKind, Result};
use crate::lists::{Cursor, Fetched, hashed};
use crate::{Pager, Rows, raw};

/// How many providers come with one answer if nothing is said.
const PAGE_SIZE: u32 = 10;

resource! {
    /// The directory of virtual asset service providers (VASPs): exchanges and custodians that may
    /// hold an address outside the account.
    Vasps, vasps
}

impl Vasps {
    /// Searches the directory, page by page.
    ///
    /// The [`did`](Vasp::did) of a provider goes into the
    /// [`beneficiary_vasp_id`](alpaca_trading_gen::types::TravelRuleInfo::beneficiary_vasp_id) of what
    /// the travel rule asks for.
    ///
    /// # Errors
    ///
    /// From the first page or row on: `is_invalid` when the size of the pages is not from 1 to 100,
    /// otherwise those of any read.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use alpaca_trading::resources::vasps::VaspQuery;
    ///
    /// # async fn run(client: alpaca_trading::Client) -> alpaca_trading::Result<()> {
    /// let mut found = client.vasps().search(VaspQuery::new().text("kraken"));
    /// while let Some(provider) = found.next().await? {
    ///     println!("{} {:?}", provider.name, provider.did);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Raw operation: [`search_vasps`](alpaca_trading_gen::Client::search_vasps).
    pub fn search(&self, query: VaspQuery) -> Pager<Vasp> {
        let client = self.client.clone();
        Pager::new(
            &self.client,
            "search_vasps",
            |provider: &Vasp| hashed(&provider.id),
            move |cursor| {
                let client = client.clone();
                let query = query.clone();
                Box::pin(async move {
                    query.check()?;
                    let page = page_of(cursor);
                    let call = query.call(client.raw(), page);
                    let answer = client.call(call.send()).await?;
                    let next = query.next(page, &answer)?;
                    Ok(Fetched {
                        rows: Rows::new(answer.vasps, Vec::new()),
                        next,
                    })
                })
            },
        )
    }
}

/// Pages are counted from 0.
fn page_of(cursor: Cursor) -> i64 {
    cursor
        .and_then(|page| page.parse().ok())
        .unwrap_or_default()
}

/// Which providers to look for; all of them if nothing is said.
///
/// The fields that an answer is to have cannot be chosen: without the usual ones a provider could not
/// be told from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a query asks nothing until it is sent"]
pub struct VaspQuery {
    text: Option<String>,
    email_domain: Option<String>,
    chainalysis_name: Option<String>,
    subsidiaries: Option<bool>,
    order: Option<String>,
    page_size: Option<u32>,
}

impl VaspQuery {
    /// All providers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Providers that this text finds, such as a part of the name.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Only providers with this domain of e-mail addresses.
    pub fn email_domain(mut self, domain: impl Into<String>) -> Self {
        self.email_domain = Some(domain.into());
        self
    }

    /// Only providers that Chainalysis knows under this name.
    pub fn chainalysis_name(mut self, name: impl Into<String>) -> Self {
        self.chainalysis_name = Some(name.into());
        self
    }

    /// Whether subsidiaries of providers are listed as well; they are not if nothing is said.
    pub fn subsidiaries(mut self, included: bool) -> Self {
        self.subsidiaries = Some(included);
        self
    }

    /// The order: names of fields, separated by commas, each with `:ASC` or `:DESC` and with
    /// `:NULLS FIRST` or `:NULLS LAST` if wanted. `name:ASC` if nothing is said.
    pub fn order(mut self, order: impl Into<String>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// How many providers come with one answer: 1 to 100; 10 if nothing is said.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }

    fn check(&self) -> Result<()> {
        let mut checks = Checks::default();
        if let Some(rows) = self.page_size {
            checks.range("page_size", rows, 1, 100);
        }
        checks.done()
    }

    fn call<'a>(&self, client: &'a raw::Client, page: i64) -> raw::builder::SearchVasps<'a> {
        let mut call = client.search_vasps().page(page);
        if let Some(text) = &self.text {
            call = call.q(text.as_str());
        }
        if let Some(domain) = &self.email_domain {
            call = call.email_domain(domain.as_str());
        }
        if let Some(name) = &self.chainalysis_name {
            call = call.chainalysis_name(name.as_str());
        }
        if let Some(included) = self.subsidiaries {
            call = call.include_subsidiary_vas_ps(included);
        }
        if let Some(order) = &self.order {
            call = call.order(order.as_str());
        }
        if let Some(rows) = self.page_size {
            call = call.per_page(i64::from(rows));
        }
        call
    }

    /// The page after this one; without the number of pages, one that is not full is the last.
    fn next(&self, page: i64, answer: &SearchVaspsResponse) -> Result<Cursor> {
        if let Some(answered) = answer.page
            && answered != page
        {
            return Err(Error::new(
                ErrorKind::Pagination,
                format!("page {page} was asked for, and page {answered} came"),
            ));
        }
        let full = usize::try_from(self.page_size.unwrap_or(PAGE_SIZE)).unwrap_or(usize::MAX);
        let next = page.saturating_add(1);
        let more = match answer.pages {
            Some(pages) => next < pages && !answer.vasps.is_empty(),
            None => answer.vasps.len() >= full,
        };
        Ok(more.then(|| next.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn answer(rows: usize, more: Value) -> SearchVaspsResponse {
        let vasps: Vec<_> = (0..rows)
            .map(|row| json!({"id": row.to_string(), "name": "x"}))
            .collect();
        let mut body = json!({"vasps": vasps});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn the_last_page_is_known_by_its_number_or_by_its_length() {
        let query = VaspQuery::new();
        for (page, answer, expected) in [
            (0, answer(10, json!({"page": 0, "pages": 3})), Some("1")),
            (1, answer(10, json!({"pages": 3})), Some("2")),
            (2, answer(10, json!({"page": 2, "pages": 3})), None),
            (0, answer(0, json!({"page": 0, "pages": 3})), None),
            (0, answer(10, json!({})), Some("1")),
            (4, answer(9, json!({})), None),
            (0, answer(0, json!({"total": 0})), None),
        ] {
            assert_eq!(query.next(page, &answer).unwrap().as_deref(), expected);
        }
        let query = query.page_size(9);
        assert!(query.next(0, &answer(9, json!({}))).unwrap().is_some());
    }

    #[test]
    fn a_service_that_stays_on_one_page_is_not_followed_for_ever() {
        let error = VaspQuery::new()
            .next(1, &answer(10, json!({"page": 0, "pages": 9})))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Pagination);
        assert!(error.message().contains("page 1"), "{error}");
    }

    #[test]
    fn a_page_has_1_to_100_providers() {
        for (rows, right) in [(0, false), (1, true), (100, true), (101, false)] {
            let query = VaspQuery::new().page_size(rows);
            assert_eq!(query.check().is_ok(), right, "{rows}");
        }
    }
}
