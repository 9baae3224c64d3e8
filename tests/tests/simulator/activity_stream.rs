//! The healing stream of activity events and the simulator, which does everything to it that happens to streams.

use std::collections::BTreeSet;
use std::time::Duration;

use alpaca_trading::resources::activity_events::EventQuery;
use alpaca_trading::stream::{
    ActivityStream, ActivityUpdate, DisconnectKind, Phase, Reconnect, StreamItem, strict,
    updates_only,
};
use alpaca_trading::types::ActivityEventDetails;
use alpaca_trading::{Client, Pacing, RetryPolicy};
use alpaca_trading_sim::Simulator;
use alpaca_trading_sim::faults::Fault;
use alpaca_trading_sim::fill::Touch;
use alpaca_trading_sim::streams::StreamFault;
use chrono::TimeDelta;
use tests::soak::{activities, truth};
use tests::traces::Traces;
use tracing::Level;

use crate::simulator;

type Item = StreamItem<ActivityUpdate>;

/// Lets so many fills happen, a second apart.
fn happen(simulator: &Simulator, count: usize) {
    let order = r#"{"symbol":"F","qty":"1","side":"buy","type":"market","time_in_force":"day"}"#;
    for _ in 0..count {
        let (status, answer) = simulator.call("POST", "/v2/orders", order);
        assert_eq!(status, 200, "{answer}");
        simulator.clock().advance(TimeDelta::seconds(1));
    }
}

/// Everything since the simulator was started.
fn everything(simulator: &Simulator) -> EventQuery {
    EventQuery::new().since(simulator.clock().now())
}

/// The ids of the next updates and the items between them, until there are so many updates.
async fn told(stream: &mut ActivityStream, count: usize) -> (Vec<String>, Vec<Item>) {
    let (mut ids, mut others) = (Vec::new(), Vec::new());
    while ids.len() < count {
        let next = tokio::time::timeout(Duration::from_secs(600), stream.next());
        match next.await.expect("something").expect("no end") {
            StreamItem::Update(update) => ids.push(update.event_id().to_owned()),
            other => others.push(other),
        }
    }
    (ids, others)
}

async fn to_the_end(stream: &mut ActivityStream) -> (Vec<String>, Option<DisconnectKind>) {
    let (mut ids, mut last) = (Vec::new(), None);
    while let Some(item) = stream.next().await {
        match item {
            StreamItem::Update(update) => ids.push(update.event_id().to_owned()),
            StreamItem::Disconnected {
                reason,
                retry_in: None,
            } => last = Some(reason.kind()),
            _ => {}
        }
    }
    (ids, last)
}

fn ends(items: &[Item]) -> Vec<DisconnectKind> {
    let kind = |item: &Item| match item {
        StreamItem::Disconnected { reason, .. } => Some(reason.kind()),
        _ => None,
    };
    items.iter().filter_map(kind).collect()
}

