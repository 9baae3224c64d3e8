//! The items that were told last, for consumers that read at their own pace.
//!
//! One ring serves all consumers of a connection. It holds what one of them has not read yet, up to a
//! limit in number and in size: then the oldest item goes, and whoever has not read it has missed it. A consumer
//! that never reads costs that much and holds up nobody.

use std::collections::{HashMap, VecDeque};
use std::task::Waker;

/// The most bytes of messages that are kept. The newest item is kept whatever its size.
pub(super) const BYTES: usize = 64 * 1_024 * 1_024;

/// How much of memory something takes that grows with what the service says, roughly.
pub(super) trait Weigh {
    /// The bytes of the messages in it.
    fn bytes(&self) -> usize;
}

/// Items with ascending numbers, and who has read them.
#[derive(Debug)]
pub(super) struct Ring<T> {
    slots: VecDeque<Slot<T>>,
    /// The bytes of all slots.
    bytes: usize,
    /// The number of the first slot.
    first: u64,
    capacity: usize,
    readers: HashMap<u64, Reader>,
    next_reader: u64,
    /// Whether nothing more will come.
    over: bool,
}

#[derive(Debug)]
struct Slot<T> {
    item: T,
    /// How many readers have not read it.
    left: usize,
}

#[derive(Debug)]
struct Reader {
    /// The number of the next item that it reads.
    next: u64,
    waker: Option<Waker>,
}

/// What a reader gets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read<T> {
    Item(T),
    /// This many items were missed; the next one to be read has this number.
    Missed {
        items: u64,
        next: u64,
    },
    /// There is nothing yet.
    Nothing,
    /// There will be nothing more.
    Over,
}

