//! Long lists in pages, with all that is known to go wrong between two pages.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::instant::{http_date, opening, parse};
use super::listing::Listing;
use super::order::Order;
use super::request::{Query, segments};
use super::rows;
use crate::loopback::Recorded;

/// What the list holds, oldest first.
enum Rows {
    Orders(Vec<Order>),
    Activities(Vec<Value>),
    Contracts(Vec<Value>),
    Locates(Vec<Value>),
}

struct State {
    rows: Rows,
    overlap: usize,
    stuck: bool,
    inserting: BTreeSet<usize>,
    /// The `id` of the row that cannot be decoded.
    undecodable: Option<String>,
    pages: usize,
    /// The first page, for a list that is stuck.
    first: Option<Answer>,
    /// How many rows were made so far.
    made: usize,
    per_instant: usize,
}

/// A long list that answers in pages as Alpaca does. Clones are the same list.
///
/// | list | route | pages by |
/// |---|---|---|
/// | orders | `/v2/orders` | `before_order_id`, `after_order_id`, or `after` and `until` |
/// | activities | `/v2/account/activities`, also with a type | `page_token`, the last `id` |
/// | contracts | `/v2/options/contracts` | `page_token` from `next_page_token` |
/// | locates | `/v1/locates` | the same |
///
/// ```
/// use tests::service::{Pages, Service};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let pages = Pages::orders(12_345, 1).overlapping(1);
/// let service = Service::start(pages.handler()).await;
/// let url = format!("{}/v2/orders?status=all&limit=500", service.url());
/// let page: Vec<serde_json::Value> =
///     tests::http().get(&url).send().await.unwrap().json().await.unwrap();
/// assert_eq!(page.len(), 500);
/// assert_eq!(Some(page[0]["id"].as_str().unwrap()), pages.ids().last().map(String::as_str));
/// # }
/// ```
#[derive(Clone)]
pub struct Pages(Arc<Mutex<State>>);

impl Pages {
    /// A list of orders, of which so many share each instant of submission.
    ///
    /// # Panics
    ///
    /// When no order shares an instant, not even with itself.
    #[must_use]
    pub fn orders(count: usize, per_instant: usize) -> Self {
        assert!(per_instant > 0, "an order shares its instant with itself");
        let orders = (0..count).map(|number| rows::order(number, per_instant));
        Self::of(Rows::Orders(orders.collect()), count, per_instant)
    }

    /// A list of activities: fills, and a dividend each day.
    #[must_use]
    pub fn activities(count: usize) -> Self {
        let activities = (0..count).map(rows::activity);
        Self::of(Rows::Activities(activities.collect()), count, 1)
    }

    /// A list of option contracts.
    #[must_use]
    pub fn contracts(count: usize) -> Self {
        // The first number is kept for a contract that is inserted before the others.
        let contracts = (1..=count).map(rows::contract);
        Self::of(Rows::Contracts(contracts.collect()), count, 1)
    }

    /// A list of locates.
    #[must_use]
    pub fn locates(count: usize) -> Self {
        let locates = (0..count).map(rows::locate);
        Self::of(Rows::Locates(locates.collect()), count, 1)
    }

