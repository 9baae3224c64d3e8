//! Tests of the comparison: one table a subject, laws, and the vendored document.

mod bumps;
mod equal;
mod faults;
mod fixture;
mod laws;
mod mutations;
mod operations;
mod parts;
mod renames;
mod schemas;
mod security;
mod shared;
mod told;
mod types;
mod uses;
mod vendored;
mod words;
