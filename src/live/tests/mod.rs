//! Tests of the room, against a scripted account.

mod checking;
mod choosing;
mod deviations;
mod faults;
mod joining;
mod world;
