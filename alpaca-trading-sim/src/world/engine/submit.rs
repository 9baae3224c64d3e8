//! Taking an order.

use chrono::Duration;
use rust_decimal::Decimal;

use super::super::World;
use super::super::account::AccountIx;
use super::super::agenda::Task;
use super::super::check::{self, Shaped, Verdict, shape};
use super::super::order::{
    Intent, Order, OrderClass, OrderIx, OrderRequest, OrderType, Side, Status, TimeInForce,
};
use crate::ApiError;
use crate::market::AssetClass;

/// How long orders without an end work.
pub(super) const LONGEST: Duration = Duration::days(90);

impl World {
    /// Takes an order, or says why not. What it sets off happens with the next
    /// [`settle`](Self::settle).
    pub(crate) fn submit(
        &mut self,
        account: AccountIx,
        request: OrderRequest,
    ) -> Result<OrderIx, ApiError> {
        let (shaped, verdict) = self.check(account, request)?;
        Ok(self.take(account, &shaped, verdict))
    }

    /// Holds a request against every rule.
    fn check(
        &self,
        account: AccountIx,
        request: OrderRequest,
    ) -> Result<(Shaped, Verdict), ApiError> {
        let account = self.account(account).ok_or_else(unknown_account)?;
        shape::request(&request, &self.dialect)?;
        let symbol = request.symbol.clone().unwrap_or_default();
        let Some(ix) = self.universe.find(&symbol) else {
            let shown = crate::api::clip(&symbol);
            return Err(ApiError::unprocessable(format!(
                "asset \"{shown}\" not found"
            )));
        };
        let asset = self.universe.get(ix);
        let mut shaped = shape::combination(request, ix, asset, &self.dialect)?;
        if asset.class == AssetClass::Crypto {
            cut(&mut shaped, asset.min_trade_increment)?;
        }
        self.check_client_order_id(
            account.client_order_ids.contains_key(
                shaped
                    .request
                    .client_order_id
                    .as_deref()
                    .unwrap_or_default(),
            ),
        )?;
        check::permission::state(&account.state)?;
        check::permission::account(&shaped, asset, &account.config)?;
        check::permission::asset(&shaped, asset)?;
        if asset.class == AssetClass::UsEquity {
            check::permission::window(&shaped, &self.calendar, &self.dialect, self.now)?;
        }
        check::price::increments(&shaped, asset)?;
        check::price::trail(&shaped, self.price(ix))?;
        check::price::legs(&shaped, self.quote(ix))?;
        check::wash::check(self, account, &shaped)?;
        let verdict = check::funds::check(self, account, &shaped)?;
        check::permission::opening(&account.state, verdict.intent.opens())?;
        check::day_trading::check(self, account, &shaped, verdict.intent)?;
        Ok((shaped, verdict))
    }

    pub(super) fn check_client_order_id(&self, taken: bool) -> Result<(), ApiError> {
        if !taken {
            return Ok(());
        }
        let message = "client_order_id must be unique";
        Err(match self.dialect.invalid_is_40010001 {
            true => ApiError::invalid(message),
            false => ApiError::unprocessable(message),
        })
    }

    fn take(&mut self, account: AccountIx, shaped: &Shaped, verdict: Verdict) -> OrderIx {
        let request = &shaped.request;
        let mut order = self.blank(account, shaped, verdict.intent);
        order.client_order_id = self.client_order_id(request.client_order_id.as_deref());
        order.reserve = verdict.reserve;
        order.class = request.class;
        order.limit_price = match (request.class, &request.take_profit) {
            (OrderClass::Oco, Some(target)) => target.limit_price,
            _ => request.limit_price,
        };
        order.stop_price = request.stop_price;
        order.trail_price = request.trail_price;
        order.trail_percent = request.trail_percent;
        order.status = self.first_status(&order);
        order.queued = order.status == Status::Accepted;
        self.begin_trail(&mut order);
        let parent = self.add(order);
        self.add_legs(parent, shaped, verdict.intent);
        let event = match self.orders.get(parent).map(|order| order.status) {
            Some(Status::Accepted) => "accepted",
            _ => "pending_new",
        };
        self.tell(parent, event);
        if event == "pending_new" {
            self.agenda
                .add(self.now + self.latency, Task::Route(parent));
        }
        parent
    }

    /// An order with nothing but what every order has.
    fn blank(&mut self, account: AccountIx, shaped: &Shaped, intent: Intent) -> Order {
        let asset = self.universe.get(shaped.asset).class;
        let (now, request) = (self.now, &shaped.request);
        let expires_at = self.end_of(asset, shaped.time_in_force, request.extended_hours);
        Order {
            id: self.ids.uuid(),
            client_order_id: "".into(),
            account,
            asset: shaped.asset,
            created_at: now,
            updated_at: now,
            ended_at: None,
            expires_at,
            replaced_by: None,
            replaces: None,
            notional: request.notional,
            qty: request.qty,
            filled_qty: Decimal::ZERO,
            filled_value: Decimal::ZERO,
            class: OrderClass::Simple,
            order_type: shaped.order_type,
            side: shaped.side,
            time_in_force: shaped.time_in_force,
            intent,
            limit_price: None,
            stop_price: None,
            trail_price: None,
            trail_percent: None,
            hwm: None,
            extended_hours: request.extended_hours,
            status: Status::Held,
            legs: Vec::new(),
            parent: None,
            triggered: false,
            resting: false,
            queued: false,
            reserve: Decimal::ZERO,
            before_pending: None,
        }
    }

