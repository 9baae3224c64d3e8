//! What an order would send, without sending it.

use std::fmt;

use serde::Serialize;
use uuid::Uuid;

use super::{EstimatedCost, OrderRequest, Orders, ReplaceRequest, estimate};
use crate::{Environment, Violation};

/// A request as it would be sent, and what the checks say of it.
///
/// The displayed form is meant for people: the environment, the request, the cost, and every
/// violation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Preview {
    environment: Environment,
    method: &'static str,
    url: String,
    body: String,
    estimated_cost: Option<EstimatedCost>,
    checked_rules: Vec<&'static str>,
    violations: Vec<Violation>,
}

impl Orders {
    /// What [`submit`](Self::submit) would send for this order. Nothing is sent.
    ///
    /// An order without a client order id is shown without one; submitting gives it a random one.
    /// The keys are not part of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use alpaca_trading::orders::{OrderRequest, Quantity};
    /// use alpaca_trading::{Client, Side, dec};
    ///
    /// # fn main() -> alpaca_trading::Result<()> {
    /// let client = Client::builder().key_pair("PKEXAMPLE", "secret").build()?;
    /// let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), dec!(187.50));
    /// let preview = client.orders().preview(&request);
    /// assert_eq!(preview.url(), "https://paper-api.alpaca.markets/v2/orders");
    /// assert_eq!(preview.estimated_cost().map(|cost| cost.amount), Some(dec!(1875)));
    /// assert!(preview.violations().is_empty());
    /// println!("{preview}");
    /// # Ok(()) }
    /// ```
    pub fn preview(&self, request: &OrderRequest) -> Preview {
        Preview {
            estimated_cost: estimate(request, None),
            checked_rules: request.checked_rules(),
            violations: request.validate().err().unwrap_or_default(),
            ..self.shown("POST", "/v2/orders", &request.to_body())
        }
    }

    /// What [`replace`](Self::replace) would send for this change. Nothing is sent.
    ///
    /// The cost of the new order depends on the old one, so there is no estimate.
    pub fn preview_replace(&self, order_id: Uuid, change: &ReplaceRequest) -> Preview {
        Preview {
            checked_rules: change.checked_rules(),
            violations: change.validate().err().unwrap_or_default(),
            ..self.shown(
                "PATCH",
                &format!("/v2/orders/{order_id}"),
                &change.to_body(),
            )
        }
    }

    fn shown(&self, method: &'static str, path: &str, body: &impl Serialize) -> Preview {
        let environment = self.client.environment().clone();
        // A client cannot be made without the one, and a body is texts, which are always JSON.
        let base = environment.base_url().unwrap_or_default();
        let body = serde_json::to_string_pretty(body).unwrap_or_default();
        Preview {
            environment,
            method,
            url: format!("{base}{path}"),
            body,
            estimated_cost: None,
            checked_rules: Vec::new(),
            violations: Vec::new(),
        }
    }
}

impl Preview {
    /// Where it would go: paper money, real money, or another service.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The whole address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The body, as JSON set out for reading. What is sent has the same fields in the same order,
    /// without the spaces.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// What the order takes of the buying power, as far as it tells: a market order without an amount
    /// of money does not. [`estimate`] takes a price for those.
    #[must_use]
    pub fn estimated_cost(&self) -> Option<EstimatedCost> {
        self.estimated_cost
    }

    /// The rules that the request was held to; see [`rules`](super::rules).
    #[must_use]
    pub fn checked_rules(&self) -> &[&'static str] {
        &self.checked_rules
    }

    /// The rules that it breaks. With any, it is not sent.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {} ({})", self.method, self.url, self.environment)?;
        writeln!(f, "{}", self.body)?;
        match &self.estimated_cost {
            Some(cost) => writeln!(f, "estimated cost: {}", cost.amount)?,
            None => writeln!(f, "estimated cost: not known from the request")?,
        }
        match self.violations.as_slice() {
            [] => write!(f, "breaks none of {} rules", self.checked_rules.len()),
            [all @ .., last] => {
                for violation in all {
                    writeln!(f, "not sent: {violation}")?;
                }
                write!(f, "not sent: {last}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::{Quantity, Side};
    use crate::{Client, dec};
    use serde_json::{Value, json};

    fn orders() -> Orders {
        let client = Client::builder().key_pair("PKTEST", "very-secret").build();
        client.unwrap().orders()
    }

    fn body(preview: &Preview) -> Value {
        serde_json::from_str(preview.body()).unwrap()
    }

    #[test]
    fn an_order_is_shown_as_it_would_be_sent() {
        let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(10), dec!(187.50));
        let preview = orders().preview(&request.client_order_id("mine"));
        assert_eq!(preview.method(), "POST");
        assert_eq!(preview.url(), "https://paper-api.alpaca.markets/v2/orders");
        let expected = json!({"symbol": "AAPL", "side": "buy", "type": "limit", "qty": "10",
            "limit_price": "187.50", "time_in_force": "day", "client_order_id": "mine"});
        assert_eq!(body(&preview), expected);
        assert_eq!(preview.estimated_cost().unwrap().amount, dec!(1875));
        assert!(preview.violations().is_empty());
        assert!(preview.checked_rules().contains(&"limit-price-tick"));
        let shown = preview.to_string();
        assert!(
            shown.contains("(paper)") && shown.contains("187.50"),
            "{shown}"
        );
        assert!(!format!("{shown}{preview:?}").contains("secret"));
    }

    #[test]
    fn what_would_not_be_sent_says_why() {
        let request = OrderRequest::limit("AAPL", Side::Buy, Quantity::shares(-1), dec!(1.001));
        let preview = orders().preview(&request);
        assert_eq!(preview.violations().len(), 2);
        assert_eq!(preview.to_string().matches("not sent: ").count(), 2);
    }

    #[test]
    fn a_change_is_shown_with_the_order_that_it_is_for() {
        let change = ReplaceRequest::new().limit_price(dec!(1.10));
        let preview = orders().preview_replace(Uuid::from_u128(1), &change);
        assert_eq!(preview.method(), "PATCH");
        assert!(
            preview
                .url()
                .ends_with("/v2/orders/00000000-0000-0000-0000-000000000001")
        );
        assert_eq!(body(&preview), json!({"limit_price": "1.10"}));
        assert_eq!(preview.estimated_cost(), None);
        let empty = orders().preview_replace(Uuid::nil(), &ReplaceRequest::new());
        assert!(!empty.violations().is_empty());
    }
}
