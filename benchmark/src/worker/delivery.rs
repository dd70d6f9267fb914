//! From a server to a content, or to files.

use super::Outcome;
use super::content::Published;
use super::timed::timed;
use crate::facts::Facts;
use crate::ground::Ground;
use crate::stage::Stage;
use crate::task::{Answer, Origin};
use waybill_context::Context;
use waybill_downloader::{
    Destination, FetchOptions, FetchRequest, Location, ProxyChoice, SecretUrl, Wanted, download, fetch,
};
use waybill_schemas::report::delivery::FetchReport;

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
            let url = url.ok_or("the lab server has no usable address")?;
            (Wanted::Described(Location::File(ground.document())), ProxyChoice::Direct, Some(url))
        }
        Origin::File(path) => described(Location::File(path.clone())),
        Origin::Url(url) => described(Location::Url(SecretUrl::parse(url).ok_or("this is no http(s) URL")?)),
    };
    Ok(FetchRequest {
        what,
        destination: Destination::Folder(ground.output()),
        root: ground.root(),
        options: FetchOptions { proxy, content_url, threads, ..FetchOptions::default() },
    })
}
