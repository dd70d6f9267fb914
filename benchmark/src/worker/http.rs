//! One GET to a file, nothing checked: what the HTTP library and the line give.

use super::Outcome;
use super::content::Published;
use super::timed::timed;
use crate::ground::Ground;
use crate::task::{Answer, Origin};
use reqwest::{Client, Response, Url};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use waybill_schemas::ContentDocument;

/// As large as the writes of a download.
const WRITE: usize = 512 << 10;
/// A document is no larger (`docs/publishing.md`).
const DOCUMENT: u64 = 16 << 20;

/// Finds the content, then gets it.
pub(super) fn measure(ground: &Ground, from: &Origin) -> Outcome<Answer> {
    // The process has one default provider; a second call finds it there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let builder = Client::builder().http1_only().tcp_nodelay(true);
    let client = if matches!(from, Origin::Lab(_)) { builder.no_proxy() } else { builder }.build()?;
    let url = runtime.block_on(content_url(&client, ground, from))?;
    let path = ground.output();
    timed(|| runtime.block_on(get(&client, url, &path)))
}

async fn get(client: &Client, url: Url, path: &std::path::Path) -> Outcome<u64> {
    let mut response = checked(client.get(url).send().await)?;
    let mut file = BufWriter::with_capacity(WRITE, File::create_new(path)?);
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

/// The document at `url`; `None` where its first byte says that it is none.
async fn described(client: &Client, url: Url) -> Outcome<Option<ContentDocument>> {
    let mut response = checked(client.get(url).send().await)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        bytes.extend_from_slice(&chunk);
        if bytes.first() != Some(&b'{') || bytes.len() as u64 > DOCUMENT {
            return Ok(None);
        }
    }
    Ok(Some(ContentDocument::read(&bytes)?))
}
