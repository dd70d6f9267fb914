//! Measuring downloads and fetches, and the bare HTTP download that is their limit.

use super::{WorkResult, timed};
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

/// The published content of the benchmark.
pub(super) struct Published {
    pub(super) document: ContentDocument,
    /// The content file in the public folder.
    pub(super) file: PathBuf,
    /// The path of the content below the server's address.
    pub(super) path: String,
}

impl Published {
    pub(super) fn read(ground: &Ground) -> WorkResult<Self> {
        let document = ContentDocument::read(&std::fs::read(ground.document())?)?;
        let mac = document.file_encryption_info.mac.to_hex();
        let file = ground.public().join(&mac).join("content.bin");
        Ok(Self { document, file, path: format!("{mac}/content.bin") })
    }

    /// Opens the content, which is not authenticated by that.
    pub(super) fn open(&self) -> WorkResult<EncryptedContent> {
        let source = FileSource::open(&self.file)?;
        let info = self.document.file_encryption_info.clone();
        Ok(EncryptedContent::new(source, info, Some(self.document.size), &ArchivePolicy::default())?)
    }
}

/// Measures [`Stage::Download`], which ends before unpacking, or [`Stage::Fetch`].
pub(super) fn measure(
    stage: Stage,
    ground: &Ground,
    from: &Origin,
    threads: usize,
    context: &Context<'_>,
) -> WorkResult<Answer> {
    let request = request(ground, from, threads)?;
    timed(|| {
        let report =
            if stage == Stage::Fetch { fetch(&request, context) } else { download(&request, context) }?;
        Ok(size(&report)?)
    })
}

/// Fetches once from another server, to learn the sizes of its content.
pub(super) fn survey(
    ground: &Ground,
    from: &Origin,
    threads: usize,
    context: &Context<'_>,
) -> WorkResult<Facts> {
    let report = fetch(&request(ground, from, threads)?, context)?;
    let content = size(&report)?;
    let payload = report.validate.as_ref().map_or(content, |validated| validated.payload);
    // The report does not say which files were deflated, so the least work of fetching is computed without inflating.
    Ok(Facts { files: report.files, source: report.bytes, deflated: 0, payload, content })
}

fn size(report: &FetchReport) -> Result<u64, &'static str> {
    let download = report.download.as_ref();
    download
        .map(|download| download.size)
        .ok_or("nothing was downloaded: the content lies in a file of this machine")
}

fn request(ground: &Ground, from: &Origin, threads: usize) -> WorkResult<FetchRequest> {
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

/// How long a server may send nothing before the download fails.
const STALLED: Duration = Duration::from_secs(30);
/// The size of writes, the same as that of the downloader, in bytes.
const WRITE: usize = 512 << 10;
/// The largest size of a document in bytes (`docs/publishing.md`).
const DOCUMENT: u64 = 16 << 20;

/// Downloads the content without any of our code: from the lab server until `bytes` were received, from another server
/// once.
pub(super) fn bare_download(bytes: u64, ground: &Ground, from: &Origin) -> WorkResult<Answer> {
    // A process has one default provider. If there is one already, the call fails, which does not matter.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // The URL may be signed, so no other server may learn it from a `Referer` header.
    let builder = Client::builder().http1_only().tcp_nodelay(true).referer(false).read_timeout(STALLED);
    // The lab server is on loopback; a proxy would look for that on its own machine.
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

async fn get(client: &Client, url: Url, path: &std::path::Path) -> WorkResult<u64> {
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

/// Makes an HTTP error status an error, without the URL, which may be signed.
fn checked(response: reqwest::Result<Response>) -> WorkResult<Response> {
    Ok(response.and_then(Response::error_for_status).map_err(reqwest::Error::without_url)?)
}

/// The URL of the content: that of the lab server, the one that a document names, or that of a package itself.
async fn content_url(client: &Client, ground: &Ground, from: &Origin) -> WorkResult<Url> {
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

/// Downloads the document at `url`; `None` if its first bytes are those of a package. The document is not checked here,
/// because an earlier fetch has done that.
async fn described(client: &Client, url: Url) -> WorkResult<Option<ContentDocument>> {
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
