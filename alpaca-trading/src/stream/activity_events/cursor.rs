//! Where a stream goes on after a break, and which events it has told already.
//!
//! Events can come out of their order, and one that was held back when a connection broke has not come
//! at all. To go on from the newest id would skip it. So a stream goes on from further back: from the
//! event that [`REACH`] others are newer than. What the service then tells again is known by its id and
//! is not handed on.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use alpaca_trading_gen::DateOrTime;
use chrono::{DateTime, Utc};

use crate::resources::activity_events::EventQuery;

/// How many events may overtake another one without its being lost when the connection breaks.
pub(super) const REACH: usize = 256;

/// How many ids are remembered, the last that came: an event that is told again is known among so many.
const MEMORY: usize = 4_096;

/// An event: the key it is ordered by, and its id. Where ids are the order, the time is the same for all.
type Place = (DateTime<Utc>, Arc<str>);

/// How far a stream has come.
#[derive(Debug)]
pub(super) struct Cursor {
    query: EventQuery,
    /// The newest events, one more than [`REACH`] at most.
    newest: BTreeSet<Place>,
    /// The ids that came last, in their order.
    order: VecDeque<Arc<str>>,
    known: HashSet<Arc<str>>,
    /// Since when, by the service's clock, a stream without a beginning was told what happens.
    began: Option<DateTime<Utc>>,
}

impl Cursor {
    pub(super) fn new(query: EventQuery) -> Self {
        Self {
            query,
            newest: BTreeSet::new(),
            order: VecDeque::new(),
            known: HashSet::new(),
            began: None,
        }
    }

    /// Whether the stream has an end.
    pub(super) fn is_bounded(&self) -> bool {
        self.query.until.is_some() || self.query.until_id.is_some()
    }

    /// Whether this is the event that ends the stream.
    pub(super) fn is_last(&self, id: &str) -> bool {
        let last = self.query.until_id.as_deref();
        last.is_some_and(|last| last.eq_ignore_ascii_case(id))
    }

    /// Whether nothing has been told yet.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Notes since when the service tells what happens. Only the first time counts.
    pub(super) fn began(&mut self, at: DateTime<Utc>) {
        self.began.get_or_insert(at);
    }

