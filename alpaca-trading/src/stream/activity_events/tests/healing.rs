//! Breaks, refusals, silence, comments, and consumers that are slow or gone.

use super::*;
use crate::stream::{Phase, StreamHook, StreamSignal};

fn live() -> EventQuery {
    EventQuery::new()
}

fn since() -> EventQuery {
    EventQuery::new().since(at(0))
}

#[tokio::test(start_paused = true)]
async fn a_break_is_told_and_what_was_missed_comes() {
    let script = Script::of([
        vec![tell(frame(1)), Step::Break],
        vec![tell(frame(1)), tell(frame(2)), Step::Hang],
    ]);
    let mut stream = begin(script.clone(), live());
    let (told, others) = updates(&mut stream, 2).await;
    assert_eq!(told, [1, 2]);
    assert!(matches!(
        &others[..],
        [
            Item::Connected,
            Item::Disconnected {
                retry_in: Some(_),
                ..
            },
            Item::Connected
        ]
    ));
    assert_eq!(ends(&others), [DisconnectKind::Lost]);
    // Without a beginning it goes on from when the first connection stood.
    assert_eq!(script.queries(), [live(), since()]);
    let state = stream.state();
    assert_eq!((state.attempts, state.reconnects), (2, 1));
    assert_eq!((state.updates, state.duplicates), (2, 1));
    assert_eq!(state.phase, Phase::Connected);
    assert_eq!(stream.last_event_id(), Some(&*id(2)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_heals_from_the_beginning() {
    let failure = Error::new(ErrorKind::Connect, "refused");
    let script = Script::new([
        Attempt::Fail(failure),
        refused(429),
        refused(503),
        Attempt::Slow(Duration::from_secs(30)),
        Attempt::Stand(vec![tell(frame(1)), Step::Hang]),
    ]);
    let mut stream = begin(script.clone(), live());
    let (told, others) = updates(&mut stream, 1).await;
    assert_eq!(told, [1]);
    assert_eq!(ends(&others), [DisconnectKind::Failed; 4]);
    // What was before the first connection is not asked for.
    assert_eq!(script.queries(), vec![live(); 5]);
    assert_eq!(stream.state().reconnects, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_for_good_is_asked_for_once() {
    for (status, kind) in [
        (401, DisconnectKind::Unauthorized),
        (403, DisconnectKind::Unauthorized),
        (400, DisconnectKind::Refused),
        (422, DisconnectKind::Refused),
    ] {
        let script = Script::new([refused(status)]);
        let mut stream = begin(script.clone(), live());
        let Some(Item::Disconnected {
            reason,
            retry_in: None,
        }) = stream.next().await
        else {
            panic!("{status}");
        };
        assert_eq!(reason.kind(), kind);
        assert_eq!(reason.error().and_then(Error::status), Some(status));
        assert!(stream.next().await.is_none());
        assert!(stream.next().await.is_none());
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(script.times().len(), 1);
        assert_eq!(stream.state().phase, Phase::Ended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_closes_at_once_is_not_stormed() {
    for steps in [
        vec![],
        vec![Step::Break],
        vec![tell(": internal server error\n\n")],
    ] {
        let script = Script::of([steps]);
        let stream = begin(script.clone(), live());
        let mut stream = crate::stream::updates_only(stream);
        let waited = tokio::time::timeout(Duration::from_secs(600), stream.next()).await;
        assert!(waited.is_err());
        let times = script.times();
        assert!((20..=70).contains(&times.len()), "{}", times.len());
        let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.min().unwrap() >= Duration::from_millis(100));
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_a_connection_and_heartbeats_do_not_let_it_come_to_that() {
    let beat = || [Step::Wait(Duration::from_secs(89)), tell(":heartbeat\n\n")];
    let steps = beat()
        .into_iter()
        .chain(beat())
        .chain([Step::Hang])
        .collect();
    let script = Script::of([steps, vec![tell(frame(1)), Step::Hang]]);
    let mut stream = begin(script.clone(), live());
    let (_, others) = updates(&mut stream, 1).await;
    assert_eq!(ends(&others), [DisconnectKind::Silent]);
    let second = script.times()[1];
    let expected = Duration::from_secs(89 + 89 + 90);
    assert!(
        second >= expected && second < expected + Duration::from_millis(300),
        "{second:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_service_has_dropped_is_asked_for_again() {
    let slow = ": you are reading too slowly, dropped 2 messages\n\n";
    let script = Script::of([
        vec![
            tell(frame(1)),
            tell(frame(4)),
            tell(slow),
            tell(frame(5)),
            Step::Hang,
        ],
        (1..6)
            .map(|number| tell(frame(number)))
            .chain([Step::Hang])
            .collect(),
    ]);
    let mut stream = begin(script.clone(), live());
    let (told, others) = updates(&mut stream, 5).await;
    assert_eq!(told, [1, 4, 2, 3, 5]);
    assert!(matches!(others[1], Item::Lagged { dropped: 2 }));
    assert_eq!(ends(&others), [DisconnectKind::Lagging]);
    assert_eq!(stream.state().dropped, 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_understood_is_told_once_and_the_stream_goes_on() {
    let broken = frame(2).replace("\"net_amount\":\"-1.50\"", "\"net_amount\":{}");
    let nonsense = "data: nonsense\n\n";
    let long = format!("data: {}\n\n", "x".repeat(3_000));
    let steps = |last: Step| {
        let all = [
            &frame(1),
            &broken,
            nonsense,
            ": hello\n\n",
            &long,
            &frame(3),
        ];
        all.into_iter().map(tell).chain([last]).collect::<Vec<_>>()
    };
    let script = Script::of([steps(Step::Break), {
        let mut again = steps(tell(frame(4)));
        again.push(Step::Hang);
        again
    }]);
    let mut stream = begin_with(script, since(), 2_000, Vec::new());
    let (told, others) = updates(&mut stream, 3).await;
    assert_eq!(told, [1, 3, 4]);
    let faults: Vec<_> = others
        .iter()
        .filter_map(|item| match item {
            Item::Undecodable { text, error } => Some((&text[..], &error[..])),
            _ => None,
        })
        .collect();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(
        faults[0].0.contains(&id(2)) && faults[0].1.contains("net_amount"),
        "{faults:?}"
    );
    assert_eq!(faults[1].0, "nonsense");
    assert_eq!(faults[2].1, "longer than 2000 bytes, and skipped");
    assert_eq!(stream.state().undecodable, 3);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_closed_or_dropped_lets_go_of_its_connection() {
    let endless = (0..2_000)
        .map(|number| tell(frame(number)))
        .chain([Step::Hang]);
    let endless: Vec<_> = endless.collect();
    let waiting = vec![Step::Hang];
    for steps in [waiting, endless] {
        let script = Script::of([steps.clone()]);
        let mut stream = begin(script.clone(), since());
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(
            script.open_connections(3),
            "this, the task's, and the connection's"
        );
        stream.close();
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(script.open_connections(1));
        let mut last = None;
        while let Some(item) = stream.next().await {
            last = Some(item);
        }
        let Some(Item::Disconnected {
            reason,
            retry_in: None,
        }) = last
        else {
            panic!("{last:?}");
        };
        assert_eq!(reason.kind(), DisconnectKind::Consumer);

        let script = Script::of([steps]);
        let stream = begin(script.clone(), since());
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(script.open_connections(3));
        drop(stream);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(script.open_connections(1));
    }
    // While it waits to try again, and while an attempt is under way.
    for attempt in [refused(503), Attempt::Slow(Duration::from_secs(3_600))] {
        let script = Script::new([attempt]);
        let stream = begin(script.clone(), since());
        tokio::time::sleep(Duration::from_secs(300)).await;
        drop(stream);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(script.open_connections(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_takes_its_time_costs_little_and_misses_nothing() {
    let all = (0..3_000)
        .map(|number| tell(frame(number)))
        .chain([Step::Hang]);
    let script = Script::of([all.collect::<Vec<_>>()]);
    let mut stream = begin(script.clone(), since());
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    // It has stopped reading, and does not mistake that for silence.
    assert!(stream.state().updates < 300, "{:?}", stream.state());
    let (told, _) = updates(&mut stream, 3_000).await;
    assert_eq!(told, (0..3_000).collect::<Vec<_>>());
    assert_eq!(script.times().len(), 1);
}

#[derive(Default)]
struct Seen(Mutex<Vec<String>>);

impl StreamHook for Arc<Seen> {
    fn on(&self, signal: &StreamSignal<'_>) {
        let name = format!("{signal:?}");
        let end = name.find([' ', '{']).unwrap_or(name.len());
        self.0.lock().unwrap().push(name[..end].to_owned());
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_see_what_happens() {
    let script = Script::of([
        vec![
            tell(frame(1)),
            tell(frame(1)),
            tell("data: ?\n\n"),
            Step::Break,
        ],
        vec![tell(": dropped 3\n\n")],
        vec![Step::Hang],
    ]);
    let seen = Arc::new(Seen::default());
    let mut stream = begin_with(script, since(), LONGEST, vec![Arc::new(Arc::clone(&seen))]);
    tokio::time::sleep(Duration::from_secs(10)).await;
    stream.close();
    while stream.next().await.is_some() {}
    let expected = "Connecting Connected Update Skipped Undecodable Disconnected \
                    Connecting Connected Lagged Disconnected Connecting Connected Disconnected";
    assert_eq!(seen.0.lock().unwrap().join(" "), expected);
}

#[test]
fn a_stream_can_be_sent_to_another_task_and_shows_nothing_of_what_it_told() {
    fn send<T: Send + Unpin + 'static>(_: &T) {}
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let stream = begin(Script::of([vec![tell(frame(1)), Step::Hang]]), live());
        send(&stream);
        let shown = format!("{stream:?}");
        assert!(shown.starts_with("ActivityStream { phase:"), "{shown}");
        // It is a stream like any other.
        let first = stream.take(1).collect::<Vec<_>>().await;
        assert!(matches!(first[..], [Item::Connected]));
    });
}

/// A service on which the stream's own task comes to grief.
struct Broken;

impl Connect for Broken {
    fn open(&self, _: EventQuery) -> BoxFuture<'_, Result<Opened>> {
        panic!("a mistake of our own");
    }

    fn clock_offset(&self) -> Option<TimeDelta> {
        None
    }

    fn shown(&self, _: &[u8]) -> String {
        String::new()
    }

    fn hidden(&self, _: &[u8]) -> String {
        String::new()
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_task_is_gone_says_that_it_is_over() {
    let mut stream = begin(Broken, live());
    match stream.next().await {
        Some(Item::Disconnected {
            reason,
            retry_in: None,
        }) => assert_eq!(reason.kind(), DisconnectKind::Failed),
        other => panic!("{other:?}"),
    }
    let state = stream.state();
    assert_eq!(state.phase, Phase::Ended);
    assert!(state.last_disconnect.is_some());
    assert!(stream.next().await.is_none());
}
