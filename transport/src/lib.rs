//! HTTP for whoever fetches, uploads or calls: client, trust, redirects, patience, pace, and what an answer is worth.

mod address;
mod answer_head;
mod attempts;
mod client;
mod content_range;
mod error;
mod exchange;
mod file_answer;
mod file_part;
mod observations;
mod pace;
mod patience;
mod redirect;
mod secret_url;
mod trust;

pub use address::{Reach, is_loopback, leads_to_private};
pub use answer_head::{AnswerHead, RetryAfter, is_strong};
pub use attempts::{AttemptFault, Attempts, TICK, sleep};
pub use client::{Budget, Client, Event, Request, Running, Transfer};
pub use content_range::ContentRange;
pub use error::{ConnectionError, TransportError};
pub use exchange::Exchange;
pub use file_answer::{AnswerFault, AskedFile, BodyUse, judge};
pub use file_part::{FilePart, FilePartRequest};
pub use observations::Observations;
pub use pace::{Bucket, StallGuard};
pub use patience::{Patience, Spent};
pub use redirect::RedirectFault;
pub use rustls::pki_types::CertificateDer;
pub use secret_url::SecretUrl;
pub use trust::{CertificateError, ProxyChoice, Trust, certificates};
