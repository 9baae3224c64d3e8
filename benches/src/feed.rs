//! A stream of order updates on loopback that sends prepared frames, on a thread of its own.

use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use crate::measure;
use crate::updates::Frames;

/// How much is given to the socket at once when it is to take all it can.
const CHUNK: usize = 128 * 1_024;

/// A server that takes one connection after the other.
#[derive(Debug)]
pub struct Feed {
    /// Where it is, with the scheme of websockets.
    pub url: String,
    go: Sender<Order>,
    sent: Receiver<Sent>,
}

/// What is to be sent on the connection that stands.
struct Order {
    frames: Arc<Frames>,
    every: Option<Duration>,
}

/// What was sent.
#[derive(Debug)]
pub struct Sent {
    /// When each frame was given to the socket; only of paced ones.
    pub at: Vec<Instant>,
    /// The CPU time that sending took.
    pub cpu: Duration,
}

impl Feed {
    /// Starts a server. It ends with the process.
    ///
    /// # Errors
    ///
    /// When nothing can be bound on loopback.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("ws://{}/stream", listener.local_addr()?);
        let ((go, orders), (done, sent)) = (channel(), channel());
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A connection that breaks is missed by its round.
                let _ = serve(connection, &orders, &done);
            }
        });
        Ok(Self { url, go, sent })
    }

    /// Sends frames on the connection that stands: as fast as the socket takes them, or one in this time.
    pub fn send(&self, frames: &Arc<Frames>, every: Option<Duration>) {
        let frames = Arc::clone(frames);
        let _ = self.go.send(Order { frames, every });
    }

    /// Waits until everything was sent; none when the connection broke.
    #[must_use]
    pub fn sent(&self) -> Option<Sent> {
        self.sent.recv_timeout(Duration::from_secs(60)).ok()
    }
}

/// Greets, sends what it is asked to, and waits for the end of the connection.
fn serve(
    connection: TcpStream,
    orders: &Receiver<Order>,
    done: &Sender<Sent>,
) -> Result<(), Box<dyn std::error::Error>> {
    connection.set_nodelay(true)?;
    let mut socket = tungstenite::accept(connection).map_err(|error| error.to_string())?;
    for answer in [
        r#"{"stream":"authorization","data":{"status":"authorized","action":"authenticate"}}"#,
        r#"{"stream":"listening","data":{"streams":["trade_updates"]}}"#,
    ] {
        socket.read()?;
        socket.send(Message::text(answer))?;
    }
    let order = orders.recv()?;
    let before = measure::cpu();
    let at = match order.every {
        Some(every) => paced(&mut socket, &order.frames, every)?,
        None => {
            for chunk in order.frames.bytes().chunks(CHUNK) {
                socket.get_mut().write_all(chunk)?;
            }
            Vec::new()
        }
    };
    done.send(Sent {
        at,
        cpu: measure::cpu() - before,
    })?;
    loop {
        socket.read()?;
    }
}

fn paced(
    socket: &mut WebSocket<TcpStream>,
    frames: &Frames,
    every: Duration,
) -> io::Result<Vec<Instant>> {
    let mut at = Vec::with_capacity(frames.len());
    let mut next = Instant::now();
    for frame in frames.each() {
        next += every;
        thread::sleep(next.saturating_duration_since(Instant::now()));
        at.push(Instant::now());
        socket.get_mut().write_all(frame)?;
    }
    Ok(at)
}
