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

#[cfg(test)]
mod tests {
    use super::Operation;

    const CLOSE: Operation = Operation {
        id: "close_position",
        document_id: "",
        method: "DELETE",
        path: "/v2/positions/{symbol_or_asset_id}",
        tag: "",
        deprecated: false,
    };

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
