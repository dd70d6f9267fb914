//! Documents: small bodies that are read into memory.

use crate::{
    AnswerFault, AskedFile, AttemptFault, Attempts, Client, Exchange, Observations, Request, SecretUrl,
    TransportError,
};
use waybill_context::Context;
use zeroize::Zeroizing;

/// What to read.
pub struct FilePartRequest<'a> {
    /// From where.
    pub url: &'a SecretUrl,
    /// First and last byte; `None` for the whole.
    pub range: Option<(u64, u64)>,
    /// Bytes at most.
    pub limit: u64,
    /// What it holds are keys.
    pub secret: bool,
}

/// Bytes of a file on a server.
#[derive(Debug)]
pub struct FilePart {
    /// They may be keys.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Bytes of the whole file, where the server said.
    pub total: Option<u64>,
    /// The answer was the range that was asked for.
    pub is_range: bool,
}

impl Client {
    /// Reads a file or a part of it into memory, trying again as for a content.
    ///
    /// # Errors
    /// Anything but its bytes, more of them than the limit, interruption.
    pub fn read_part(
        &self,
        small: &FilePartRequest<'_>,
        context: &Context<'_>,
        log: &Observations,
    ) -> Result<FilePart, TransportError> {
        let mut attempts = Attempts::new(context, log);
        loop {
            match attempt(self, small, context, log) {
                Ok(body) => return Ok(body),
                Err(broken) => attempts.again(broken, &small.url.to_string())?,
            }
        }
    }
}

fn attempt(
    client: &Client,
    small: &FilePartRequest<'_>,
    context: &Context<'_>,
    log: &Observations,
) -> Result<FilePart, AttemptFault> {
    let request = Request::get(small.url.clone()).holds_keys(small.secret);
    let request = match small.range {
        Some((first, last)) => request.range(first, Some(last)),
        None => request,
    };
    let mut body = client.exchange(&request, context);
    let head = body.head()?;
    let first = small.range.map_or(0, |(first, _)| first);
    let asked = AskedFile { first, by_range: small.range.is_some(), total: None, etag: None };
    let no_part = |total| Ok(FilePart { bytes: Zeroizing::default(), total, is_range: false });
    let plan = match asked.body_use(&head) {
        Ok(plan) => plan,
        Err(AnswerFault::RangeUseless(rule, seen)) if small.range.is_some() => {
            log.note(rule, format!("{}: {seen}", small.url));
            return no_part(None);
        }
        Err(fault) => return Err(AttemptFault::Answer(fault)),
    };
    let is_range = head.content_range.is_some();
    if small.range.is_some() && !is_range {
        return no_part(plan.total); // not worth all of it
    }
    let bytes = gather(&mut body, small, plan.skip)?;
    if let Some((first, last)) = small.range {
        let end = plan.total.map_or(last, |total| last.min(total.saturating_sub(1)));
        let expected = end.saturating_sub(first) + 1; // at least one: a total that ends before is a lie
        if (bytes.len() as u64) < expected {
            return Err(AttemptFault::Answer(AnswerFault::Later(head.status, None)));
        }
    }
    Ok(FilePart { bytes, total: plan.total, is_range })
}

/// The body behind the bytes to `skip`; of a range no more than was asked for.
fn gather(
    body: &mut Exchange<'_>,
    small: &FilePartRequest<'_>,
    mut skip: u64,
) -> Result<Zeroizing<Vec<u8>>, AttemptFault> {
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
            return Err(TransportError::TooLarge { url, limit }.into());
        }
        bytes.extend_from_slice(rest);
    }
    Ok(bytes)
}
