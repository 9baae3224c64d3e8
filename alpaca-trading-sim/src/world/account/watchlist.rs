//! Lists of assets to watch.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::market::AssetIx;

/// A list of assets.
#[derive(Clone, Debug, PartialEq)]
pub struct Watchlist {
    /// Its id.
    pub id: Uuid,
    /// Its name, unique within the account, at most 64 characters.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What is on it, in order, nothing twice.
    pub(crate) assets: Vec<AssetIx>,
}
