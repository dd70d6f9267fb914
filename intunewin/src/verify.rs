//! Runs every check of a package in order, and reports all of them whichever fails.

use crate::ArchiveError;
use crate::archive::Archive;
use crate::content::{AuthenticateError, AuthenticatedContent};
use crate::package::{OpenError, PackageInput};
use crate::policy::{ArchivePolicy, fold_name};
use std::fmt;
use waybill_context::Context;
use waybill_schemas::codes::{Class, Classified, Code, package};
use waybill_schemas::report::package::{CheckName, CheckOutcome};
use waybill_schemas::{FileDigest, Mac, counted};

/// The limits, depth and threads of [`verify`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// The limits of the payload. The rules about names and structure cannot be switched off.
    pub policy: ArchivePolicy,
    /// Whether to inflate every entry and compare its size and CRC.
    pub deep: bool,
    /// How many threads inflate; 8 at most are used.
    pub threads: usize,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { policy: ArchivePolicy::default(), deep: false, threads }
    }
}

/// Why a package failed a check.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The package could not be opened, or its content does not fit Detection.xml.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The content is not authentic.
    #[error(transparent)]
    Authenticate(#[from] AuthenticateError),
    /// The payload breaks rules, or could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The setup file is not in the payload.
    #[error("there is no {setup_file} in the payload")]
    SetupFileAbsent {
        /// The setup file's name by Detection.xml or the document with the keys.
        setup_file: String,
    },
}

impl Classified for VerifyError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Open(error) => error.code(),
            Self::Authenticate(error) => error.code(),
            Self::Archive(error) => error.code(),
            Self::SetupFileAbsent { .. } => &package::SETUP_FILE_ABSENT,
        }
    }
}

/// The result of [`verify`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Verification {
    /// Every check, in the order in which they are made. Those after a failure are skipped.
    pub checks: Vec<PackageCheck>,
    /// Why a check failed; `None` where all passed.
    pub error: Option<VerifyError>,
}

/// One check and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageCheck {
    /// Which check this is.
    pub name: CheckName,
    /// Whether it passed (perhaps with a warning), failed or was skipped.
    pub outcome: CheckOutcome,
    /// What the check found, where there is more to say.
    pub detail: Option<CheckDetail>,
}

/// What a check found. `Display` writes plain numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckDetail {
    /// There is no package around the content.
    BareContent,
    /// The outer zip is as Microsoft's tool writes it.
    UsualShape,
    /// What is unusual about Detection.xml, and about the outer zip: Intune would refuse it, but it is readable.
    Unusual(Vec<String>),
    /// The MAC, which is right.
    Mac(Mac),
    /// The payload's SHA-256, which is right.
    Digest(FileDigest),
    /// Size of the payload in bytes.
    PayloadSize(u64),
    /// The payload keeps the archive policy.
    Payload {
        /// Number of entries that are files.
        files: u64,
        /// Size of all files together in bytes.
        unpacked: u64,
        /// Number of names that are not ASCII and lack the flag for UTF-8.
        unmarked_names: u64,
    },
    /// Every entry has its declared size and CRC.
    EveryEntry,
    /// The setup file's name in the payload.
    SetupFile(String),
    /// The setup file is in the payload under another spelling, which Windows treats as the same.
    SetupFileSpelling {
        /// The name by Detection.xml or the document with the keys.
        declared: String,
        /// The name in the payload.
        found: String,
    },
    /// The setup file is missing; holds its name.
    NoSetupFile(String),
    /// The message of the error.
    Failure(String),
}

