//! The ids of orders that ended long ago.

use std::collections::{HashSet, VecDeque};

use uuid::Uuid;

/// How many ids are kept.
const KEPT: usize = 65_536;

/// The ids of orders of which nothing else is known any more: what still comes of them is old.
#[derive(Debug, Default)]
pub(super) struct Forgotten {
    ids: HashSet<Uuid>,
    order: VecDeque<Uuid>,
}

impl Forgotten {
    pub(super) fn has(&self, id: &Uuid) -> bool {
        self.ids.contains(id)
    }

    pub(super) fn add(&mut self, id: Uuid) {
        if self.ids.insert(id) {
            self.order.push_back(id);
        }
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    /// Something else is known of an order again.
    pub(super) fn remove(&mut self, id: &Uuid) {
        if self.ids.remove(id) {
            self.order.retain(|kept| kept != id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let mut forgotten = Forgotten::default();
        for number in 0..=KEPT as u128 {
            forgotten.add(Uuid::from_u128(number));
            forgotten.add(Uuid::from_u128(number));
        }
        assert!(!forgotten.has(&Uuid::from_u128(0)));
        assert!(forgotten.has(&Uuid::from_u128(1)));
        assert_eq!((forgotten.ids.len(), forgotten.order.len()), (KEPT, KEPT));
        forgotten.remove(&Uuid::from_u128(7));
        forgotten.remove(&Uuid::from_u128(7));
        assert!(!forgotten.has(&Uuid::from_u128(7)));
        assert_eq!(forgotten.order.len(), KEPT - 1);
    }
}
