//! Tests of the comparison: one table a subject, laws, and the vendored document.

mod bumps;
mod equal;
mod exact;
mod faults;
mod fixture;
mod hostile;
mod laws;
mod mutations;
mod operations;
mod parts;
mod paths;
mod renames;
mod schemas;
mod security;
mod servers;
mod shared;
mod tags;
mod told;
mod types;
mod unresolved;
mod uses;
mod vendored;
mod words;
