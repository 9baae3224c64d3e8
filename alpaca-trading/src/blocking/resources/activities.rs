//! [`crate::resources::activities`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::{AccountActivity, ActivityType};

use crate::blocking::{Client, Pager, Runtime};
use crate::resources::activities::ActivityQuery;

/// What has happened in the account: fills, dividends, fees, transfers, option events.
///
/// See [`Activities`](crate::resources::activities::Activities).
#[derive(Clone, Debug)]
pub struct Activities {
    inner: crate::resources::activities::Activities,
    runtime: Runtime,
}

impl Activities {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::activities::Activities,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The activities that match, newest first unless the query says otherwise.
    ///
    /// See [`Activities::list`](crate::resources::activities::Activities::list).
    pub fn list(&self, query: ActivityQuery) -> Pager<AccountActivity> {
        Pager::wrap(self.inner.list(query), &self.runtime)
    }

    /// The activities of one type, newest first unless the query says otherwise.
    ///
    /// See [`Activities::list_by_type`](crate::resources::activities::Activities::list_by_type).
    pub fn list_by_type(
        &self,
        kind: impl Into<ActivityType>,
        query: ActivityQuery,
    ) -> Pager<AccountActivity> {
        Pager::wrap(self.inner.list_by_type(kind, query), &self.runtime)
    }
}

impl Client {
    /// What has happened in the account: fills, dividends, fees, transfers, option events.
    ///
    /// See [`Client::activities`](crate::Client::activities).
    #[must_use]
    pub fn activities(&self) -> Activities {
        Activities::wrap(self.inner.activities(), &self.runtime)
    }
}
