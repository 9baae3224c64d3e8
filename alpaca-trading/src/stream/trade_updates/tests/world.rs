//! The world around the engine: a service that says what a test wants, and an account that is what a test
//! wants. Time is paused, so that hours take no time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use alpaca_trading_gen::types::{AccountActivity, Order, TradingActivities};
use chrono::{DateTime, Utc};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::value::RawValue;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use uuid::Uuid;

use super::super::actor::Actor;
use super::super::connection::{Dial, Dialing, Wire};
use super::super::hub::{Hub, Item};
use super::super::options::Options;
use super::super::source::Source;
use super::super::{TradeStream, TradeUpdate};
use super::fixture::{Say, at, short};
use crate::error::{Error, ErrorKind, Result};
use crate::lists::Undecodable;
use crate::orders::OrderQuery;
use crate::stream::{Disconnect, Health, StreamHook, StreamItem};
use crate::{Client, Rows};

/// What no test prints.
pub(super) const SECRET: &str = "very-secret-key";

pub(super) fn client() -> Client {
    let builder = Client::builder().key_pair("PKTEST", SECRET).seed(7);
    builder.build().unwrap()
}

/// Longer than anything that a test waits for.
const LONG: Duration = Duration::from_secs(3_600);

/// The dialer, and when it dialled.
#[derive(Clone, Default)]
pub(super) struct Line {
    state: Arc<Mutex<LineState>>,
}

#[derive(Default)]
struct LineState {
    dials: Vec<Instant>,
    /// Why a call does not come through.
    refusal: Option<Disconnect>,
    /// Whether the service hangs up at once.
    hangs_up: bool,
    calls: Option<mpsc::UnboundedSender<DuplexStream>>,
}

impl Line {
    pub(super) fn dials(&self) -> Vec<Instant> {
        self.state.lock().unwrap().dials.clone()
    }

    pub(super) fn refuse(&self, reason: Option<Disconnect>) {
        self.state.lock().unwrap().refusal = reason;
    }

    pub(super) fn hang_up(&self) {
        self.state.lock().unwrap().hangs_up = true;
    }
}

impl Dial for Line {
    fn dial(&self) -> Dialing<'_> {
        Box::pin(async move {
            let mut state = self.state.lock().unwrap();
            state.dials.push(Instant::now());
            if let Some(reason) = &state.refusal {
                return Err(reason.clone());
            }
            let (near, far) = tokio::io::duplex(1 << 16);
            if let Some(calls) = state.calls.as_ref().filter(|_| !state.hangs_up) {
                let _ = calls.send(far);
            }
            Ok(Box::new(near) as Box<dyn Wire>)
        })
    }
}

/// The account behind the REST API.
#[derive(Clone, Default)]
pub(super) struct Account {
    pub(super) state: Arc<Mutex<AccountState>>,
}

#[derive(Default)]
pub(super) struct AccountState {
    pub(super) orders: Vec<Order>,
    /// Orders that are in no list any more, and are found by their ids.
    pub(super) unlisted: Vec<Order>,
    /// Orders that cannot be had by their ids, and why.
    pub(super) sick: Vec<(Uuid, ErrorKind)>,
    /// Rows of every list of orders that are none.
    pub(super) bad_rows: Vec<String>,
    /// How many orders were asked for by their ids.
    pub(super) asked_by_id: usize,
    pub(super) fills: Vec<TradingActivities>,
    /// Whether every answer is a failure.
    pub(super) fails: bool,
    /// Whether asking for anything panics.
    pub(super) panics: bool,
    /// How long the first answer of a reading takes.
    pub(super) takes: Duration,
    /// When each list of orders was asked for.
    pub(super) asked: Vec<Instant>,
    pub(super) fills_asked: usize,
}

impl Account {
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut AccountState) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// The order is as this says, from now on.
    pub(super) fn put(&self, say: &Say) {
        let order = say.read();
        self.with(|state| {
            state.orders.retain(|held| held.id != order.id);
            state.orders.push(order);
        });
    }

    /// When readings began: what was asked for at one moment is one of them.
    pub(super) fn readings(&self) -> Vec<Instant> {
        let mut asked = self.with(|state| state.asked.clone());
        asked.dedup();
        asked
    }

    fn check(&self) -> Result<()> {
        assert!(
            !self.with(|state| state.panics),
            "a mistake in a hook of the client"
        );
        match self.with(|state| state.fails) {
            true => Err(Error::new(ErrorKind::Connection, "out of order")),
            false => Ok(()),
        }
    }
}

type Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

