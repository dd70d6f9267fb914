//! GET to a file, nothing checked: what the HTTP library and the line give.

use super::Outcome;
use super::content::Published;
use super::timed::timed;
use crate::ground::Ground;
use crate::task::{Answer, Origin};
use reqwest::{Client, Response, Url};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::Duration;
use waybill_schemas::ContentDocument;

/// A server that sends nothing for so long is given up.
const STALLED: Duration = Duration::from_secs(30);
/// As large as the writes of a download.
const WRITE: usize = 512 << 10;
/// A document is no larger (`docs/publishing.md`).
const DOCUMENT: u64 = 16 << 20;

/// Finds the content, then gets it: from the lab until `bytes` came, from somebody else's server once.
pub(super) fn measure(bytes: u64, ground: &Ground, from: &Origin) -> Outcome<Answer> {
    // The process has one default provider; a second call finds it there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A URL may be signed: no server learns it from another one's redirect.
    let builder = Client::builder().http1_only().tcp_nodelay(true).referer(false).read_timeout(STALLED);
    let client = if matches!(from, Origin::Lab(_)) { builder.no_proxy() } else { builder }.build()?;
    let url = runtime.block_on(content_url(&client, ground, from))?;
    let path = ground.output();
    let bytes = if matches!(from, Origin::Lab(_)) { bytes } else { 1 };
    timed(|| {
        let mut total = 0;
        while total < bytes {
            total += runtime.block_on(get(&client, url.clone(), &path))?;
        }
        Ok(total)
    })
}

async fn get(client: &Client, url: Url, path: &std::path::Path) -> Outcome<u64> {
    let mut response = checked(client.get(url).send().await)?;
    let mut file = BufWriter::with_capacity(WRITE, File::create(path)?);
    let mut total = 0;
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        file.write_all(&chunk)?;
        total += chunk.len() as u64;
    }
    file.flush()?;
    Ok(total)
}

/// The URL may be signed, and an error would name it.
fn checked(response: reqwest::Result<Response>) -> Outcome<Response> {
    Ok(response.and_then(Response::error_for_status).map_err(reqwest::Error::without_url)?)
}

/// Of the lab's content; of a document's; or of the package itself, which a document is not.
async fn content_url(client: &Client, ground: &Ground, from: &Origin) -> Outcome<Url> {
    match from {
        Origin::Lab(address) => Ok(Url::parse(address)?.join(&Published::read(ground)?.path)?),
        Origin::File(path) => {
            let document = ContentDocument::read(&std::fs::read(path)?)?;
            Ok(Url::parse(document.url.as_str())?)
        }
        Origin::Url(text) => {
            let url = Url::parse(text)?;
            match described(client, url.clone()).await? {
                Some(document) => Ok(url.join(document.url.as_str())?),
                None => Ok(url),
            }
        }
    }
}

/// The document at `url`; `None` where its first bytes say that it is a package. What it names was judged by the fetch that
/// went before.
async fn described(client: &Client, url: Url) -> Outcome<Option<ContentDocument>> {
    let mut response = checked(client.get(url).send().await)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        bytes.extend_from_slice(&chunk);
        if bytes.starts_with(b"PK\x03\x04") || bytes.len() as u64 > DOCUMENT {
            return Ok(None);
        }
    }
    Ok(Some(ContentDocument::read(&bytes)?))
}
