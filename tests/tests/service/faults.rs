//! Each fault is what it says, and a client that looks before it repeats is right through all.

use std::time::Duration;

use alpaca_trading_gen::reqwest::{Client, Error, Response};
use serde_json::{Value, json};
use tests::service::{
    Book, Fault, Faults, FaultyBook, Moment, Operations, RetryAfter, Rules, Service,
};
use tokio::time::{Instant, sleep};

use super::market;

fn patient() -> Client {
    let http = tests::http_builder().timeout(Duration::from_secs(30));
    http.build().expect("an HTTP client")
}

/// A book whose rules do not save a client that repeats itself.
fn lenient() -> Book {
    Book::with_rules(Rules {
        unique_client_ids: false,
        ..Rules::default()
    })
}

async fn submit(http: &Client, service: &Service, id: &str) -> Result<Response, Error> {
    let url = format!("{}/v2/orders", service.url());
    http.post(url).json(&market(id)).send().await
}

#[tokio::test(start_paused = true)]
async fn every_fault_is_what_it_says() {
    for fault in Fault::all() {
        let faulty = FaultyBook::new(Book::new(), Faults::script([fault]));
        let service = Service::start(faulty.handler()).await;
        let http = patient();
        let outcome = submit(&http, &service, "mine").await;
        match fault {
            Fault::None => assert_eq!(outcome.unwrap().status(), 200),
            Fault::Close(_) | Fault::Reset(_) | Fault::Outage => {
                let error = outcome.unwrap_err();
                assert!(
                    !error.is_timeout() && !error.is_connect(),
                    "{fault:?}: {error:?}"
                );
            }
            Fault::Hang(_) | Fault::Late => {
                assert!(outcome.unwrap_err().is_timeout(), "{fault:?}");
            }
            Fault::Failure { status, html, .. } => {
                let answer = outcome.unwrap();
                assert_eq!(answer.status(), status);
                assert!(answer.headers().contains_key("date"));
                let text = answer.text().await.unwrap();
                let code = serde_json::from_str::<Value>(&text).map(|body| body["code"].clone());
                let expected = json!(u32::from(status) * 100_000);
                assert_eq!(code.ok(), (!html).then_some(expected), "{text}");
            }
            Fault::TooManyRequests(form) => {
                let answer = outcome.unwrap();
                assert_eq!(answer.status(), 429);
                let header = answer.headers().get("retry-after");
                let expected = match form {
                    RetryAfter::Absent => None,
                    RetryAfter::Seconds => Some("2"),
                    RetryAfter::Date => Some("Mon, 05 Jan 2026 14:30:02 GMT"),
                };
                assert_eq!(header.map(|value| value.to_str().unwrap()), expected);
                assert_eq!(answer.headers()["date"], "Mon, 05 Jan 2026 14:30:00 GMT");
            }
            Fault::CutShort => {
                let answer = outcome.unwrap();
                assert_eq!(answer.status(), 200);
                assert!(answer.bytes().await.is_err());
            }
            other => panic!("{other:?} is not tested"),
        }
        assert_eq!(
            fault.is_silent(),
            matches!(fault, Fault::Hang(_) | Fault::Late)
        );
        let at_once = fault.carries_out() && fault != Fault::Late;
        assert_eq!(faulty.book().accepted(), usize::from(at_once), "{fault:?}");
        sleep(FaultyBook::LATENESS * 2).await;
        let in_the_end = usize::from(fault.carries_out());
        assert_eq!(faulty.book().accepted(), in_the_end, "{fault:?}");
        assert_eq!(faulty.injected().len(), 1);
        assert_eq!(faulty.injected()[0].fault, fault);
        // The script is over.
        let next = submit(&http, &service, "another").await;
        assert_eq!(next.unwrap().status(), 200, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_is_accepted_two_seconds_after_the_client_left() {
    let faulty = FaultyBook::new(Book::new(), Faults::script([Fault::Late]));
    let service = Service::start(faulty.handler()).await;
    let started = Instant::now();
    assert!(submit(&patient(), &service, "mine").await.is_err());
    assert_eq!(started.elapsed().as_secs(), 30);
    sleep(Duration::from_millis(1_900)).await;
    assert_eq!(faulty.book().accepted_by_client_id("mine"), 0);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(faulty.book().accepted_by_client_id("mine"), 1);
}

#[tokio::test(start_paused = true)]
async fn only_the_chosen_operations_go_wrong() {
    for (operations, write, read) in [
        (Operations::Writes, 500, 200),
        (Operations::Reads, 200, 500),
        (Operations::All, 500, 500),
    ] {
        let failure = Fault::Failure {
            status: 500,
            html: false,
            moment: Moment::Before,
        };
        let faults = Faults::script([failure; 2]);
        let faulty = FaultyBook::new(Book::new(), faults).affecting(operations);
        let service = Service::start(faulty.handler()).await;
        let http = patient();
        let answer = submit(&http, &service, "mine").await.unwrap();
        assert_eq!(answer.status(), write);
        let list = http
            .get(format!("{}/v2/orders", service.url()))
            .send()
            .await
            .unwrap();
        assert_eq!(list.status(), read);
    }
}

/// Submits as a client should: what may have been accepted is looked up before it is sent again.
/// Returns how often it was sent.
async fn submit_once(http: &Client, service: &Service, id: &str) -> usize {
    let lookup = format!(
        "{}/v2/orders:by_client_order_id?client_order_id={id}",
        service.url()
    );
    for sent in 1..100 {
        if let Ok(answer) = submit(http, service, id).await
            && matches!(answer.status().as_u16(), 200 | 422)
            && answer.bytes().await.is_ok()
        {
            return sent;
        }
        // Long enough for an order that is accepted late.
        sleep(Duration::from_secs(3)).await;
        while let Some(status) = looked_up(http, &lookup).await {
            match status {
                200 => return sent,
                404 => break,
                _ => sleep(Duration::from_secs(1)).await,
            }
        }
    }
    panic!("{id} was never accepted");
}

/// The status of a lookup that came to an end; one that did not is made again.
async fn looked_up(http: &Client, url: &str) -> Option<u16> {
    loop {
        if let Ok(answer) = http.get(url).send().await {
            let status = answer.status().as_u16();
            if answer.bytes().await.is_ok() {
                return Some(status);
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_looks_first_submits_once_through_all_faults() {
    for seed in 0..20 {
        println!("seed {seed}");
        let faulty = FaultyBook::new(lenient(), Faults::seeded(seed)).affecting(Operations::All);
        let service = Service::start(faulty.handler()).await;
        let http = patient();
        for number in 0..10 {
            let id = format!("order-{number}");
            submit_once(&http, &service, &id).await;
            assert_eq!(
                faulty.book().accepted_by_client_id(&id),
                1,
                "seed {seed}, {id}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_repeats_blindly_is_caught() {
    let faulty = FaultyBook::new(lenient(), Faults::seeded(1));
    let service = Service::start(faulty.handler()).await;
    let http = patient();
    for number in 0..10 {
        let id = format!("order-{number}");
        while !submit(&http, &service, &id)
            .await
            .is_ok_and(|answer| answer.status() == 200)
        {
            sleep(Duration::from_secs(3)).await;
        }
    }
    assert!(
        faulty.book().accepted() > 10,
        "{}",
        faulty.book().accepted()
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_story() {
    let mut stories = Vec::new();
    for _ in 0..2 {
        let faulty = FaultyBook::new(Book::new(), Faults::seeded(42)).affecting(Operations::All);
        let service = Service::start(faulty.handler()).await;
        let started = Instant::now();
        let http = patient();
        for number in 0..20 {
            submit_once(&http, &service, &number.to_string()).await;
        }
        let requests = service.requests();
        let times: Vec<_> = requests.iter().map(|seen| seen.at - started).collect();
        stories.push((faulty.injected(), faulty.book().orders(), times));
    }
    assert_eq!(stories[0], stories[1]);
}
