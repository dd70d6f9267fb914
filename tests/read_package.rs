//! Reading a package or content completely, with the class of the error that stops it.

use intunewin::{
    ArchiveError, ArchivePolicy, AuthenticateError, AuthenticatedContent, ContentError, EncryptedContent,
    OpenError, Package, UnpackError, UnpackOptions, Violation,
};
use std::error::Error;
use std::fmt::Display;
use std::path::Path;
use waybill_context::Context;
use waybill_schemas::EncryptionInfo;
use waybill_schemas::codes::Classified;
use waybill_support::folder_listing::{Listing, list};

/// A refusal, described by the words of the test vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The class: `container`, `metadata`, `mac`, `digest` or `content`; `machine` for an error of the machine, which
    /// is no refusal.
    pub class: &'static str,
    /// The id of the error's code, e.g. `mac-mismatch`.
    pub code: &'static str,
    /// The rules of the archive policy that the package breaks.
    pub rules: Vec<&'static str>,
    /// The messages of the error and its causes.
    pub message: String,
}

impl Refusal {
    fn new(class: &'static str, violations: &[Violation], error: &(impl Classified + 'static)) -> Self {
        let rules = violations.iter().map(|violation| violation.rule.id).collect();
        Self { class, code: error.code().id, rules, message: chain(error) }
    }
}

impl Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({}; {}; {})", self.class, self.code, self.rules.join(", "), self.message)
    }
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl From<OpenError> for Refusal {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::Content(content) => Self { message: chain(&error), ..of_content(content) },
            OpenError::Metadata(_) => Self::new("metadata", &[], &error),
            OpenError::Structure(violations) => Self::new("container", violations, &error),
            OpenError::Io(_) | OpenError::Staging { .. } | OpenError::Cancelled(_) => {
                Self::new("machine", &[], &error)
            }
            _ => Self::new("container", &[], &error),
        }
    }
}

fn of_content(error: &ContentError) -> Refusal {
    match error {
        ContentError::Header { .. } => Refusal::new("mac", &[], error),
        ContentError::Limit(violation) => Refusal::new("content", std::slice::from_ref(violation), error),
        ContentError::Shape { .. } | ContentError::Size { .. } => Refusal::new("content", &[], error),
        _ => Refusal::new("machine", &[], error),
    }
}

impl From<ContentError> for Refusal {
    fn from(error: ContentError) -> Self {
        of_content(&error)
    }
}

impl From<AuthenticateError> for Refusal {
    fn from(error: AuthenticateError) -> Self {
        let class = match error {
            AuthenticateError::Mac { .. } => "mac",
            AuthenticateError::Digest { .. } => "digest",
            AuthenticateError::Padding | AuthenticateError::Size { .. } => "content",
            AuthenticateError::Crc { .. } => "container",
            _ => "machine",
        };
        Self::new(class, &[], &error)
    }
}

impl From<ArchiveError> for Refusal {
    fn from(error: ArchiveError) -> Self {
        match &error {
            ArchiveError::Refused(violations) => Self::new("content", violations, &error),
            _ => Self::new("machine", &[], &error),
        }
    }
}

impl From<UnpackError> for Refusal {
    fn from(error: UnpackError) -> Self {
        match error {
            UnpackError::Archive(error) => error.into(),
            error => Self::new("machine", &[], &error),
        }
    }
}

/// Reads a whole package: opens, authenticates and checks it, finds its setup file, and unpacks it below `folder`.
///
/// # Errors
/// The first check that fails.
pub fn read_package(bytes: Vec<u8>, policy: &ArchivePolicy, folder: &Path) -> Result<Listing, Refusal> {
    let context = Context::silent();
    let package = Package::open(bytes, policy)?;
    let setup_file = package.info().setup_file.clone();
    let content = package.into_content(&context)?.authenticate(&context)?;
    unpack(content, Some(&setup_file), policy, folder)
}

/// Reads a bare content with its keys: authenticates and checks it, and unpacks it below `folder`.
///
/// # Errors
/// The first check that fails.
pub fn read_content(
    bytes: Vec<u8>,
    info: EncryptionInfo,
    policy: &ArchivePolicy,
    folder: &Path,
) -> Result<Listing, Refusal> {
    let content = EncryptedContent::new(bytes, info, None, policy)?.authenticate(&Context::silent())?;
    unpack(content, None, policy, folder)
}

/// Checks the payload without unpacking it, then unpacks it. Both must give the same result.
fn unpack(
    content: AuthenticatedContent,
    setup_file: Option<&str>,
    policy: &ArchivePolicy,
    folder: &Path,
) -> Result<Listing, Refusal> {
    let context = Context::silent();
    let checked = check(&content, setup_file, policy);
    let mut options = UnpackOptions::default();
    (options.policy, options.threads) = (policy.clone(), 2);
    let destination = folder.join("unpacked");
    let unpacked = content.unpack(&destination, &options, &context).map_err(Refusal::from);
    match (checked, unpacked) {
        (Ok(()), Ok(_)) => list(&destination).map_err(|error| untidy(error.to_string())),
        (Err(refusal), Ok(_)) if refusal.code == NO_SETUP_FILE => Err(refusal),
        (Err(refusal), Ok(_)) => Err(untidy(format!("unpacks, though {refusal}"))),
        (Ok(()), Err(refusal)) => Err(untidy(format!("passes the check, yet {refusal}"))),
        (Err(_), Err(refusal)) => nothing_left(folder).map_or(Err(refusal), |left| Err(untidy(left))),
    }
}

const NO_SETUP_FILE: &str = "no-setup-file";

fn check(
    content: &AuthenticatedContent,
    setup_file: Option<&str>,
    policy: &ArchivePolicy,
) -> Result<(), Refusal> {
    let context = Context::silent();
    let archive = content.archive(policy, &context)?;
    archive.check_data(2, &context)?;
    let Some(setup_file) = setup_file else { return Ok(()) };
    match archive.read_file(&setup_file.replace('\\', "/"), 1)? {
        Some(_) => Ok(()),
        None => Err(Refusal {
            class: "content",
            code: NO_SETUP_FILE,
            rules: vec![],
            message: format!("no {setup_file} in the payload"),
        }),
    }
}

/// A message about files that a refused unpacking left; `None` if it left none.
fn nothing_left(folder: &Path) -> Option<String> {
    match list(folder) {
        Ok(listing) if listing.is_empty() => None,
        Ok(listing) => Some(format!("left behind: {:?}", listing.keys().collect::<Vec<_>>())),
        Err(error) => Some(error.to_string()),
    }
}

fn untidy(message: String) -> Refusal {
    Refusal { class: "machine", code: "test", rules: vec![], message }
}
