//! The command line.

mod config;
mod serve;
mod values;

use std::path::PathBuf;
use std::process::ExitCode;

use alpaca_trading_sim::ClockMode;
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};

/// What is wrong with what was asked: a message that names the flag, the file and the line.
pub(crate) type Wrong = String;

/// Alpaca's paper trading service on your machine, with the clock in your hand.
#[derive(Debug, Parser)]
#[command(name = "alpaca-trading-sim", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers any client of Alpaca at an address of this machine, until Ctrl-C.
    #[command(allow_negative_numbers = true)]
    Serve(Serve),
}

/// The settings of `serve`. What a flag says goes before what the file of `--config` says.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The port on 127.0.0.1; 0 is any that is free.
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// The seed of ids, fills and faults: the same seed and the same calls, the same world [default: 0].
    #[arg(long)]
    seed: Option<u64>,
    /// How time passes: `virtual`, only when told to; `real`, as on the wall; or a speed, such as 60 for a
    /// minute a second, from 0.001 to 100000.
    #[arg(long, default_value = "virtual", value_parser = values::clock)]
    clock: ClockMode,
    /// What time it is at first, such as 2026-01-05T09:30:00-05:00, or a date [default: 10:00 in New York on
    /// 5 January 2026; with `--clock real`, now].
    #[arg(long, value_parser = values::time)]
    start: Option<DateTime<Utc>>,
    /// A file of quotes that the clock plays: `timestamp,symbol,bid,ask,last[,volume]`.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// A file of settings: accounts, assets, fills. See the README.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sends text frames on the websocket, as the live service does; else binary ones, as the paper service.
    #[arg(long)]
    text_frames: bool,
    /// How many requests an account may make in a minute, or `off`.
    #[arg(long, default_value = "200", value_parser = values::rate_limit)]
    rate_limit: values::RateLimit,
    /// Lets all prices walk at random, from the seed.
    #[arg(long)]
    walk: bool,
    /// Keeps no journal: it grows in memory with every request and every quote, up to its limit.
    #[arg(long, conflicts_with = "journal_limit")]
    no_journal: bool,
    /// How many bytes of the journal are kept; beyond that the oldest lines go [default: 268435456].
    #[arg(long, value_name = "BYTES", value_parser = values::bytes)]
    journal_limit: Option<usize>,
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let outcome = match Line::parse().command {
        Command::Serve(settings) => serve::serve(&settings),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            use std::io::Write as _;
            // Nobody may be listening; the code tells it as well.
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Line::command().debug_assert();
    }

    #[test]
    fn a_value_that_is_wrong_is_named_with_its_flag() {
        for (flag, value) in [
            ("--port", "65536"),
            ("--seed", "-1"),
            ("--clock", "fast"),
            ("--start", "tomorrow"),
            ("--rate-limit", "0"),
            ("--journal-limit", "0"),
            ("--journal-limit", "1G"),
        ] {
            let line = ["alpaca-trading-sim", "serve", flag, value];
            let error = Line::try_parse_from(line).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(flag), "{error}");
        }
    }
}