impl fmt::Display for CheckDetail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BareContent => formatter.write_str("a bare content"),
            Self::UsualShape => formatter.write_str("as Microsoft's tool writes it"),
            Self::Unusual(what) => formatter.write_str(&what.join("; ")),
            Self::Mac(mac) => formatter.write_str(&mac.to_hex()),
            Self::Digest(digest) => formatter.write_str(&digest.to_hex()),
            Self::PayloadSize(bytes) => formatter.write_str(&counted(*bytes, "byte")),
            Self::Payload { files, unpacked, unmarked_names } => {
                write!(formatter, "{}, {} unpacked", counted(*files, "file"), counted(*unpacked, "byte"))?;
                match unmarked_names {
                    0 => Ok(()),
                    many => write!(formatter, "; {} unmarked", counted(*many, "name")),
                }
            }
            Self::EveryEntry => formatter.write_str("every size and CRC"),
            Self::SetupFile(name) => formatter.write_str(name),
            Self::SetupFileSpelling { declared, found } => {
                write!(formatter, "{declared}, in the payload as {found}")
            }
            Self::NoSetupFile(name) => write!(formatter, "no {name}"),
            Self::Failure(why) => formatter.write_str(why),
        }
    }
}

/// Runs every check in order. The first that fails ends the run, and those after it are reported as skipped.
///
/// ```
/// # use intunewin::*;
/// # let mut payload = PayloadWriter::new(PackageWriter::create(std::io::Cursor::new(Vec::new()))?);
/// # let (modified, name) = (DosTime::MIN, "setup.exe");
/// # payload.entry(KnownEntry { name, modified, method: Method::Stored, crc: 0, size: 0, compressed: 0 }, b"")?;
/// # let metadata = PackageMetadata { name: name.into(), setup_file: "Setup.exe".into(), msi_info: None, written: std::time::SystemTime::now() };
/// # let bytes = payload.finish()?.finish(metadata)?.out.into_inner();
/// # let context = waybill_context::Context::silent();
/// let package = Package::open(bytes, &ArchivePolicy::default())?;
/// let verification = verify(package.into(), &VerifyOptions::default(), &context);
/// assert!(verification.error.is_none());
/// let setup_file = verification.checks.last().and_then(|check| check.detail.as_ref()).map(ToString::to_string);
/// assert_eq!(setup_file.as_deref(), Some("Setup.exe, in the payload as setup.exe"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(input: PackageInput, options: &VerifyOptions, context: &Context<'_>) -> Verification {
    let mut checks = Checks::default();
    let error = checks.make(input, options, context).err();
    Verification { checks: checks.complete(), error }
}

/// The checks of a package that could not be opened, because of an error of this class with this message.
pub fn checks_of_unopened(class: Class, message: String) -> Vec<PackageCheck> {
    let mut checks = Checks::default();
    checks.not_opened(class, message);
    checks.complete()
}

/// The index of the failure that decides the outcome of several, by their classes: an interruption or wrong usage
/// first, because they end the run; then the first of integrity, refusal, network, lock and machine. `None` for no
/// failure.
pub fn deciding(classes: impl IntoIterator<Item = Class>) -> Option<usize> {
    use Class::{Integrity, Interrupted, Locked, Machine, Network, Refused, Usage};
    const ORDER: [Class; 7] = [Interrupted, Usage, Integrity, Refused, Network, Locked, Machine];
    let rank = |class: &Class| ORDER.iter().position(|other| other == class).unwrap_or(ORDER.len());
    let ranked = classes.into_iter().enumerate().min_by_key(|(_, class)| rank(class));
    ranked.map(|(index, _)| index)
}

/// The checks that were made so far.
#[derive(Default)]
struct Checks(Vec<PackageCheck>);

