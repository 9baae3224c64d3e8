//! Which operation a request is for.

use std::collections::BTreeMap;

use super::{Call, OPERATIONS, Operation};

/// Why a request is for no operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoute {
    /// Nothing is there.
    Unknown,
    /// Something is, by other methods.
    Method,
}

/// The operation that a method and a path name, and the parameters of the path.
///
/// A path without parameters goes before one with them: `watchlists:by_name` is no id. A slash at the end is
/// ignored, except where the id of an order belongs: who forgets it does not mean all orders.
pub(crate) fn find(
    method: &str,
    path: &str,
) -> Result<(&'static Operation, BTreeMap<String, String>), NoRoute> {
    const NO_ID: &str = "/v2/orders/";
    let path = match path.strip_suffix('/') {
        Some(shorter) if path != NO_ID || method == "POST" => shorter,
        _ => path,
    };
    let fitting: Vec<_> = OPERATIONS
        .iter()
        .filter_map(|operation| Some((operation, parameters(operation.path, path)?)))
        .collect();
    let fewest = fitting.iter().map(|(_, found)| found.len()).min();
    let mut known = NoRoute::Unknown;
    for (operation, found) in fitting {
        if Some(found.len()) != fewest {
            continue;
        }
        if operation.method == method {
            return Ok((operation, found));
        }
        known = NoRoute::Method;
    }
    Err(known)
}

/// The parameters that fill a template, if the path is one of it.
fn parameters(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut segments = path.split('/');
    let mut found = BTreeMap::new();
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            None if expected == segment => {}
            None => return None,
            Some(name) if segment.is_empty() && name != "order_id" => return None,
            Some(name) => {
                found.insert(name.to_owned(), decoded(segment)?);
            }
        }
    }
    segments.next().is_none().then_some(found)
}

/// A text without its percent signs; none if what they stand for is no text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let hex = behind
            .get(..2)
            .filter(|_| *byte == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(value) => {
                bytes.push(value);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*byte);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

impl Call {
    /// Takes a query apart: names and values, decoded. What is no text is left out.
    pub(crate) fn query_of(query: &str) -> Vec<(String, String)> {
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .filter_map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let plain = |text: &str| decoded(&text.replace('+', " "));
                Some((plain(name)?, plain(value)?))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_operation_and_its_parameters() {
        let name = |method, path| find(method, path).map(|(operation, _)| operation.name);
        for (method, path, expected) in [
            ("GET", "/v2/account", Ok("get_account")),
            ("GET", "/v2/account/", Ok("get_account")),
            (
                "GET",
                "/v2/orders:by_client_order_id",
                Ok("get_order_by_client_order_id"),
            ),
            ("GET", "/v2/watchlists:by_name", Ok("get_watchlist_by_name")),
            ("DELETE", "/v2/positions/BTC%2FUSD", Ok("close_position")),
            (
                "GET",
                "/v2/assets/fixed_income/us_corporates",
                Ok("list_us_corporates"),
            ),
            ("DELETE", "/v2/orders", Ok("cancel_all_orders")),
            ("DELETE", "/v2/orders/", Ok("cancel_order")),
            ("POST", "/v2/orders/", Ok("create_order")),
            ("PUT", "/v2/account", Err(NoRoute::Method)),
            ("GET", "/v2/accounts", Err(NoRoute::Unknown)),
            ("GET", "/", Err(NoRoute::Unknown)),
            ("DELETE", "/v2/positions//", Err(NoRoute::Unknown)),
        ] {
            assert_eq!(name(method, path), expected, "{method} {path}");
        }
        let (_, found) = find("DELETE", "/v2/positions/BTC%2FUSD").unwrap();
        assert_eq!(found.get("symbol_or_asset_id").unwrap(), "BTC/USD");
    }

    #[test]
    fn every_operation_is_found_by_its_own_template() {
        for operation in OPERATIONS {
            let path = operation.path.replace(['{', '}'], "");
            assert_eq!(
                find(operation.method, &path).unwrap().0.name,
                operation.name
            );
        }
    }

    #[test]
    fn a_query_is_decoded() {
        let query = Call::query_of("a=1&b=x%2Fy+z&c&&bad=%ff");
        let pairs: Vec<_> = query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x/y z"), ("c", "")]);
    }
}
