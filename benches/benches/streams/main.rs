//! The streams: `cargo bench -p benches --bench streams`.
//!
//! First criterion reads one update, beside its floor. Then tables: the same in turns, and what a stream
//! takes from the socket to its consumer. `cargo bench -p benches --bench streams -- throughput` makes one
//! of `reading`, `throughput`, `latency` and `memory` alone.

mod memory;
mod socket;

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use alpaca_trading::stream::TradeUpdate;
use alpaca_trading::{Client, Pacing};
use benches::measure::compare;
use benches::updates::{self, Update};
use criterion::Criterion;
use serde::Deserialize;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Reads what is right.
fn read<'a, T: Deserialize<'a>>(text: &'a str) {
    match serde_json::from_slice::<T>(black_box(text.as_bytes())) {
        Ok(update) => drop(black_box(update)),
        Err(error) => {
            eprintln!("{error}: {text}");
            std::process::exit(1);
        }
    }
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a fill read");
    let fill = updates::fill();
    group.bench_function("floor: a struct", |bencher| {
        bencher.iter(|| read::<Update>(&fill));
    });
    group.bench_function("ours", |bencher| {
        bencher.iter(|| read::<TradeUpdate>(&fill));
    });
    group.finish();
}

/// Reading beside its floor, in turns.
fn ratios(rounds: usize) {
    println!(
        "| reading | floor CPU | ours CPU | ratio | floor wall | ours wall | ratio | floor allocations | ours | ratio | spread |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, text) in [("a fill", updates::fill()), ("a new order", updates::new())] {
        let row = compare(
            name,
            rounds,
            5_000,
            &mut || read::<Update>(&text),
            &mut || read::<TradeUpdate>(&text),
        );
        println!("{row}");
    }
}

/// A client of a server on loopback.
fn client(url: &str) -> Outcome<Client> {
    let builder = Client::builder().base_url(url);
    let builder = builder.key_pair("PKBENCH", "secret").pacing(Pacing::Auto);
    Ok(builder.build()?)
}

fn main() -> Outcome<()> {
    // `cargo bench` passes arguments of its own; `cargo test --benches` asks for a quick look.
    let quick = std::env::args().any(|argument| argument == "--test");
    let mut arguments = std::env::args().skip(1);
    let wanted = arguments.find(|argument| !argument.starts_with('-'));
    let wants = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    if wants("reading") {
        let mut criterion = Criterion::default()
            .warm_up_time(Duration::from_secs(1))
            .measurement_time(Duration::from_secs(3))
            .without_plots();
        if !quick {
            reading(&mut criterion);
            criterion.final_summary();
        }
        ratios(if quick { 2 } else { 41 });
    }
    if wants("throughput") {
        socket::throughput(quick)?;
    }
    if wants("latency") {
        socket::latency(quick)?;
    }
    if wants("memory") {
        memory::subscribers()?;
    }
    Ok(())
}
