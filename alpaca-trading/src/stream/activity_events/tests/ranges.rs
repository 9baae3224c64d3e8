//! When a query with an end has reached it.

use super::*;

fn by_time() -> EventQuery {
    EventQuery::new().since(at(0)).until(at(2))
}

fn by_id() -> EventQuery {
    EventQuery::new().since_id(id(0)).until_id(id(2))
}

fn whole() -> Vec<Step> {
    (0..3).map(|number| tell(frame(number))).collect()
}

#[tokio::test(start_paused = true)]
async fn the_event_of_the_end_is_proof_once_the_connection_ends() {
    let script = Script::of([whole(), vec![Step::Hang]]);
    let (told, reason) = to_the_end(begin(script.clone(), by_id())).await;
    assert_eq!(told, [0, 1, 2]);
    assert_eq!(reason.kind(), DisconnectKind::Finished);
    assert_eq!(script.times().len(), 1);
    // It may come before others: the end of the connection is waited for.
    let early = vec![tell(frame(2)), Step::Break];
    let script = Script::of([early, whole(), vec![Step::Hang]]);
    let (told, _) = to_the_end(begin(script.clone(), by_id())).await;
    assert_eq!(told, [2, 0, 1]);
    assert_eq!(script.queries(), [by_id(), by_id()]);
}

#[tokio::test(start_paused = true)]
async fn a_clean_end_is_confirmed_by_being_told_the_same_again() {
    let script = Script::of([whole(), whole(), whole(), vec![Step::Hang]]);
    let started = Instant::now();
    let (told, reason) = to_the_end(begin(script.clone(), by_time())).await;
    assert_eq!(told, [0, 1, 2]);
    assert_eq!(reason.kind(), DisconnectKind::Finished);
    assert_eq!(script.queries(), [by_time(), by_time(), by_time()]);
    assert_eq!(started.elapsed().as_millis(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_clean_end_in_the_middle_is_not_the_end() {
    let cut = |count: usize| whole()[..count].to_vec();
    for (query, clean) in [(by_time(), true), (by_id(), false)] {
        let last = vec![whole(), whole(), whole(), vec![Step::Hang]];
        let connections = [cut(1), cut(1), vec![], cut(2), cut(2)];
        let script = Script::of(connections.into_iter().chain(last));
        let (told, reason) = to_the_end(begin(script.clone(), query)).await;
        assert_eq!(told, [0, 1, 2]);
        assert_eq!(reason.kind(), DisconnectKind::Finished);
        assert_eq!(script.times().len(), if clean { 8 } else { 6 });
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_range_takes_three_clean_ends() {
    let script = Script::of([
        vec![],
        vec![tell(":heartbeat\n\n")],
        vec![],
        vec![Step::Hang],
    ]);
    let (told, reason) = to_the_end(begin(script.clone(), by_time())).await;
    assert!(told.is_empty());
    assert_eq!(reason.kind(), DisconnectKind::Finished);
    assert_eq!(script.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_clean_end_confirms_nothing() {
    let mut failing = whole();
    failing.push(tell(": internal server error\n\n"));
    let mut unfinished = whole();
    unfinished.push(tell("data: {"));
    let page = vec![tell("<html>\n<body>\n</html>\n")];
    let connections = [
        whole(),
        failing,
        whole(),
        unfinished,
        whole(),
        page,
        whole(),
        whole(),
        vec![Step::Hang],
    ];
    let script = Script::of(connections);
    let mut stream = begin(script.clone(), by_time());
    let mut items = Vec::new();
    while let Some(item) = stream.next().await {
        items.push(item);
    }
    let (closed, error) = (DisconnectKind::Closed, DisconnectKind::ServerError);
    let (protocol, finished) = (DisconnectKind::Protocol, DisconnectKind::Finished);
    let expected = [
        closed, error, closed, closed, closed, protocol, closed, finished,
    ];
    assert_eq!(ends(&items), expected);
}

#[tokio::test(start_paused = true)]
async fn a_clean_end_of_a_query_without_one_is_no_end() {
    let script = Script::of([whole(), whole(), whole(), whole(), vec![Step::Hang]]);
    let mut stream = begin(script.clone(), EventQuery::new().since(at(0)));
    let (told, _) = updates(&mut stream, 3).await;
    assert_eq!(told, [0, 1, 2]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(script.times().len(), 5);
    assert_eq!(stream.state().duplicates, 9);
}
