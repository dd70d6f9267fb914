use std::time::Duration;

/// What is sent for one request, right or wrong.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Headers as they are sent; nothing is added but what `framing` needs.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// How the body says where it ends.
    pub framing: Framing,
    /// Only so many bytes of the body are sent.
    pub limit: usize,
    /// One byte at a time, with this pause after each.
    pub drip: Option<Duration>,
    /// What happens after the last byte that is sent.
    pub ending: Ending,
    /// These bytes are sent instead of status line, headers and body.
    pub raw: Option<Vec<u8>>,
}

/// How a body says where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framing {
    /// Content-Length, true.
    Length,
    /// Content-Length with this text, whatever the body is.
    Declared(String),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// Chunked, and a Content-Length with this text beside it.
    ChunkedBeside(String),
    /// It ends with the connection.
    Close,
}

/// What happens after the last byte that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The body's end as its framing has it; the connection stays, but for [`Framing::Close`].
    Clean,
    /// The connection is closed there and then: FIN; under TLS with close_notify.
    Fin,
    /// FIN without TLS's close_notify.
    Cut,
    /// A reset.
    Reset,
    /// Nothing more comes, and the connection stays.
    Stall,
}

impl Answer {
    /// A status with a short text, as servers send one.
    pub fn plain(status: u16) -> Self {
        Self::new(status, format!("status {status}\n").into_bytes()).with("Content-Type", "text/plain")
    }

    /// A status and a body.
    pub fn new(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
            framing: Framing::Length,
            limit: usize::MAX,
            drip: None,
            ending: Ending::Clean,
            raw: None,
        }
    }

    /// Bytes that are no HTTP, and FIN.
    pub fn raw(bytes: Vec<u8>) -> Self {
        Self { raw: Some(bytes), ..Self::new(200, Vec::new()).ending(Ending::Fin) }
    }

    /// Nothing at all, on a connection that stays.
    pub fn silence() -> Self {
        Self { raw: Some(Vec::new()), ..Self::new(200, Vec::new()).ending(Ending::Stall) }
    }

    /// Adds a header, whether it is there or not.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Takes a header away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    /// Replaces a header.
    #[must_use]
    pub fn set(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).with(name, value)
    }

    /// Another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Another body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Another framing.
    #[must_use]
    pub fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Another end.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Sends only the first `limit` bytes of the body.
    #[must_use]
    pub fn only(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// One byte at a time.
    #[must_use]
    pub fn dripping(mut self, pause: Duration) -> Self {
        self.drip = Some(pause);
        self
    }

    /// Status line, headers, empty line.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let mut add = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        for (name, value) in &self.headers {
            add(name, value);
        }
        match &self.framing {
            Framing::Length => add("Content-Length", &self.body.len().to_string()),
            Framing::Declared(text) => add("Content-Length", text),
            Framing::Chunked => add("Transfer-Encoding", "chunked"),
            Framing::ChunkedBeside(text) => {
                add("Content-Length", text);
                add("Transfer-Encoding", "chunked");
            }
            Framing::Close => add("Connection", "close"),
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// Whether the body is sent in chunks.
    pub(super) fn is_chunked(&self) -> bool {
        matches!(self.framing, Framing::Chunked | Framing::ChunkedBeside(_))
    }

    /// Whether a next request may follow on the connection.
    pub(super) fn keeps_connection(&self) -> bool {
        self.ending == Ending::Clean && self.framing != Framing::Close && self.limit >= self.body.len()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        404 => "Not Found",
        412 => "Precondition Failed",
        416 => "Range Not Satisfiable",
        _ => "Whatever",
    }
}
