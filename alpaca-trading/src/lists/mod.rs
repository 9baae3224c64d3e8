//! Lists: rows that decode beside rows that do not, and lists that come in pages.

mod pager;
mod rows;

pub use pager::{Pager, RowStream};
pub(crate) use pager::{Cursor, Fetched, hashed};
pub use rows::{Rows, Undecodable};