impl<T: Clone + Weigh> Ring<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            slots: VecDeque::new(),
            bytes: 0,
            first: 1,
            capacity: capacity.max(1),
            readers: HashMap::new(),
            next_reader: 0,
            over: false,
        }
    }

    /// The number of the next item.
    pub(super) fn next(&self) -> u64 {
        self.first + self.slots.len() as u64
    }

    /// Adds an item, and gives its number.
    pub(super) fn push(&mut self, item: T) -> u64 {
        let number = self.next();
        let left = self.readers.len();
        self.bytes += item.bytes();
        while self.slots.len() >= self.capacity || (self.bytes > BYTES && !self.slots.is_empty()) {
            self.drop_first();
        }
        self.slots.push_back(Slot { item, left });
        self.trim();
        number
    }

    fn drop_first(&mut self) {
        if let Some(slot) = self.slots.pop_front() {
            self.bytes -= slot.item.bytes();
            self.first += 1;
        }
    }

    /// Nothing more will come.
    pub(super) fn end(&mut self) {
        self.over = true;
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// A reader of what comes from now on.
    pub(super) fn join(&mut self) -> u64 {
        let id = self.next_reader;
        self.next_reader += 1;
        let reader = Reader {
            next: self.next(),
            waker: None,
        };
        self.readers.insert(id, reader);
        id
    }

    /// How many readers are left, without this one.
    pub(super) fn leave(&mut self, id: u64) -> usize {
        if let Some(reader) = self.readers.remove(&id) {
            self.pass(reader.next);
        }
        self.readers.len()
    }

    /// The next item for a reader, or what stands in its place; `waker` is woken when there is more.
    pub(super) fn read(&mut self, id: u64, waker: &Waker) -> Read<T> {
        let end = self.next();
        let Some(reader) = self.readers.get_mut(&id) else {
            return Read::Over;
        };
        if reader.next < self.first {
            return Read::Missed {
                items: self.first - reader.next,
                next: reader.next,
            };
        }
        if reader.next >= end {
            if self.over {
                return Read::Over;
            }
            match &mut reader.waker {
                Some(held) => held.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
            return Read::Nothing;
        }
        // A ring has no more slots than fit into memory.
        let place = usize::try_from(reader.next - self.first).unwrap_or(usize::MAX);
        reader.next += 1;
        let Some(slot) = self.slots.get_mut(place) else {
            return Read::Nothing;
        };
        slot.left = slot.left.saturating_sub(1);
        let item = slot.item.clone();
        self.trim();
        Read::Item(item)
    }

    /// A reader goes on with what comes from now on. Gives how many items it has passed over.
    pub(super) fn skip(&mut self, id: u64) -> u64 {
        let end = self.next();
        let Some(reader) = self.readers.get_mut(&id) else {
            return 0;
        };
        let from = std::mem::replace(&mut reader.next, end);
        self.pass(from);
        end.saturating_sub(from)
    }

    /// One reader less for all items from this number on.
    fn pass(&mut self, from: u64) {
        let skip = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        for slot in self.slots.iter_mut().skip(skip) {
            slot.left = slot.left.saturating_sub(1);
        }
        self.trim();
    }

    /// Drops what everybody has read.
    fn trim(&mut self) {
        while self.slots.front().is_some_and(|slot| slot.left == 0) {
            self.drop_first();
        }
    }

    /// Those that wait, to be woken once nothing is locked.
    pub(super) fn waiting(&mut self) -> Vec<Waker> {
        let readers = self.readers.values_mut();
        readers.filter_map(|reader| reader.waker.take()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for u32 {
        /// A million bytes for each thousand: the small numbers of most tests weigh nothing.
        fn bytes(&self) -> usize {
            usize::try_from(self / 1_000).unwrap() * 1_000_000
        }
    }

    fn read(ring: &mut Ring<u32>, id: u64) -> Read<u32> {
        ring.read(id, Waker::noop())
    }

    #[test]
    fn everybody_reads_everything_at_their_own_pace() {
        let mut ring = Ring::new(10);
        let one = ring.join();
        ring.push(1);
        let two = ring.join();
        ring.push(2);
        assert_eq!(read(&mut ring, two), Read::Item(2));
        assert_eq!(read(&mut ring, two), Read::Nothing);
        assert_eq!(read(&mut ring, one), Read::Item(1));
        assert_eq!(ring.slots.len(), 1);
        assert_eq!(read(&mut ring, one), Read::Item(2));
        assert!(ring.slots.is_empty());
        ring.push(3);
        ring.end();
        assert_eq!(read(&mut ring, one), Read::Item(3));
        assert_eq!(read(&mut ring, one), Read::Over);
        assert_eq!(ring.leave(two), 1);
        assert!(ring.slots.is_empty());
        assert_eq!(read(&mut ring, two), Read::Over);
    }

    #[test]
    fn whoever_is_slow_is_told_how_much_was_missed() {
        let mut ring = Ring::new(3);
        let slow = ring.join();
        let quick = ring.join();
        for item in 1..=5 {
            ring.push(item);
            assert_eq!(read(&mut ring, quick), Read::Item(item));
        }
        assert_eq!(read(&mut ring, slow), Read::Missed { items: 2, next: 1 });
        assert_eq!(ring.skip(slow), 5);
        assert_eq!(read(&mut ring, slow), Read::Nothing);
        assert_eq!(ring.waiting().len(), 1);
        assert_eq!(ring.push(6), 6);
        assert_eq!(read(&mut ring, slow), Read::Item(6));
    }

    #[test]
    fn what_is_kept_is_bounded_in_size() {
        let mut ring = Ring::new(1_000);
        let slow = ring.join();
        // 16 MB each: four of them fit.
        for _ in 0..10 {
            ring.push(16_000);
        }
        assert_eq!((ring.slots.len(), ring.bytes), (4, 64_000_000));
        assert_eq!(read(&mut ring, slow), Read::Missed { items: 6, next: 1 });
        // One that does not fit is kept all the same, alone.
        ring.push(100_000);
        assert_eq!((ring.slots.len(), ring.bytes), (1, 100_000_000));
        ring.push(1_000);
        assert_eq!((ring.slots.len(), ring.bytes), (1, 1_000_000));
        ring.skip(slow);
        assert_eq!((ring.slots.len(), ring.bytes), (0, 0));
    }

    #[test]
    fn without_readers_nothing_is_kept() {
        let mut ring = Ring::new(3);
        assert_eq!((ring.push(1), ring.push(2), ring.next()), (1, 2, 3));
        assert!(ring.slots.is_empty());
        let late = ring.join();
        assert_eq!(read(&mut ring, late), Read::Nothing);
        ring.push(3);
        assert_eq!(ring.leave(late), 0);
        assert!(ring.slots.is_empty());
    }
}
