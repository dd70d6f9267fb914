#![doc = include_str!("../README.md")]

mod answer;
mod attempts;
mod call;
mod client;
mod error;
mod exchange;
mod redirect;
mod request;

pub use answer::{AnswerFault, AnswerHead, AskedFile, BodyUse, ContentRange, RetryAfter, is_strong};
pub use attempts::{AttemptFault, Attempts, Observations, TICK};
pub use bytes::Bytes;
pub use call::{Answer, FilePart, FilePartRequest};
pub use client::{
    BodySender, Budget, CertificateError, Client, ClientOptions, Event, ProxyChoice, RunningRequest,
    certificates,
};
pub use error::{ConnectionError, TransportError};
pub use exchange::{Bucket, Exchange, StallGuard};
pub use redirect::{Reach, RedirectFault, is_loopback, is_private};
pub use request::{BodySource, FileSlice, HeaderError, Request, SecretUrl, UrlError};
pub use reqwest::Method;
pub use rustls::pki_types::CertificateDer;
pub use url::Url;
pub use zeroize::Zeroizing;
pub use {waybill_context, waybill_schemas};
