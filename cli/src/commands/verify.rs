use crate::args::VerifyArgs;
use crate::error::{Failure, deciding};
use crate::package_input::{PackageInput, PackageReader, shown};
use crate::report::verify::{write_package, write_total};
use crate::session::{Session, threads};
use intunewin::{Archive, ArchiveError, AuthenticateError, AuthenticatedContent, fold_name};
use std::path::Path;
use waybill_schemas::codes::{Class, package};
use waybill_schemas::report::package::{Check, CheckName, Outcome, VerifiedPackage, VerifyReport};

/// Makes every check on every package, and tells each by its name.
pub(crate) fn run(args: &VerifyArgs, session: &Session) -> Result<Option<Class>, Failure> {
    let output = session.output;
    let reader = PackageReader::new(&args.reading)?;
    let (mut report, mut failures) = (VerifyReport::default(), Vec::new());
    let packages = args.packages();
    for path in &packages {
        let (verified, failure) = verify(path, &reader, args.deep, session);
        let told = !output.is_quiet() || !verified.ok;
        if told && !output.is_json() {
            output.page(|out| write_package(&verified, out))?;
        }
        report.packages.push(verified);
        let Some(failure) = failure else { continue };
        if !output.is_json() {
            output.tell(&failure);
        }
        let stop = failure.class() == Class::Interrupted;
        failures.push(failure);
        if stop {
            break;
        }
    }
    let decisive = deciding(&failures);
    if output.is_json() {
        report.error = decisive.map(Failure::report);
        output.document(&report)?;
    } else if packages.len() > 1 && !output.is_quiet() {
        output.page(|out| write_total(&report, packages.len(), out))?;
    }
    Ok(decisive.map(Failure::class))
}

fn verify(
    path: &Path,
    reader: &PackageReader,
    deep: bool,
    session: &Session,
) -> (VerifiedPackage, Option<Failure>) {
    let mut record = Record::default();
    let failure =
        examine(path, reader, deep, session, &mut record).err().map(|failure| failure.about(&shown(path)));
    let verified = VerifiedPackage {
        package: shown(path),
        ok: failure.is_none(),
        checks: record.complete(deep),
        error: failure.as_ref().map(Failure::report),
    };
    (verified, failure)
}

/// The checks in their order; the first that fails ends it.
fn examine(
    path: &Path,
    reader: &PackageReader,
    deep: bool,
    session: &Session,
    record: &mut Record,
) -> Result<(), Failure> {
    let context = session.context();
    let input = reader.open(path).map_err(|failure| record.refused(failure))?;
    let is_package = input.package().is_some();
    let setup_file = input.setup_file().map(str::to_owned);
    let shape = shape_of(&input);
    let content = input.into_content(&context).map_err(|failure| record.refused(failure))?;
    let (outcome, detail) = shape;
    record.add(CheckName::Shape, outcome, detail);
    let content = content.authenticate(&context).map_err(|error| record.not_authentic(error))?;
    record.authentic(&content, is_package);
    let archive = content
        .archive(reader.policy(), &context)
        .map_err(|error| record.archive_refused(CheckName::Policy, error))?;
    record.add(CheckName::Policy, Outcome::Ok, Some(crate::report::verify::policy_detail(&archive)));
    if deep {
        archive
            .check_data(threads(), &context)
            .map_err(|error| record.archive_refused(CheckName::Data, error))?;
        record.add(CheckName::Data, Outcome::Ok, Some("every size and CRC".to_owned()));
    }
    check_setup_file(&archive, setup_file.as_deref(), record)
}

/// An outer zip that Intune would refuse is readable all the same.
fn shape_of(input: &PackageInput) -> (Outcome, Option<String>) {
    let Some(package) = input.package() else { return (Outcome::Ok, Some("a bare content".to_owned())) };
    let deviations: Vec<String> = package.deviations().iter().map(ToString::to_string).collect();
    let notes: Vec<String> = package.notes().iter().map(ToString::to_string).collect();
    match (deviations.is_empty(), notes.is_empty()) {
        (true, true) => (Outcome::Ok, Some("as Microsoft's tool writes it".to_owned())),
        (true, false) => (Outcome::Ok, Some(notes.join("; "))),
        (false, _) => (Outcome::Warning, Some([deviations, notes].concat().join("; "))),
    }
}

