//! Which requests are answered with a file: those that name this host and a path below the folder. The others are
//! refused, each with its status and a text for people.

use hyper::header::{HOST, HeaderMap};
use hyper::{StatusCode, Uri, Version};
use intunewin::EntryName;
use std::io::{self, ErrorKind};
use std::net::IpAddr;

/// The path is malformed, or cannot be decoded.
const UNDECODABLE: Refusal = Refusal::Malformed("the path cannot be decoded");
/// There is no Host, or two, or it is not text (RFC 9112, 3.2).
const HOSTLESS: Refusal = Refusal::Malformed("one Host header is needed");

/// The name that `path` (percent-encoded, from its first `/`) asks for. Every rule of the archive policy holds for it,
/// no component begins with a dot, and it has no `\`.
///
/// # Errors
/// The reason why it is not looked for.
pub(crate) fn name_in_path(path: &str) -> Result<EntryName, Refusal> {
    let encoded = path.strip_prefix('/').ok_or(UNDECODABLE)?;
    let mut decoded = String::with_capacity(encoded.len());
    for (index, segment) in encoded.split('/').enumerate() {
        let segment = decode(segment)?;
        // A separator that was encoded would make two components of one.
        if segment.contains(['/', '\\']) || segment.starts_with('.') {
            return Err(Refusal::NotFound);
        }
        if index > 0 {
            decoded.push('/');
        }
        decoded.push_str(&segment);
    }
    match EntryName::parse(decoded.as_bytes(), true) {
        Ok(name) if !name.is_folder() => Ok(name),
        _ => Err(Refusal::NotFound),
    }
}

/// Decodes a segment once. One that is not UTF-8 or holds NUL is malformed.
fn decode(segment: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = rest else { return Err(UNDECODABLE) };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
        rest = tail;
    }
    if bytes.contains(&0) {
        return Err(UNDECODABLE);
    }
    String::from_utf8(bytes).map_err(|_| UNDECODABLE)
}

fn digit(character: u8) -> Result<u8, Refusal> {
    let value = char::from(character).to_digit(16).ok_or(UNDECODABLE)?;
    u8::try_from(value).map_err(|_| UNDECODABLE)
}

/// Checks the Host of a request. `local` where the server listens on loopback alone: then only an IP address and
/// `localhost` are names for it.
pub(crate) fn check_host(
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
    local: bool,
) -> Result<(), Refusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| HOSTLESS)?),
        (None, _) if version < Version::HTTP_11 => None,
        _ => return Err(HOSTLESS),
    };
    // An absolute target takes precedence over the header; one without a scheme is not absolute.
    let absolute = uri.authority().filter(|_| uri.scheme().is_some());
    let host = absolute.map(|authority| authority.as_str()).or(host);
    match host {
        Some(host) if local && !is_own(host) => Err(Refusal::Foreign),
        _ => Ok(()),
    }
}

fn is_own(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    bare.is_empty() || bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok()
}

/// Why a request is not answered with a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Malformed(&'static str),
    /// The Host is a foreign name, while only this machine may ask. A web page whose name was pointed at 127.0.0.1
    /// sends it, and no browser would keep that page from reading the answer.
    Foreign,
    Method,
    /// Nothing is there, or the path holds a name that is never served.
    NotFound,
    /// The file is none that `waybill publish` wrote.
    NotPublished,
    Failed,
    ConditionFailed,
    Unsatisfiable,
}

impl Refusal {
    /// A file that cannot be opened is not there, whatever the reason, unless it is the machine that failed. A link
    /// that leads out of the folder is refused as lacking permission.
    pub(crate) fn not_opened(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput => Self::NotFound,
            _ if is_other_absence(error) => Self::NotFound,
            _ => {
                tracing::warn!(%error, "cannot read a file that is served");
                Self::Failed
            }
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Foreign => StatusCode::MISDIRECTED_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotPublished => StatusCode::FORBIDDEN,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ConditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        }
    }

    /// The body of the refusal: a line for people.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Malformed(what) => format!("malformed request: {what}\n"),
            Self::Foreign => "this server answers to IP addresses and localhost alone\n".to_owned(),
            Self::Method => "only GET and HEAD are served\n".to_owned(),
            Self::NotFound => "not found\n".to_owned(),
            Self::NotPublished => NOT_PUBLISHED.to_owned(),
            Self::Failed => "the file could not be read\n".to_owned(),
            Self::ConditionFailed => "the file is not the one the condition names\n".to_owned(),
            Self::Unsatisfiable => "the range begins at or after the end of the file\n".to_owned(),
        }
    }
}

