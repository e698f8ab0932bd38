//! The documentation says what the program does: generated pages are those of the program, links lead
//! somewhere, and commands are ones that it understands and, where a page says so, runs.

mod codes;
mod commands;
mod links;
mod pages;
mod reference;
mod schemas;