fn check_setup_file(archive: &Archive, setup_file: Option<&str>, record: &mut Record) -> Result<(), Failure> {
    let Some(setup_file) = setup_file else { return Ok(()) };
    let wanted = setup_file.replace('\\', "/");
    let folded = fold_name(&wanted);
    let mut found: Option<String> = None;
    archive.visit::<ArchiveError>(|entry| {
        let name = entry.name.as_str();
        if !entry.name.is_folder() && fold_name(name) == folded {
            found = Some(name.to_owned());
        }
        Ok(())
    })?;
    match found {
        Some(name) if name == wanted => record.add(CheckName::SetupFile, Outcome::Ok, Some(name)),
        Some(name) => {
            let detail = format!("{setup_file}, in the payload as {name}");
            record.add(CheckName::SetupFile, Outcome::Warning, Some(detail));
        }
        None => {
            record.add(CheckName::SetupFile, Outcome::Failed, Some(format!("no {setup_file}")));
            let message = format!("there is no {setup_file} in the payload");
            return Err(Failure::new(&package::SETUP_FILE_ABSENT, message));
        }
    }
    Ok(())
}

/// The checks that were made so far.
#[derive(Default)]
struct Record {
    checks: Vec<Check>,
}

impl Record {
    fn add(&mut self, check: CheckName, outcome: Outcome, detail: Option<String>) {
        self.checks.push(Check { check, outcome, detail });
    }

    fn hold(&mut self, checks: &[CheckName]) {
        for check in checks {
            self.add(*check, Outcome::Ok, None);
        }
    }

    /// Not opened: another content than Detection.xml describes, another shape, or nothing that can be told.
    fn refused(&mut self, failure: Failure) -> Failure {
        let check = match failure.class() {
            Class::Integrity => Some(CheckName::Mac),
            Class::Refused => Some(CheckName::Shape),
            _ => None,
        };
        if let Some(check) = check {
            self.add(check, Outcome::Failed, Some(failure.message()));
        }
        failure
    }

    fn not_authentic(&mut self, error: AuthenticateError) -> Failure {
        use CheckName::{Crc, Digest, Mac, Padding, Size};
        let (held, failed): (&[CheckName], _) = match &error {
            AuthenticateError::Mac { .. } => (&[], Mac),
            AuthenticateError::Padding => (&[Mac], Padding),
            AuthenticateError::Digest { .. } => (&[Mac, Padding], Digest),
            AuthenticateError::Size { .. } => (&[Mac, Padding, Digest], Size),
            AuthenticateError::Crc { .. } => (&[Mac, Padding, Digest, Size], Crc),
            _ => return error.into(), // the disk's fault, or interrupted: nothing can be told of the content
        };
        self.hold(held);
        self.add(failed, Outcome::Failed, Some(error.to_string()));
        error.into()
    }

    fn authentic(&mut self, content: &AuthenticatedContent, is_package: bool) {
        let info = content.encryption_info();
        self.add(CheckName::Mac, Outcome::Ok, Some(info.mac.to_hex()));
        self.add(CheckName::Padding, Outcome::Ok, None);
        self.add(CheckName::Digest, Outcome::Ok, Some(info.file_digest.to_hex()));
        self.add(CheckName::Size, Outcome::Ok, Some(crate::report::bytes::exactly(content.payload_size())));
        if is_package {
            self.add(CheckName::Crc, Outcome::Ok, None);
        }
    }

    fn archive_refused(&mut self, check: CheckName, error: ArchiveError) -> Failure {
        if let ArchiveError::Refused(violations) = &error {
            let detail = violations.first().map(ToString::to_string);
            self.add(check, Outcome::Failed, detail);
        }
        error.into()
    }

    /// Those that were not made are told as such.
    fn complete(self, deep: bool) -> Vec<Check> {
        let mut checks = self.checks;
        for check in CheckName::ALL {
            if checks.iter().all(|made| made.check != check) {
                let detail = (check == CheckName::Data && !deep).then(|| "only with --deep".to_owned());
                checks.push(Check { check, outcome: Outcome::Skipped, detail });
            }
        }
        checks.sort_by_key(|made| made.check);
        checks
    }
}