    /// Whether it goes to its venue now or waits for its session.
    pub(super) fn first_status(&self, order: &Order) -> Status {
        let auction = matches!(order.time_in_force, TimeInForce::Opg | TimeInForce::Cls);
        match self.has_session(order) && !auction {
            true => Status::PendingNew,
            false => Status::Accepted,
        }
    }

    fn add_legs(&mut self, parent: OrderIx, shaped: &Shaped, intent: Intent) {
        let request = &shaped.request;
        // The legs of an entry close what it opens; those of an exit are exits like it.
        let (side, intent) = match request.class {
            OrderClass::Simple | OrderClass::Mleg => return,
            OrderClass::Oco => (shaped.side, intent),
            OrderClass::Bracket | OrderClass::Oto => {
                let side = shaped.side.opposite();
                (side, Intent::of(side, false))
            }
        };
        let account = match self.orders.get(parent) {
            Some(order) => order.account,
            None => return,
        };
        let target = request
            .take_profit
            .as_ref()
            .filter(|_| request.class != OrderClass::Oco);
        if let Some(target) = target {
            let mut leg = self.leg(parent, account, shaped, (side, intent));
            leg.order_type = OrderType::Limit;
            leg.limit_price = target.limit_price;
            self.add_leg(parent, leg);
        }
        if let Some(stop) = request.stop_loss.clone() {
            let mut leg = self.leg(parent, account, shaped, (side, intent));
            leg.stop_price = stop.stop_price;
            leg.limit_price = stop.limit_price;
            leg.order_type = match stop.limit_price {
                Some(_) => OrderType::StopLimit,
                None => OrderType::Stop,
            };
            self.add_leg(parent, leg);
        }
    }

    fn leg(
        &mut self,
        parent: OrderIx,
        account: AccountIx,
        shaped: &Shaped,
        (side, intent): (Side, Intent),
    ) -> Order {
        let mut leg = self.blank(account, shaped, intent);
        leg.side = side;
        leg.class = shaped.request.class;
        leg.parent = Some(parent);
        leg.client_order_id = self.client_order_id(None);
        leg
    }

    fn add_leg(&mut self, parent: OrderIx, leg: Order) {
        let ix = self.add(leg);
        if let Some(parent) = self.orders.get_mut(parent) {
            parent.legs.push(ix);
        }
    }

    pub(super) fn client_order_id(&mut self, given: Option<&str>) -> Box<str> {
        match given {
            Some(id) => id.into(),
            None => self.ids.uuid().to_string().into(),
        }
    }

    /// Adds an order to the world and to its account.
    pub(super) fn add(&mut self, order: Order) -> OrderIx {
        let (account, id) = (order.account, order.client_order_id.clone());
        let ix = self.orders.add(order);
        if let Some(account) = self.account_mut(account) {
            account.orders.push(ix);
            account.client_order_ids.insert(id, ix);
        }
        self.moved = true;
        ix
    }

    /// When an order of this kind that is taken now comes to the end of its time in force; none for one that
    /// does not wait for it.
    pub(super) fn end_of(
        &self,
        asset: AssetClass,
        time_in_force: TimeInForce,
        extended_hours: bool,
    ) -> Option<chrono::DateTime<chrono::Utc>> {
        match (asset, time_in_force) {
            (AssetClass::Crypto, TimeInForce::Ioc) => None,
            (AssetClass::Crypto, _) | (_, TimeInForce::Gtc) => {
                Some(super::session::sweep_of(self.now + LONGEST))
            }
            (AssetClass::UsEquity, _) if extended_hours => self
                .calendar
                .extended_day_of(self.now)
                .map(|day| day.session_close),
            (AssetClass::UsEquity, _) => self.calendar.day_of(self.now).map(|day| day.close),
        }
    }
}

/// Coins are cut to what is traded of them.
fn cut(shaped: &mut Shaped, increment: Option<Decimal>) -> Result<(), ApiError> {
    let (Some(qty), Some(increment)) = (shaped.request.qty, increment) else {
        return Ok(());
    };
    let Some(over) = qty.checked_rem(increment) else {
        return Ok(());
    };
    let cut = qty - over;
    if cut <= Decimal::ZERO {
        return Err(ApiError::invalid("qty must be > 0"));
    }
    shaped.request.qty = Some(cut);
    Ok(())
}

pub(super) fn unknown_account() -> ApiError {
    ApiError::plain(http::StatusCode::UNAUTHORIZED, "unauthorized.")
}
