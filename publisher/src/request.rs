//! What is to be published, and where.

use intunewin::ArchivePolicy;
use std::path::PathBuf;

/// Where a content is published, and how. No `Debug`: a base URL may hold a token.
#[derive(Clone, Default)]
pub struct PublishRequest {
    /// The package that the content is from, as it was named: names the document and stands in the report.
    pub package: PathBuf,
    /// Whether that file holds its keys itself, as a whole package does and a bare content does not.
    pub package_has_keys: bool,
    /// The public tree: the folder that is served.
    pub public: PathBuf,
    /// The document; `<stem>.content.json` by default: in the current folder, with `with_keys` in the public tree.
    pub document: Option<PathBuf>,
    /// The URL that the public tree is served under; its query, a SAS token, goes to the end of the content's URL.
    pub base_url: Option<String>,
    /// Whether the document may lie in the public tree, for labs.
    pub with_keys: bool,
    /// Whether a damaged content is mended, and a document that says something else replaced.
    pub force: bool,
    /// What the payload may contain at most: no device would unpack what breaks it.
    pub policy: ArchivePolicy,
}
