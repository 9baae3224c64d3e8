//! What is known of an operation before it is called.

/// One operation of the API: the key to tables of policy, and the name in errors and logs.
///
/// The generated [`OPERATIONS`](crate::OPERATIONS) lists them all, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Operation {
    /// The name of the method of [`Client`](crate::Client): `create_order`.
    pub id: &'static str,
    /// The operationId in Alpaca's document: `postOrder`. It changes between documents.
    pub document_id: &'static str,
    /// The HTTP method: `POST`.
    pub method: &'static str,
    /// The path with its parameters: `/v2/orders/{order_id}`.
    pub path: &'static str,
    /// The chapter of the document: `Orders`.
    pub tag: &'static str,
    /// The media type of the successful answer; empty when it has no body.
    pub accept: &'static str,
    /// Whether Alpaca has deprecated or withdrawn it.
    pub deprecated: bool,
}

impl Operation {
    /// The operation of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        let index = crate::OPERATIONS
            .binary_search_by(|known| known.id.cmp(id))
            .ok()?;
        crate::OPERATIONS.get(index)
    }

    /// Checks that `path`, the path of a request without what stands before the template, is the
    /// template with every parameter filled by something that stays in its place.
    ///
    /// An empty parameter would turn `DELETE /v2/positions/{symbol}`, which closes one position,
    /// into a request about all of them, and `..` would leave the path altogether.
    pub(crate) fn fits(&self, path: &str) -> bool {
        let mut actual = path.split('/');
        let fits = self.path.split('/').all(|expected| match actual.next() {
            Some(segment) => match expected.split_once('{') {
                None => segment == expected,
                Some((before, rest)) => {
                    let after = rest.split_once('}').map_or("", |(_, after)| after);
                    segment
                        .strip_prefix(before)
                        .and_then(|segment| segment.strip_suffix(after))
                        .is_some_and(|value| !value.is_empty())
                }
            },
            None => false,
        });
        fits && actual.next().is_none()
    }
}

/// A path parameter as one segment: everything but letters, digits, `-`, `.`, `_` and `~` is
/// percent-encoded, so that no value can reach beyond its place.
///
/// `BTC/USD` becomes `BTC%2FUSD`. A backslash is encoded too: in a URL it would count as a slash.
pub(crate) fn encode_segment(value: &str) -> String {
    use std::fmt::Write as _;

    value
        .bytes()
        .fold(String::with_capacity(value.len()), |mut segment, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                segment.push(char::from(byte));
            } else {
                let _ = write!(segment, "%{byte:02X}");
            }
            segment
        })
}

#[cfg(test)]
mod tests {
    use super::{Operation, encode_segment};

    const CLOSE: Operation = Operation {
        id: "close_position",
        document_id: "",
        method: "DELETE",
        path: "/v2/positions/{symbol_or_asset_id}",
        tag: "",
        accept: "",
        deprecated: false,
    };

    #[test]
    fn a_value_stays_one_segment() {
        for (value, segment) in [
            ("BTC/USD", "BTC%2FUSD"),
            ("a\\..\\b", "a%5C..%5Cb"),
            ("50% ü?#", "50%25%20%C3%BC%3F%23"),
            ("AAPL250620C00100000", "AAPL250620C00100000"),
            ("BRK.B", "BRK.B"),
        ] {
            assert_eq!(encode_segment(value), segment);
        }
    }

    #[test]
    fn a_filled_template_fits() {
        assert!(CLOSE.fits("/v2/positions/AAPL"));
        assert!(CLOSE.fits("/v2/positions/BTC%2FUSD"));
    }

    #[test]
    fn a_parameter_that_changes_the_path_does_not() {
        for path in [
            "/v2/positions/",
            "/v2/positions",
            "/v2/",
            "/v2/positions/a/b",
            "/v2/orders/AAPL",
        ] {
            assert!(!CLOSE.fits(path), "{path}");
        }
    }
}
