//! The streams over real sockets, on a world of two accounts that holds nothing but logs.

mod crowd;
mod sse;
mod websocket;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{
    Account, Keys, Shutdown, ShutdownHandle, Source, StreamFault, StreamKind, StreamOptions, routes,
};
use crate::{Event, EventLog, Ids, Kind};

/// A client. Built with the crate's own one, reqwest has to be told which cryptography it has.
fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A source that is pushed by hand.
#[derive(Clone)]
pub(super) struct World(Arc<Inner>);

struct Inner {
    logs: [Mutex<EventLog>; 2],
    faults: Mutex<VecDeque<(StreamKind, Option<StreamFault>)>>,
    sent: Mutex<Vec<(usize, StreamKind, String)>>,
    clock: watch::Sender<DateTime<Utc>>,
}

impl Default for World {
    fn default() -> Self {
        Self(Arc::new(Inner {
            logs: Default::default(),
            faults: Mutex::default(),
            sent: Mutex::default(),
            clock: watch::Sender::new(Self::at(0)),
        }))
    }
}

impl World {
    /// A second of this world's day.
    pub(super) fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::seconds(second)
    }

    /// The ULID of the event of a second, and of no more than one.
    pub(super) fn id(second: i64) -> String {
        Ids::new(7).ulid(Self::at(second))
    }

    /// Adds an event to the log of the first account; its id.
    pub(super) fn push(&self, kind: Kind, second: i64) -> String {
        self.push_to(0, kind, second, "")
    }

    pub(super) fn push_to(&self, account: usize, kind: Kind, second: i64, note: &str) -> String {
        let id = Self::id(second);
        let json = format!(r#"{{"event_id":"{id}","note":"{note}"}}"#);
        self.0.logs[account].lock().unwrap().push(Event {
            id: id.clone(),
            at: Self::at(second),
            kind,
            json: json.into(),
        });
        id
    }

    /// Puts the log of the first account back to its first events.
    pub(super) fn truncate(&self, length: usize) {
        let mut log = self.0.logs[0].lock().unwrap();
        let events = log.all()[..length].to_vec();
        log.replace(events);
    }

    /// What the next frames of a stream are to suffer, one after the other.
    fn fault(&self, stream: StreamKind, faults: impl IntoIterator<Item = Option<StreamFault>>) {
        let faults = faults.into_iter().map(|fault| (stream, fault));
        self.0.faults.lock().unwrap().extend(faults);
    }

    fn set_clock(&self, second: i64) {
        self.0.clock.send_replace(Self::at(second));
    }

    /// How many hold this world: every open connection is one.
    fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    fn sent(&self) -> Vec<(usize, StreamKind, String)> {
        self.0.sent.lock().unwrap().clone()
    }
}

impl Source for World {
    fn account(&self, keys: &Keys) -> Option<usize> {
        match keys {
            Keys::Pair { key, secret } if secret == "simulator" => match key.as_str() {
                "PK0" => Some(0),
                "PK1" => Some(1),
                _ => None,
            },
            Keys::Token(token) if token == "token" => Some(0),
            _ => None,
        }
    }

    fn with_log<T>(&self, account: usize, read: impl FnOnce(&EventLog) -> T) -> T {
        read(&self.0.logs[account].lock().unwrap())
    }

    fn fault(&self, stream: StreamKind) -> Option<StreamFault> {
        let mut faults = self.0.faults.lock().unwrap();
        let next = faults.iter().position(|(of, _)| *of == stream)?;
        faults.remove(next)?.1
    }

    fn sent(&self, account: usize, stream: StreamKind, text: &str) {
        let frame = (account, stream, text.to_owned());
        self.0.sent.lock().unwrap().push(frame);
    }

    fn now(&self) -> DateTime<Utc> {
        *self.0.clock.borrow()
    }

    fn clock_watch(&self) -> watch::Receiver<DateTime<Utc>> {
        self.0.clock.subscribe()
    }
}

/// A server on a world.
struct Server {
    world: World,
    address: SocketAddr,
    shutdown: ShutdownHandle,
}

impl Server {
    async fn start(options: StreamOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, options)
    }

    fn on(listener: TcpListener, mut options: StreamOptions) -> Self {
        let world = World::default();
        let (shutdown, waiting) = Shutdown::pair();
        options.shutdown = waiting;
        let address = listener.local_addr().unwrap();
        // Stands for the check of keys: who says so has an account.
        let accounts = from_fn(async |mut request: Request, next: Next| {
            if let Some(account) = request.headers().get("account") {
                let account = account.to_str().unwrap().parse().unwrap();
                request.extensions_mut().insert(Account(account));
            }
            next.run(request).await
        });
        let routes = routes(world.clone(), options).layer(accounts);
        tokio::spawn(axum::serve(listener, routes).into_future());
        Self {
            world,
            address,
            shutdown,
        }
    }
}
