//! Errors of fetching, publishing and serving.

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
    KEYS_ELSEWHERE = "keys-elsewhere", Usage,
        "the document was asked for in the public tree and at a place outside it, and there is one document",
        ["--with-keys together with a --document elsewhere"],
        "leave one of them out: --with-keys for a lab that serves the keys, --document for a document that is kept apart";
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
        ["no permission on it"],
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
