//! A reader over the log of one account: its place, and what comes next.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::watch;

use super::Source;
use crate::{Event, Kind};

/// How many events are taken from the log at once. A connection that takes nothing holds no more.
const BATCH: usize = 64;

/// How many entries of the log are looked at under its lock at once.
const SCAN: usize = 4_096;

/// A place in the log of an account, and the kind of events that are read from there.
#[derive(Debug)]
pub(super) struct Follow {
    account: usize,
    kind: Kind,
    place: usize,
    length: watch::Receiver<usize>,
}

impl Follow {
    /// Reads the whole log.
    pub(super) fn from_start<S: Source>(source: &S, account: usize, kind: Kind) -> Self {
        Self {
            account,
            kind,
            place: 0,
            length: source.with_log(account, |log| log.watch()),
        }
    }

    /// Reads what comes after this moment.
    pub(super) fn from_now<S: Source>(source: &S, account: usize, kind: Kind) -> Self {
        source.with_log(account, |log| Self {
            account,
            kind,
            place: log.all().len(),
            length: log.watch(),
        })
    }

    /// The length of the log.
    pub(super) fn length(&self) -> usize {
        *self.length.borrow()
    }

    /// The length of the log, to be waited for.
    pub(super) fn watch(&self) -> watch::Receiver<usize> {
        self.length.clone()
    }

    /// Whether there is something in the log that was not looked at.
    pub(super) fn is_behind(&self) -> bool {
        self.length() != self.place
    }

    /// Waits for something in the log that was not looked at. False when the log is no more.
    pub(super) async fn more(&mut self) -> bool {
        let place = self.place;
        // Another length, not a greater one: a log that was put back is shorter.
        self.length
            .wait_for(|length| *length != place)
            .await
            .is_ok()
    }

    /// Takes the next events of the kind, some or none, in the order of the log.
    pub(super) fn read<S: Source>(&mut self, source: &S, into: &mut VecDeque<Arc<Event>>) {
        let (kind, place) = (self.kind, self.place);
        self.place = source.with_log(self.account, |log| {
            // A log that was put back to an earlier state goes on from its end.
            let mut place = place.min(log.all().len());
            let mut taken = 0_usize;
            for event in log.since(place).iter().take(SCAN) {
                if taken == BATCH {
                    break;
                }
                place = place.saturating_add(1);
                if event.kind == kind {
                    into.push_back(Arc::clone(event));
                    taken = taken.saturating_add(1);
                }
            }
            place
        });
    }

    /// Goes to the end of the log, and counts the wanted events on the way.
    pub(super) fn skip<S: Source>(&mut self, source: &S, wanted: impl Fn(&Event) -> bool) -> usize {
        let (kind, place) = (self.kind, self.place);
        let (place, skipped) = source.with_log(self.account, |log| {
            let skipped = log
                .since(place)
                .iter()
                .filter(|event| event.kind == kind && wanted(event))
                .count();
            (log.all().len(), skipped)
        });
        self.place = place;
        skipped
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;
    use crate::streams::tests::World;

    fn ids(events: &VecDeque<Arc<Event>>) -> Vec<String> {
        events.iter().map(|event| event.id.clone()).collect()
    }

    #[test]
    fn from_now_leaves_out_what_was() {
        let world = World::default();
        world.push(Kind::Trade, 1);
        let mut all = Follow::from_start(&world, 0, Kind::Trade);
        let mut new = Follow::from_now(&world, 0, Kind::Trade);
        assert!(all.is_behind() && !new.is_behind());
        assert_eq!(new.more().now_or_never(), None);
        let later = world.push(Kind::Trade, 2);
        assert_eq!(new.more().now_or_never(), Some(true));
        let (mut read, mut read_new) = (VecDeque::new(), VecDeque::new());
        all.read(&world, &mut read);
        new.read(&world, &mut read_new);
        assert_eq!(read.len(), 2);
        assert_eq!(ids(&read_new), [later]);
    }

    #[test]
    fn a_log_that_was_put_back_goes_on_from_its_end() {
        let world = World::default();
        for second in 0..5 {
            world.push(Kind::Trade, second);
        }
        let mut follow = Follow::from_now(&world, 0, Kind::Trade);
        world.truncate(2);
        assert_eq!(follow.more().now_or_never(), Some(true));
        let mut read = VecDeque::new();
        follow.read(&world, &mut read);
        assert!(read.is_empty() && !follow.is_behind());
        let next = world.push(Kind::Trade, 9);
        follow.read(&world, &mut read);
        assert_eq!(ids(&read), [next]);
    }

    #[test]
    fn skipping_counts_what_is_wanted() {
        let world = World::default();
        for second in 0..10 {
            let kind = [Kind::Trade, Kind::Activity][usize::try_from(second % 2).unwrap()];
            world.push(kind, second);
        }
        let mut follow = Follow::from_start(&world, 0, Kind::Activity);
        let seventh = World::at(7);
        assert_eq!(follow.skip(&world, |event| event.at >= seventh), 2);
        assert!(!follow.is_behind());
        assert_eq!(follow.skip(&world, |_| true), 0);
    }

    proptest! {
        #[test]
        fn every_event_of_the_kind_is_read_once_and_in_order(
            steps in prop::collection::vec((0_usize..200, any::<bool>()), 1..12)
        ) {
            let world = World::default();
            let mut follow = Follow::from_now(&world, 0, Kind::Trade);
            let (mut read, mut pushed, mut second) = (VecDeque::new(), Vec::new(), 0);
            for (count, also_read) in steps {
                for _ in 0..count {
                    second += 1;
                    world.push(Kind::Activity, second);
                    pushed.push(world.push(Kind::Trade, second));
                }
                if also_read {
                    let before = read.len();
                    follow.read(&world, &mut read);
                    prop_assert!(read.len() - before <= BATCH);
                }
            }
            while follow.is_behind() {
                follow.read(&world, &mut read);
            }
            prop_assert_eq!(ids(&read), pushed);
        }
    }
}
