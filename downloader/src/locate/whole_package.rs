//! A package on a server that gives it only as a whole.

use super::{LocateError, Located, Locator};
use intunewin::FileSource;
use std::fs::File;
use std::io::{Seek as _, Write as _};
use waybill_context::Stage;
use waybill_transport::{AskedFile, AttemptFault, Attempts, Bucket, Request, SecretUrl, TransportError};

impl Locator<'_> {
    /// Into a private, nameless file, from its first byte with every attempt: its keys come at its end.
    pub(super) fn whole_package(&self, url: &SecretUrl) -> Result<Located, LocateError> {
        let seen =
            "the server gives no parts of this package: it is fetched whole, and an interruption starts anew";
        self.log.note("package-whole", format!("{url}: {seen}"));
        tracing::warn!(%url, "{seen}");
        let mut file = tempfile::tempfile_in(self.incoming).map_err(LocateError::Keep)?;
        let mut attempts = Attempts::new(self.context, self.log);
        loop {
            file.set_len(0).and_then(|()| file.rewind()).map_err(LocateError::Keep)?;
            match self.pour(url, &mut file)? {
                Ok(()) => break,
                Err(broken) => attempts.again(broken, &url.to_string())?,
            }
        }
        let source = FileSource::from_file(file).map_err(LocateError::Keep)?;
        self.package(source, &url.to_string())
    }

    fn pour(&self, url: &SecretUrl, file: &mut File) -> Result<Result<(), AttemptFault>, LocateError> {
        let request = Request::get(url.clone()).holds_keys(true);
        let mut body = self.client.exchange(&request, self.context);
        let head = match body.head() {
            Ok(head) => head,
            Err(broken) => return Ok(Err(broken)),
        };
        let asked = AskedFile { first: 0, by_range: false, total: None, etag: None };
        if let Err(fault) = asked.body_use(&head) {
            return Ok(Err(AttemptFault::Answer(fault)));
        }
        waybill_disk::space::check(self.incoming, head.content_length.unwrap_or_default())?;
        let limit = self.options.policy.max_package;
        let meter = self.context.meter(Stage::Download, head.content_length);
        let (mut held, mut bucket) = (0, Bucket::new(self.options.limit_rate));
        loop {
            let chunk = match body.chunk() {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(Ok(())),
                Err(broken) => return Ok(Err(broken)),
            };
            held += chunk.len() as u64;
            if held > limit {
                return Err(TransportError::TooLarge { url: url.to_string(), limit }.into());
            }
            let wait = bucket.take(chunk.len() as u64, self.context.clock().now());
            if let Err(cancelled) = self.context.sleep(wait) {
                return Ok(Err(cancelled.into()));
            }
            body.waited(wait);
            file.write_all(&chunk).map_err(LocateError::Keep)?;
            meter.advance(chunk.len() as u64);
        }
    }
}
