//! Activity events without gaps: fills, corrections and busts, dividends, fees and transfers, each once.
//!
//! | you want | use |
//! |---|---|
//! | every event once, across breaks | [`connect`], or [`start`] not to wait for the first connection |
//! | that with other waits, limits or hooks | [`stream`](ActivityEvents::stream) |
//! | the bytes of one connection | [`subscribe`](ActivityEvents::subscribe) |
//!
//! [`connect`]: ActivityEvents::connect
//! [`start`]: ActivityEvents::start
//!
//! # Where it goes on
//!
//! Alpaca takes the id of an event or a time as a beginning, and an end only of the same kind. Events can be
//! held back on their way, so that the newest one that came says little about those before it. A stream
//! therefore goes on from the event that 256 others are newer than, its mark, and leaves out by their ids
//! what it has told. An event is lost only if more than 256 newer ones came before it and the connection
//! then broke.
//!
//! | the query | until there is a mark | from then on |
//! |---|---|---|
//! | `since` | the query as it is | `since_id`: the mark's id |
//! | `since` and `until` | the query as it is | `since`: the mark's time; `until` stays |
//! | `since_id` | the query as it is | `since_id`: the mark's id |
//! | `since_id` and `until_id` | the query as it is | `since_id`: the mark's id; `until_id` stays |
//! | neither | `since`: when the first connection stood, by the service's clock, less 5 s | `since_id`: the mark's id |
//!
//! In the last row the time is a lower bound, and less a minute where the service's clock is not known. What
//! happened in these seconds may be told after a break although it was before the stream began.
//!
//! The ids of the last 4,096 events are kept, and those of the mark and of what is newer. An event that comes
//! again after more than that would be handed on again.
//!
//! # What happens when
//!
//! | what | the items | and then |
//! |---|---|---|
//! | an event | `Update`, in the order in which events come | |
//! | an event that was told | none | |
//! | an event that cannot be understood, or is longer than 16 MiB | `Undecodable`, once | the stream goes on |
//! | a heartbeat | none | |
//! | nothing, not even a heartbeat, for 90 s | `Disconnected`, `Silent` | another connection |
//! | `you are reading too slowly, dropped N messages` | `Lagged`, `Disconnected`, `Lagging` | another connection, which tells them |
//! | `internal server error` | `Disconnected`, `ServerError` | another connection |
//! | the connection breaks | `Disconnected`, `Lost` | another connection |
//! | the service ends it | `Disconnected`, `Closed` | another connection, unless the query's end is reached |
//! | an answer that is no stream of events | `Disconnected`, `Protocol` | another connection |
//! | no connection; 408, 425, 429, 5xx | `Disconnected`, `Failed` | another attempt |
//! | 401, 403 | `Disconnected`, `Unauthorized` | the end |
//! | another 4xx | `Disconnected`, `Refused` | the end |
//! | the query's end is reached | `Disconnected`, `Finished` | the end |
//! | [`close`](ActivityStream::close) | `Disconnected`, `Consumer` | the end |
//!
//! Waits are those of [`Reconnect`](super::Reconnect), and every attempt is one request. `Stale` and
//! `Reconciled` are not among the items: what was missed comes as updates, before what is new.
//!
//! # When a query's end is reached
//!
//! The service ends the connection then, and it ends connections at other times too. So a clean end is
//! believed at once only if the connection told the event with the id of `until_id`. Otherwise the stream asks
//! again, a tenth of a second later: when it is told everything again that it knows, nothing new, and the
//! connection ends cleanly, two times in a row, the end is reached. Where there are no events at all, it takes
//! three clean ends in a row.
//!
//! # A slow consumer
//!
//! Up to 256 items and 4 MiB of messages wait for it; beyond that the stream stops reading. The socket fills
//! up, the service notices and drops what it has to, and says so: then the stream asks for it again.

mod comment;
mod cursor;
mod handle;
mod healing;
mod open;
mod outbox;
mod refusal;
mod sse;
mod update;

#[cfg(test)]
mod tests;

#[cfg(doc)]
use crate::resources::activity_events::ActivityEvents;

pub use handle::ActivityStream;
pub use open::ActivityConnect;
pub use update::ActivityUpdate;