impl Checks {
    fn make(
        &mut self,
        input: PackageInput,
        options: &VerifyOptions,
        context: &Context<'_>,
    ) -> Result<(), VerifyError> {
        let is_package = input.package().is_some();
        let setup_file = input.setup_file().map(str::to_owned);
        // The shape is read before the package is consumed, and reported once the content could be opened.
        let shape = shape_of(&input);
        let content = input.into_content(context).inspect_err(|error| {
            self.not_opened(error.code().class, error.to_string());
        })?;
        self.add(CheckName::Shape, shape.0, Some(shape.1));
        let content = content.authenticate(context).inspect_err(|error| self.not_authentic(error))?;
        self.authentic(&content, is_package);
        let archive = content
            .archive(&options.policy, context)
            .inspect_err(|error| self.archive_refused(CheckName::Policy, error))?;
        let (files, unpacked) = (archive.file_count(), archive.unpacked_size());
        let detail = CheckDetail::Payload { files, unpacked, unmarked_names: archive.unmarked_names() };
        self.hold(CheckName::Policy, detail);
        if options.deep {
            archive
                .check_data(options.threads, context)
                .inspect_err(|error| self.archive_refused(CheckName::Data, error))?;
            self.hold(CheckName::Data, CheckDetail::EveryEntry);
        }
        setup_file.map_or(Ok(()), |setup_file| self.setup_file(&archive, setup_file))
    }

    fn add(&mut self, name: CheckName, outcome: CheckOutcome, detail: Option<CheckDetail>) {
        self.0.push(PackageCheck { name, outcome, detail });
    }

    fn hold(&mut self, name: CheckName, detail: CheckDetail) {
        self.add(name, CheckOutcome::Ok, Some(detail));
    }

    fn fail(&mut self, name: CheckName, why: String) {
        self.add(name, CheckOutcome::Failed, Some(CheckDetail::Failure(why)));
    }

    /// Records why a package could not be opened: it fails a check, or the error says nothing about it.
    fn not_opened(&mut self, class: Class, message: String) {
        match class {
            Class::Integrity => self.fail(CheckName::Mac, message),
            Class::Refused => self.fail(CheckName::Shape, message),
            _ => {}
        }
    }

    fn not_authentic(&mut self, error: &AuthenticateError) {
        use CheckName::{Crc, Digest, Mac, Padding, Size};
        // By the order of authentication, every check before the one that failed has passed.
        let (held, failed): (&[CheckName], _) = match error {
            AuthenticateError::Mac { .. } => (&[], Mac),
            AuthenticateError::Padding => (&[Mac], Padding),
            AuthenticateError::Digest { .. } => (&[Mac, Padding], Digest),
            AuthenticateError::Size { .. } => (&[Mac, Padding, Digest], Size),
            AuthenticateError::Crc { .. } => (&[Mac, Padding, Digest, Size], Crc),
            _ => return, // an error of the disk, or an interruption: neither says anything about the content
        };
        held.iter().for_each(|name| self.add(*name, CheckOutcome::Ok, None));
        self.fail(failed, error.to_string());
    }

    fn authentic(&mut self, content: &AuthenticatedContent, is_package: bool) {
        let info = content.encryption_info();
        self.hold(CheckName::Mac, CheckDetail::Mac(info.mac));
        self.add(CheckName::Padding, CheckOutcome::Ok, None);
        self.hold(CheckName::Digest, CheckDetail::Digest(info.file_digest));
        self.hold(CheckName::Size, CheckDetail::PayloadSize(content.payload_size()));
        if is_package {
            self.add(CheckName::Crc, CheckOutcome::Ok, None);
        }
    }

    fn archive_refused(&mut self, name: CheckName, error: &ArchiveError) {
        if let ArchiveError::Refused(violations) = error {
            let detail = violations.first().map(|first| CheckDetail::Failure(first.to_string()));
            self.add(name, CheckOutcome::Failed, detail);
        }
    }