impl Source for Account {
    /// Those that the query admits, and no others.
    fn orders(&self, query: OrderQuery) -> Answer<'_, Rows<Order>> {
        Box::pin(async move {
            let takes = self.with(|state| {
                state.asked.push(Instant::now());
                state.takes
            });
            if !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
            self.check()?;
            let mut orders = self.with(|state| state.orders.clone());
            orders.retain(|order| query.admits(order));
            let bad = self.with(|state| state.bad_rows.clone());
            let bad = bad.into_iter().map(|row| {
                let row = RawValue::from_string(row).unwrap();
                Undecodable::new(row)
            });
            Ok(Rows::new(orders, bad.collect()))
        })
    }

    fn newest_orders(&self) -> Answer<'_, Rows<Order>> {
        Box::pin(async move {
            self.check()?;
            Ok(Rows::new(
                self.with(|state| state.orders.clone()),
                Vec::new(),
            ))
        })
    }

    fn order(&self, id: Uuid) -> Answer<'_, Option<Order>> {
        Box::pin(async move {
            self.check()?;
            let sick = self.with(|state| state.sick.clone());
            if let Some((_, kind)) = sick.iter().find(|(sick, _)| *sick == id) {
                self.with(|state| state.asked_by_id += 1);
                return Err(Error::new(*kind, "this one cannot be had"));
            }
            let find = |state: &mut AccountState| {
                state.asked_by_id += 1;
                let mut orders = state.orders.iter().chain(&state.unlisted);
                orders.find(|order| order.id == id).cloned()
            };
            Ok(self.with(find))
        })
    }

    fn fills(&self, since: DateTime<Utc>) -> Answer<'_, Rows<AccountActivity>> {
        Box::pin(async move {
            self.check()?;
            let fills = self.with(|state| {
                state.fills_asked += 1;
                state.fills.clone()
            });
            let fills = fills
                .into_iter()
                .filter(|fill| fill.transaction_time.is_some_and(|time| time >= since))
                .map(|fill| AccountActivity::Trade(Box::new(fill)));
            Ok(Rows::new(fills.collect(), Vec::new()))
        })
    }
}

/// A stream, and what is around it.
pub(super) struct World {
    pub(super) line: Line,
    pub(super) account: Account,
    pub(super) stream: TradeStream,
    pub(super) task: tokio::task::JoinHandle<()>,
    calls: mpsc::UnboundedReceiver<DuplexStream>,
}

impl World {
    pub(super) fn new(options: Options) -> Self {
        Self::of(client(), options, Line::default(), Account::default())
    }

    /// With hooks that see everything.
    pub(super) fn hooked(options: Options, hooks: Vec<Arc<dyn StreamHook>>) -> Self {
        Self::with(
            client(),
            options,
            Line::default(),
            Account::default(),
            hooks,
        )
    }

    pub(super) fn of(client: Client, options: Options, line: Line, account: Account) -> Self {
        Self::with(client, options, line, account, Vec::new())
    }

    fn with(
        client: Client,
        options: Options,
        line: Line,
        account: Account,
        hooks: Vec<Arc<dyn StreamHook>>,
    ) -> Self {
        let (sender, calls) = mpsc::unbounded_channel();
        line.state.lock().unwrap().calls = Some(sender);
        let begin = Instant::now();
        let time = Arc::new(move || at(i64::try_from(begin.elapsed().as_millis()).unwrap()));
        let hub = Arc::new(Hub::new(options.buffer, Health::new("test", hooks), time));
        let stream = TradeStream::new(Arc::clone(&hub));
        let source: Option<Arc<dyn Source>> = match options.backfill {
            true => Some(Arc::new(account.clone())),
            false => None,
        };
        let random = fastrand::Rng::with_seed(7);
        let dial = Box::new(line.clone());
        let actor = Actor::new(hub, client, dial, source, options, random);
        Self {
            task: tokio::spawn(actor.run()),
            line,
            account,
            stream,
            calls,
        }
    }

    /// The next call that comes through, before anything is said.
    pub(super) async fn call(&mut self) -> Service {
        let wire = timeout(LONG, self.calls.recv()).await.unwrap().unwrap();
        Service::on(wire).await
    }

    /// The next call, with which the service has agreed on everything.
    pub(super) async fn served(&mut self) -> Service {
        let mut service = self.call().await;
        service.welcome().await;
        service
    }

    /// A service that is connected, with a consumer that has seen it, and everything that there was.
    pub(super) async fn ready(&mut self) -> Service {
        let service = self.served().await;
        assert!(matches!(self.next().await, StreamItem::Connected));
        let first = self.next().await;
        assert!(matches!(first, StreamItem::Reconciled { .. }), "{first:?}");
        service
    }

