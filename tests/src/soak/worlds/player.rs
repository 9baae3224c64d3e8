//! A player who does at random what a client, a market and a clock can do to a world.

use std::collections::{BTreeMap, VecDeque};

use alpaca_trading::Decimal;
use alpaca_trading_sim::fill::{Immediate, Paper, Through, Touch, Volume};
use alpaca_trading_sim::{AccountStatus, Dialect, Simulator, Snapshot};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::orders::{change, near, order, text, tick};
use super::{WorldTally, garbage};
use crate::service::Random;

/// Everything that is traded here: what is usual, and one or two of each kind that is not.
const SYMBOLS: [&str; 24] = [
    "AAPL", "SPY", "F", "NIO", "PLUG", "MSFT", // usual, from dear to cheap
    "BRK.A", "TCEHY", // in whole shares; over the counter
    "SENS", "BYND", "GME", "VXX", // below a dollar and not marginable; hard to borrow
    "TQQQ", "SSO", // leveraged
    "EPD", "ZVZZT", "ZWZZT", "TWTR",
    "ZXZZT", // refused by rule, halted, untradable, inactive, new
    "BTC/USD", "ETH/USD", "DOGE/USD", "SHIB/USD", "USDC/USD",
];

/// How many of the last actions are told with a violation.
const TOLD: usize = 14;

/// A world with its player.
pub(super) struct Player {
    pub(super) simulator: Simulator,
    pub(super) cash: Decimal,
    pub(super) random: Random,
    symbols: Vec<&'static str>,
    /// Orders that were taken, with their symbols.
    orders: Vec<(String, &'static str)>,
    /// What has come to its end, and how.
    ended: BTreeMap<String, String>,
    kept: Option<Snapshot>,
    log: VecDeque<String>,
    pub(super) tally: WorldTally,
}

impl Player {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let cash = Decimal::from(random.pick(&[1_500, 25_000, 100_000, 100_000, 1_000_000]));
        let latency = TimeDelta::milliseconds(random.pick(&[0, 0, 0, 50, 700]));
        let mut builder = Simulator::builder()
            .seed(seed)
            .start_at(start(&mut random))
            .cash(cash)
            .latency(latency)
            .dialect(dialect(&mut random));
        builder = with_model(builder, &mut random);
        let mut symbols = vec!["AAPL", "BTC/USD"];
        while symbols.len() < 6 {
            let symbol = random.pick(&SYMBOLS);
            if !symbols.contains(&symbol) {
                symbols.push(symbol);
            }
        }
        Self {
            simulator: builder.build().expect("a simulator"),
            cash,
            random,
            symbols,
            orders: Vec::new(),
            ended: BTreeMap::new(),
            kept: None,
            log: VecDeque::new(),
            tally: WorldTally::default(),
        }
    }

    /// One action, and whether everything still adds up.
    pub(super) fn step(&mut self) -> Result<(), String> {
        self.tally.actions += 1;
        match self.random.below(100) {
            0..33 => self.submit()?,
            33..41 => self.cancel()?,
            41..46 => self.replace()?,
            46..50 => self.move_exit()?,
            50..56 => self.close()?,
            56 => self.bulk()?,
            57..63 => self.wait(),
            63..65 => self.configure()?,
            65 => self.halt()?,
            66..71 => self.misuse()?,
            71 => self.travel(),
            _ => self.quote()?,
        }
        self.simulator.look(|world| world.audit())
    }

