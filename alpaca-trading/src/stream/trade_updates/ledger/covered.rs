//! Which part of an order's quantity has been told as filled.

use rust_decimal::Decimal;

/// The parts of an order that were filled and told, as half-open ranges of the running total.
///
/// A fill that brings the total from 5 to 8 covers what lies behind 5 up to 8. The service puts the total
/// into every way in which it tells a fill, so that a fill is known again wherever it comes from, and a
/// fill that was missed shows as a hole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Covered {
    /// Apart from each other, in order.
    parts: Vec<(Decimal, Decimal)>,
}

impl Covered {
    /// Everything up to this total.
    pub(super) fn up_to(total: Decimal) -> Self {
        let mut covered = Self::default();
        covered.add(Decimal::ZERO, total);
        covered
    }

    /// Whether all that lies behind `from` up to `to` was told.
    pub(super) fn has(&self, from: Decimal, to: Decimal) -> bool {
        from >= to
            || self
                .parts
                .iter()
                .any(|(start, end)| *start <= from && to <= *end)
    }

    /// Whether the first of what was filled was told.
    pub(super) fn begins_at_nothing(&self) -> bool {
        self.parts.first().is_some_and(|(start, _)| start.is_zero())
    }

    /// How much of what lies up to this total was told.
    pub(super) fn measure(&self, total: Decimal) -> Decimal {
        let parts = self.parts.iter();
        parts
            .map(|(start, end)| {
                ((*end).min(total) - (*start).max(Decimal::ZERO)).max(Decimal::ZERO)
            })
            .sum()
    }

    /// Whether nothing was told.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Takes note that this was told.
    pub(super) fn add(&mut self, from: Decimal, to: Decimal) {
        if from >= to {
            return;
        }
        let (mut from, mut to) = (from, to);
        self.parts.retain(|(start, end)| {
            let apart = *end < from || to < *start;
            if !apart {
                from = from.min(*start);
                to = to.max(*end);
            }
            apart
        });
        let place = self.parts.partition_point(|(start, _)| *start < from);
        self.parts.insert(place, (from, to));
    }

    /// Forgets what lies behind this total: it was undone.
    pub(super) fn cut(&mut self, total: Decimal) {
        self.parts.retain_mut(|(start, end)| {
            *end = (*end).min(total);
            *start < *end
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(value: i64) -> Decimal {
        Decimal::from(value)
    }

    #[test]
    fn holes_are_seen_and_closed() {
        let mut covered = Covered::default();
        covered.add(number(5), number(8));
        assert!(covered.has(number(5), number(8)) && covered.has(number(6), number(7)));
        assert!(!covered.has(number(0), number(5)) && !covered.has(number(4), number(6)));
        covered.add(number(0), number(5));
        assert_eq!(covered, Covered::up_to(number(8)));
        covered.cut(number(3));
        assert_eq!(covered, Covered::up_to(number(3)));
        covered.cut(number(0));
        assert_eq!(covered, Covered::default());
        assert!(covered.has(number(4), number(4)));
    }

    proptest! {
        /// Held against a set of whole numbers.
        #[test]
        fn it_is_the_union_of_what_was_added(
            parts in prop::collection::vec((0_i64..20, 0_i64..20), 0..20),
            cut in 0_i64..25,
        ) {
            let mut covered = Covered::default();
            let mut plain = std::collections::BTreeSet::new();
            for (from, to) in &parts {
                covered.add(number(*from), number(*to));
                plain.extend(*from..*to);
            }
            covered.cut(number(cut));
            plain.retain(|unit| *unit < cut);
            for unit in 0..25 {
                prop_assert_eq!(
                    covered.has(number(unit), number(unit + 1)),
                    plain.contains(&unit)
                );
            }
            for total in 0..25 {
                let told = plain.iter().filter(|unit| **unit < total).count();
                prop_assert_eq!(covered.measure(number(total)), Decimal::from(told));
            }
            prop_assert_eq!(covered.is_empty(), plain.is_empty());
            prop_assert!(covered.parts.windows(2).all(|two| two[0].1 < two[1].0));
        }
    }
}
