//! The websocket `/stream`: one task for each connection, between a socket and a log.

use std::collections::VecDeque;
use std::future::pending;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures_util::FutureExt;
use http::{HeaderMap, StatusCode, header};
use tokio::sync::watch;

use super::fault::{self, Passage};
use super::follow::{Follow, grown};
use super::handshake::{self, Session, Then};
use super::options::FrameKind;
use super::pulse::Pulse;
use super::{Shared, Source, StreamKind, StreamOptions, refuse};
use crate::{ApiError, Event, Mark};

/// The most bytes of a message from a client; a greater one closes the connection with code 1009.
const MAX_MESSAGE: usize = 64 * 1_024;

/// Room for reading. Messages of clients are short, and there may be many clients.
const READ_BUFFER: usize = 4 * 1_024;

const STREAM: StreamKind = StreamKind::TradeUpdates;

/// Opens a connection. Which account it is for is said in it.
pub(super) async fn upgrade<S: Source>(
    State(Shared { source, options }): State<Shared<S>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            return refuse(&ApiError::plain(rejection.status(), rejection.body_text()));
        }
    };
    let packed = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/msgpack"));
    if packed {
        return refuse(&ApiError::plain(
            StatusCode::NOT_IMPLEMENTED,
            "MessagePack frames are not simulated; leave out the Content-Type",
        ));
    }
    upgrade
        .read_buffer_size(READ_BUFFER)
        // Every message is written at once, and none is kept but the one that waits for the socket.
        .write_buffer_size(0)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(|socket| Connection::new(socket, source, options).run())
}

/// A connection, over when a step breaks.
struct Connection<S> {
    socket: WebSocket,
    source: S,
    options: StreamOptions,
    session: Session,
    /// The place in the log, while the client listens.
    follow: Option<Follow>,
    passage: Passage,
}

impl<S: Source> Connection<S> {
    fn new(socket: WebSocket, source: S, options: StreamOptions) -> Self {
        Self {
            socket,
            source,
            options,
            session: Session::default(),
            follow: None,
            passage: Passage::default(),
        }
    }

