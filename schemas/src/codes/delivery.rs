//! Errors of fetching, publishing and serving, and the rules of fetch.

use super::{Class, Code};

errors! {
    /// Fetching: what the network and the servers on it did.
    fetch:
    NETWORK_FAILED = "network-failed", Network,
        "the server could not be reached, or broke off, for longer than the retries last",
        ["no connection", "a server or proxy that is down", "a line that stalls", "a wrong host name"],
        "check the address and the line, then run the same command again: it goes on from what is held";
    TLS_FAILED = "tls-failed", Network,
        "no trusted connection to the server could be made",
        ["a certificate that ended, or is for another host",
         "TLS inspection whose certificate the system does not trust",
         "a clock that is wrong"],
        "fix the certificate or the clock; add a private authority to the system's store, or give --ca-file";
    URL_REFUSED = "url-refused", Network,
        "the server does not accept the URL (any more)",
        ["a signed URL that expired",
         "a wrong or missing signature",
         "a server that hands out nothing with keys, such as `waybill serve` without --lab"],
        "get a fresh URL and give it with --url-file or in WAYBILL_URL: the download goes on from what is held; \
         `waybill serve` hands out documents and packages with --lab only";
    NOT_THERE = "not-there", Network,
        "the server does not have what was asked for",
        ["a wrong path", "a content that was withdrawn", "a base URL that does not fit the server's layout"],
        "check the URL; `waybill publish` prints which files belong where";
    PROXY_REFUSED = "proxy-refused", Network,
        "the proxy asks for credentials",
        ["a proxy that wants a sign-in", "credentials in HTTPS_PROXY that are wrong"],
        "set HTTPS_PROXY (for http:// URLs: HTTP_PROXY) with credentials, or let NO_PROXY name the server";
    REDIRECT_REFUSED = "redirect-refused", Network,
        "a redirect, or a document from the internet, leads to where this is not followed",
        ["a loop, or more than 10 redirects",
         "from https to http",
         "from the internet to a private address, by a redirect or by the document's own URL",
         "a sign-in page that the network puts in the way"],
        "fix the server's redirect, or copy the document here first: one that is a file may name any address";
    CONTENT_ALTERED = "content-altered", Network,
        "a proxy or server altered the content on its way: it is compressed once more",
        ["a proxy that compresses", "a web server with gzip or brotli for all files"],
        "switch compression off for these files (docs/publishing.md), or go round the proxy";
    ANSWER_UNUSABLE = "answer-unusable", Network,
        "the server's answers to requests for ranges cannot be used",
        ["a server or proxy that handles ranges wrongly", "a load balancer with differing servers behind it"],
        "try again with --no-resume; report what `-v` says to whoever runs the server";
    SIZE_DIFFERS = "size-differs", Integrity,
        "the server has another number of bytes than the document says",
        ["another content under this URL", "a captive portal's page", "a document of an older version"],
        "fetch the document again; on a guest network, sign in first";
    CONTENT_REPLACED = "content-replaced", Integrity,
        "the URL, or the document that was asked once more, leads to another content than the one under way",
        ["the file on the server was replaced", "a document of an older version", "a captive portal's page"],
        "fetch the document again; --no-resume drops what is held";
    KEYS_IN_THE_CLEAR = "keys-in-the-clear", Refused,
        "what carries keys is not read over plain http from another machine",
        ["an http:// URL of a content.json or a whole package"],
        "use https, or copy the document here first; encrypted content alone may come over http";
    SOURCE_UNUSABLE = "source-unusable", Refused,
        "this is neither a content.json nor an .intunewin package that can be fetched",
        ["an error page instead of the document",
         "another kind of file",
         "a relative URL without a place it is relative to"],
        "give the content.json that `waybill publish` wrote, or a package; a bare content needs --encryption-info";
}

