//! Where quotes come from: files, seeded walks, and several sources at once.

mod csv;
mod csv_row;
mod line_ends;
mod merge;
mod source;
mod walk;
mod walk_settings;

pub use csv::{CsvError, CsvPrices};
pub use merge::Merged;
pub use source::{PriceSource, Tick};
pub use walk::Walk;
pub use walk_settings::{Sessions, WalkError, WalkSettings};
