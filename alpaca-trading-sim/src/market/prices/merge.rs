//! Several sources as one.

use chrono::{DateTime, Utc};

use super::source::{PriceSource, Tick};

/// The ticks of several sources by time; at the same time, those of an earlier source first.
#[derive(Clone, Default)]
pub struct Merged {
    sources: Vec<Box<dyn PriceSource>>,
}

impl Merged {
    /// One source of these.
    #[must_use]
    pub fn new(sources: Vec<Box<dyn PriceSource>>) -> Self {
        Self { sources }
    }

    /// Adds a source behind the others.
    pub fn push(&mut self, source: Box<dyn PriceSource>) {
        self.sources.push(source);
    }

    /// Takes all sources away.
    pub fn clear(&mut self) {
        self.sources.clear();
    }

    /// How many sources there are, those included that have come to their end.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there are no sources.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}

impl PriceSource for Merged {
    fn peek(&self) -> Option<DateTime<Utc>> {
        self.sources.iter().filter_map(|source| source.peek()).min()
    }

    fn next(&mut self) -> Option<Tick> {
        let with_times = self.sources.iter_mut().filter_map(|source| {
            let at = source.peek()?;
            Some((at, source))
        });
        // Of equal ones the first is taken.
        let (_, first) = with_times.min_by_key(|(at, _)| *at)?;
        first.next()
    }

    fn boxed_clone(&self) -> Box<dyn PriceSource> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::market::{AssetIx, Quote};

    /// Ticks at given seconds, of an asset that tells the source.
    #[derive(Clone)]
    struct List(u32, Vec<i64>, usize);

    impl PriceSource for List {
        fn peek(&self) -> Option<DateTime<Utc>> {
            let second = self.1.get(self.2)?;
            DateTime::from_timestamp(*second, 0)
        }

        fn next(&mut self) -> Option<Tick> {
            let at = self.peek()?;
            self.2 += 1;
            let quote = Quote::around(Decimal::TEN, Decimal::ZERO).unwrap();
            Some(Tick {
                at,
                asset: AssetIx(self.0),
                quote,
            })
        }

        fn boxed_clone(&self) -> Box<dyn PriceSource> {
            Box::new(self.clone())
        }
    }

    fn merged(lists: &[Vec<i64>]) -> Merged {
        let mut merged = Merged::default();
        for (number, list) in lists.iter().enumerate() {
            let number = u32::try_from(number).unwrap();
            merged.push(Box::new(List(number, list.clone(), 0)));
        }
        merged
    }

    fn all(source: &mut dyn PriceSource) -> Vec<(i64, u32)> {
        let mut all = Vec::new();
        while let Some(at) = source.peek() {
            let tick = source.next().unwrap();
            assert_eq!(tick.at, at);
            all.push((at.timestamp(), tick.asset.0));
        }
        assert_eq!(source.next(), None);
        all
    }

    #[test]
    fn by_time_and_then_by_source() {
        let mut merged = merged(&[vec![1, 5, 5, 9], vec![], vec![1, 5, 7]]);
        assert_eq!(merged.len(), 3);
        assert_eq!(
            all(&mut merged),
            [(1, 0), (1, 2), (5, 0), (5, 0), (5, 2), (7, 2), (9, 0)]
        );
    }

    #[test]
    fn no_sources_no_ticks() {
        let mut none = Merged::new(Vec::new());
        assert!(none.is_empty());
        assert_eq!(all(&mut none), []);
        let mut cleared = merged(&[vec![1]]);
        cleared.clear();
        assert_eq!(cleared.peek(), None);
    }

    #[test]
    fn a_clone_goes_on_by_itself() {
        let mut merged = merged(&[vec![1, 3], vec![2, 4]]);
        merged.next();
        let mut clone = merged.boxed_clone();
        let expected = [(2, 1), (3, 0), (4, 1)];
        assert_eq!(all(&mut merged), expected);
        assert_eq!(all(clone.as_mut()), expected);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_order_is_stable(
            lists in prop::collection::vec(prop::collection::vec(0_i64..20, 0..12), 0..5),
        ) {
            let mut sorted = lists;
            sorted.iter_mut().for_each(|list| list.sort_unstable());
            let mut expected = Vec::new();
            for (number, list) in sorted.iter().enumerate() {
                expected.extend(list.iter().map(|at| (*at, u32::try_from(number).unwrap())));
            }
            expected.sort();
            prop_assert_eq!(all(&mut merged(&sorted)), expected);
        }
    }
}