    fn of(rows: Rows, made: usize, per_instant: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            rows,
            overlap: 0,
            stuck: false,
            inserting: BTreeSet::new(),
            undecodable: None,
            pages: 0,
            first: None,
            made,
            per_instant,
        })))
    }

    /// Each page repeats so many rows of the page before it.
    #[must_use]
    pub fn overlapping(self, count: usize) -> Self {
        self.state().overlap = count;
        self
    }

    /// Every page is the first, and its token leads to the same page for ever.
    #[must_use]
    pub fn stuck(self) -> Self {
        self.state().stuck = true;
        self
    }

    /// Once so many pages were answered there is a row more: the newest order, activity or locate,
    /// or a contract with the lowest strike. The tokens of contracts and locates count rows, so that
    /// the next page of those, if the row stands before it, repeats one. Can be given several
    /// times. A contract can be inserted once.
    #[must_use]
    pub fn inserting_after(self, pages: usize) -> Self {
        self.state().inserting.insert(pages);
        self
    }

    /// The row with this number, counted from the oldest as zero, has an object for an `id`.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[must_use]
    pub fn undecodable(self, row: usize) -> Self {
        let id = self.ids().get(row).cloned().expect("a row of the list");
        self.state().undecodable = Some(id);
        self
    }

    /// The `id` of every row, oldest first, of those that were inserted too.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        match &self.state().rows {
            Rows::Orders(orders) => orders.iter().map(|order| order.id.clone()).collect(),
            Rows::Activities(rows) | Rows::Contracts(rows) | Rows::Locates(rows) => {
                rows.iter().map(|row| id(row).to_owned()).collect()
            }
        }
    }

    /// How many pages were answered.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.state().pages
    }

    /// What a [`Service`](super::Service) is started with.
    pub fn handler(&self) -> impl FnMut(&Recorded) -> Answer + Send + use<> {
        let this = self.clone();
        move |request| this.answer(request)
    }

    /// Answers one request.
    #[must_use]
    pub fn answer(&self, request: &Recorded) -> Answer {
        let answer = self.state().answer(request);
        let answer = answer.unwrap_or_else(Answer::from);
        answer.header("Date", &http_date(opening()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("the list panicked before")
    }
}

impl State {
    fn answer(&mut self, request: &Recorded) -> Result<Answer, Refusal> {
        let segments = segments(request)?;
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        let query = Query::of(request)?;
        let body = match (&self.rows, request.method.as_str(), segments.as_slice()) {
            (Rows::Orders(orders), "GET", ["v2", "orders"]) => {
                let listing = Listing::of(&query)?;
                let page = listing.select(orders, self.overlap)?;
                let rows = page.iter().map(|order| listing.row(order, orders));
                rows.collect()
            }
            (Rows::Activities(rows), "GET", ["v2", "account", "activities"]) => {
                let types = query.list("activity_types");
                self.activities(rows, &query, &types)?
            }
            (Rows::Activities(rows), "GET", ["v2", "account", "activities", name]) => {
                self.activities(rows, &query, &[(*name).to_owned()])?
            }
            (Rows::Contracts(rows), "GET", ["v2", "options", "contracts"]) => {
                let rows: Vec<_> = rows.iter().collect();
                self.counted("option_contracts", &rows, &query, 100)?
            }
            (Rows::Locates(rows), "GET", ["v1", "locates"]) => {
                let newest_first: Vec<_> = rows.iter().rev().collect();
                self.counted("locates", &newest_first, &query, 1_000)?
            }
            _ => {
                return Ok(Answer::json(
                    404,
                    &json!({"message": "endpoint not found."}),
                ));
            }
        };
        let answer = Answer::json(200, &self.spoilt(body));
        self.pages += 1;
        if self.inserting.contains(&self.pages) {
            self.insert();
        }
        if self.stuck {
            return Ok(self.first.get_or_insert(answer).clone());
        }
        Ok(answer)
    }

    fn activities(
        &self,
        rows: &[Value],
        query: &Query,
        types: &[String],
    ) -> Result<Value, Refusal> {
        let category = query.word("category", &["", "trade_activity", "non_trade_activity"])?;
        if !category.is_empty() && !types.is_empty() {
            let text = "activity_types and category exclude each other";
            return Err(Refusal::invalid(text));
        }
        let (after, until) = (query.time("after")?, query.time("until")?);
        let wanted = |row: &&Value| {
            let kind = row["activity_type"].as_str().unwrap_or_default();
            let at = row["transaction_time"]
                .as_str()
                .or(row["created_at"].as_str());
            let at = at.and_then(parse);
            (types.is_empty() || types.iter().any(|name| name == kind))
                && match category {
                    "trade_activity" => kind == "FILL",
                    "non_trade_activity" => kind != "FILL",
                    _ => true,
                }
                && after.is_none_or(|after| at >= Some(after))
                && until.is_none_or(|until| at <= Some(until))
        };
        let mut rows: Vec<_> = rows.iter().filter(wanted).collect();
        if query.word("direction", &["desc", "asc"])? == "desc" {
            rows.reverse();
        }
        let start = match query.text("page_token") {
            None => 0,
            Some(token) => {
                let place = rows.iter().position(|row| id(row) == token);
                let place = place.ok_or_else(|| Refusal::invalid("invalid page_token"))?;
                (place + 1).saturating_sub(self.overlap)
            }
        };
        let size = query.count("page_size", 100, 100)?;
        Ok(rows.into_iter().skip(start).take(size).cloned().collect())
    }

    /// A page whose token counts rows.
    fn counted(
        &self,
        name: &str,
        rows: &[&Value],
        query: &Query,
        default: usize,
    ) -> Result<Value, Refusal> {
        let limit = query.count("limit", default, 10_000)?;
        let start = match query.text("page_token") {
            None => 0,
            Some(text) => place(text).ok_or_else(|| Refusal::invalid("invalid page_token"))?,
        };
        let page: Vec<_> = rows.iter().skip(start).take(limit).copied().collect();
        let end = start + page.len();
        let next = match () {
            () if self.stuck => Some(token(limit)),
            () if end < rows.len() => {
                // An overlap that takes back the whole page would never end.
                let overlap = self.overlap.min(page.len().saturating_sub(1));
                Some(token(end - overlap))
            }
            () => None,
        };
        Ok(json!({name: page, "next_page_token": next}))
    }

    /// The page with the row that cannot be decoded, if it is there.
    fn spoilt(&self, mut body: Value) -> Value {
        let Some(broken) = &self.undecodable else {
            return body;
        };
        let rows = match &mut body {
            Value::Object(members) => members.values_mut().find_map(Value::as_array_mut),
            other => other.as_array_mut(),
        };
        for row in rows.into_iter().flatten() {
            if id(row) == broken {
                row["id"] = json!({"broken": true});
            }
        }
        body
    }

    fn insert(&mut self) {
        let number = self.made;
        self.made += 1;
        match &mut self.rows {
            Rows::Orders(orders) => orders.push(rows::order(number, self.per_instant)),
            Rows::Activities(rows) => rows.push(rows::activity(number)),
            Rows::Contracts(rows) => rows.insert(0, rows::contract(0)),
            Rows::Locates(rows) => rows.push(rows::locate(number)),
        }
    }
}

/// The `id` of a row; empty when it is broken.
fn id(row: &Value) -> &str {
    row["id"].as_str().unwrap_or_default()
}

/// A token as Alpaca's are: text that must be encoded in a query.
fn token(place: usize) -> String {
    format!("+{place:x}/==")
}

fn place(token: &str) -> Option<usize> {
    let digits = token.strip_prefix('+')?.strip_suffix("/==")?;
    usize::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_place() {
        assert_eq!(place(&token(12_345)), Some(12_345));
        // As it arrives when a client does not encode it.
        assert_eq!(place(" 3039/=="), None);
    }
}