errors! {
    /// Publishing: the public tree and the secret document.
    publish:
    PUBLISH_FAILED = "publish-failed", Machine,
        "the public folder or the document could not be made, read or written",
        ["the disk is full", "no permission on the folder", "a network share went away"],
        "make room or choose another folder, then run the same command again; nothing half was left under its name";
    PUBLISHED_DAMAGED = "published-damaged", Integrity,
        "what is published under the content's MAC is not that content, or not all of it",
        ["a copy to the server that was cut short", "a disk that lost bytes", "somebody changed the files"],
        "publish again with --force to repair it; devices refuse the damaged pieces meanwhile";
    PUBLIC_FOLDER_UNUSABLE = "public-folder-unusable", Usage,
        "the public folder cannot hold the content: a file or a link stands in its place",
        ["a wrong path", "a file of that name"], "name a folder with --to, or remove what stands there";
    CONTENT_DOCUMENT_EXISTS = "content-document-exists", Usage,
        "the document that would be written exists already and says something else",
        ["an earlier version of the same package was published", "it is another file"],
        "give another --document, or --force to replace it";
    KEYS_IN_PUBLIC = "keys-in-public", Usage,
        "the document would lie in the public tree, where everybody could read the keys",
        ["--document leads into the folder given with --to", "the current folder is in it"],
        "give a --document outside of the public tree; --with-keys publishes the keys too, for labs";
    CONTENT_OUT_OF_REACH = "content-out-of-reach", Usage,
        "the document cannot name the content: it does not lie above the public tree, and no base URL is given",
        ["--base-url was left out", "the document is kept elsewhere than the public tree"],
        "give --base-url, the URL that the folder given with --to is served under; or a --document in a folder above \
         it";
    BASE_URL = "base-url", Usage,
        "the base URL is not one that a content can be fetched from",
        ["it has no http:// or https://", "a space or another character that has to be percent-encoded"],
        "give the URL of the public folder, such as https://cdn.example/apps; a query (SAS) is kept";
}

errors! {
    /// Serving a folder over HTTP, for a lab and for tests.
    serve:
    SERVE_FOLDER = "serve-folder", Machine,
        "the folder that should be served cannot be opened",
        ["a wrong path", "a file where a folder is needed", "no permission on it"],
        "give the folder that `waybill publish --to` wrote into";
    SERVE_LISTEN = "serve-listen", Machine,
        "the address cannot be listened on",
        ["another server listens there already",
         "the address is none of this machine's",
         "a port below 1024 without the right to it"],
        "choose another with --listen; `--listen :0` takes a free port and says which";
    SERVE_RUNTIME = "serve-runtime", Machine,
        "the server could not be started or was lost",
        ["threads or file descriptors that the system would not give", "a fault in the program"],
        "raise the limits of the process, or report it";
}

/// One rule of `waybill fetch` (`docs/delivery.md`, "The rules") that says by its name that it acted. Rules are reported under
/// `observations` and "On the way"; none is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchRule {
    /// The name in kebab case, e.g. `range-ignored`.
    pub name: &'static str,
    /// Its number in `docs/delivery.md`.
    pub number: u8,
    /// What was seen.
    pub seen: &'static str,
    /// What `waybill` did.
    pub done: &'static str,
    /// What to do about it, where anything is.
    pub hint: &'static str,
}

/// Name, number in `docs/delivery.md`, what was seen, what was done, what to do about it.
macro_rules! rules {
    ($($name:literal, $number:literal, $seen:literal, $done:literal, $hint:literal;)+) => {
        &[$(FetchRule { name: $name, number: $number, seen: $seen, done: $done, hint: $hint }),+]
    };
}

