//! [`crate::resources::corporate_actions`] without async; written by `cargo xtask blocking`.

use alpaca_trading_gen::types::CorporateAnnouncement;

use crate::blocking::{Client, Runtime};
use crate::resources::corporate_actions::AnnouncementQuery;
use crate::{Result, Rows};

/// Announcements of dividends, mergers, splits and spin-offs, deprecated by Alpaca.
///
/// See [`CorporateActions`](crate::resources::corporate_actions::CorporateActions).
#[derive(Clone, Debug)]
pub struct CorporateActions {
    inner: crate::resources::corporate_actions::CorporateActions,
    runtime: Runtime,
}

impl CorporateActions {
    pub(in crate::blocking) fn wrap(
        inner: crate::resources::corporate_actions::CorporateActions,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner,
            runtime: runtime.clone(),
        }
    }

    /// The announcements of some kinds in a window of at most 90 days.
    ///
    /// Blocks; see [`CorporateActions::list`](crate::resources::corporate_actions::CorporateActions::list).
    #[deprecated(
        since = "0.1.0",
        note = "deprecated by Alpaca in favour of the corporate actions of its market data API"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn list(&self, query: AnnouncementQuery) -> Result<Rows<CorporateAnnouncement>> {
        self.runtime.run(self.inner.list(query))
    }

    /// One announcement, by its id.
    ///
    /// Blocks; see [`CorporateActions::get`](crate::resources::corporate_actions::CorporateActions::get).
    #[deprecated(
        since = "0.1.0",
        note = "deprecated by Alpaca in favour of the corporate actions of its market data API"
    )]
    #[allow(deprecated, reason = "its twin is deprecated as well")]
    pub fn get(&self, id: impl Into<String>) -> Result<CorporateAnnouncement> {
        self.runtime.run(self.inner.get(id))
    }
}

impl Client {
    /// Announcements of dividends, mergers, splits and spin-offs, deprecated by Alpaca.
    ///
    /// See [`Client::corporate_actions`](crate::Client::corporate_actions).
    #[must_use]
    pub fn corporate_actions(&self) -> CorporateActions {
        CorporateActions::wrap(self.inner.corporate_actions(), &self.runtime)
    }
}
