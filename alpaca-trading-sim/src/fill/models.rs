//! The models that come with the simulator.

use fastrand::Rng;
use rust_decimal::{Decimal, dec};

use super::{Execution, FillModel, Working};
use crate::market::Quote;
use crate::world::order::Side;

/// As the paper service does it: whole at the far side of the quote when marketable, whatever its size;
/// one time in ten only a part of random size.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Paper;

impl FillModel for Paper {
    fn fill(&mut self, order: &Working<'_>, random: &mut Rng) -> Option<Execution> {
        if !order.is_marketable() {
            return None;
        }
        let whole = order.whole(order.price());
        if order.whole_only || random.u8(..10) != 0 {
            return Some(whole);
        }
        let part = part_of(order, Decimal::from(random.u32(1..100)) / dec!(100));
        Some(part.map_or(whole, |qty| Execution { qty, ..whole }))
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

/// A part of what is left, in units that the order trades; none if that is nothing or all.
fn part_of(order: &Working<'_>, share: Decimal) -> Option<Decimal> {
    let qty = order.left * share;
    let qty = if order.whole_units {
        qty.floor()
    } else {
        qty.trunc_with_scale(9)
    };
    (qty > Decimal::ZERO && qty < order.left).then_some(qty)
}

/// Whole, and at once: limit orders at their limit, marketable or not, others at the far side.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Immediate;

impl FillModel for Immediate {
    fn fill(&mut self, order: &Working<'_>, _: &mut Rng) -> Option<Execution> {
        Some(order.whole(order.limit.unwrap_or_else(|| order.far_side())))
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

/// Whole when marketable, and also when a trade touches the limit.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Touch;

impl FillModel for Touch {
    fn fill(&mut self, order: &Working<'_>, _: &mut Rng) -> Option<Execution> {
        if order.is_marketable() {
            return Some(order.whole(order.price()));
        }
        let limit = order.limit?;
        let touched = match order.side {
            Side::Buy => order.quote.last <= limit,
            Side::Sell => order.quote.last >= limit,
        };
        touched.then(|| order.whole(limit))
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

/// A limit order that rests is filled only when the far side goes beyond its limit: it was the last in line.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Through;

impl FillModel for Through {
    fn fill(&mut self, order: &Working<'_>, _: &mut Rng) -> Option<Execution> {
        let beyond = match (order.side, order.limit) {
            (Side::Buy, Some(limit)) if order.resting => order.quote.ask < limit,
            (Side::Sell, Some(limit)) if order.resting => order.quote.bid > limit,
            _ => order.is_marketable(),
        };
        beyond.then(|| order.whole(order.price()))
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

/// When marketable, at most this part of the volume that came with the quote, for all orders together; without a
/// volume, nothing.
#[derive(Clone, Debug)]
pub struct Volume {
    percent: Decimal,
}

impl Volume {
    /// At most `percent` of the volume of each quote: above 0, at most 100; beyond, the nearest of them.
    #[must_use]
    pub fn percent(percent: Decimal) -> Self {
        Self {
            percent: percent.clamp(dec!(0.0001), dec!(100)),
        }
    }
}

impl FillModel for Volume {
    fn fill(&mut self, order: &Working<'_>, _: &mut Rng) -> Option<Execution> {
        if !order.is_marketable() {
            return None;
        }
        let most = self.offered(order.quote)?;
        let most = if order.whole_units {
            most.floor()
        } else {
            most.trunc_with_scale(9)
        };
        let qty = most.min(order.left);
        if qty <= Decimal::ZERO || (order.whole_only && qty < order.left) {
            return None;
        }
        Some(Execution {
            qty,
            price: order.price(),
        })
    }

    fn offered(&self, quote: &Quote) -> Option<Decimal> {
        let part = quote.volume?.checked_mul(self.percent)?;
        Some(part / dec!(100))
    }

    fn looks_again(&self) -> bool {
        false
    }

    fn boxed(&self) -> Box<dyn FillModel> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(bid: Decimal, ask: Decimal, last: Decimal, volume: Option<Decimal>) -> Quote {
        Quote {
            volume,
            ..Quote::new(bid, ask, last).unwrap()
        }
    }

    fn order<'a>(
        side: Side,
        limit: Option<Decimal>,
        resting: bool,
        quote: &'a Quote,
    ) -> Working<'a> {
        Working {
            side,
            left: dec!(100),
            limit,
            resting,
            whole_only: false,
            whole_units: true,
            quote,
        }
    }

    #[test]
    fn paper_fills_at_the_far_side_or_at_the_limit_of_what_has_waited() {
        let quote = quote(dec!(9.9), dec!(10), dec!(9.95), None);
        let mut random = Rng::with_seed(3);
        for (side, limit, resting, price) in [
            (Side::Buy, None, false, Some(dec!(10))),
            (Side::Sell, None, false, Some(dec!(9.9))),
            (Side::Buy, Some(dec!(10.5)), false, Some(dec!(10))),
            (Side::Buy, Some(dec!(10.5)), true, Some(dec!(10.5))),
            (Side::Buy, Some(dec!(9.99)), true, None),
            (Side::Sell, Some(dec!(9.9)), false, Some(dec!(9.9))),
            (Side::Sell, Some(dec!(9.91)), false, None),
        ] {
            let fill = Paper.fill(&order(side, limit, resting, &quote), &mut random);
            assert_eq!(fill.map(|fill| fill.price), price, "{side} {limit:?}");
        }
    }

    #[test]
    fn paper_fills_a_tenth_in_part() {
        let quote = quote(dec!(9.9), dec!(10), dec!(9.95), None);
        let mut random = Rng::with_seed(1);
        let working = order(Side::Buy, None, false, &quote);
        let fills: Vec<_> = (0..10_000)
            .filter_map(|_| Paper.fill(&working, &mut random))
            .collect();
        let parts: Vec<_> = fills.iter().filter(|fill| fill.qty < dec!(100)).collect();
        assert_eq!(fills.len(), 10_000);
        assert!((900..1_100).contains(&parts.len()), "{}", parts.len());
        assert!(
            parts
                .iter()
                .all(|part| part.qty.fract().is_zero() && part.qty > dec!(0))
        );
        let all_or_none = Working {
            whole_only: true,
            ..working
        };
        assert!(
            (0..1_000).all(|_| Paper.fill(&all_or_none, &mut random).unwrap().qty == dec!(100))
        );
    }

    #[test]
    fn the_others_differ_in_when_a_resting_order_is_filled() {
        let (limit, mut random) = (dec!(10), Rng::with_seed(1));
        let far = quote(dec!(10.1), dec!(10.2), dec!(10.15), Some(dec!(50)));
        let touching = quote(dec!(10.1), dec!(10.2), dec!(10), Some(dec!(50)));
        let at = quote(dec!(9.9), dec!(10), dec!(10), Some(dec!(50)));
        let beyond = quote(dec!(9.8), dec!(9.9), dec!(9.85), Some(dec!(50)));
        let mut filled = |model: &mut dyn FillModel| {
            [&far, &touching, &at, &beyond].map(|quote| {
                let fill = model.fill(&order(Side::Buy, Some(limit), true, quote), &mut random);
                fill.map_or(dec!(0), |fill| {
                    assert_eq!(fill.price, limit);
                    fill.qty
                })
            })
        };
        let all = dec!(100);
        assert_eq!(filled(&mut Immediate), [all, all, all, all]);
        assert_eq!(filled(&mut Touch), [dec!(0), all, all, all]);
        assert_eq!(filled(&mut Through), [dec!(0), dec!(0), dec!(0), all]);
        let mut volume = Volume::percent(dec!(10));
        assert_eq!(filled(&mut volume), [dec!(0), dec!(0), dec!(5), dec!(5)]);
    }

    #[test]
    fn what_a_quote_has_given_is_not_given_again() {
        assert!(!Volume::percent(dec!(10)).looks_again());
        assert!(Paper.looks_again());
    }
}