    /// The next item.
    pub(super) async fn next(&mut self) -> Item {
        next(&mut self.stream).await
    }

    /// The next item that this picks.
    pub(super) async fn until<T>(&mut self, pick: impl Fn(&Item) -> Option<T>) -> T {
        for _ in 0..1_000 {
            let item = self.next().await;
            if let Some(found) = pick(&item) {
                return found;
            }
        }
        panic!("a thousand others");
    }

    /// Why the connection ended, and when it is tried again.
    pub(super) async fn disconnect(&mut self) -> (Disconnect, Option<Duration>) {
        self.until(|item| match item {
            StreamItem::Disconnected { reason, retry_in } => Some((reason.clone(), *retry_in)),
            _ => None,
        })
        .await
    }

    /// The next update, which must be the next item.
    pub(super) async fn update(&mut self) -> Arc<TradeUpdate> {
        match self.next().await {
            StreamItem::Update(update) => update,
            other => panic!("{other:?}"),
        }
    }

    /// What was missed, in short, which must be the next item; and whether that is all.
    pub(super) async fn reconciled(&mut self) -> (Vec<String>, bool) {
        match self.next().await {
            StreamItem::Reconciled {
                updates, complete, ..
            } => (
                updates.iter().map(|update| short(update)).collect(),
                complete,
            ),
            other => panic!("{other:?}"),
        }
    }

    /// Nothing is told for this long.
    pub(super) async fn nothing_for(&mut self, time: Duration) {
        let item = timeout(time, self.stream.next()).await;
        assert!(item.is_err(), "{item:?}");
    }
}

/// The next item of a stream that goes on.
pub(super) async fn next(stream: &mut TradeStream) -> Item {
    timeout(LONG, stream.next()).await.unwrap().unwrap()
}

/// All items that are there already.
pub(super) async fn all(stream: &mut TradeStream) -> Vec<Item> {
    let mut items = Vec::new();
    while let Ok(Some(item)) = timeout(Duration::from_millis(1), stream.next()).await {
        items.push(item);
    }
    items
}

/// The service's end of a connection.
pub(super) struct Service {
    pub(super) socket: WebSocketStream<DuplexStream>,
}

impl Service {
    async fn on(wire: DuplexStream) -> Self {
        let config = WebSocketConfig::default()
            .max_message_size(None)
            .max_frame_size(None);
        Self {
            socket: WebSocketStream::from_raw_socket(wire, Role::Server, Some(config)).await,
        }
    }

    /// The next text of the client.
    pub(super) async fn heard(&mut self) -> String {
        loop {
            match timeout(LONG, self.socket.next()).await.unwrap() {
                Some(Ok(Frame::Text(text))) => return text.to_string(),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Says something; that nobody listens any more is no failure.
    pub(super) async fn say(&mut self, text: impl Into<String>) {
        let _ = self.socket.send(Frame::text(text.into())).await;
    }

    pub(super) async fn tell(&mut self, say: &Say) {
        self.say(say.message()).await;
    }

    pub(super) async fn authorize(&mut self, status: &str) {
        let text = serde_json::json!({
            "stream": "authorization",
            "data": { "status": status, "action": "authenticate" },
        });
        self.say(text.to_string()).await;
    }

    pub(super) async fn listen(&mut self) {
        self.say(r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#)
            .await;
    }

    /// Agrees to everything.
    pub(super) async fn welcome(&mut self) {
        assert!(self.heard().await.contains("auth"));
        self.authorize("authorized").await;
        assert!(self.heard().await.contains("listen"));
        self.listen().await;
    }

    /// Lets time pass, and answers pings meanwhile. Gives when each of them came.
    pub(super) async fn idle(&mut self, time: Duration) -> Vec<Instant> {
        let end = Instant::now() + time;
        let mut pings = Vec::new();
        while let Ok(Some(Ok(frame))) = tokio::time::timeout_at(end, self.socket.next()).await {
            if matches!(frame, Frame::Ping(_)) {
                pings.push(Instant::now());
            }
        }
        tokio::time::sleep_until(end).await;
        pings
    }

    /// Closes it in the proper way.
    pub(super) async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }

    /// Waits until the client has gone: its farewell, or the bare end.
    pub(super) async fn gone(&mut self) -> Option<Frame> {
        let mut last = None;
        while let Some(Ok(frame)) = timeout(LONG, self.socket.next()).await.unwrap() {
            last = Some(frame);
        }
        last
    }
}
