//! From a server to a content, or to files; and the bare download that they are held against.

use super::{Outcome, timed};
use crate::folder::Ground;
use crate::stage::{Facts, Stage};
use crate::task::{Answer, Origin};
use intunewin::{ArchivePolicy, EncryptedContent, FileSource};
use reqwest::{Client, Response, Url};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::time::Duration;
use waybill_context::Context;
use waybill_downloader::{
    Destination, FetchOptions, FetchRequest, Location, ProxyChoice, SecretUrl, Wanted, download, fetch,
};
use waybill_schemas::ContentDocument;
use waybill_schemas::report::delivery::FetchReport;

/// What was published.
pub(super) struct Published {
    pub(super) document: ContentDocument,
    /// The content file.
    pub(super) file: PathBuf,
    /// Where it lies below a server's address.
    pub(super) path: String,
}

impl Published {
    pub(super) fn read(ground: &Ground) -> Outcome<Self> {
        let document = ContentDocument::read(&std::fs::read(ground.document())?)?;
        let mac = document.file_encryption_info.mac.to_hex();
        let file = ground.public().join(&mac).join("content.bin");
        Ok(Self { document, file, path: format!("{mac}/content.bin") })
    }

    /// The content, not yet authenticated.
    pub(super) fn open(&self) -> Outcome<EncryptedContent> {
        let source = FileSource::open(&self.file)?;
        let info = self.document.file_encryption_info.clone();
        Ok(EncryptedContent::new(source, info, Some(self.document.size), &ArchivePolicy::default())?)
    }
}

/// The first two phases, or all three.
pub(super) fn measure(
    stage: Stage,
    ground: &Ground,
    from: &Origin,
    threads: usize,
    context: &Context<'_>,
) -> Outcome<Answer> {
    let request = request(ground, from, threads)?;
    timed(|| {
        let report =
            if stage == Stage::Fetch { fetch(&request, context) } else { download(&request, context) }?;
        Ok(size(&report)?)
    })
}

/// Fetches once from a server that is not ours, to know what comes.
pub(super) fn survey(
    ground: &Ground,
    from: &Origin,
    threads: usize,
    context: &Context<'_>,
) -> Outcome<Facts> {
    let report = fetch(&request(ground, from, threads)?, context)?;
    let content = size(&report)?;
    let payload = report.validate.as_ref().map_or(content, |validated| validated.payload);
    // Which of the files were deflated is not told, and so inflating is left out of what fetching cannot do without.
    Ok(Facts { files: report.files, source: report.bytes, deflated: 0, payload, content })
}

fn size(report: &FetchReport) -> Result<u64, &'static str> {
    let download = report.download.as_ref();
    download
        .map(|download| download.size)
        .ok_or("nothing was downloaded: the content lies in a file of this machine")
}

fn request(ground: &Ground, from: &Origin, threads: usize) -> Outcome<FetchRequest> {
    let described = |location| (Wanted::Described(location), ProxyChoice::System, None);
    let (what, proxy, content_url) = match from {
        Origin::Lab(address) => {
            let url = SecretUrl::parse(&format!("{address}{}", Published::read(ground)?.path));
            let url = url.map_err(|_| "the lab server has no usable address")?;
            (Wanted::Described(Location::File(ground.document())), ProxyChoice::Direct, Some(url))
        }
        Origin::File(path) => described(Location::File(path.clone())),
        Origin::Url(url) => {
            described(Location::Url(SecretUrl::parse(url).map_err(|_| "this is no http(s) URL")?))
        }
    };
    Ok(FetchRequest {
        what,
        destination: Destination::Folder(ground.output()),
        root: ground.root(),
        options: FetchOptions::default().with(|fetch| {
            fetch.proxy = proxy;
            fetch.content_url = content_url;
            fetch.threads = threads;
        }),
    })
}

/// A server that sends nothing for so long is given up.
const STALLED: Duration = Duration::from_secs(30);
/// As large as the writes of a download.
const WRITE: usize = 512 << 10;
/// A document is no larger (`docs/publishing.md`).
const DOCUMENT: u64 = 16 << 20;

/// Finds the content, then gets it: from the lab until `bytes` came, from somebody else's server once.
pub(super) fn bare_download(bytes: u64, ground: &Ground, from: &Origin) -> Outcome<Answer> {
    // The process has one default provider; a second call finds it there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A URL may be signed: no server learns it from another one's redirect.
    let builder = Client::builder().http1_only().tcp_nodelay(true).referer(false).read_timeout(STALLED);
    // The lab server is on loopback, which a proxy would look for on its own machine.
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