#[tokio::test(start_paused = true)]
async fn each_event_comes_once_whatever_happens_to_frames() {
    use StreamFault::{Close, Delay, Drop, Duplicate, Error, Mute, Reorder, SlowReader};
    const EACH: usize = 40;
    let rows: [(&[StreamFault], &[DisconnectKind], bool); 9] = [
        (&[], &[], true),
        (&[Duplicate], &[], true),
        (&[Reorder], &[], false),
        (&[Delay(7)], &[], false),
        (&[Mute], &[DisconnectKind::Silent], true),
        (&[Close], &[DisconnectKind::Closed], true),
        (&[SlowReader], &[DisconnectKind::Lagging], true),
        (&[Error], &[DisconnectKind::ServerError], true),
        // Dropped, and said so later, behind others; held back when the connection is cut.
        (
            &[Drop, Delay(90), Drop, SlowReader, Close],
            &[DisconnectKind::Lagging, DisconnectKind::Closed],
            false,
        ),
    ];
    for (faults, breaks, in_order) in rows {
        for live in [false, true] {
            let (simulator, client) = simulator().await;
            let query = match live {
                true => EventQuery::new(),
                false => everything(&simulator),
            };
            // With a beginning they are told from the past, without one as they happen.
            if !live {
                happen(&simulator, EACH);
            }
            for turn in 0..3 {
                for (place, fault) in (0..).zip(faults) {
                    let rule = simulator.faults().on("activity_events");
                    rule.after(5 + turn * 9 + place)
                        .times(1)
                        .stream_fault(*fault);
                }
            }
            let events = client.activity_events();
            let connecting = events.stream(query).silence(Duration::from_secs(5));
            let mut stream = connecting.connect().await.unwrap();
            if live {
                happen(&simulator, EACH);
            }
            let (mut ids, mut others) = told(&mut stream, EACH).await;
            happen(&simulator, EACH);
            let (later, more) = told(&mut stream, EACH).await;
            ids.extend(later);
            others.extend(more);
            let context = format!("{faults:?}, live: {live}");
            if in_order {
                assert!(ids.is_sorted(), "{context}: {ids:?}");
            }
            simulator.faults().clear();
            let set: BTreeSet<_> = ids.iter().cloned().collect();
            assert_eq!(set.len(), ids.len(), "{context}");
            assert_eq!(set, truth(&client, &simulator).await, "{context}");
            // The service goes on with others before the first of them is known, so there may be fewer.
            let ends = ends(&others);
            assert_eq!(ends.is_empty(), breaks.is_empty(), "{context}: {others:?}");
            assert!(
                ends.iter().all(|end| breaks.contains(end)),
                "{context}: {ends:?}"
            );
            let lagged = others
                .iter()
                .filter(|item| matches!(item, Item::Lagged { .. }));
            let slow = breaks.contains(&DisconnectKind::Lagging);
            assert_eq!(lagged.count() > 0, slow, "{context}");
            let state = stream.state();
            assert_eq!(
                (state.phase, state.updates),
                (Phase::Connected, 2 * EACH as u64)
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_goes_and_comes_back_has_lost_nothing() {
    let (simulator, client) = simulator().await;
    let events = client.activity_events();
    let mut stream = events.connect(EventQuery::new()).await.unwrap();
    // Nothing had happened when it goes, and much when it comes back.
    let mut ids = Vec::new();
    for round in 0..3 {
        simulator.stop_listening().await;
        happen(&simulator, 300);
        tokio::time::sleep(Duration::from_secs(20)).await;
        simulator.listen().await.unwrap();
        let (told, others) = told(&mut stream, 300).await;
        assert!(!ends(&others).is_empty(), "round {round}: {others:?}");
        ids.extend(told);
    }
    assert!(ids.is_sorted());
    let set: BTreeSet<_> = ids.iter().cloned().collect();
    assert_eq!((set.len(), &set), (900, &truth(&client, &simulator).await));
    assert_eq!(stream.last_event_id(), ids.last().map(String::as_str));
}

#[tokio::test(start_paused = true)]
async fn bad_keys_are_refused_once() {
    let (simulator, _) = simulator().await;
    let client = Client::builder()
        .base_url(simulator.base_url())
        .key_pair("PKSIMULATOR", "another-secret")
        .build()
        .unwrap();
    let error = client
        .activity_events()
        .connect(EventQuery::new())
        .await
        .unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
    assert_eq!((error.status(), error.attempts()), (Some(401), 1));
    assert!(!format!("{error} {error:?}").contains("another-secret"));
    let mut stream = client.activity_events().start(EventQuery::new()).unwrap();
    let (ids, last) = to_the_end(&mut stream).await;
    assert!(ids.is_empty());
    assert_eq!(last, Some(DisconnectKind::Unauthorized));
    tokio::time::sleep(Duration::from_secs(600)).await;
    let state = stream.state();
    assert_eq!((state.attempts, state.phase), (1, Phase::Ended));
    let stream = client.activity_events().start(EventQuery::new()).unwrap();
    let error = strict(stream).next().await.unwrap().unwrap_err();
    assert!(error.is_unauthorized());
}

#[tokio::test(start_paused = true)]
async fn a_query_that_is_refused_is_not_asked_again() {
    let (simulator, client) = simulator().await;
    let events = client.activity_events();
    let error = events
        .connect(EventQuery::new().since_id("no id"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.status(), error.attempts()),
        (Some(422), 1),
        "{error}"
    );
    let error = events
        .start(EventQuery::new().until(everything_until()))
        .unwrap_err();
    assert!(error.is_invalid(), "{error}");
    drop(simulator);
}

fn everything_until() -> chrono::DateTime<chrono::Utc> {
    "2100-01-01T00:00:00Z".parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_come_about_is_waited_for_until_the_deadline() {
    let (simulator, client) = simulator().await;
    let events = client.activity_events();
    // It is the stream that tries again, not the transport below it.
    let rule = simulator.faults().on("subscribe_to_activity_events");
    rule.times(3).fault(Fault::page(503));
    let stream = events.connect(EventQuery::new()).await.unwrap();
    assert_eq!(stream.state().attempts, 4);
    drop(stream);
    simulator.stop_listening().await;
    let patient = client.with_deadline(Duration::from_secs(30));
    let started = tokio::time::Instant::now();
    let error = patient
        .activity_events()
        .connect(EventQuery::new())
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn an_opening_is_one_request_and_a_service_that_fails_is_not_stormed() {
    let (simulator, client) = simulator().await;
    let client = client.with_retry(RetryPolicy::default().with_max_attempts(10));
    let rule = simulator.faults().on("subscribe_to_activity_events");
    rule.fault(Fault::page(503));
    let events = client.activity_events();
    let stream = events
        .stream(EventQuery::new())
        .reconnect(Reconnect::default());
    let mut stream = stream.start().unwrap();
    let waited = tokio::time::timeout(Duration::from_secs(600), async {
        let mut waits = Vec::new();
        while let Some(Item::Disconnected { reason, retry_in }) = stream.next().await {
            assert_eq!(reason.error().map(alpaca_trading::Error::attempts), Some(1));
            waits.push(retry_in.unwrap());
        }
        waits
    });
    assert!(waited.await.is_err());
    let attempts = stream.state().attempts;
    assert!((20..=70).contains(&attempts), "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn a_range_ends_when_it_has_been_told() {
    let (simulator, client) = simulator().await;
    let start = simulator.clock().now();
    happen(&simulator, 60);
    let all: Vec<_> = truth(&client, &simulator).await.into_iter().collect();
    let until = start + TimeDelta::seconds(40);
    let by_time = EventQuery::new().since(start).until(until);
    let by_id = EventQuery::new().since_id(&all[10]).until_id(&all[50]);
    let nothing = EventQuery::new().since(start - TimeDelta::days(2));
    let nothing = nothing.until(start - TimeDelta::days(1));
    for fault in [
        None,
        Some(StreamFault::Close),
        Some(StreamFault::Error),
        Some(StreamFault::Delay(3)),
    ] {
        for (query, expected) in [
            (by_time.clone(), &all[..40]),
            (by_id.clone(), &all[10..=50]),
            (nothing.clone(), &all[..0]),
        ] {
            if let Some(fault) = fault {
                for place in [0, 7, 30] {
                    let rule = simulator.faults().on("activity_events");
                    rule.after(place).times(1).stream_fault(fault);
                }
            }
            let mut stream = client.activity_events().connect(query).await.unwrap();
            let (mut ids, last) = to_the_end(&mut stream).await;
            ids.sort_unstable();
            assert_eq!(ids, expected, "{fault:?}");
            assert_eq!(last, Some(DisconnectKind::Finished), "{fault:?}");
            simulator.faults().clear();
        }
    }
    // One that is not over yet goes on until it is.
    let now = simulator.clock().now();
    let query = EventQuery::new()
        .since(now)
        .until(now + TimeDelta::seconds(9));
    let stream = client.activity_events().connect(query).await.unwrap();
    let mut updates = updates_only(stream);
    happen(&simulator, 5);
    for _ in 0..5 {
        assert!(updates.next().await.is_some());
    }
    let waited = tokio::time::timeout(Duration::from_secs(30), updates.next()).await;
    assert!(waited.is_err(), "{waited:?}");
    simulator.clock().advance(TimeDelta::seconds(10));
    assert!(updates.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_known_or_not_understood_ends_nothing() {
    let (simulator, client) = simulator().await;
    happen(&simulator, 1);
    let start = simulator.clock().now() - TimeDelta::hours(1);
    let event = |id: char, kind: &str, details: &str| {
        format!(
            "data: {{\"event_id\":\"01JNABCDEFGHJKMNPQRSTVWXY{id}\",\"activity_type\":\"{kind}\",\
             \"at\":\"2026-10-05T14:00:00Z\",\"executed_at\":\"2026-10-05T14:00:00Z\",\
             \"status\":\"executed\",\"settle_date\":\"2026-10-06\",\"currency\":\"USD\",\
             \"ref_id\":\"0b4e1f2a-7c38-4a8e-9d1f-1b2c3d4e5f60\",\"details\":{details}}}\n\n"
        )
    };
    let body = [
        "\u{feff}: something new\r\n".to_owned(),
        event('0', "XYZ", r#"{"depth":[1.50]}"#),
        event('1', "TRD", r#"{"qty":[]}"#),
        "event: other\ndata: what is this, AB1234\n\n".to_owned(),
    ];
    let rule = simulator
        .faults()
        .on("subscribe_to_activity_events")
        .times(2);
    let _ = rule.fault(Fault::Status {
        code: 200,
        headers: vec![("content-type".into(), "text/event-stream".into())],
        body: body.concat(),
    });
    let traces = Traces::record();
    let query = EventQuery::new().since(start);
    let mut stream = client.activity_events().connect(query).await.unwrap();
    let (mut updates, mut faults) = (Vec::new(), Vec::new());
    while updates.len() < 2 {
        match stream.next().await.unwrap() {
            Item::Update(update) => updates.push(update),
            Item::Undecodable { text, error } => faults.push((text, error)),
            _ => {}
        }
    }
    assert_eq!(updates[0].activity_type(), "XYZ");
    let ActivityEventDetails::Unknown(details) = &updates[0].event.details else {
        panic!("{:?}", updates[0]);
    };
    assert!(format!("{details:?}").contains("1.50"), "{details:?}");
    assert_eq!(updates[1].activity_type(), "TRD");
    // Once each, although the service told them twice.
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(
        faults[0].0.contains("VWXY1") && faults[1].0.contains("AB1234"),
        "{faults:?}"
    );
    // They are for the consumer alone.
    let lines = traces.of_client(Level::TRACE).into_iter();
    let lines = lines.chain(traces.of_client(Level::DEBUG));
    let lines = lines.chain(traces.of_client(Level::INFO));
    let lines: Vec<_> = lines.chain(traces.of_client(Level::WARN)).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.text.contains("cannot be understood")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line.text.contains("something new")),
        "{lines:?}"
    );
    for secret in ["AB1234", "VWXY", "1.50", "PKSIMULATOR", "0b4e1f2a"] {
        assert!(
            lines.iter().all(|line| !line.text.contains(secret)),
            "{secret}: {lines:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_dropped_or_closed_leaves_the_service() {
    let (simulator, client) = simulator().await;
    for close in [false, true] {
        let query = everything(&simulator);
        let mut stream = client.activity_events().connect(query).await.unwrap();
        happen(&simulator, 3);
        let _ = told(&mut stream, 3).await;
        if close {
            stream.close();
            let (_, last) = to_the_end(&mut stream).await;
            assert_eq!(last, Some(DisconnectKind::Consumer));
        } else {
            drop(stream);
        }
        // Waits for the ends of all connections.
        let stopped = simulator.stop_listening();
        let stopped = tokio::time::timeout(Duration::from_millis(100), stopped);
        stopped.await.expect("nobody holds a connection");
        simulator.listen().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn pacing_and_a_quota_do_not_keep_a_stream_from_healing() {
    let simulator = Simulator::builder()
        .fill_model(Touch::default())
        .rate_limit(200)
        .start()
        .await
        .unwrap();
    let client = Client::builder()
        .base_url(simulator.base_url())
        .key_pair("PKSIMULATOR", "simulator")
        .pacing(Pacing::default())
        .build()
        .unwrap();
    let query = everything(&simulator);
    let mut stream = client.activity_events().connect(query).await.unwrap();
    for _ in 0..5 {
        let rule = simulator.faults().on("activity_events").times(1);
        rule.stream_fault(StreamFault::Close);
        happen(&simulator, 10);
        let (ids, _) = told(&mut stream, 10).await;
        assert_eq!(ids.len(), 10);
    }
    assert_eq!(stream.state().reconnects, 5);
}

#[test]
fn thousands_of_events_come_once_through_cuts_and_to_a_slow_consumer() {
    for seed in 1..=4 {
        let tally = activities(seed, 2_500);
        println!("{}", tally.line(seed));
        assert!(
            tally.violations.is_empty(),
            "{}",
            tally.violations.join("\n")
        );
        assert_eq!((tally.events, tally.told), (2_500, 2_500));
        assert!(tally.connections > 1 && tally.duplicates > 0, "{tally:?}");
    }
}
