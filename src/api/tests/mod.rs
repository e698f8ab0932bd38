//! Tests of the room, against scripted answers.

mod budget;
mod calls;
mod looking;
mod network;
mod paging;
mod secrets;
mod sending;
