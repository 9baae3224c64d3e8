//! All orders of a world, open and ended.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{Order, OrderIx};
use crate::market::AssetIx;

/// The orders of a world. None is ever removed: an ended order can still be asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderStore {
    orders: Vec<Order>,
    by_id: HashMap<Uuid, OrderIx>,
    /// The open orders of each asset: what a quote has to look at.
    open: HashMap<AssetIx, BTreeSet<OrderIx>>,
}

impl OrderStore {
    /// Adds an order, which is open.
    pub(crate) fn add(&mut self, order: Order) -> OrderIx {
        let ix = OrderIx(u32::try_from(self.orders.len()).unwrap_or(u32::MAX));
        self.by_id.insert(order.id, ix);
        self.open.entry(order.asset).or_default().insert(ix);
        self.orders.push(order);
        ix
    }

    pub(crate) fn get(&self, ix: OrderIx) -> Option<&Order> {
        self.orders.get(ix.0 as usize)
    }

    pub(crate) fn get_mut(&mut self, ix: OrderIx) -> Option<&mut Order> {
        self.orders.get_mut(ix.0 as usize)
    }

    pub(crate) fn find(&self, id: Uuid) -> Option<OrderIx> {
        self.by_id.get(&id).copied()
    }

    /// Notes that an order has come to its end.
    pub(crate) fn ended(&mut self, ix: OrderIx) {
        let Some(asset) = self.get(ix).map(|order| order.asset) else {
            return;
        };
        if let Some(open) = self.open.get_mut(&asset) {
            open.remove(&ix);
            if open.is_empty() {
                self.open.remove(&asset);
            }
        }
    }

    /// The open orders of an asset, the oldest first.
    pub(crate) fn open_of(&self, asset: AssetIx) -> impl Iterator<Item = (OrderIx, &Order)> {
        self.open
            .get(&asset)
            .into_iter()
            .flatten()
            .filter_map(|ix| Some((*ix, self.get(*ix)?)))
    }

    /// Whether an asset has open orders.
    pub(crate) fn has_open(&self, asset: AssetIx) -> bool {
        self.open.contains_key(&asset)
    }

    /// All open orders, the oldest first.
    pub(crate) fn open(&self) -> Vec<OrderIx> {
        let mut all: Vec<_> = self.open.values().flatten().copied().collect();
        all.sort_unstable();
        all
    }

    /// All orders, the oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.iter()
    }
}
