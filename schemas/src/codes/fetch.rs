//! Fetching: what the network and the servers on it did.

use super::{Class, Code};

/// Nothing came, for longer than the retries last.
pub const NETWORK_FAILED: Code = Code {
    id: "network-failed",
    class: Class::Network,
    meaning: "the server could not be reached, or broke off, for longer than the retries last",
    causes: &["no connection", "a server or proxy that is down", "a line that stalls", "a wrong host name"],
    hint: "check the address and the line, then run the same command again: it goes on from what is held",
};

/// The server's certificate is not trusted, or TLS failed otherwise.
pub const TLS_FAILED: Code = Code {
    id: "tls-failed",
    class: Class::Network,
    meaning: "no trusted connection to the server could be made",
    causes: &[
        "a certificate that ended, or is for another host",
        "TLS inspection whose certificate the system does not trust",
        "a clock that is wrong",
    ],
    hint: "mend the certificate or the clock; a private authority belongs into the system's store, or give --ca-file",
};

/// 401 or 403.
pub const URL_REFUSED: Code = Code {
    id: "url-refused",
    class: Class::Network,
    meaning: "the server does not accept the URL (any more)",
    causes: &[
        "a signed URL that expired",
        "a wrong or missing signature",
        "a server that hands out nothing with keys, such as `waybill serve` without --lab",
    ],
    hint: "get a fresh URL and give it with --url-file or in WAYBILL_URL: the download goes on from what is held; \
           `waybill serve` hands out documents and packages with --lab only",
};

/// 404, 410 and other answers that trying again does not mend.
pub const NOT_THERE: Code = Code {
    id: "not-there",
    class: Class::Network,
    meaning: "the server does not have what was asked for",
    causes: &[
        "a wrong path",
        "a content that was withdrawn",
        "a base URL that does not fit the server's layout",
    ],
    hint: "check the URL; `waybill publish` prints which files belong where",
};

/// 407.
pub const PROXY_REFUSED: Code = Code {
    id: "proxy-refused",
    class: Class::Network,
    meaning: "the proxy asks for credentials",
    causes: &["a proxy that wants a sign-in", "credentials in HTTPS_PROXY that are wrong"],
    hint: "set HTTPS_PROXY (for http:// URLs: HTTP_PROXY) with credentials, or let NO_PROXY name the server",
};

/// A redirect that is not followed.
pub const REDIRECT_REFUSED: Code = Code {
    id: "redirect-refused",
    class: Class::Network,
    meaning: "a redirect, or a document from the internet, leads to where this is not followed",
    causes: &[
        "a loop, or more than 10 redirects",
        "from https to http",
        "from the internet to a private address, by a redirect or by the document's own URL",
        "a sign-in page that the network puts in the way",
    ],
    hint: "mend the server's redirect, or copy the document here first: one that is a file may name any address",
};

/// A Content-Encoding where none was asked for.
pub const CONTENT_ALTERED: Code = Code {
    id: "content-altered",
    class: Class::Network,
    meaning: "a proxy or server altered the content on its way: it is compressed once more",
    causes: &["a proxy that compresses", "a web server with gzip or brotli for all files"],
    hint: "switch compression off for these files (docs/publishing.md), or go round the proxy",
};

/// Answers that contradict HTTP or one another, again and again.
pub const ANSWER_UNUSABLE: Code = Code {
    id: "answer-unusable",
    class: Class::Network,
    meaning: "the server's answers to requests for ranges cannot be used",
    causes: &[
        "a server or proxy that handles ranges wrongly",
        "a load balancer with differing servers behind it",
    ],
    hint: "try again with --no-resume; report what `-v` says to whoever runs the server",
};

/// Another size than the document says.
pub const SIZE_DIFFERS: Code = Code {
    id: "size-differs",
    class: Class::Integrity,
    meaning: "the server has another number of bytes than the document says",
    causes: &["another content under this URL", "a captive portal's page", "a document of an older version"],
    hint: "fetch the document again; on a guest network, sign in first",
};

/// The URL leads to another content now.
pub const CONTENT_REPLACED: Code = Code {
    id: "content-replaced",
    class: Class::Integrity,
    meaning: "the URL, or the document that was asked once more, leads to another content than the one under way",
    causes: &[
        "the file on the server was replaced",
        "a document of an older version",
        "a captive portal's page",
    ],
    hint: "fetch the document again; --no-resume drops what is held",
};

/// Keys over a line that others can read.
pub const KEYS_IN_THE_CLEAR: Code = Code {
    id: "keys-in-the-clear",
    class: Class::Refused,
    meaning: "what carries keys is not read over plain http from another machine",
    causes: &["an http:// URL of a content.json or a whole package"],
    hint: "use https, or copy the document here first; encrypted content alone may come over http",
};

/// A document or package that cannot be used for fetching.
pub const SOURCE_UNUSABLE: Code = Code {
    id: "source-unusable",
    class: Class::Refused,
    meaning: "this is neither a content.json nor an .intunewin package that can be fetched",
    causes: &[
        "an error page instead of the document",
        "another kind of file",
        "a relative URL without a place it is relative to",
    ],
    hint: "give the content.json that `waybill publish` wrote, or a package; a bare content needs --encryption-info",
};

/// Every error of fetching.
pub const ALL: &[&Code] = &[
    &NETWORK_FAILED,
    &TLS_FAILED,
    &URL_REFUSED,
    &NOT_THERE,
    &PROXY_REFUSED,
    &REDIRECT_REFUSED,
    &CONTENT_ALTERED,
    &ANSWER_UNUSABLE,
    &SIZE_DIFFERS,
    &CONTENT_REPLACED,
    &KEYS_IN_THE_CLEAR,
    &SOURCE_UNUSABLE,
];
