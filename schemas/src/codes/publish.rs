//! Publishing: the public tree and the secret document.

use super::{Class, Code};

/// The public tree or the document could not be written.
pub const PUBLISH_FAILED: Code = Code {
    id: "publish-failed",
    class: Class::Machine,
    meaning: "the public folder or the document could not be made, read or written",
    causes: &["the disk is full", "no permission on the folder", "a network share went away"],
    hint: "make room or choose another folder, then run the same command again; nothing half was left under its name",
};

/// What stands under the content's name is not the content.
pub const PUBLISHED_DAMAGED: Code = Code {
    id: "published-damaged",
    class: Class::Integrity,
    meaning: "what is published under the content's MAC is not that content, or not all of it",
    causes: &[
        "a copy to the server that was cut short",
        "a disk that lost bytes",
        "somebody changed the files",
    ],
    hint: "publish again with --force to mend it; devices refuse the damaged pieces meanwhile",
};

/// The public tree cannot lie there.
pub const PUBLIC_FOLDER_UNUSABLE: Code = Code {
    id: "public-folder-unusable",
    class: Class::Usage,
    meaning: "the public folder cannot hold the content: a file or a link stands in its place",
    causes: &["a wrong path", "a file of that name"],
    hint: "name a folder with --to, or remove what stands there",
};

/// The document is there and says something else.
pub const CONTENT_DOCUMENT_EXISTS: Code = Code {
    id: "content-document-exists",
    class: Class::Usage,
    meaning: "the document that would be written exists already and says something else",
    causes: &["an earlier version of the same package was published", "it is another file"],
    hint: "give another --document, or --force to replace it",
};

/// The document would lie where everybody reads it.
pub const KEYS_IN_PUBLIC: Code = Code {
    id: "keys-in-public",
    class: Class::Usage,
    meaning: "the document would lie in the public tree, where everybody could read the keys",
    causes: &["--document leads into the folder given with --to", "the current folder is in it"],
    hint: "give a --document outside of the public tree; --with-keys publishes the keys too, for labs",
};

/// A relative URL cannot lead from the document to the content.
pub const CONTENT_OUT_OF_REACH: Code = Code {
    id: "content-out-of-reach",
    class: Class::Usage,
    meaning: "the document cannot name the content: it does not lie above the public tree, and no base URL is given",
    causes: &["--base-url was left out", "the document is kept elsewhere than the public tree"],
    hint: "give --base-url, the URL that the folder given with --to is served under; or a --document in a folder above it",
};

/// The base URL is none.
pub const BASE_URL: Code = Code {
    id: "base-url",
    class: Class::Usage,
    meaning: "the base URL is not one that a content can be fetched from",
    causes: &["it has no http:// or https://", "a space or another character that has to be percent-encoded"],
    hint: "give the URL of the public folder, such as https://cdn.example/apps; a query (SAS) is kept",
};

pub(super) const ALL: &[&Code] = &[
    &PUBLISH_FAILED,
    &PUBLISHED_DAMAGED,
    &PUBLIC_FOLDER_UNUSABLE,
    &CONTENT_DOCUMENT_EXISTS,
    &KEYS_IN_PUBLIC,
    &CONTENT_OUT_OF_REACH,
    &BASE_URL,
];
