use crate::args::VerifyArgs;
use crate::error::{Failure, deciding};
use crate::package_input::{PackageReader, shown};
use crate::report::verify::{detail_in_words, write_package, write_total};
use crate::session::{Session, threads};
use intunewin::{PackageCheck, VerifyOptions, checks_of_unopened};
use std::path::Path;
use waybill_schemas::codes::Class;
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
    let (checks, failure) = match reader.open(path) {
        Ok(input) => {
            let options = VerifyOptions::default()
                .with_policy(reader.policy().clone())
                .with_deep(deep)
                .with_threads(threads());
            let verification = intunewin::verify(input, &options, &session.context());
            (verification.checks, verification.error.map(Failure::from))
        }
        Err(failure) => (checks_of_unopened(failure.class(), failure.message()), Some(failure)),
    };
    let failure = failure.map(|failure| failure.about(&shown(path)));
    let verified = VerifiedPackage {
        package: shown(path),
        ok: failure.is_none(),
        checks: checks.into_iter().map(|check| described(check, deep)).collect(),
        error: failure.as_ref().map(Failure::report),
    };
    (verified, failure)
}

/// A check in words; why the data was not looked at is the command's to say.
fn described(check: PackageCheck, deep: bool) -> Check {
    let detail = check.detail.as_ref().map(detail_in_words);
    let is_shallow = check.name == CheckName::Data && check.outcome == Outcome::Skipped && !deep;
    Check {
        check: check.name,
        outcome: check.outcome,
        detail: detail.or_else(|| is_shallow.then(|| "only with --deep".to_owned())),
    }
}
