//! The body of server-sent events: frames and comments, made as the connection takes them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;

use super::params::{Position, Span};
use crate::streams::fault::{Break, Passage};
use crate::streams::follow::{Follow, grown};
use crate::streams::pulse::Pulse;
use crate::streams::{Source, StreamKind, StreamOptions};
use crate::{Event, Mark};

const HEARTBEAT: &str = ":heartbeat";
const SERVER_ERROR: &str = ": internal server error";

/// A stream of one account to one client.
pub(super) struct Feed<S> {
    source: S,
    options: StreamOptions,
    stream: StreamKind,
    account: usize,
    span: Span,
    follow: Follow,
    /// The source's time, as long as it may end the stream.
    clock: Option<watch::Receiver<DateTime<Utc>>>,
    pulse: Pulse,
    passage: Passage,
    /// What was read from the log and is still to meet its faults.
    read: VecDeque<Arc<Event>>,
    /// What is to be sent.
    out: VecDeque<Arc<Event>>,
    /// How far the log had come when the connection last took something.
    taken_at: Mark,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Nothing comes any more, and the connection stays.
    Muted,
    /// What is to be sent is sent, and then the stream ends.
    Ending,
}

impl<S: Source> Feed<S> {
    /// Opens a stream. Without a beginning, its place is after all that has happened by now.
    pub(super) fn open(
        source: S,
        options: StreamOptions,
        stream: StreamKind,
        account: usize,
        span: Span,
    ) -> Self {
        let follow = if span.has_beginning() {
            Follow::from_start(&source, account, stream.events())
        } else {
            Follow::from_now(&source, account, stream.events())
        };
        Self {
            clock: span.has_end().then(|| source.clock_watch()),
            pulse: Pulse::new(options.heartbeat_every),
            passage: Passage::default(),
            read: VecDeque::new(),
            out: VecDeque::new(),
            taken_at: follow.mark(),
            state: State::Open,
            source,
            options,
            stream,
            account,
            span,
            follow,
        }
    }

    /// The frames, one after the other.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        unfold(self, |mut feed| async {
            let frame = feed.next().await?;
            Some((Ok(frame), feed))
        })
    }

    /// The next frame, as soon as there is one. None at the end.
    async fn next(&mut self) -> Option<Bytes> {
        let frame = match self.overrun() {
            Some(comment) => Some(comment),
            None => self.frame().await,
        };
        self.taken_at = self.follow.mark();
        frame
    }

    /// The comment for a reader that has taken nothing while too much happened, and goes on at the
    /// newest event.
    fn overrun(&mut self) -> Option<Bytes> {
        let grown = grown(self.taken_at, self.follow.mark());
        if self.state != State::Open || grown <= self.options.lag {
            return None;
        }
        let wanted =
            |event: &Event| matches!(self.span.position(event), Position::Within | Position::Last);
        let read = self.read.drain(..).filter(|event| wanted(event)).count();
        let skipped = self.follow.skip(&self.source, wanted);
        let dropped = self.out.len().saturating_add(read).saturating_add(skipped);
        self.out.clear();
        (dropped > 0).then(|| self.too_slow(dropped))
    }

    async fn frame(&mut self) -> Option<Bytes> {
        loop {
            if self.options.shutdown.is_asked() {
                return None;
            }
            if self.state == State::Muted {
                self.options.shutdown.asked().await;
                return None;
            }
            if let Some(event) = self.out.pop_front() {
                let json = event.text();
                self.source.sent(self.account, self.stream, &json);
                return Some(format!("data: {json}\n\n").into());
            }
            if self.state == State::Ending {
                return None;
            }
            if let Some(event) = self.read.pop_front() {
                let position = self.span.position(&event);
                match position {
                    Position::Before => continue,
                    Position::Within | Position::Last => {}
                    Position::Beyond => {
                        self.end();
                        continue;
                    }
                }
                let met = self.pass(event);
                if position == Position::Last && self.state == State::Open {
                    self.end();
                }
                if let Some(done) = met {
                    return done;
                }
                continue;
            }
            // The time before the log: whatever happened before that time is then in the log.
            let over = self.clock.is_some() && self.span.is_over(self.source.now());
            self.follow.read(&self.source, &mut self.read);
            if !self.read.is_empty() || self.follow.is_behind() {
                continue;
            }
            if over {
                self.end();
                continue;
            }
            tokio::select! {
                biased;
                () = self.options.shutdown.asked() => return None,
                alive = self.follow.more() => if !alive { return None },
                () = passed(&mut self.clock, &self.span) => {}
                () = self.pulse.beat() => return Some(self.comment(HEARTBEAT)),
            }
        }
    }

    /// Lets an event meet its fault. Some when that is something else than what is to be sent: a
    /// comment, or the end.
    fn pass(&mut self, event: Arc<Event>) -> Option<Option<Bytes>> {
        let fault = self.source.fault(self.stream);
        match self.passage.pass(event, fault, &mut self.out)? {
            Break::Mute => {
                self.state = State::Muted;
                None
            }
            Break::Close => {
                self.state = State::Ending;
                Some(None)
            }
            Break::SlowReader => Some(Some(self.too_slow(1))),
            Break::Error => {
                self.state = State::Ending;
                Some(Some(self.comment(SERVER_ERROR)))
            }
        }
    }

    /// Ends the stream after what faults have held back.
    fn end(&mut self) {
        self.passage.release(&mut self.out);
        self.state = State::Ending;
    }

    fn too_slow(&self, dropped: usize) -> Bytes {
        self.comment(&format!(
            ": you are reading too slowly, dropped {dropped} messages"
        ))
    }

    fn comment(&self, text: &str) -> Bytes {
        self.source.sent(self.account, self.stream, text);
        format!("{text}\n\n").into()
    }
}