    fn setup_file(&mut self, archive: &Archive, declared: String) -> Result<(), VerifyError> {
        // Tools write either separator; entries have `/`.
        let wanted = declared.replace('\\', "/");
        let folded = fold_name(&wanted);
        let mut found: Option<String> = None;
        archive.visit::<ArchiveError>(|entry| {
            let name = entry.name.as_str();
            if !entry.name.is_folder() && fold_name(name) == folded {
                found = Some(name.to_owned());
            }
            Ok(())
        })?;
        let Some(found) = found else {
            let detail = CheckDetail::NoSetupFile(declared.clone());
            self.add(CheckName::SetupFile, CheckOutcome::Failed, Some(detail));
            return Err(VerifyError::SetupFileAbsent { setup_file: declared });
        };
        if found == wanted {
            self.hold(CheckName::SetupFile, CheckDetail::SetupFile(found));
        } else {
            let detail = CheckDetail::SetupFileSpelling { declared, found };
            self.add(CheckName::SetupFile, CheckOutcome::Warning, Some(detail));
        }
        Ok(())
    }

    /// All checks; those that were not made are added as skipped.
    fn complete(self) -> Vec<PackageCheck> {
        let mut checks = self.0;
        for name in CheckName::ALL {
            if checks.iter().all(|made| made.name != name) {
                checks.push(PackageCheck { name, outcome: CheckOutcome::Skipped, detail: None });
            }
        }
        // Sorted, so that every report has the same order.
        checks.sort_by_key(|made| made.name);
        checks
    }
}

/// An outer zip that Intune would refuse is a warning only, because it is readable.
fn shape_of(input: &PackageInput) -> (CheckOutcome, CheckDetail) {
    let Some(package) = input.package() else { return (CheckOutcome::Ok, CheckDetail::BareContent) };
    let deviations = package.deviations().iter().map(ToString::to_string);
    let notes = package.notes().iter().map(ToString::to_string);
    let unusual: Vec<String> = deviations.chain(notes).collect();
    let outcome = if package.deviations().is_empty() { CheckOutcome::Ok } else { CheckOutcome::Warning };
    let detail = if unusual.is_empty() { CheckDetail::UsualShape } else { CheckDetail::Unusual(unusual) };
    (outcome, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;
    use crate::testing::package_of;

    fn outcomes(package: Vec<u8>, deep: bool) -> (Vec<(&'static str, &'static str)>, Option<&'static str>) {
        let package = Package::open(package, &ArchivePolicy::default()).unwrap();
        let options = VerifyOptions { deep, ..VerifyOptions::default() };
        let verification = verify(package.into(), &options, &Context::silent());
        let checks = verification.checks.iter().map(|check| (check.name.title(), check.outcome.title()));
        (checks.collect(), verification.error.map(|error| error.code().id))
    }

    #[test]
    fn every_check_is_answered_whatever_fails() {
        let package = package_of(&[("a", b"one")]);
        let (checks, error) = outcomes(package.clone(), true);
        assert_eq!((checks.len(), error), (9, None));
        assert!(checks.iter().all(|(_, outcome)| *outcome == "ok"), "{checks:?}");

        let mut tampered = package;
        tampered[107 + 50] ^= 1; // inside the ciphertext: the outer header has 107 bytes, MAC and IV 48
        let (checks, error) = outcomes(tampered, true);
        assert_eq!(error, Some("mac-mismatch"));
        assert_eq!(checks[..2], [("shape", "ok"), ("MAC", "failed")]);
        assert!(checks[2..].iter().all(|(_, outcome)| *outcome == "skipped"), "{checks:?}");

        let (checks, error) = outcomes(package_of(&[("b", b"one")]), false);
        assert_eq!(error, Some("setup-file-absent"));
        assert_eq!(checks[7..], [("data", "skipped"), ("setup file", "failed")]);
    }

    #[test]
    fn of_an_unopened_package_the_class_says_which_check_failed() {
        for (class, failed) in [
            (Class::Integrity, Some(CheckName::Mac)),
            (Class::Refused, Some(CheckName::Shape)),
            (Class::Machine, None),
        ] {
            let checks = checks_of_unopened(class, "why".to_owned());
            let found =
                checks.iter().find(|check| check.outcome == CheckOutcome::Failed).map(|check| check.name);
            assert_eq!((checks.len(), found), (9, failed));
        }
    }
}
