//! Random worlds in which everything must add up after every step, at the size of a unit test. The soak
//! `worlds` of the workspace plays larger and wilder ones through the public interface.

use chrono::{DateTime, Duration, Utc};
use fastrand::Rng;
use rust_decimal::{Decimal, dec};
use serde_json::{Value, json};

use super::account::{AccountIx, AccountSetup};
use super::engine::{Restatement, Revised};
use super::order::Status;
use super::{Dialect, Setup, World};
use crate::api::{Call, find};
use crate::fill::{Immediate, Paper, Through, Touch};
use crate::market::{Quote, Universe};

pub(crate) fn world(seed: u64, start: &str) -> World {
    World::new(setup(seed, start))
}

pub(crate) fn setup(seed: u64, start: &str) -> Setup {
    Setup {
        seed,
        start: start.parse::<DateTime<Utc>>().unwrap(),
        accounts: vec![AccountSetup::default()],
        universe: Universe::builtin(),
        fill_model: Box::new(Paper),
        dialect: Dialect::default(),
        latency: Duration::zero(),
        prices: Vec::new(),
    }
}

/// Makes a request without a socket.
pub(crate) fn call(world: &mut World, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (operation, path) = find(method, path).unwrap();
    let call = Call {
        path,
        query: Call::query_of(query),
        body: match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        },
    };
    match operation.run(world, AccountIx(0), &call) {
        Ok(answer) => (answer.status.as_u16(), answer.body.unwrap_or_default()),
        Err(error) => (error.status.as_u16(), error.body()),
    }
}

struct Player {
    random: Rng,
    orders: Vec<String>,
    symbols: Vec<String>,
    accepted: usize,
    log: Vec<String>,
}

