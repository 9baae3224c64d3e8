//! The program: the simulator for any client in any language.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