    /// Takes note of an event. False if it was told before.
    pub(super) fn admit(&mut self, id: &str, at: Option<DateTime<Utc>>) -> bool {
        let id: Arc<str> = id.into();
        let place = self.place(&id, at);
        let is_newest = place
            .as_ref()
            .is_some_and(|place| self.newest.contains(place));
        if is_newest || self.known.contains(&id) {
            return false;
        }
        if let Some(place) = place {
            self.newest.insert(place);
            if self.newest.len() > REACH.saturating_add(1) {
                self.newest.pop_first();
            }
        }
        self.known.insert(Arc::clone(&id));
        self.order.push_back(id);
        if self.order.len() > MEMORY
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    /// The query of the next connection.
    pub(super) fn query(&self) -> EventQuery {
        let mut query = EventQuery::new();
        match self.far_enough_back() {
            Some((at, _)) if self.by_time() => {
                query.since = Some(DateOrTime::Time(*at));
                query.until = self.query.until;
            }
            Some((_, id)) => {
                query.since_id = Some(String::from(&**id));
                query.until_id.clone_from(&self.query.until_id);
            }
            None => {
                query = self.query.clone();
                if query.since.is_none() && query.since_id.is_none() {
                    query.since = self.began.map(DateOrTime::Time);
                }
            }
        }
        query
    }

    /// The ids that an honest service tells again when it is asked for [`query`](Self::query), as far as
    /// they are remembered. That of the bound itself is not counted on.
    pub(super) fn told_again(&self) -> HashSet<Arc<str>> {
        let bound = self.far_enough_back();
        let behind = |place: &&Place| match bound {
            None => true,
            Some((at, _)) if self.by_time() => place.0 > *at,
            Some(bound) => *place > bound,
        };
        let ids = self.newest.iter().filter(behind).map(|(_, id)| id);
        ids.cloned().collect()
    }

    /// The event that [`REACH`] others are newer than, once there is one.
    fn far_enough_back(&self) -> Option<&Place> {
        (self.newest.len() > REACH)
            .then(|| self.newest.first())
            .flatten()
    }

    /// Whether the stream goes on from a time: an end that is a time needs a beginning that is one.
    fn by_time(&self) -> bool {
        self.query.until.is_some()
    }

    /// Where an event is in the order by which the stream goes on; none where that cannot be told.
    fn place(&self, id: &Arc<str>, at: Option<DateTime<Utc>>) -> Option<Place> {
        if self.by_time() {
            return at.map(|at| (at, Arc::clone(id)));
        }
        // What is no ULID would be refused as a beginning.
        is_ulid(id).then(|| (DateTime::UNIX_EPOCH, Arc::clone(id)))
    }
}

/// Whether this is a ULID: 26 letters of Crockford's base 32, the first of them one of the first eight.
fn is_ulid(id: &str) -> bool {
    let letter = |byte: u8| match byte.to_ascii_uppercase() {
        b'I' | b'L' | b'O' | b'U' => false,
        byte => byte.is_ascii_alphanumeric(),
    };
    id.len() == 26 && matches!(id.as_bytes().first(), Some(b'0'..=b'7')) && id.bytes().all(letter)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> String {
        format!("01JN{number:022}")
    }

    fn at(number: usize) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(number).unwrap())
    }

    fn after(query: EventQuery, numbers: impl IntoIterator<Item = usize>) -> Cursor {
        let mut cursor = Cursor::new(query);
        for number in numbers {
            cursor.admit(&id(number), Some(at(number)));
        }
        cursor
    }

    #[test]
    fn before_enough_is_known_the_query_stays_what_it_is() {
        for query in [
            EventQuery::new().since(at(3)),
            EventQuery::new().since(at(3)).until(at(900)),
            EventQuery::new().since_id(id(3)),
            EventQuery::new().since_id(id(3)).until_id(id(900)),
        ] {
            let cursor = after(query.clone(), 3..3 + REACH);
            assert_eq!(cursor.query(), query);
            assert_eq!(cursor.told_again().len(), REACH);
        }
    }

    #[test]
    fn then_it_goes_on_from_far_enough_back_and_keeps_its_end() {
        let first = EventQuery::new().since_id(id(905 - REACH - 1));
        for (query, expected) in [
            (EventQuery::new(), first.clone()),
            (EventQuery::new().since(at(3)), first.clone()),
            (EventQuery::new().since_id(id(3)), first.clone()),
            (
                EventQuery::new().since_id(id(3)).until_id(id(999)),
                first.until_id(id(999)),
            ),
            (
                EventQuery::new().since(at(3)).until(at(999)),
                EventQuery::new().since(at(904 - REACH)).until(at(999)),
            ),
        ] {
            let cursor = after(query, 3..905);
            assert_eq!(cursor.query(), expected);
            assert_eq!(cursor.told_again().len(), REACH);
        }
    }

    #[test]
    fn without_a_beginning_it_goes_on_from_when_it_was_first_connected() {
        let mut cursor = Cursor::new(EventQuery::new());
        assert_eq!(cursor.query(), EventQuery::new());
        cursor.began(at(100));
        cursor.began(at(200));
        assert_eq!(cursor.query(), EventQuery::new().since(at(100)));
        cursor.admit(&id(1), None);
        assert_eq!(cursor.query(), EventQuery::new().since(at(100)));
    }

    #[test]
    fn ids_of_another_form_are_remembered_and_not_gone_on_from() {
        let mut cursor = Cursor::new(EventQuery::new().since(at(1)));
        for number in 0..1_000 {
            assert!(cursor.admit(&format!("event {number}"), None));
            assert!(!cursor.admit(&format!("event {number}"), None));
        }
        assert_eq!(cursor.query(), EventQuery::new().since(at(1)));
        assert!(is_ulid("01arz3ndektsv4rrffq69g5fav"));
        for other in [
            "",
            "81ARZ3NDEKTSV4RRFFQ69G5FAV",
            "01ARZ3NDEKTSV4RRFFQ69G5FAU",
        ] {
            assert!(!is_ulid(other), "{other}");
        }
    }

    #[test]
    fn the_last_event_is_known_by_its_id() {
        let cursor = Cursor::new(EventQuery::new().since_id(id(1)).until_id("01JNAB"));
        assert!(cursor.is_bounded());
        assert!(cursor.is_last("01jnab") && !cursor.is_last("01JNAC"));
        assert!(!Cursor::new(EventQuery::new()).is_bounded());
    }

    #[test]
    fn a_million_events_cost_no_more_than_a_few_thousand() {
        let mut cursor = Cursor::new(EventQuery::new());
        for number in 0..1_000_000 {
            cursor.admit(&id(number), None);
        }
        assert_eq!(
            (cursor.newest.len(), cursor.order.len()),
            (REACH + 1, MEMORY)
        );
        assert_eq!(cursor.known.len(), MEMORY);
    }

    #[test]
    fn an_id_from_the_future_does_not_move_the_cursor_to_itself() {
        let rogue = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";
        let mut cursor = after(EventQuery::new(), 0..1_000);
        cursor.admit(rogue, None);
        for number in 1_000..7_000 {
            cursor.admit(&id(number), None);
        }
        assert_eq!(
            cursor.query(),
            EventQuery::new().since_id(id(7_000 - REACH))
        );
        assert!(!cursor.admit(rogue, None));
    }

    proptest! {
        /// Events are overtaken by up to `REACH` others each, the connection breaks anywhere, and the
        /// service then tells everything from the cursor on: all come once.
        #[test]
        fn nothing_that_was_held_back_is_lost_and_nothing_comes_twice(
            delays in proptest::collection::vec((0_usize..1_500, 1..=REACH), 0..8),
            cuts in proptest::collection::vec(0_usize..1_500, 0..4),
            by_time: bool,
        ) {
            const COUNT: usize = 1_500;
            let query = match by_time {
                true => EventQuery::new().since(at(0)).until(at(COUNT)),
                false => EventQuery::new().since(at(0)),
            };
            let mut cursor = Cursor::new(query);
            let mut told = Vec::new();
            let mut cuts = cuts;
            cuts.sort_unstable();
            cuts.push(COUNT);
            for cut in cuts {
                let query = cursor.query();
                let first = match (query.since, &query.since_id) {
                    (Some(DateOrTime::Time(time)), _) => time.timestamp().try_into().unwrap(),
                    (_, Some(first)) => first[4..].parse().unwrap(),
                    _ => 0,
                };
                // What comes on this connection, in the order in which it comes.
                let mut sent: Vec<(usize, usize)> = (first..COUNT).map(|number| {
                    let delay = delays.iter().find(|(held, _)| *held == number);
                    (number + delay.map_or(0, |(_, by)| *by), number)
                }).collect();
                sent.sort_unstable();
                for (sent_at, number) in sent {
                    if sent_at >= cut && cut < COUNT {
                        break;
                    }
                    if cursor.admit(&id(number), Some(at(number))) {
                        told.push(number);
                    }
                }
            }
            told.sort_unstable();
            prop_assert_eq!(told, (0..COUNT).collect::<Vec<_>>());
        }
    }
}