impl Player {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.usize(..from.len())].clone()
    }

    fn near(&mut self, price: Decimal) -> Decimal {
        let percent = Decimal::from(self.random.i32(-300..300)) / dec!(10000);
        let decimals = if price > dec!(10000) { 0 } else { 2 };
        (price * (Decimal::ONE + percent))
            .round_dp(decimals)
            .max(dec!(0.01))
    }

    fn order(&mut self, world: &World) -> Value {
        let symbol = self.pick(&self.symbols.clone());
        let ix = world.universe().find(&symbol).unwrap();
        let price = world.price(ix);
        let crypto = symbol.contains('/');
        let kind = match crypto {
            true => self.pick(&["market", "limit", "stop_limit"]),
            false => self.pick(&["market", "limit", "stop", "stop_limit", "trailing_stop"]),
        };
        let tif = match crypto {
            true => self.pick(&["gtc", "ioc"]),
            false if kind.contains("stop") => self.pick(&["day", "gtc"]),
            false => self.pick(&["day", "day", "gtc", "ioc", "fok", "opg", "cls"]),
        };
        let mut body = json!({
            "symbol": symbol, "side": self.pick(&["buy", "sell"]), "type": kind,
            "time_in_force": tif,
        });
        let qty = match (crypto, self.random.u8(..4)) {
            (true, _) => Decimal::from(self.random.u32(1..2_000_000)) / dec!(1000000),
            (false, 0) => Decimal::from(self.random.u32(1..5_000)) / dec!(100),
            (false, _) => Decimal::from(self.random.u32(1..150)),
        };
        if self.random.u8(..6) == 0 && kind == "market" {
            body["notional"] =
                json!((Decimal::from(self.random.u32(100..500_000)) / dec!(100)).to_string());
        } else {
            body["qty"] = json!(qty.to_string());
        }
        if kind.contains("limit") {
            body["limit_price"] = json!(self.near(price).to_string());
        }
        if kind.starts_with("stop") {
            body["stop_price"] = json!(self.near(price).to_string());
        }
        if kind == "trailing_stop" {
            body["trail_percent"] = json!("1.5");
        }
        if self.random.u8(..5) == 0 && kind == "limit" {
            body["extended_hours"] = json!(true);
        }
        match self.random.u8(..6) {
            _ if crypto => {}
            0 => {
                body["order_class"] = json!("bracket");
                let (up, down) = (price * dec!(1.02), price * dec!(0.98));
                let buys = body["side"] == "buy";
                let (target, stop) = if buys { (up, down) } else { (down, up) };
                body["take_profit"] = json!({"limit_price": target.round_dp(2).to_string()});
                body["stop_loss"] = json!({"stop_price": stop.round_dp(2).to_string()});
            }
            1 => {
                body["order_class"] = json!("oco");
                let (up, down) = (price * dec!(1.01), price * dec!(0.99));
                let sells = body["side"] == "sell";
                let (target, stop) = if sells { (up, down) } else { (down, up) };
                body["type"] = json!("limit");
                body["take_profit"] = json!({"limit_price": target.round_dp(2).to_string()});
                body["stop_loss"] = json!({"stop_price": stop.round_dp(2).to_string()});
                for name in ["limit_price", "stop_price", "trail_percent"] {
                    body.as_object_mut().unwrap().remove(name);
                }
            }
            2 => {
                body["order_class"] = json!("oto");
                let stop = if body["side"] == "buy" {
                    price * dec!(0.97)
                } else {
                    price * dec!(1.03)
                };
                body["stop_loss"] = json!({"stop_price": stop.round_dp(2).to_string()});
            }
            _ => {}
        }
        body
    }

    fn step(&mut self, world: &mut World) {
        match self.random.u8(..20) {
            0..7 => {
                let body = self.order(world);
                let (status, answer) = call(world, "POST", "/v2/orders", &body);
                self.log
                    .push(format!("{body} -> {status} {}", answer["message"]));
                if status == 200 {
                    self.accepted += 1;
                    self.orders.push(answer["id"].as_str().unwrap().to_owned());
                    for leg in answer["legs"].as_array().into_iter().flatten() {
                        self.orders.push(leg["id"].as_str().unwrap().to_owned());
                    }
                }
            }
            7..9 if !self.orders.is_empty() => {
                let id = self.pick(&self.orders.clone());
                let (status, _) = call(world, "DELETE", &format!("/v2/orders/{id}"), &Value::Null);
                self.log.push(format!("cancel {id} -> {status}"));
            }
            9..11 if !self.orders.is_empty() => {
                let id = self.pick(&self.orders.clone());
                let ix = world.orders().find(id.parse().unwrap()).unwrap();
                let asset = world.orders().get(ix).unwrap().asset;
                let price = self.near(world.price(asset));
                let name = self.pick(&["limit_price", "stop_price", "qty"]);
                let value = match name {
                    "qty" => self.random.u32(1..200).to_string(),
                    _ => price.to_string(),
                };
                let body = json!({ name: value });
                let (status, answer) = call(world, "PATCH", &format!("/v2/orders/{id}"), &body);
                self.log.push(format!(
                    "replace {id} {body} -> {status} {}",
                    answer["message"]
                ));
                if status == 200 {
                    self.orders.push(answer["id"].as_str().unwrap().to_owned());
                }
            }
            11 => {
                let symbol = self.pick(&self.symbols.clone()).replace('/', "");
                let query = self.pick(&["", "?percentage=50", "?qty=1"]);
                let (status, _) = call(
                    world,
                    "DELETE",
                    &format!("/v2/positions/{symbol}{query}"),
                    &Value::Null,
                );
                self.log.push(format!("close {symbol}{query} -> {status}"));
            }
            12 if self.random.u8(..8) == 0 => {
                let target = self.pick(&[
                    "/v2/positions?cancel_orders=true",
                    "/v2/positions",
                    "/v2/orders",
                ]);
                let (status, _) = call(world, "DELETE", target, &Value::Null);
                self.log.push(format!("delete {target} -> {status}"));
            }
            13 => {
                let span = self.pick(&[1_i64, 60, 3_600, 20_000, 90_000, 400_000]);
                let span = Duration::seconds(self.random.i64(0..span));
                world.run_until(world.now() + span);
                self.log.push(format!("advance {span} to {}", world.now()));
            }
            _ => {
                let symbol = self.pick(&self.symbols.clone());
                let ix = world.universe().find(&symbol).unwrap();
                let last = self.near(world.price(ix));
                let spread = (last / dec!(2000)).round_dp(2).max(dec!(0.01));
                if let Ok(quote) = Quote::new((last - spread).max(dec!(0.01)), last + spread, last)
                {
                    world.set_quote(ix, quote);
                    world.settle();
                    self.log.push(format!("quote {symbol} {last}"));
                }
            }
        }
    }
}

