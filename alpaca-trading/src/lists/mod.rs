//! Lists: rows that decode beside rows that do not, and lists that come in pages.

mod pager;
mod rows;

pub(crate) use pager::{Cursor, Fetched, hashed};
pub use pager::{Pager, RowStream};
pub use rows::{Rows, Undecodable};
