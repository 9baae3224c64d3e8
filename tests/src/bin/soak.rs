//! `cargo xtask soak`: the tests of "never twice, never lost" at their full size.

use std::process::ExitCode;

use tests::soak::{Soak, Tally, heading};

const USAGE: &str = "\
soak [NAME ...] [--seed N] [--seeds N] [--calls N]
    NAME        submit, replace or close; all of them without a name
    --seed N    the first seed; 1 unless it is given
    --seeds N   how many seeds, one after the other; 16 unless it is given
    --calls N   how many calls all seeds of a soak make together; 10000 unless it is given
";

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
    seed: u64,
    seeds: u64,
    calls: usize,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            soaks: Vec::new(),
            seed: 1,
            seeds: 16,
            calls: 10_000,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || {
                let value = rest.next().and_then(|value| value.parse::<u64>().ok());
                value.ok_or_else(|| format!("`{argument}` needs a number\n\n{USAGE}"))
            };
            match argument.as_str() {
                "--seed" => options.seed = number()?,
                "--seeds" => options.seeds = number()?.max(1),
                "--calls" => {
                    options.calls =
                        usize::try_from(number()?).map_err(|error| error.to_string())?;
                }
                name => {
                    let soak = Soak::ALL.into_iter().find(|soak| soak.name == name);
                    let none = || format!("no soak is called `{name}`\n\n{USAGE}");
                    options.soaks.push(soak.ok_or_else(none)?);
                }
            }
        }
        if options.soaks.is_empty() {
            options.soaks.extend(Soak::ALL);
        }
        Ok(options)
    }

    fn run(self) -> Result<(), String> {
        let each = usize::try_from(self.seeds).map_err(|error| error.to_string())?;
        let each = self.calls.div_ceil(each);
        let mut violations = Vec::new();
        let mut sums = Vec::new();
        println!("{}", heading());
        for soak in self.soaks {
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
        match violations.len() {
            0 => Ok(()),
            count => Err(format!("{count} violations:\n{}", violations.join("\n"))),
        }
    }
}