/// Lets the venue do something to an order, of which most is refused. Whether it was done.
fn venue_acts(player: &mut Player, world: &mut World) -> bool {
    if player.orders.is_empty() {
        return false;
    }
    let id = player.pick(&player.orders.clone());
    let ix = world.orders().find(id.parse().unwrap()).unwrap();
    let fills: Vec<(usize, Decimal, Decimal)> = world
        .fills_of(ix)
        .into_iter()
        .map(|(place, fill)| (place, fill.qty, fill.price))
        .collect();
    let act = player.random.u8(..11);
    let done = match act {
        0 => world.reject(ix),
        1 => world.refuse_request(ix),
        2 => world.resume(ix),
        3 => {
            let aside = [
                Status::Suspended,
                Status::Stopped,
                Status::DoneForDay,
                Status::Calculated,
                Status::AcceptedForBidding,
            ];
            let status = player.pick(&aside);
            world.set_aside(ix, status)
        }
        4 => {
            let qty = Decimal::from(player.random.u32(1..50));
            world.fill_by_hand(ix, qty, dec!(100))
        }
        5 => {
            let qty = Some(Decimal::from(player.random.u32(1..200)));
            let what = Restatement {
                qty,
                ..Restatement::default()
            };
            world.restate(ix, &what)
        }
        6 => {
            world.reject_next(player.random.u32(..3));
            Ok(())
        }
        _ if fills.is_empty() => Err("nothing is filled".into()),
        _ => {
            let (place, qty, price) = player.pick(&fills);
            let revised = match act {
                7 | 8 => Revised::Corrected {
                    qty: (qty / dec!(2)).ceil().max(Decimal::ONE),
                    price: price + dec!(0.25),
                },
                _ => Revised::Busted,
            };
            world.revise(ix, place, &revised, "ERROR")
        }
    };
    world.settle();
    player.log.push(format!("venue {act} {id} -> {done:?}"));
    done.is_ok()
}

/// Plays a world, and says what does not add up. Returns how many orders were accepted.
pub(crate) fn play(seed: u64, steps: usize) -> Result<usize, String> {
    play_with(seed, steps, false).map(|(accepted, _)| accepted)
}

/// The same, with a venue that acts by itself if it is to; and how often it did.
fn play_with(seed: u64, steps: usize, venue: bool) -> Result<(usize, usize), String> {
    let mut random = Rng::with_seed(seed);
    let mut setup = setup(seed, "2026-03-03T14:00:00Z");
    setup.fill_model = match random.u8(..6) {
        0 => Box::new(Immediate),
        1 => Box::new(Touch),
        2 => Box::new(Through),
        _ => Box::new(Paper),
    };
    setup.latency = match random.u8(..3) {
        0 => Duration::milliseconds(500),
        _ => Duration::zero(),
    };
    let mut world = World::new(setup);
    let mut player = Player {
        random,
        orders: Vec::new(),
        symbols: ["AAPL", "SPY", "BTC/USD"].map(str::to_owned).into(),
        accepted: 0,
        log: Vec::new(),
    };
    let mut acted = 0;
    for step in 0..steps {
        player.step(&mut world);
        if venue && player.random.bool() && venue_acts(&mut player, &mut world) {
            acted += 1;
        }
        let told = |error: String| {
            let last = player
                .log
                .iter()
                .rev()
                .take(12)
                .rev()
                .cloned()
                .collect::<Vec<_>>();
            format!("seed {seed}, step {step}: {error}\n{}", last.join("\n"))
        };
        world.audit().map_err(told)?;
        if step % 25 == 0 || step + 1 == steps {
            let told = |error: String| {
                let last = player
                    .log
                    .iter()
                    .rev()
                    .take(26)
                    .rev()
                    .cloned()
                    .collect::<Vec<_>>();
                format!("seed {seed}, step {step}: {error}\n{}", last.join("\n"))
            };
            world.audit_events().map_err(told)?;
        }
    }
    Ok((player.accepted, acted))
}

