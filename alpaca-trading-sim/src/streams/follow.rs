//! A reader over the log of one account: its place, and what comes next.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::watch;

use super::Source;
use crate::{Event, Kind, Mark};

/// How many events are taken from the log at once. A connection that takes nothing holds no more.
const BATCH: usize = 64;

/// How many entries of the log are looked at under its lock at once.
const SCAN: usize = 4_096;

/// A place in the log of an account, and the kind of events that are read from there.
#[derive(Debug)]
pub(super) struct Follow {
    account: usize,
    kind: Kind,
    /// How far the log was read, and in which of its states.
    read: Mark,
    mark: watch::Receiver<Mark>,
}

impl Follow {
    /// Reads the whole log.
    pub(super) fn from_start<S: Source>(source: &S, account: usize, kind: Kind) -> Self {
        let mut follow = Self::from_now(source, account, kind);
        follow.read.length = 0;
        follow
    }

    /// Reads what comes after this moment.
    pub(super) fn from_now<S: Source>(source: &S, account: usize, kind: Kind) -> Self {
        source.with_log(account, |log| Self {
            account,
            kind,
            read: log.mark(),
            mark: log.watch(),
        })
    }

    /// How far the log has come.
    pub(super) fn mark(&self) -> Mark {
        *self.mark.borrow()
    }

    /// How far the log has come, to be waited for.
    pub(super) fn watch(&self) -> watch::Receiver<Mark> {
        self.mark.clone()
    }

    /// Whether there is something in the log that was not looked at.
    pub(super) fn is_behind(&self) -> bool {
        self.mark() != self.read
    }

    /// Waits for something in the log that was not looked at. False when the log is no more.
    pub(super) async fn more(&mut self) -> bool {
        let read = self.read;
        self.mark.wait_for(|mark| *mark != read).await.is_ok()
    }

    /// Takes the next events of the kind, some or none, in the order of the log.
    pub(super) fn read<S: Source>(&mut self, source: &S, into: &mut VecDeque<Arc<Event>>) {
        let (kind, read) = (self.kind, self.read);
        self.read = source.with_log(self.account, |log| {
            // A log that was put back says itself where its readers go on.
            let mut place = log.place_of(read);
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
            Mark {
                length: place,
                ..log.mark()
            }
        });
    }

    /// Goes to the end of the log, and counts the wanted events on the way.
    pub(super) fn skip<S: Source>(&mut self, source: &S, wanted: impl Fn(&Event) -> bool) -> usize {
        let (kind, read) = (self.kind, self.read);
        let (read, skipped) = source.with_log(self.account, |log| {
            let skipped = log
                .since(log.place_of(read))
                .iter()
                .filter(|event| event.kind == kind && wanted(event))
                .count();
            (log.mark(), skipped)
        });
        self.read = read;
        skipped
    }
}

/// How many events have come from one moment to a later one. What came before a log was put back is not
/// counted.
pub(super) fn grown(before: Mark, now: Mark) -> usize {
    if now.generation == before.generation {
        now.length.saturating_sub(before.length)
    } else {
        0
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
    fn what_happens_right_after_a_log_was_put_back_is_not_missed() {
        let world = World::default();
        for second in 0..5 {
            world.push(Kind::Trade, second);
        }
        let mut live = Follow::from_now(&world, 0, Kind::Trade);
        let mut replay = Follow::from_start(&world, 0, Kind::Trade);
        world.truncate(2);
        // Before anyone has looked: as long as before, and then longer.
        let new: Vec<_> = (10..14)
            .map(|second| world.push(Kind::Trade, second))
            .collect();
        let (mut seen, mut replayed) = (VecDeque::new(), VecDeque::new());
        assert_eq!(live.more().now_or_never(), Some(true));
        live.read(&world, &mut seen);
        assert_eq!(ids(&seen), new);
        replay.read(&world, &mut replayed);
        assert_eq!(ids(&replayed)[..2], [World::id(0), World::id(1)]);
        assert_eq!(ids(&replayed)[2..], new);
        // Of exactly the same length as what was read.
        world.truncate(5);
        let last = world.push(Kind::Trade, 20);
        assert_eq!(live.more().now_or_never(), Some(true));
        seen.clear();
        live.read(&world, &mut seen);
        assert_eq!(ids(&seen), [last]);
        assert!(!live.is_behind());
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