    /// Whether no order has left its end.
    pub(super) fn check_ends(&mut self) -> Result<(), String> {
        let orders = self.simulator.look(|world| {
            let orders = world.all_orders();
            let shown = orders.map(|order| (order.id.to_string(), order.status));
            shown.collect::<Vec<_>>()
        });
        for (id, status) in orders {
            match self.ended.get(&id) {
                Some(end) if end != status.as_str() => {
                    return Err(format!("order {id} was {end} and has become {status}"));
                }
                None if status.is_terminal() => {
                    self.ended.insert(id, status.as_str().to_owned());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The last actions, for whoever looks into a violation.
    pub(super) fn told(&self) -> String {
        self.log.iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Makes a request; that the service fails is a violation of its own.
    pub(super) fn call(
        &mut self,
        method: &str,
        target: &str,
        body: &str,
    ) -> Result<(u16, Value), String> {
        let (status, answer) = self.simulator.call(method, target, body);
        let shown: String = body.chars().take(400).collect();
        let why = answer
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or_default();
        self.note(format!("{method} {target} {shown} -> {status} {why}"));
        if status >= 500 && status != 501 {
            return Err(format!("{method} {target} {body}: {status} {answer}"));
        }
        Ok((status, answer))
    }

    fn note(&mut self, what: String) {
        if self.log.len() == TOLD {
            self.log.pop_front();
        }
        self.log.push_back(what);
    }

    fn symbol(&mut self) -> &'static str {
        let known: Vec<_> = self.symbols.clone();
        self.random.pick(&known)
    }

    fn price(&self, symbol: &str) -> Decimal {
        let reference = || {
            self.simulator.look(|world| {
                let asset = world.universe().find(symbol).expect("a symbol");
                world.price(asset)
            })
        };
        let quote = self.simulator.market().quote(symbol);
        quote.map_or_else(|_| reference(), |quote| quote.last)
    }

    /// How many of it are held: below nought if it was sold short.
    fn held(&self, symbol: &str) -> Decimal {
        self.simulator.look(|world| {
            let asset = world.universe().find(symbol).expect("a symbol");
            let first = world.accounts().first().expect("an account");
            first.position(asset).qty
        })
    }

    fn take(&mut self, symbol: &'static str, order: &Value) {
        let id = |order: &Value| order["id"].as_str().unwrap_or_default().to_owned();
        self.orders.push((id(order), symbol));
        for leg in order["legs"].as_array().into_iter().flatten() {
            self.orders.push((id(leg), symbol));
        }
    }

    /// Notes a single order under its symbol.
    pub(super) fn taken(&mut self, id: String, symbol: &str) {
        let known = self.symbols.iter().find(|known| **known == symbol);
        if let Some(symbol) = known.copied() {
            self.orders.push((id, symbol));
        }
    }

    /// An order, mostly one of the last.
    fn known(&mut self) -> Option<(String, &'static str)> {
        let count = self.orders.len() as u64;
        let back = match self.random.below(3) {
            0 => self.random.below(count.max(1)),
            _ => self.random.below(count.clamp(1, 8)),
        };
        let known = self.orders.iter().rev().nth(usize::try_from(back).ok()?);
        known.cloned()
    }

    fn submit(&mut self) -> Result<(), String> {
        let symbol = self.symbol();
        let price = self.price(symbol);
        let held = self.held(symbol);
        let body = order(&mut self.random, symbol, price, held);
        let (status, answer) = self.call("POST", "/v2/orders", &body.to_string())?;
        self.tally.orders += 1;
        if status == 200 {
            self.tally.accepted += 1;
            *self.tally.kinds.entry(kind_of(&body)).or_default() += 1;
            self.take(symbol, &answer);
            let target = format!("/v2/orders/{}", answer["id"].as_str().unwrap_or_default());
            let (status, _) = self.call("GET", &target, "")?;
            if status != 200 {
                return Err(format!("{target} was taken, and is answered with {status}"));
            }
        }
        Ok(())
    }

    fn cancel(&mut self) -> Result<(), String> {
        let Some((id, _)) = self.known() else {
            return Ok(());
        };
        self.call("DELETE", &format!("/v2/orders/{id}"), "")
            .map(drop)
    }

    pub(super) fn replace(&mut self) -> Result<(), String> {
        let Some((id, symbol)) = self.known() else {
            return Ok(());
        };
        let price = self.price(symbol);
        let body = change(&mut self.random, price).to_string();
        let (status, answer) = self.call("PATCH", &format!("/v2/orders/{id}"), &body)?;
        if status == 200 {
            self.tally.replaced += 1;
            self.take(symbol, &answer);
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let symbol = self.symbol();
        let path = match self.random.below(2) {
            0 => symbol.replace('/', ""),
            _ => symbol.replace('/', "%2F"),
        };
        let query = self.random.pick(&[
            "",
            "?percentage=50",
            "?qty=1",
            "?percentage=33.3333",
            "?qty=0.01",
        ]);
        let (status, answer) = self.call("DELETE", &format!("/v2/positions/{path}{query}"), "")?;
        if status == 200 {
            self.tally.closed += 1;
            self.take(symbol, &answer);
        }
        Ok(())
    }

    fn bulk(&mut self) -> Result<(), String> {
        let target = self.random.pick(&[
            "/v2/positions?cancel_orders=true",
            "/v2/positions",
            "/v2/orders",
            "/v2/orders",
        ]);
        self.call("DELETE", target, "").map(drop)
    }

    /// Lets time pass: from a moment to a few days; a few times in a world weeks or years.
    fn wait(&mut self) {
        const DAY: i64 = 86_400;
        let most = match self.random.below(60) {
            0 => 400 * DAY,
            1 => 60 * DAY,
            2..10 => 5 * DAY,
            _ => self.random.pick(&[2, 60, 3_600, 20_000, 90_000]),
        };
        let span = TimeDelta::milliseconds(self.random.within(0, most * 1_000));
        let clock = self.simulator.clock();
        let now = match self.random.below(8) {
            0 => clock.advance_to_open(),
            1 => clock.advance_to_close(),
            _ => clock.advance(span),
        };
        self.note(format!("the clock is at {now}"));
    }

    fn configure(&mut self) -> Result<(), String> {
        let body = match self.random.below(9) {
            8 => return self.block(),
            0 => json!({ "no_shorting": true }),
            1 => json!({ "suspend_trade": true }),
            2 => json!({ "fractional_trading": false }),
            3 => json!({ "max_margin_multiplier": self.random.pick(&["1", "2", "4"]) }),
            4 => json!({ "ptp_no_exception_entry": true, "disable_overnight_trading": true }),
            _ => json!({
                "no_shorting": false, "suspend_trade": false, "fractional_trading": true,
                "max_margin_multiplier": "4", "disable_overnight_trading": false,
            }),
        };
        self.call("PATCH", "/v2/account/configurations", &body.to_string())?;
        // What stops everything lasts for one order.
        if body["suspend_trade"] == true || body["no_shorting"] == true {
            let on = r#"{"suspend_trade": false, "no_shorting": false}"#;
            self.submit()?;
            self.call("PATCH", "/v2/account/configurations", on)?;
        }
        Ok(())
    }

    /// Blocks the account for as long as it asks for an order and a closing.
    fn block(&mut self) -> Result<(), String> {
        let kind = self.random.below(4);
        self.note(format!("block: {kind}"));
        let change = |simulator: &Simulator, blocked: bool| {
            let changed = simulator.change_account_state("PKSIMULATOR", |state| match kind {
                0 => state.trading_blocked = blocked,
                1 => state.account_blocked = blocked,
                2 => state.liquidation_only = blocked,
                _ if blocked => state.status = AccountStatus::Inactive,
                _ => state.status = AccountStatus::Active,
            });
            changed.map_err(|error| error.to_string())
        };
        change(&self.simulator, true)?;
        let taken = self.tally.accepted;
        self.submit()?;
        self.close()?;
        if kind != 2 && self.tally.accepted != taken {
            return Err("a blocked account has placed an order".into());
        }
        change(&self.simulator, false)
    }

    fn halt(&mut self) -> Result<(), String> {
        let symbol = self.symbol();
        let halted = self.random.below(3) == 0;
        self.note(format!("halt {symbol}: {halted}"));
        let market = self.simulator.market();
        market
            .halt(symbol, halted)
            .map_err(|error| error.to_string())
    }

    fn misuse(&mut self) -> Result<(), String> {
        let id = self.known().map(|(id, _)| id).unwrap_or_default();
        let (method, target, body) = garbage::request(&mut self.random, &id);
        let (status, answer) = self.call(method, &target, &body)?;
        if status == 200 && target == "/v2/orders" && method == "POST" {
            self.tally.accepted += 1;
            self.take("AAPL", &answer);
        }
        Ok(())
    }

    /// Keeps the world as it is, or goes back to the one that was kept.
    fn travel(&mut self) {
        match self.kept.take() {
            Some(snapshot) if self.random.below(2) == 0 => {
                self.simulator.restore(&snapshot);
                self.ended.clear();
                self.note("back to the world that was kept".into());
            }
            _ => {
                self.kept = Some(self.simulator.snapshot());
                self.note("the world is kept".into());
            }
        }
    }

    fn quote(&mut self) -> Result<(), String> {
        let symbol = self.symbol();
        let price = self.price(symbol);
        // Now and then a price leaps, so that stops are jumped over and margins are tested.
        let last = match self.random.below(40) {
            0 => price * Decimal::new(self.random.within(60, 160), 2),
            _ => near(&mut self.random, price),
        };
        let tick = tick(last);
        let last = ((last / tick).round() * tick).clamp(tick, Decimal::from(2_000_000));
        let spread = ((last / Decimal::from(2_000) / tick).round() * tick).max(tick);
        let (bid, ask) = ((last - spread).max(tick), last + spread);
        let market = self.simulator.market();
        let set = match self.random.below(3) {
            0 => market.set_quote(symbol, bid, ask, last),
            _ => {
                let volume = Decimal::from(self.random.within(0, 20_000));
                market.set_quote_with_volume(symbol, (bid, ask, last), volume)
            }
        };
        self.note(format!("quote {symbol} {bid} {ask} {last}"));
        set.map_err(|error| format!("quote {symbol} {}: {error}", text(last)))
    }
}

/// What kinds of orders were taken: a world that takes few kinds shows little.
fn kind_of(body: &Value) -> String {
    let class = body["order_class"].as_str().unwrap_or("simple");
    let size = if body["notional"].is_string() {
        "notional"
    } else {
        "qty"
    };
    let hours = if body["extended_hours"] == true {
        "extended"
    } else {
        "core"
    };
    let market = match body["symbol"].as_str() {
        Some(symbol) if symbol.contains('/') => "crypto",
        _ => "equity",
    };
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (kind, tif) = (text("type"), text("time_in_force"));
    format!("{market} {class} {kind} {tif} {size} {hours}")
}

/// A moment of the years 2015 to 2026, most often within core hours.
fn start(random: &mut Random) -> DateTime<Utc> {
    let first = 1_420_200_000_i64; // 2 January 2015, 12:00
    let day = random.within(0, 4_300) * 86_400;
    let second = match random.below(4) {
        0 => random.within(0, 86_400),
        _ => random.within(3 * 3_600, 8 * 3_600),
    };
    DateTime::from_timestamp(first + day + second, 0).expect("a time")
}

fn dialect(random: &mut Random) -> Dialect {
    let mut dialect = Dialect::default();
    if random.below(3) == 0 {
        let mut either = || random.below(2) == 0;
        dialect.invalid_is_40010001 = either();
        dialect.notional_limit_orders = either();
        dialect.extended_hours_gtc = either();
        dialect.cls_until_1555 = either();
        dialect.non_marginable_is_cash = either();
        dialect.blank_order_class = either();
        dialect.cancel_twice = either();
        dialect.notional_decimals = if either() { 2 } else { 9 };
        dialect.pattern_day_trading = either();
    }
    dialect
}

fn with_model(
    builder: alpaca_trading_sim::Builder,
    random: &mut Random,
) -> alpaca_trading_sim::Builder {
    match random.below(7) {
        0 => builder.fill_model(Immediate::default()),
        1 => builder.fill_model(Touch::default()),
        2 => builder.fill_model(Through::default()),
        3 => builder.fill_model(Volume::percent(Decimal::from(random.within(1, 60)))),
        _ => builder.fill_model(Paper::default()),
    }
}