#[test]
fn random_worlds_with_a_venue_that_acts_add_up() {
    let acted: usize = (100..112)
        .map(|seed| play_with(seed, 250, true).unwrap_or_else(|error| panic!("{error}")))
        .map(|(_, acted)| acted)
        .sum();
    assert!(acted > 12 * 10, "{acted}");
}

#[test]
fn random_worlds_add_up() {
    let (worlds, steps) = (16, 300);
    let accepted: usize = (0..worlds)
        .map(|seed| play(seed, steps).unwrap_or_else(|error| panic!("{error}")))
        .sum();
    // The worlds are not empty: something was traded in each.
    assert!(accepted > worlds as usize * 10, "{accepted}");
}

#[test]
fn two_worlds_with_one_seed_are_the_same() {
    let played = |seed| {
        let mut world = world(seed, "2026-03-03T15:00:00Z");
        let mut player = Player {
            random: Rng::with_seed(seed),
            orders: Vec::new(),
            symbols: ["AAPL", "BTC/USD"].map(str::to_owned).into(),
            accepted: 0,
            log: Vec::new(),
        };
        for _ in 0..200 {
            player.step(&mut world);
        }
        let events: Vec<String> = world.accounts()[0]
            .log
            .all()
            .iter()
            .map(|event| event.text())
            .collect();
        (player.log, events)
    };
    assert_eq!(played(5), played(5));
    assert_ne!(played(5).1, played(6).1);
}

/// A world in which everything takes half a second to its venue.
fn slow(model: Box<dyn crate::fill::FillModel>) -> World {
    let mut setup = setup(1, "2026-03-03T15:00:00Z");
    setup.fill_model = model;
    setup.latency = Duration::milliseconds(500);
    World::new(setup)
}

fn set(world: &mut World, symbol: &str, last: Decimal, volume: Option<Decimal>) {
    let ix = world.universe().find(symbol).unwrap();
    let mut quote = Quote::new(last - dec!(0.01), last + dec!(0.01), last).unwrap();
    quote.volume = volume;
    world.set_quote(ix, quote);
    world.settle();
}

