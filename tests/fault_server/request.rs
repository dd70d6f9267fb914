use std::io::{self, Read};

/// A request as it was received.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method, e.g. `GET`.
    pub method: String,
    /// The request target: path and query, or the whole URL in a request to a proxy.
    pub target: String,
    /// The headers in order, with names in lower case.
    pub headers: Vec<(String, String)>,
}

/// The longest head that is read, in bytes.
const LONGEST: usize = 64 << 10;

impl Request {
    /// Reads a request up to its empty line; `None` if the connection ends before that.
    pub(super) fn read(stream: &mut impl Read, mut is_over: impl FnMut() -> bool) -> Option<Self> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                Err(error) if is_tick(&error) && !is_over() => {}
                _ => return None,
            }
            if head.len() > LONGEST {
                return None;
            }
        }
        Self::parse(&String::from_utf8_lossy(&head))
    }

    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.lines();
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { method, target, headers })
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query without `?`; empty if there is none.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// The value of a header; `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first byte and, if given, the last byte of a single range. `None` without a range, and for a suffix range.
    pub fn range(&self) -> Option<(usize, Option<usize>)> {
        let (first, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
        Some((first.parse().ok()?, last))
    }

    /// The first byte of the requested range; 0 without a range.
    pub fn first_byte(&self) -> usize {
        self.range().map_or(0, |(first, _)| first)
    }
}

/// Whether the error is a read timeout, which only means that nothing was received for a moment.
pub(super) fn is_tick(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
