//! Documents: small bodies that are read into memory.

use super::attempts::{Attempts, Broken};
use super::body::Body;
use super::{DownloadError, Log};
use crate::http::{Ask, Asked, Fault, Network, judge};
use crate::request::SecretUrl;
use waybill_context::Context;
use zeroize::Zeroizing;

/// What to read.
pub(crate) struct Small<'a> {
    /// From where.
    pub(crate) url: &'a SecretUrl,
    /// First and last byte; `None` for the whole.
    pub(crate) range: Option<(u64, u64)>,
    /// Bytes at most.
    pub(crate) limit: u64,
    /// What it holds are keys.
    pub(crate) secret: bool,
}

/// Bytes of a file on a server.
#[derive(Debug)]
pub(crate) struct SmallBody {
    /// They may be keys.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Bytes of the whole file, where the server said.
    pub(crate) total: Option<u64>,
    /// The answer was the range that was asked for.
    pub(crate) is_range: bool,
}

/// Reads it, trying again as for a content.
pub(crate) fn read(
    network: &Network,
    small: &Small<'_>,
    context: &Context<'_>,
    log: &Log,
) -> Result<SmallBody, DownloadError> {
    let mut attempts = Attempts::new(context, log);
    loop {
        match attempt(network, small, context, log) {
            Ok(body) => return Ok(body),
            Err(broken) => attempts.again(broken, &small.url.to_string())?,
        }
    }
}

fn attempt(
    network: &Network,
    small: &Small<'_>,
    context: &Context<'_>,
    log: &Log,
) -> Result<SmallBody, Broken> {
    let range = small.range.map(|(first, last)| (first, Some(last)));
    let ask = Ask { url: small.url.expose().clone(), range, if_match: None, secret: small.secret };
    let mut body = Body::new(network.transfer(ask), context);
    let head = body.head()?;
    let first = small.range.map_or(0, |(first, _)| first);
    let asked = Asked { first, by_range: range.is_some(), total: None, etag: None };
    let no_part = |total| Ok(SmallBody { bytes: Zeroizing::default(), total, is_range: false });
    let plan = match judge(&asked, &head) {
        Ok(plan) => plan,
        Err(Fault::RangeUseless(rule, seen)) if range.is_some() => {
            log.note(rule, format!("{}: {seen}", small.url));
            return no_part(None);
        }
        Err(fault) => return Err(Broken::Answer(fault)),
    };
    let is_range = head.content_range.is_some();
    if range.is_some() && !is_range {
        return no_part(plan.total); // not worth all of it
    }
    let bytes = gather(&mut body, small, plan.skip)?;
    if let Some((first, last)) = small.range {
        let end = plan.total.map_or(last, |total| last.min(total.saturating_sub(1)));
        let expected = end.saturating_sub(first) + 1; // at least one: a total that ends before is a lie
        if (bytes.len() as u64) < expected {
            return Err(Broken::Answer(Fault::Later(head.status, None)));
        }
    }
    Ok(SmallBody { bytes, total: plan.total, is_range })
}

/// The body behind the bytes to `skip`; of a range no more than was asked for.
fn gather(body: &mut Body<'_>, small: &Small<'_>, mut skip: u64) -> Result<Zeroizing<Vec<u8>>, Broken> {
    let limit = small.range.map_or(small.limit, |(first, last)| (last - first + 1).min(small.limit));
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(chunk) = body.chunk()? {
        let skipped = skip.min(chunk.len() as u64);
        skip -= skipped;
        let rest = &chunk[skipped as usize..];
        if (bytes.len() + rest.len()) as u64 > limit {
            if small.range.is_some() {
                let room = limit as usize - bytes.len();
                bytes.extend_from_slice(&rest[..room]);
                break;
            }
            let (url, limit) = (small.url.to_string(), small.limit);
            return Err(DownloadError::TooLarge { url, limit }.into());
        }
        bytes.extend_from_slice(rest);
    }
    Ok(bytes)
}
