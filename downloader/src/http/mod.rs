//! HTTP as the downloader needs it: a thread that sends requests and pumps bodies, and what answers are worth.

mod address;
mod answer;
mod client;
mod content_range;
mod failure;
mod head;
mod network;
mod pace;
mod patience;
mod redirect;

pub(crate) use address::{Reach, is_loopback, leads_to_private};
pub(crate) use answer::{Asked, Fault, Use, judge};
pub(crate) use client::Trust;
pub(crate) use failure::TransportError;
pub(crate) use head::{Head, is_strong};
pub(crate) use network::{Ask, Budget, Event, Network, Running, Transfer};
pub(crate) use pace::{Bucket, StallGuard};
pub(crate) use patience::{Patience, Spent};
