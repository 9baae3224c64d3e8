//! Hearing of an order before the next look at it is due: from the stream of order updates, if the program
//! has one open.

use std::time::Duration;

use alpaca_trading_gen::types::Order;
use uuid::Uuid;

use crate::Client;

/// How long there is between two looks while the stream tells what happens. It is only a safeguard: the
/// stream tells everything.
#[cfg(feature = "stream")]
const SAFEGUARD: Duration = Duration::from_secs(10);

/// The stream of order updates that the program has open, if it has one.
pub(super) struct Nudge {
    #[cfg(feature = "stream")]
    stream: Option<crate::stream::TradeStream>,
}

impl Nudge {
    /// Listens to the stream that was opened last with this client, if it is still open.
    pub(super) fn of(client: &Client) -> Self {
        #[cfg(feature = "stream")]
        return Self {
            stream: client.open_updates(),
        };
        #[cfg(not(feature = "stream"))]
        {
            let _ = client;
            Self {}
        }
    }

    /// Listens to nothing.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self {
            #[cfg(feature = "stream")]
            stream: None,
        }
    }

    /// The pause until the next look, which may be longer than usual while the stream tells everything.
    pub(super) fn pause(&self, usual: Duration) -> Duration {
        #[cfg(feature = "stream")]
        {
            use crate::stream::Phase;
            let state = self.stream.as_ref().map(crate::stream::TradeStream::state);
            let tells =
                |state: crate::stream::StreamState| state.phase == Phase::Connected && !state.stale;
            if !usual.is_zero() && state.is_some_and(tells) {
                return usual.max(SAFEGUARD);
            }
        }
        usual
    }

    /// Waits until the stream tells something of this order; for ever if there is no stream.
    pub(super) async fn order(&mut self, id: Uuid) -> Order {
        #[cfg(feature = "stream")]
        while let Some(stream) = &mut self.stream {
            let Some(item) = stream.next().await else {
                self.stream = None;
                break;
            };
            let about = item
                .updates()
                .iter()
                .rev()
                .find(|update| update.order.id == id);
            if let Some(update) = about {
                return update.order.clone();
            }
        }
        let _ = id;
        std::future::pending().await
    }
}
