//! Generates the client from `spec.json`, and nothing else: no network, no file outside the
//! package, no repair of the document.

use std::path::Path;
use std::{env, fs};

#[allow(unreachable_pub, reason = "shared with xtask, where it is public")]
#[path = "build/mod.rs"]
mod generator;

fn main() {
    // Cargo runs this again only when one of these changes.
    println!("cargo::rerun-if-changed=spec.json");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    if let Err(message) = run() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let spec = fs::read_to_string("spec.json").map_err(|error| format!("spec.json: {error}"))?;
    let generated = generator::generate(&spec).map_err(|error| format!("spec.json: {error}"))?;
    let folder = env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    let target = Path::new(&folder).join("generated.rs");
    fs::write(&target, generated.source).map_err(|error| format!("{}: {error}", target.display()))
}
