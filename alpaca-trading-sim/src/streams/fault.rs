//! Faults of streams: what can be done to a frame on its way.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Event, Kind};

/// A kind of stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// The websocket `/stream`.
    TradeUpdates,
    /// The server-sent events `/v2beta1/events/activities`.
    ActivityEvents,
    /// The server-sent events `/v2/events/trades`.
    TradeEvents,
}

impl StreamKind {
    /// The kind of events that it tells.
    pub(super) fn events(self) -> Kind {
        match self {
            Self::TradeUpdates | Self::TradeEvents => Kind::Trade,
            Self::ActivityEvents => Kind::Activity,
        }
    }
}

/// What is to happen to the frame of an event, or to the connection at that place.
///
/// What a fault takes from one connection is in the log all the same: other streams tell it, and so
/// does a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamFault {
    /// The frame is sent twice.
    Duplicate,
    /// The frame changes places with the next one.
    Reorder,
    /// The frame is not sent.
    Drop,
    /// The frame is held back until this many later ones were sent; one is the same as `Reorder`. A
    /// stream that reaches its end sends what it holds back; one that is cut loses it.
    Delay(usize),
    /// The frame is not sent, and nothing else from here on, neither events nor heartbeats nor pings
    /// nor pongs. The connection stays open until all streams are shut down.
    Mute,
    /// The connection is closed in place of the frame: a websocket with code 1001, server-sent events
    /// by their end.
    Close,
    /// What a slow reader suffers, with this frame as what was missed: a websocket is dropped without a
    /// close frame, server-sent events get the comment and go on.
    SlowReader,
    /// The server fails in place of the frame, says so ("internal server error") and closes: a
    /// websocket with code 1011, server-sent events by their end.
    Error,
}

/// A fault that concerns more than the order of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    Mute,
    Close,
    SlowReader,
    Error,
}

/// Where faults hold back frames. One belongs to each connection.
#[derive(Debug, Default)]
pub(super) struct Passage {
    held: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    event: Arc<Event>,
    /// How many frames must still be sent before this one.
    left: usize,
}

impl Passage {
    /// Lets an event pass with its fault. What is to be sent now is put to `out`, in order.
    pub(super) fn pass(
        &mut self,
        event: Arc<Event>,
        fault: Option<StreamFault>,
        out: &mut VecDeque<Arc<Event>>,
    ) -> Option<Break> {
        match fault {
            None | Some(StreamFault::Delay(0)) => self.send(event, out),
            Some(StreamFault::Duplicate) => {
                out.push_back(Arc::clone(&event));
                self.send(event, out);
            }
            Some(StreamFault::Reorder) => self.held.push(Held { event, left: 1 }),
            Some(StreamFault::Delay(left)) => self.held.push(Held { event, left }),
            Some(StreamFault::Drop) => {}
            Some(StreamFault::Mute) => return Some(Break::Mute),
            Some(StreamFault::Close) => return Some(Break::Close),
            Some(StreamFault::SlowReader) => return Some(Break::SlowReader),
            Some(StreamFault::Error) => return Some(Break::Error),
        }
        None
    }

    /// Lets go of everything that is held back.
    pub(super) fn release(&mut self, out: &mut VecDeque<Arc<Event>>) {
        out.extend(self.held.drain(..).map(|held| held.event));
    }

    /// Sends an event, and behind it what has waited for it.
    fn send(&mut self, event: Arc<Event>, out: &mut VecDeque<Arc<Event>>) {
        out.push_back(event);
        self.held.retain_mut(|held| {
            held.left = held.left.saturating_sub(1);
            if held.left == 0 {
                out.push_back(Arc::clone(&held.event));
            }
            held.left > 0
        });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    /// The numbers of the events that are sent when these faults meet events 0, 1, 2…
    fn sent(faults: &[Option<StreamFault>], release: bool) -> Vec<usize> {
        let (mut passage, mut out) = (Passage::default(), VecDeque::new());
        for (number, fault) in faults.iter().enumerate() {
            let event = Event {
                id: number.to_string(),
                at: DateTime::UNIX_EPOCH,
                kind: Kind::Trade,
                json: "{}".into(),
            };
            if passage.pass(Arc::new(event), *fault, &mut out).is_some() {
                break;
            }
        }
        if release {
            passage.release(&mut out);
        }
        out.iter().map(|event| event.id.parse().unwrap()).collect()
    }

    #[test]
    fn frames_are_sent_in_the_order_that_their_faults_say() {
        use StreamFault::*;
        let rows: [(&[Option<StreamFault>], &[usize]); 12] = [
            (&[None, None, None], &[0, 1, 2]),
            (&[Some(Duplicate), None], &[0, 0, 1]),
            (&[Some(Drop), None], &[1]),
            (&[Some(Reorder), None, None], &[1, 0, 2]),
            (&[Some(Reorder)], &[]),
            (&[Some(Reorder), Some(Reorder), None, None], &[2, 0, 1, 3]),
            (&[Some(Reorder), Some(Drop), None], &[2, 0]),
            (&[Some(Delay(0)), None], &[0, 1]),
            (&[Some(Delay(2)), None, None, None], &[1, 2, 0, 3]),
            (&[Some(Delay(2)), Some(Reorder), None, None], &[2, 1, 3, 0]),
            (&[Some(Delay(1)), Some(Duplicate)], &[1, 1, 0]),
            (&[None, Some(Close), None], &[0]),
        ];
        for (faults, expected) in rows {
            assert_eq!(sent(faults, false), expected, "{faults:?}");
        }
        assert_eq!(sent(&[Some(Delay(9)), Some(Reorder)], true), [0, 1]);
    }

    #[test]
    fn what_concerns_the_connection_is_handed_on() {
        for (fault, expected) in [
            (StreamFault::Mute, Break::Mute),
            (StreamFault::Close, Break::Close),
            (StreamFault::SlowReader, Break::SlowReader),
            (StreamFault::Error, Break::Error),
        ] {
            let event = Arc::new(Event {
                id: String::new(),
                at: DateTime::UNIX_EPOCH,
                kind: Kind::Trade,
                json: "{}".into(),
            });
            let mut out = VecDeque::new();
            let met = Passage::default().pass(event, Some(fault), &mut out);
            assert_eq!((met, out.len()), (Some(expected), 0));
        }
    }

    #[test]
    fn faults_are_written_as_words() {
        let json = serde_json::to_string(&[
            StreamFault::Duplicate,
            StreamFault::Delay(3),
            StreamFault::SlowReader,
        ])
        .unwrap();
        assert_eq!(json, r#"["duplicate",{"delay":3},"slow_reader"]"#);
        let read: Vec<StreamFault> = serde_json::from_str(&json).unwrap();
        assert_eq!(read[1], StreamFault::Delay(3));
    }

    proptest! {
        #[test]
        fn holding_back_neither_loses_nor_repeats(
            delays in prop::collection::vec(prop::option::of(0_usize..6), 0..40)
        ) {
            let faults: Vec<_> = delays.iter().map(|delay| delay.map(StreamFault::Delay)).collect();
            let mut numbers = sent(&faults, true);
            prop_assert_eq!(
                numbers.iter().filter(|number| faults[**number].is_none()).is_sorted(),
                true
            );
            numbers.sort_unstable();
            prop_assert_eq!(numbers, (0..faults.len()).collect::<Vec<_>>());
        }
    }
}
