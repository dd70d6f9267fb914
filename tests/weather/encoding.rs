//! Answers that are compressed on their way.

use crate::lab::{Lab, content};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use waybill_schemas::codes::Class;
use waybill_tests::fault_server::{Answer, Framing, fault};

cases! {
    gzip_fresh, gzip_resumed: gzip;
    gzip_with_a_range_fresh, gzip_with_a_range_resumed: gzip_with_a_range;
    brotli_fresh, brotli_resumed: brotli;
    recompressed_fresh, recompressed_resumed: recompressed;
}

more_cases! {
    aws_chunked_fresh, aws_chunked_resumed: aws_chunked;
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// nginx with `gzip on`: no range, a weak ETag, and another length.
fn gzip(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(fault(|_, resource| {
        let answer = Answer::new(200, gzipped(&resource.bytes)).framed(Framing::Chunked);
        answer.with("Content-Encoding", "gzip").with("ETag", "W/\"v1\"")
    }));
    lab.fetch().failed("content-altered", Class::Network).asked(1);
    lab.goes_on();
}

/// A range of the compressed file.
fn gzip_with_a_range(mut lab: Lab) {
    lab.cut_or_hold();
    lab.forever(fault(|request, resource| resource.right(request).with("Content-Encoding", "gzip")));
    lab.fetch().failed("content-altered", Class::Network).asked(1);
    lab.goes_on();
}

/// The plain bytes with `Content-Encoding: br`: the header alone decides.
fn brotli(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(fault(|request, resource| resource.right(request).with("Content-Encoding", "br")));
    lab.fetch().failed("content-altered", Class::Network).asked(1);
    lab.goes_on();
}

/// A store that keeps the word of the client's upload on a body without chunks.
fn aws_chunked(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(fault(|request, resource| {
        resource
            .right(request)
            .with("Content-Encoding", "aws-chunked,identity")
            .with("Content-Encoding", "aws-chunked")
    }));
    lab.fetch().arrived().asked(1);
}

/// A proxy that compresses without a header; the first 48 bytes show it.
fn recompressed(mut lab: Lab) {
    lab.hold_if_resumed();
    lab.forever(fault(|_, resource| {
        let bytes = gzipped(&resource.bytes);
        assert_ne!(bytes.len(), content().size());
        resource.describe(Answer::new(200, bytes)).framed(Framing::Chunked)
    }));
    let code = if lab.when == crate::When::Fresh { "content-header" } else { "content-replaced" };
    lab.fetch().failed(code, Class::Integrity);
    lab.goes_on();
}