/// Every rule with a name, in the order of `docs/delivery.md`.
pub const FETCH_RULES: &[FetchRule] = rules! {
    "partial-dropped", 2,
        "the partial file did not begin with this content's MAC and IV, or was longer than the content",
        "it was dropped, and the content fetched from its first byte",
        "nothing, once; if it comes again, look for what else writes into the root's Content/Incoming";
    "weak-validator", 3, "a weak ETag",
        "ranges are asked for without If-Match; the MAC judges what arrives",
        "nothing; often a proxy or server that compresses makes ETags weak: switch that off for contents";
    "no-validator", 3, "no ETag",
        "ranges are asked for without If-Match; the MAC judges what arrives",
        "nothing; a server with strong ETags shows sooner that a content was replaced";
    "overlap-trimmed", 4, "a part that starts before the byte asked for",
        "what is held already was thrown away, the rest used",
        "nothing; some caches cut ranges at borders of their own";
    "range-unusable", 4,
        "a part that cannot be placed: no readable Content-Range or two, a total of `*`, a start that is too late, \
         several parts in one body, or a Content-Length that contradicts it",
        "its body was not read; the whole is asked for without a Range",
        "have the server or the proxy before it fixed; until then an interruption costs all of the traffic again";
    "range-in-200", 5, "a status of 200 with a Content-Range",
        "it was judged as the 206 that it resembles", "nothing; a proxy that rewrites the status is the usual cause";
    "range-ignored", 5, "a status of 200 with everything where a range was asked for",
        "its first 48 bytes had to be the content's; what is held already was thrown away, the rest appended",
        "nothing, once; each time it means a server or proxy without ranges, where an interruption costs all of the \
         traffic again: switch ranges on there";
    "restarted-at-0", 5, "a status of 416, or an empty body, where bytes must be",
        "the whole is asked for without a Range, and what is held already thrown away as it comes",
        "nothing, once; each time it means that the server's ranges do not work, or that its file is shorter than it \
         was: compare its size with the document's";
    "validator-changed", 5, "a status of 412, or another strong ETag than before",
        "the first 48 bytes are fetched: if they are this content's it goes on with the new ETag, and from the \
         second change in a run without any; if not, `content-replaced`",
        "nothing, once; each time it means nodes that give one file different ETags: make them of the file's bytes";
    "short-body", 6, "a body that was whole by its framing and ended before the content did",
        "the download goes on from there, at once if anything came",
        "look for a limit in the server or proxy: the size of an answer or of what a cache holds";
    "broken-off", 6, "a body that ended against its framing: a reset, a closed connection, an answer that is no HTTP",
        "it waits and goes on from there",
        "nothing while downloads end well; else look at the line, and at time limits of the proxy or server";
    "length-unknown", 6, "a body without a Content-Length",
        "it was read up to the size that the document says",
        "nothing; a server that sends files as they are says their length: look for compression or a proxy that \
         chunks";
    "url-renewed", 7, "a status of 401 or 403, and a document that names another URL when it is read once more",
        "the download goes on at the new URL with what is held",
        "nothing; let signatures last longer if it comes in every download";
    "retry-after", 7, "a status of 429 or 503 with a Retry-After in the future",
        "it waits as long as the server says, an hour at most, and tries again",
        "nothing, rarely; else spread the devices over time, or raise the server's limits";
    "backed-off", 7, "a status of 408, 425, 429 or 5xx without a time to wait, or an odd 2xx",
        "it waits a random time up to 1 s, doubling to 60 s, and tries again",
        "look into the server's log if it comes often: it is overloaded or fails";
    "not-connected", 7, "no connection: refused, timed out, or a name that was not found",
        "it waits and tries again; eight times without progress end in `network-failed`",
        "check the name, the port and the firewall; behind a proxy set HTTPS_PROXY";
    "redirected", 8, "a redirect",
        "it was followed with the same range, ten at most; never from https to http",
        "nothing; publish with the base URL where the contents really are to save the round trips";
    "stalled", 9, "under 1 KiB a second for 60 s, counted from the request on",
        "the request was dropped; it waits and goes on from there",
        "look at the line and at the server's load; a slow line is no stall while a KiB a second comes";
    "pieces-mended", 10, "a MAC or digest that did not hold, though the pieces of the content are known",
        "only the pieces that were wrong were fetched again",
        "nothing for this download; bytes that change on the way or on the disk are a proxy's, a disk's or a \
         memory's";
    "restarted", 10, "a MAC or digest that did not hold, without pieces or after they were repaired",
        "everything is fetched once more, one time; then `mac-mismatch` or `digest-mismatch` for good",
        "publish with pieces.json beside the content, so that only what is wrong comes again";
    "pieces-missing", 10, "a document that names pieces.json, and a server from which it cannot be had",
        "done without: pieces say where a content is wrong, not whether",
        "put pieces.json beside content.bin; `waybill publish` writes both";
    "pieces-wrong", 10, "a pieces.json that is not the one that the document names, or cannot be used",
        "done without: pieces say where a content is wrong, not whether",
        "publish content.bin, pieces.json and the document anew, together: `waybill publish --force`";
    "piece-refused", 10, "a piece that is not as published",
        "it is fetched once more; the same bytes twice are taken, and the MAC judges",
        "nothing, once; each time content.bin or pieces.json on the server is not what was published: `waybill \
         publish --force` repairs it";
    "one-connection", 10, "several connections asked for, and no piece hashes, or ranges that do not work",
        "the download goes on over one", "publish with pieces.json and serve ranges, or leave --connections away";
    "package-whole", 10, "a package on a server without ranges, or with a content that is deflated once more",
        "the package is fetched whole into a nameless file, from its first byte after every interruption",
        "fetch by a content.json of `waybill publish`, or switch ranges on: then it can be resumed";
};
