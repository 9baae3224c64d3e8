//! All orders of a world, open and ended.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Order, OrderIx};
use crate::market::AssetIx;
use crate::world::account::AccountIx;

/// The orders of a world. None is ever removed: an ended order can still be asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrderStore {
    orders: Vec<Order>,
    by_id: HashMap<Uuid, OrderIx>,
    /// The open orders of each asset: what a quote has to look at.
    of_asset: Vec<Open>,
    /// The open orders of each account.
    of_account: Vec<Open>,
}

/// Open orders, the oldest first.
#[derive(Clone, Debug, Default)]
struct Open(Vec<OrderIx>);

impl Open {
    fn remove(&mut self, ix: OrderIx) {
        if let Ok(place) = self.0.binary_search(&ix) {
            self.0.remove(place);
        }
    }
}

/// Adds an order, which is younger than all others, to the list of this place.
fn add_to(lists: &mut Vec<Open>, place: usize, ix: OrderIx) {
    if lists.len() <= place {
        lists.resize_with(place.saturating_add(1), Open::default);
    }
    if let Some(open) = lists.get_mut(place) {
        open.0.push(ix);
    }
}

impl OrderStore {
    /// Adds an order, which is open.
    pub(crate) fn add(&mut self, order: Order) -> OrderIx {
        let ix = OrderIx(u32::try_from(self.orders.len()).unwrap_or(u32::MAX));
        self.by_id.insert(order.id, ix);
        add_to(&mut self.of_asset, order.asset.index(), ix);
        add_to(&mut self.of_account, order.account.0, ix);
        if self.orders.len() == self.orders.capacity() {
            // By an eighth, not by the whole: what is kept for nothing is a part of every order.
            self.orders.reserve_exact((self.orders.len() / 8).max(64));
        }
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
        let Some(order) = self.orders.get(ix.0 as usize) else {
            return;
        };
        let asset = self.of_asset.get_mut(order.asset.index());
        let account = self.of_account.get_mut(order.account.0);
        for open in [asset, account].into_iter().flatten() {
            open.remove(ix);
        }
    }

    /// The open orders of an asset, the oldest first.
    pub(crate) fn open_of(&self, asset: AssetIx) -> impl Iterator<Item = (OrderIx, &Order)> {
        let open = self.open_in(asset).iter();
        open.filter_map(|ix| Some((*ix, self.get(*ix)?)))
    }

    /// The same, by their numbers.
    pub(crate) fn open_in(&self, asset: AssetIx) -> &[OrderIx] {
        let open = self.of_asset.get(asset.index());
        open.map_or(&[], |open| &open.0)
    }

    /// The open orders of an account, the oldest first.
    pub(crate) fn open_by(&self, account: AccountIx) -> &[OrderIx] {
        let open = self.of_account.get(account.0);
        open.map_or(&[], |open| &open.0)
    }

    /// All open orders, the oldest first.
    pub(crate) fn open(&self) -> Vec<OrderIx> {
        let open = self.of_account.iter().flat_map(|open| &open.0);
        let mut all: Vec<_> = open.copied().collect();
        all.sort_unstable();
        all
    }

    /// All orders, the oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.iter()
    }
}
