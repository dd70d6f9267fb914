//! Where a folder is served, and a line a request.

use super::printable::printable;
use std::net::SocketAddr;
use std::path::Path;
use waybill_schemas::report::delivery::ServedRequest;
use waybill_server::AccessRecord;

/// What is told at the start; a line each.
pub(crate) fn started_lines(folder: &Path, url: &str, address: SocketAddr, lab: bool) -> Vec<String> {
    let folder = folder.display().to_string();
    let mut lines = vec![format!(
        "serving {} at {url} for a lab or a test: no product CDN; Ctrl-C ends it",
        printable(&folder)
    )];
    let everywhere = !address.ip().is_loopback();
    if everywhere {
        lines.push(format!("warning: whoever reaches {address} can fetch what lies there, without TLS"));
    }
    if lab {
        let whom = if everywhere { "them" } else { "every program on this machine" };
        lines.push(format!("warning: --lab serves files with keys to {whom}: they decrypt the contents"));
    }
    lines
}

/// `GET /00ff/content.bin 206, 1048576 bytes, 3 ms`
pub(crate) fn access_line(record: &AccessRecord) -> String {
    let request = served_request(record);
    let ServedRequest { method, path, status, bytes, ms, complete } = &request;
    let cut = if *complete { "" } else { ", broken off" };
    format!("{} {} {status}, {bytes} bytes, {ms} ms{cut}", printable(method), printable(path))
}

/// As a line of JSON.
pub(crate) fn served_request(record: &AccessRecord) -> ServedRequest {
    ServedRequest {
        method: record.method.clone(),
        path: record.path.clone(),
        status: record.status,
        bytes: record.bytes,
        ms: u64::try_from(record.elapsed.as_millis()).unwrap_or(u64::MAX),
        complete: record.complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_line_names_what_was_cut_and_shows_nothing_raw() {
        let mut record = AccessRecord {
            peer: "127.0.0.1:1".parse().unwrap(),
            method: "GET".to_owned(),
            path: "/a\u{202e}b".to_owned(),
            status: 206,
            bytes: 10,
            elapsed: Duration::from_millis(3),
            complete: true,
        };
        assert_eq!(access_line(&record), "GET /a\\u{202e}b 206, 10 bytes, 3 ms");
        record.complete = false;
        assert_eq!(access_line(&record), "GET /a\\u{202e}b 206, 10 bytes, 3 ms, broken off");
    }

    #[test]
    fn warnings_grow_with_who_can_ask_and_for_what() {
        let lines =
            |address: &str, lab| started_lines(Path::new("public"), "u", address.parse().unwrap(), lab);
        assert_eq!(lines("127.0.0.1:80", false).len(), 1);
        assert!(lines("127.0.0.1:80", true)[1].contains("every program on this machine"));
        assert_eq!(lines("0.0.0.0:80", false).len(), 2);
        assert_eq!(lines("0.0.0.0:80", true).len(), 3);
    }
}
