use std::time::Duration;

/// The answer to one request, correct or faulty.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code of the status line.
    pub status: u16,
    /// The headers as they are sent. Only those that `framing` needs are added.
    pub headers: Vec<(String, String)>,
    /// The whole body, before `limit` and `framing` are applied.
    pub body: Vec<u8>,
    /// How the client learns where the body ends.
    pub framing: Framing,
    /// Only this many bytes of the body are sent.
    pub limit: usize,
    /// If set, the body is sent one byte at a time, with this pause after each.
    pub drip: Option<Duration>,
    /// What happens to the connection after the last byte that is sent.
    pub ending: Ending,
    /// If set, these bytes are sent instead of status line, headers and body.
    pub raw: Option<Vec<u8>>,
}

/// How the client learns where a body ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framing {
    /// A Content-Length with the true length of the body.
    Length,
    /// A Content-Length with this text, independent of the body.
    Declared(String),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// `Transfer-Encoding: chunked` together with a Content-Length with this text.
    ChunkedBeside(String),
    /// No length: the body ends with the connection.
    Close,
}

/// What happens to the connection after the last byte that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The body is ended as its framing requires, and the connection stays open, except for [`Framing::Close`].
    Clean,
    /// The connection is closed at once by a FIN, under TLS with close_notify.
    Fin,
    /// The connection is closed at once by a FIN, under TLS without close_notify.
    Cut,
    /// The connection is reset (RST).
    Reset,
    /// Nothing more is sent, and the connection stays open.
    Stall,
}

impl Answer {
    /// An answer with this status and a short text as body.
    pub fn plain(status: u16) -> Self {
        Self::new(status, format!("status {status}\n").into_bytes()).with("Content-Type", "text/plain")
    }

    /// An answer with this status and body.
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

    /// An answer of raw bytes, followed by a FIN.
    pub fn raw(bytes: Vec<u8>) -> Self {
        Self { raw: Some(bytes), ..Self::new(200, Vec::new()).ending(Ending::Fin) }
    }

    /// No answer, on a connection that stays open.
    pub fn silence() -> Self {
        Self { raw: Some(Vec::new()), ..Self::new(200, Vec::new()).ending(Ending::Stall) }
    }

    /// Adds a header, even if there is one with this name.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Removes all headers with this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    /// Sets a header, replacing those with this name.
    #[must_use]
    pub fn set(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).with(name, value)
    }

    /// Sets the status code.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Sets how the client learns where the body ends.
    #[must_use]
    pub fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Sets what happens after the last byte.
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

    /// Sends the body one byte at a time, with this pause after each.
    #[must_use]
    pub fn dripping(mut self, pause: Duration) -> Self {
        self.drip = Some(pause);
        self
    }

    /// The head as it is sent: status line, headers and empty line.
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

    /// Whether another request may follow on the connection.
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