/// Why a file is refused that publishing did not write, and what to do.
const NOT_PUBLISHED: &str = "refused: only what `waybill publish` wrote is served, <MAC>/content.bin and <MAC>/pieces.json.\n\
     Other files, such as packages and documents, may hold keys: hand them over as files or over https. In a lab \
     where that is of no concern, start `waybill serve --lab`.\n";

/// Absences that the standard library has no name for: a ring of links, and a device or socket that cannot be opened.
fn is_other_absence(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        [Errno::LOOP, Errno::NXIO, Errno::NODEV, Errno::NAMETOOLONG]
            .iter()
            .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
    }
    #[cfg(windows)]
    {
        const INVALID_NAME: i32 = 123;
        error.raw_os_error() == Some(INVALID_NAME)
    }
}

#[cfg(test)]
mod request_path_tests {
    use super::*;

    #[test]
    fn plain_names_are_decoded_once() {
        for (path, name) in [
            ("/content.bin", "content.bin"),
            ("/00ff/pieces.json", "00ff/pieces.json"),
            ("/a%20b/%C3%9Cber.txt", "a b/Über.txt"),
            ("/100%25.txt", "100%.txt"),
            ("/a%2525", "a%25"),
        ] {
            assert_eq!(name_in_path(path).unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_malformed_is_told_from_what_is_not_served() {
        for path in ["", "*", "a", "/%", "/%4", "/%zz", "/a%00b", "/%00", "/%ff", "/a%C3", "/%+1"] {
            assert_eq!(name_in_path(path), Err(UNDECODABLE), "{path}");
        }
        for path in [
            "/",
            "//",
            "/a/",
            "//a",
            "/a//b",
            "/.",
            "/..",
            "/../a",
            "/a/../b",
            "/a/./b",
            "/a/..",
            "/%2e%2e/a",
            "/.%2e/a",
            "/%2E",
            "/a%2fb",
            "/..%2fa",
            "/%2fetc",
            "/a%5cb",
            "/a\\b",
            "/..\\a",
            "/..%5ca",
            "/C:/a",
            "/C:",
            "/c%3a/a",
            "/a:stream",
            "/a::$DATA",
            "/CON",
            "/con.txt",
            "/a/nul",
            "/COM1",
            "/lpt%C2%B9",
            "/aux%20.json",
            "/a.",
            "/a%20",
            "/a./b",
            "/.git/config",
            "/a/.hidden",
            "/.hidden",
            "/a%0Ab",
            "/a%7f",
            "/a*",
            "/a%3f",
            "/%3ca%3e",
            "/a%7Cb",
            "/%22",
            "/%C2%85",
        ] {
            assert_eq!(name_in_path(path), Err(Refusal::NotFound), "{path}");
        }
        assert_eq!(name_in_path(&format!("/{}", "a/".repeat(65))), Err(Refusal::NotFound));
        assert_eq!(name_in_path(&format!("/{}", "a".repeat(256))), Err(Refusal::NotFound));
    }
}

#[cfg(test)]
mod host_tests {
    use super::*;

    #[test]
    fn addresses_and_localhost_are_ours() {
        for host in
            ["127.0.0.1", "127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]", "[::1]:80", "10.0.0.1:1", ""]
        {
            assert!(is_own(host), "{host}");
        }
        for host in [
            "example.com",
            "example.com:80",
            "localhost.example",
            "127.0.0.1.example",
            "localhost:x",
            "a:1:2",
        ] {
            assert!(!is_own(host), "{host}");
        }
    }
}
