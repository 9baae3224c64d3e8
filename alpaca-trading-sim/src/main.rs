//! The program: the simulator for any client in any language.

fn main() {}
