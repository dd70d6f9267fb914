//! Rules of `waybill fetch`: what servers and lines did out of the ordinary, and what was made of it
//! (`docs/delivery.md`, "The rules"). They are reported under `observations` and "On the way"; none is an error.

/// One rule that says by its name that it acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
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
        &[$(Rule { name: $name, number: $number, seen: $seen, done: $done, hint: $hint }),+]
    };
}

/// Every rule with a name, in the order of `docs/delivery.md`.
pub const ALL: &[Rule] = rules! {
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
