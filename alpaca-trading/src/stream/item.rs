//! What a stream tells its consumer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::error::Error;

/// One thing that a stream tells: mostly an update, otherwise something about the stream itself.
///
/// A consumer that only acts on updates may ignore the rest, or use an adapter that hides it. One that
/// keeps state of its own looks at [`Stale`](Self::Stale) and [`Reconciled`](Self::Reconciled): between
/// the two, something may have happened that it has not been told yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StreamItem<U> {
    /// The connection stands, and what happens from now on is told.
    Connected,
    /// Something has happened, told by the stream as it happened.
    Update(Arc<U>),
    /// What happened after this time may not have been told yet. [`Reconciled`](Self::Reconciled)
    /// follows once it was.
    Stale {
        /// A time, by the service's clock, up to which everything was told: of order updates, the newest that
        /// the last reading of the account had seen.
        since: DateTime<Utc>,
    },
    /// What was missed and is told now, in order; with nothing in it when nothing was missed. Its
    /// consumer is up to date again.
    Reconciled {
        /// What was missed, oldest first.
        updates: Vec<Arc<U>>,
        /// The time, by the service's clock, from which on it was looked for.
        from: DateTime<Utc>,
        /// The time, by the service's clock, up to which it was looked for.
        to: DateTime<Utc>,
        /// Whether that is all. False when an order shows fills that could be found nowhere yet, when an order
        /// could not be read, and when the consumer was so slow that what it missed is no longer remembered.
        complete: bool,
    },
    /// This many items were not told in time, since the consumer, or the stream itself, read too
    /// slowly. What is known of them follows, as [`Reconciled`](Self::Reconciled) or as updates.
    Lagged {
        /// How many items.
        dropped: u64,
    },
    /// A message that cannot be understood. The stream goes on.
    Undecodable {
        /// The message, clipped.
        text: String,
        /// What is wrong with it, and where.
        error: String,
    },
    /// The connection has ended, or could not be made.
    Disconnected {
        /// Why.
        reason: Disconnect,
        /// When it is tried again; none when it is not, and then the stream ends.
        retry_in: Option<Duration>,
    },
}

impl<U> StreamItem<U> {
    /// The update, if it is one that was told as it happened.
    #[must_use]
    pub fn update(&self) -> Option<&Arc<U>> {
        match self {
            Self::Update(update) => Some(update),
            _ => None,
        }
    }

    /// All updates in it: one, those that were missed, or none.
    #[must_use]
    pub fn updates(&self) -> &[Arc<U>] {
        match self {
            Self::Update(update) => std::slice::from_ref(update),
            Self::Reconciled { updates, .. } => updates,
            _ => &[],
        }
    }
}

/// Why a connection ended, or was not made.
///
/// Two are equal when their kinds and their words are.
#[derive(Clone, Debug)]
pub struct Disconnect {
    kind: DisconnectKind,
    message: String,
    error: Option<Error>,
}

impl PartialEq for Disconnect {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.message) == (other.kind, &other.message)
    }
}

impl Eq for Disconnect {}

/// The kinds of reasons for which a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DisconnectKind {
    /// The service closed it in the proper way.
    Closed,
    /// It broke.
    Lost,
    /// Nothing was heard for too long, not even the answer to a ping.
    Silent,
    /// It could not be made: the network, the service's answer, or its time.
    Failed,
    /// The service refused the credentials. Final.
    Unauthorized,
    /// The service refused what it was asked for, and will do so again. Final.
    Refused,
    /// Everything that was asked for has been told. Final.
    Finished,
    /// The service has as many connections of this account as it takes.
    ConnectionLimit,
    /// The service said that it failed.
    ServerError,
    /// The service did not keep to the protocol.
    Protocol,
    /// The service went on with something else than it was asked for, or lost messages, and the connection
    /// was given up for a fresh one.
    Lagging,
    /// The consumer has closed the stream. Final.
    Consumer,
}

