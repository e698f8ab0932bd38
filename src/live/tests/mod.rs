//! Tests of the room, against a scripted account.

mod checking;
mod choosing;
mod faults;
mod joining;
mod world;