#[test]
fn an_order_that_is_canceled_on_its_way_is_not_filled_before_it_arrives() {
    let mut world = slow(Box::new(Touch));
    set(&mut world, "AAPL", dec!(200), None);
    let body = json!({"symbol": "AAPL", "qty": "1", "side": "buy", "type": "limit",
        "limit_price": "190", "time_in_force": "day"});
    let (_, order) = call(&mut world, "POST", "/v2/orders", &body);
    let target = format!("/v2/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(call(&mut world, "DELETE", &target, &Value::Null).0, 204);
    set(&mut world, "AAPL", dec!(180), None);
    let (_, order) = call(&mut world, "GET", &target, &Value::Null);
    assert_eq!(
        (&order["status"], &order["filled_qty"]),
        (&json!("pending_cancel"), &json!("0"))
    );
    world.run_until(world.now() + Duration::seconds(2));
    assert_eq!(
        call(&mut world, "GET", &target, &Value::Null).1["status"],
        "canceled"
    );
}

#[test]
fn an_order_by_amount_spends_no_more_than_it_at_the_price_that_a_model_gives() {
    for (limit, expected) in [("250", "4"), ("160", "6.25")] {
        let mut world = slow(Box::new(Immediate));
        set(&mut world, "AAPL", dec!(200), None);
        let body = json!({"symbol": "AAPL", "notional": "1000", "side": "buy", "type": "limit",
            "limit_price": limit, "time_in_force": "day"});
        let (_, order) = call(&mut world, "POST", "/v2/orders", &body);
        world.run_until(world.now() + Duration::seconds(2));
        let target = format!("/v2/orders/{}", order["id"].as_str().unwrap());
        let (_, order) = call(&mut world, "GET", &target, &Value::Null);
        assert_eq!(
            (&order["status"], &order["filled_qty"]),
            (&json!("filled"), &json!(expected))
        );
        world.audit().unwrap();
    }
}

#[test]
fn a_part_of_the_volume_is_traded_once_a_quote() {
    let mut world = slow(Box::new(crate::fill::Volume::percent(dec!(10))));
    let body = json!({"symbol": "AAPL", "qty": "100", "side": "buy", "type": "market",
        "time_in_force": "day"});
    set(&mut world, "AAPL", dec!(200), Some(dec!(50)));
    let (_, order) = call(&mut world, "POST", "/v2/orders", &body);
    let target = format!("/v2/orders/{}", order["id"].as_str().unwrap());
    world.run_until(world.now() + Duration::minutes(10));
    assert_eq!(
        call(&mut world, "GET", &target, &Value::Null).1["filled_qty"],
        "5"
    );
    set(&mut world, "AAPL", dec!(200), Some(dec!(70)));
    assert_eq!(
        call(&mut world, "GET", &target, &Value::Null).1["filled_qty"],
        "12"
    );
}

#[test]
fn a_part_of_the_volume_is_for_all_orders_together() {
    let mut world = slow(Box::new(crate::fill::Volume::percent(dec!(10))));
    set(&mut world, "AAPL", dec!(200), Some(dec!(100)));
    let filled = |world: &mut World, qty: &str, tif: &str| {
        let body = json!({"symbol": "AAPL", "qty": qty, "side": "buy", "type": "market",
            "time_in_force": tif});
        let (_, order) = call(world, "POST", "/v2/orders", &body);
        world.run_until(world.now() + Duration::seconds(1));
        let target = format!("/v2/orders/{}", order["id"].as_str().unwrap());
        let (_, order) = call(world, "GET", &target, &Value::Null);
        order["filled_qty"].as_str().unwrap().to_owned()
    };
    let taken: Vec<_> = (0..5).map(|_| filled(&mut world, "4", "ioc")).collect();
    assert_eq!(taken, ["4", "4", "2", "0", "0"]);
    // The next quote has as much again; what is filled whole or not at all gets nothing of too little.
    set(&mut world, "AAPL", dec!(200), Some(dec!(100)));
    let taken = [("7", "fok"), ("4", "fok"), ("3", "fok")];
    let taken = taken.map(|(qty, tif)| filled(&mut world, qty, tif));
    assert_eq!(taken, ["7", "0", "3"]);
}

#[test]
fn coins_for_more_than_two_hundred_thousand_dollars_are_neither_bought_nor_sold_at_once() {
    let mut world = slow(Box::new(Immediate));
    for (side, qty, status) in [("buy", "1.5", 200), ("buy", "4", 403), ("sell", "1.5", 403)] {
        let body = json!({"symbol": "BTC/USD", "qty": qty, "side": side, "type": "limit",
            "limit_price": if side == "sell" { "140000" } else { "64000" }, "time_in_force": "gtc"});
        let (answered, answer) = call(&mut world, "POST", "/v2/orders", &body);
        assert_eq!(answered, status, "{answer}");
        world.run_until(world.now() + Duration::seconds(2));
    }
}