    async fn run(mut self) {
        let mut pulse = Pulse::new(self.options.ping_every);
        loop {
            let step = tokio::select! {
                // In this order, so that equal inputs meet equal fates.
                biased;
                () = self.options.shutdown.asked() => self.leave(),
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    Some(Err(error)) => self.reject(&error).await,
                    None => Break(()),
                },
                alive = more(self.follow.as_mut()) => {
                    if alive { self.tell().await } else { self.leave() }
                }
                () = pulse.beat() => self.send(Message::Ping(Vec::new().into())).await,
            };
            if step.is_break() {
                return;
            }
        }
    }

    /// Takes a message of the client.
    async fn hear(&mut self, message: Message) -> ControlFlow<()> {
        let bytes = match &message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes.as_ref(),
            // These are answered where they are received.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Continue(()),
        };
        let source = &self.source;
        let heard = self.session.hear(bytes, |keys| source.account(keys));
        match (heard.then, self.session.account()) {
            // Before the answer: what happens once the client has read it must be told.
            (Then::Listen, Some(account)) if self.follow.is_none() => {
                self.follow = Some(Follow::from_now(source, account, STREAM.events()));
            }
            (Then::Quiet, _) => {
                self.follow = None;
                self.passage = Passage::default();
            }
            _ => {}
        }
        self.send_text(heard.reply).await?;
        match heard.then {
            Then::Close => self.close(close_code::POLICY).await,
            Then::Stay | Then::Listen | Then::Quiet => Continue(()),
        }
    }

    /// Tells what is new.
    async fn tell(&mut self) -> ControlFlow<()> {
        let (mut events, mut out) = (VecDeque::new(), VecDeque::new());
        if let Some(follow) = &mut self.follow {
            follow.read(&self.source, &mut events);
        }
        for event in events {
            let fault = self.source.fault(STREAM);
            match self.passage.pass(event, fault, &mut out) {
                None => {}
                Some(fault::Break::Mute) => {
                    // Not even read from: reading would answer pings.
                    self.options.shutdown.asked().await;
                    return Break(());
                }
                Some(fault::Break::Close) => return self.close(close_code::AWAY).await,
                Some(fault::Break::SlowReader) => return Break(()),
                Some(fault::Break::Error) => {
                    let text = handshake::error("internal server error");
                    self.send_text(text).await?;
                    return self.close(close_code::ERROR).await;
                }
            }
            self.send_events(&mut out).await?;
        }
        Continue(())
    }

    async fn send_events(&mut self, events: &mut VecDeque<Arc<Event>>) -> ControlFlow<()> {
        while let Some(event) = events.pop_front() {
            self.send_text(handshake::trade_update(&event.text()))
                .await?;
        }
        Continue(())
    }

    async fn send_text(&mut self, text: String) -> ControlFlow<()> {
        let message = match self.options.frames {
            FrameKind::Binary => Message::Binary(text.clone().into()),
            FrameKind::Text => Message::Text(text.clone().into()),
        };
        self.send(message).await?;
        if let Some(account) = self.session.account() {
            self.source.sent(account, STREAM, &text);
        }
        Continue(())
    }

    /// Sends a message. Breaks when the connection is gone, when all streams are shut down, and when
    /// the client takes nothing while too much happens.
    async fn send(&mut self, message: Message) -> ControlFlow<()> {
        let mark = self.follow.as_ref().map(Follow::watch);
        let sent = tokio::select! {
            biased;
            sent = self.socket.send(message) => sent.is_ok(),
            () = self.options.shutdown.asked() => false,
            () = overrun(mark, self.options.lag) => {
                tracing::debug!("a websocket is dropped: its client does not read");
                false
            }
        };
        if sent { Continue(()) } else { Break(()) }
    }

    /// Answers what could not be read as a message, as far as it can be answered.
    async fn reject(&mut self, error: &axum::Error) -> ControlFlow<()> {
        let code = if is_too_long(error) {
            close_code::SIZE
        } else {
            close_code::PROTOCOL
        };
        self.send(closing(code)).await?;
        Break(())
    }

    /// Closes, and waits until the client has closed as well, so that it gets all that was sent.
    async fn close(&mut self, code: u16) -> ControlFlow<()> {
        self.send(closing(code)).await?;
        loop {
            let message = tokio::select! {
                biased;
                () = self.options.shutdown.asked() => return Break(()),
                message = self.socket.recv() => message,
            };
            if !matches!(message, Some(Ok(_))) {
                return Break(());
            }
        }
    }

    /// Closes without waiting for anything.
    fn leave(&mut self) -> ControlFlow<()> {
        drop(self.socket.send(closing(close_code::AWAY)).now_or_never());
        Break(())
    }
}

fn closing(code: u16) -> Message {
    Message::Close(Some(CloseFrame {
        code,
        reason: "".into(),
    }))
}

/// Whether a message was refused for its length. The error's type is not within reach; its text is.
fn is_too_long(error: &axum::Error) -> bool {
    error.to_string().contains("too long")
}

/// Waits for more to tell, for ever while nobody listens. False when the log is no more.
async fn more(follow: Option<&mut Follow>) -> bool {
    match follow {
        Some(follow) => follow.more().await,
        None => pending().await,
    }
}

/// Returns once more events than `lag` have come from now on.
async fn overrun(mark: Option<watch::Receiver<Mark>>, lag: usize) {
    let Some(mut mark) = mark else {
        return pending().await;
    };
    let mut before = *mark.borrow();
    let over = mark
        .wait_for(|now| {
            if now.generation != before.generation {
                before = *now;
            }
            grown(before, *now) > lag
        })
        .await
        .is_ok();
    if !over {
        // The log is no more, and so no longer grows.
        pending().await
    }
}