impl Disconnect {
    pub(crate) fn new(kind: DisconnectKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            error: None,
        }
    }

    /// The reason that an error is.
    pub(crate) fn of(kind: DisconnectKind, error: Error) -> Self {
        Self {
            kind,
            message: error.to_string(),
            error: Some(error),
        }
    }

    /// The kind of the reason.
    #[must_use]
    pub fn kind(&self) -> DisconnectKind {
        self.kind
    }

    /// What happened, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The error behind it, where there is one: the service's answer, or what became of the connection.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Whether the stream has ended with it: nothing is tried again.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self.kind,
            DisconnectKind::Unauthorized
                | DisconnectKind::Refused
                | DisconnectKind::Finished
                | DisconnectKind::Consumer
        )
    }
}

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The most of a message that cannot be understood that is handed on.
pub(crate) const CLIP: usize = 4_096;

/// The text of bytes that are no message, clipped, with stars for a secret.
pub(crate) fn clipped_without(bytes: &[u8], secret: &str) -> String {
    // As much more as the cut could leave of the secret.
    let head = bytes.get(..CLIP + secret.len()).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(head).into_owned();
    if secret.is_empty() || !text.contains(secret) {
        return clipped(bytes);
    }
    text = text.replace(secret, "***");
    let mut end = text.len();
    if head.len() < bytes.len() {
        // What is left may end with the beginning of another one.
        end = end.saturating_sub(secret.len());
    }
    end = end.min(CLIP);
    if end < text.len() {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}

/// The text of bytes that are no message, clipped.
fn clipped(bytes: &[u8]) -> String {
    let head = bytes.get(..CLIP).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(head).into_owned();
    if head.len() < bytes.len() {
        // A character that the cut went through.
        while text.ends_with('\u{fffd}') {
            text.pop();
        }
        text.push_str(&format!("… ({} bytes)", bytes.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clipped_says_how_long_it_was() {
        assert_eq!(clipped(b"short"), "short");
        assert_eq!(clipped(b"\xff{"), "\u{fffd}{");
        let long = "é".repeat(5_000);
        let text = clipped(long.as_bytes());
        assert!(
            text.ends_with("é… (10000 bytes)"),
            "{}",
            &text[text.len() - 40..]
        );
        assert!(text.len() < CLIP + 30);
    }

    #[test]
    fn a_secret_is_never_in_what_is_clipped_nor_a_part_of_it() {
        let secret = "hush-hush";
        assert_eq!(clipped_without(b"say hush-hush", secret), "say ***");
        assert_eq!(clipped_without(b"say", ""), "say");
        for before in 0..2 * secret.len() {
            for times in 1..4 {
                let head = "x".repeat(CLIP - before);
                for tail in ["", "é"] {
                    let text = format!("{head}{}{}", secret.repeat(times), tail.repeat(5_000));
                    let clip = clipped_without(text.as_bytes(), secret);
                    let left = clip.trim_start_matches('x').split('…').next();
                    assert!(!left.is_some_and(|left| left.contains('h')), "{clip}");
                    assert!(clip.len() < CLIP + 30);
                }
            }
        }
    }

    #[test]
    fn only_what_cannot_be_mended_is_final() {
        for (kind, last) in [
            (DisconnectKind::Closed, false),
            (DisconnectKind::ConnectionLimit, false),
            (DisconnectKind::Unauthorized, true),
            (DisconnectKind::Refused, true),
            (DisconnectKind::Finished, true),
            (DisconnectKind::Consumer, true),
        ] {
            assert_eq!(Disconnect::new(kind, "x").is_final(), last, "{kind:?}");
        }
    }

    #[test]
    fn the_updates_of_an_item_are_those_in_it() {
        let now = Utc::now();
        let (one, two) = (Arc::new(1), Arc::new(2));
        let reconciled = StreamItem::Reconciled {
            updates: vec![one.clone(), two],
            from: now,
            to: now,
            complete: true,
        };
        assert_eq!(reconciled.updates().len(), 2);
        assert!(reconciled.update().is_none());
        let update = StreamItem::Update(one);
        assert_eq!(update.updates().len(), 1);
        assert_eq!(update.update().map(|number| **number), Some(1));
        assert!(StreamItem::<u8>::Connected.updates().is_empty());
    }
}
