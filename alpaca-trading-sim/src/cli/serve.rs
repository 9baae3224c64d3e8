//! `alpaca-trading-sim serve`.

use std::io::Write as _;
use std::time::Duration;

use alpaca_trading_sim::market::prices::CsvPrices;
use alpaca_trading_sim::streams::FrameKind;
use alpaca_trading_sim::{AccountSetup, ClockMode, Simulator};
use chrono::{SecondsFormat, Utc};

use super::config::Config;
use super::{Serve, Wrong, values};

/// How often clients of streams hear that the simulator is there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Serves until Ctrl-C.
///
/// Everything is read and checked before the port is taken: a mistake leaves nothing behind.
pub(crate) fn serve(settings: &Serve) -> Result<(), Wrong> {
    let config = match &settings.config {
        Some(file) => Config::from_path(file)?,
        None => Config::default(),
    };
    let seed = settings.seed.or(config.seed).unwrap_or(0);
    let mut builder = Simulator::builder()
        .seed(seed)
        .clock(settings.clock)
        .port(settings.port)
        .dialect(config.dialect)
        .latency(config.latency)
        .keep_alive(KEEP_ALIVE);
    let start = settings.start.or(config.start);
    if let Some(start) = start {
        builder = builder.start_at(start);
    } else if settings.clock == ClockMode::Real(1.0) {
        let now = values::in_calendar(Utc::now())
            .map_err(|rule| format!("--clock real: {rule}: say another time by --start"))?;
        builder = builder.start_at(now);
    }
    if settings.text_frames {
        builder = builder.frames(FrameKind::Text);
    }
    if let Some(limit) = settings.rate_limit.0 {
        builder = builder.rate_limit(limit);
    }
    if !settings.no_journal {
        builder = builder.journal();
    }
    if let Some(limit) = settings.journal_limit.or(config.journal_limit) {
        builder = builder.journal_limit(limit);
    }
    if let Some(file) = &settings.prices {
        let prices = CsvPrices::from_path(file, &config.universe)
            .map_err(|error| format!("--prices {error}"))?;
        builder = builder.prices(prices);
    }
    let first = config.accounts.first().cloned().unwrap_or_default();
    let others: Vec<String> = config
        .accounts
        .iter()
        .skip(1)
        .map(|account| account.key_id.clone())
        .collect();
    for account in config.accounts {
        builder = builder.account(account);
    }
    builder = config.fills.choose(builder.universe(config.universe));

    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("no runtime: {error}"))?;
    let simulator = runtime
        .block_on(builder.start())
        .map_err(|error| format!("--port {}: {error}", settings.port))?;
    if settings.walk {
        let walking = simulator.market().walk(&[], seed);
        walking.map_err(|error| format!("--walk: {error}"))?;
    }
    // Signals have a runtime of their own: one that passes a year at once would not hear them.
    let signals = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let end = signals.block_on(async {
        let end = Signals::new()?;
        say(&greeting(&simulator, settings, seed, &first, &others));
        end.wait().await;
        Ok::<(), std::io::Error>(())
    });
    end.map_err(|error| format!("signals cannot be waited for: {error}"))?;
    say("\n# ended\n");
    drop(simulator);
    runtime.shutdown_background();
    Ok(())
}

/// Writes to the standard output at once. Nobody may read it, and the simulator runs all the same.
fn say(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// What a shell can take as it is: lines to export, and comments.
fn greeting(
    simulator: &Simulator,
    settings: &Serve,
    seed: u64,
    first: &AccountSetup,
    others: &[String],
) -> String {
    let url = simulator.base_url();
    let stream = url.replacen("http", "ws", 1);
    let clock = match settings.clock {
        ClockMode::Real(speed) => format!("runs, {speed} times as fast as on the wall"),
        _ => "stands still until it is told to move".to_owned(),
    };
    let limit = match settings.rate_limit.0 {
        Some(limit) => format!("{limit} requests a minute"),
        None => "any number of requests".to_owned(),
    };
    let now = simulator.clock().now();
    let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut text = format!(
        "# Alpaca's paper service, simulated. For any client:\n\
         export APCA_API_BASE_URL={url}\n\
         export APCA_API_KEY_ID={}\n\
         export APCA_API_SECRET_KEY={}\n\
         # stream of order updates: {stream}/stream\n\
         # control: {url}/sim/v1\n\
         # clock: {now}; it {clock}\n",
        quoted(&first.key_id),
        quoted(&first.secret),
    );
    if !others.is_empty() {
        text.push_str(&format!("# other accounts: {}\n", others.join(", ")));
    }
    text.push_str(&format!(
        "# running: seed {seed}, {limit}. Ctrl-C ends it.\n"
    ));
    text
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:+=@%".contains(&byte);
    match !word.is_empty() && word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// What ends the program: Ctrl-C, and where there is one the polite request of the system.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From here on signals are not lost.
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_read_more_into_them() {
        assert_eq!(quoted("PKSIMULATOR"), "PKSIMULATOR");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("a'$(b)"), r"'a'\''$(b)'");
        assert_eq!(quoted(""), "''");
    }
}
