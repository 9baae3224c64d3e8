//! `cargo xtask soak`: the tests of "never twice, never lost", of conservation and of crowds at their full size.

use std::process::ExitCode;

use tests::soak::{
    ActivityTally, CrowdTally, Soak, StreamTally, Tally, WorldTally, activities, crowd, heading,
    trade_stream, worlds,
};

const USAGE: &str = "\
soak [NAME ...] [OPTION N ...]
    NAME         submit, replace or close; sim; worlds; crowd; streams; activities;
                 all of them without a name
    --seed N     the first seed; 1 unless it is given
    --seeds N    how many seeds, one after the other; 16 unless it is given
    --calls N    how many calls all seeds of a soak make together; 10000 unless it is given
    --worlds N   how many worlds are played, each of a seed of its own; 1000 unless it is given
    --actions N  how many actions there are in a world; 500 unless it is given
    --clients N  how many websockets there are in the crowd, half of which never read; 1000 unless it is given
    --orders N   how many orders are placed before half of the crowd, and again before all; 100 unless it is given
    --runs N     how many streams are followed, each of a seed of its own; 200 unless it is given
    --traded N   how many orders there are while one is followed; 1000 unless it is given
    --events N   how many events the stream of activities must tell; 100000 unless it is given
";

/// In how many parts the worlds are shown.
const PARTS: u64 = 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let passed = Options::read(&arguments).and_then(|options| options.run());
    match passed {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

struct Options {
    soaks: Vec<Soak>,
    /// Whether worlds are played as well.
    play: bool,
    /// Whether there is a crowd.
    crowd: bool,
    /// Whether streams are followed as well.
    follow: bool,
    /// Whether activities are streamed as well.
    stream: bool,
    seed: u64,
    seeds: u64,
    calls: usize,
    worlds: u64,
    actions: usize,
    clients: usize,
    orders: usize,
    runs: u64,
    traded: u64,
    events: usize,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            soaks: Vec::new(),
            play: false,
            crowd: false,
            follow: false,
            stream: false,
            seed: 1,
            seeds: 16,
            calls: 10_000,
            worlds: 1_000,
            actions: 500,
            clients: 1_000,
            orders: 100,
            runs: 200,
            traded: 1_000,
            events: 100_000,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || {
                let value = rest.next().and_then(|value| value.parse::<u64>().ok());
                value.ok_or_else(|| format!("`{argument}` needs a number\n\n{USAGE}"))
            };
            let small = |number: u64| usize::try_from(number).map_err(|error| error.to_string());
            match argument.as_str() {
                "--seed" => options.seed = number()?,
                "--seeds" => options.seeds = number()?.max(1),
                "--calls" => options.calls = small(number()?)?,
                "--worlds" => options.worlds = number()?,
                "--actions" => options.actions = small(number()?)?,
                "--clients" => options.clients = small(number()?)?.max(1),
                "--orders" => options.orders = small(number()?)?.max(1),
                "--runs" => options.runs = number()?,
                "--traded" => options.traded = number()?,
                "worlds" => options.play = true,
                "crowd" => options.crowd = true,
                "streams" => options.follow = true,
                "--events" => options.events = small(number()?)?,
                "activities" => options.stream = true,
                name => {
                    let soak = Soak::ALL.into_iter().find(|soak| soak.name == name);
                    let none = || format!("no soak is called `{name}`\n\n{USAGE}");
                    options.soaks.push(soak.ok_or_else(none)?);
                }
            }
        }
        let named = options.play || options.crowd || options.follow || options.stream;
        if options.soaks.is_empty() && !named {
            options.soaks.extend(Soak::ALL);
            options.play = true;
            options.crowd = true;
            options.follow = true;
            options.stream = true;
        }
        Ok(options)
    }

    fn run(self) -> Result<(), String> {
        let mut violations = self.calls()?;
        if self.play {
            violations.extend(self.worlds());
        }
        if self.crowd {
            let tally = crowd(self.clients, self.orders);
            println!("{}\n{}", CrowdTally::heading(), tally.line());
            violations.extend(tally.violations);
        }
        if self.follow {
            violations.extend(self.streams()?);
        }
        if self.stream {
            let tally = activities(self.seed, self.events);
            println!("\n{}\n{}", ActivityTally::heading(), tally.line(self.seed));
            violations.extend(tally.violations);
        }
        match violations.len() {
            0 => Ok(()),
            count => Err(format!("{count} violations:\n{}", violations.join("\n"))),
        }
    }

    /// Makes calls through services that fail.
    fn calls(&self) -> Result<Vec<String>, String> {
        if self.soaks.is_empty() {
            return Ok(Vec::new());
        }
        let each = usize::try_from(self.seeds).map_err(|error| error.to_string())?;
        let each = self.calls.div_ceil(each);
        let mut violations = Vec::new();
        let mut sums = Vec::new();
        println!("{}", heading());
        for soak in &self.soaks {
            let mut sum = Tally::default();
            for seed in self.seed..self.seed.saturating_add(self.seeds) {
                let tally = soak.run(seed, each);
                println!("{}", tally.line(soak.name, &seed.to_string()));
                sum += tally;
            }
            sums.push(sum.line(soak.name, "all"));
            violations.append(&mut sum.violations);
        }
        println!("\n{}\n{}", heading(), sums.join("\n"));
        Ok(violations)
    }

    /// Follows streams of order updates through wires that break.
    fn streams(&self) -> Result<Vec<String>, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let mut sum = StreamTally::default();
        let part = self.runs.div_ceil(PARTS).max(1);
        for run in 0..self.runs {
            sum += runtime.block_on(trade_stream(self.seed + run, self.traded));
            if (run + 1).is_multiple_of(part) {
                println!("streams  {sum}");
            }
        }
        // A run or two need not see everything.
        if self.runs >= 10 && self.traded >= 100 {
            let shortfalls = sum.shortfalls();
            sum.violations.extend(shortfalls);
        }
        Ok(sum.violations)
    }

    /// Plays worlds.
    fn worlds(&self) -> Vec<String> {
        println!("{}", WorldTally::heading());
        let mut sum = WorldTally::default();
        let end = self.seed.saturating_add(self.worlds);
        let part = self.worlds.div_ceil(PARTS).max(1);
        let mut first = self.seed;
        while first < end {
            let count = part.min(end - first);
            let tally = worlds(first, count, self.actions);
            let seeds = format!("{first}-{}", first + count - 1);
            println!("{}", tally.line("worlds", &seeds));
            sum += tally;
            first += count;
        }
        println!("\n{}\n{}", WorldTally::heading(), sum.line("worlds", "all"));
        sum.violations
    }
}