/// Returns once the clock has passed the end of the span; never without a clock.
async fn passed(clock: &mut Option<watch::Receiver<DateTime<Utc>>>, span: &Span) {
    if let Some(time) = clock {
        if time.wait_for(|now| span.is_over(*now)).await.is_ok() {
            return;
        }
        // The clock is no more, so only an event can end the stream.
        *clock = None;
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;
    use tokio::time::Instant;

    use super::*;
    use crate::Kind;
    use crate::streams::tests::World;

    fn feed(world: &World, query: &str, options: StreamOptions) -> Feed<World> {
        let span = Span::parse(&format!("/x{query}").parse().unwrap(), None).unwrap();
        Feed::open(world.clone(), options, StreamKind::TradeEvents, 0, span)
    }

    /// The next frame, if there is one now.
    fn next(feed: &mut Feed<World>) -> Option<String> {
        let frame = feed.next().now_or_never()?.unwrap();
        Some(String::from_utf8(frame.to_vec()).unwrap())
    }

    #[test]
    fn a_frame_is_a_line_and_a_blank_one() {
        let world = World::default();
        let mut feed = feed(&world, "", StreamOptions::default());
        assert_eq!(next(&mut feed), None);
        let id = world.push(Kind::Trade, 1);
        let expected = format!("data: {{\"event_id\":\"{id}\",\"note\":\"\"}}\n\n");
        assert_eq!(next(&mut feed), Some(expected));
        assert_eq!(next(&mut feed), None);
    }

    #[test]
    fn only_what_comes_while_nothing_is_taken_makes_a_reader_slow() {
        let world = World::default();
        for second in 0..100 {
            world.push(Kind::Trade, second);
        }
        let options = StreamOptions {
            lag: 10,
            ..StreamOptions::default()
        };
        let mut feed = feed(&world, "?since=2020-01-01", options);
        // The past is no lag, and neither are ten events.
        assert!(next(&mut feed).unwrap().contains(&World::id(0)));
        for second in 100..110 {
            world.push(Kind::Trade, second);
        }
        assert!(next(&mut feed).unwrap().contains(&World::id(1)));
        // Eleven are, of which some may be of another kind: those are not missed.
        for second in 110..121 {
            let kind = if second < 115 {
                Kind::Trade
            } else {
                Kind::Activity
            };
            world.push(kind, second);
        }
        let comment = ": you are reading too slowly, dropped 113 messages\n\n";
        assert_eq!(next(&mut feed).as_deref(), Some(comment));
        assert_eq!(next(&mut feed), None);
        world.push(Kind::Trade, 121);
        assert!(next(&mut feed).unwrap().contains(&World::id(121)));
    }

    #[tokio::test(start_paused = true)]
    async fn heartbeats_are_exact_and_events_do_not_move_them() {
        let world = World::default();
        let options = StreamOptions {
            heartbeat_every: Some(Duration::from_secs(15)),
            ..StreamOptions::default()
        };
        let mut feed = feed(&world, "", options);
        let start = Instant::now();
        assert_eq!(feed.next().await.unwrap(), ":heartbeat\n\n");
        assert_eq!(start.elapsed(), Duration::from_secs(15));
        tokio::time::advance(Duration::from_secs(5)).await;
        world.push(Kind::Trade, 1);
        assert!(feed.next().await.unwrap().starts_with(b"data: "));
        assert_eq!(feed.next().await.unwrap(), ":heartbeat\n\n");
        assert_eq!(start.elapsed(), Duration::from_secs(30));
    }
}
