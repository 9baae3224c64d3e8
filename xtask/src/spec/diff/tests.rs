//! Tests of the comparison: one table a subject, laws, and the vendored document.

mod bumps;
mod equal;
mod faults;
mod fixture;
mod laws;
mod operations;
mod renames;
mod schemas;
mod uses;
mod vendored;
