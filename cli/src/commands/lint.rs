use crate::args::LintArgs;
use crate::error::Failure;
use crate::package_input::shown;
use crate::report::lint::write_lint;
use crate::session::Session;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use waybill_packager::lint::{Subject, lint, pages};
use waybill_schemas::codes::{Class, command};
use waybill_schemas::report::lint::LintReport;

/// Looks for what goes wrong in practice; refused where something stands that must not.
pub(crate) fn run(args: &LintArgs, session: &Session) -> Result<Option<Class>, Failure> {
    let (allowances, options) = (args.allowances()?, args.walk_options()?);
    let name = shown(&args.path);
    let subject = Subject::open(&args.path, &options, &session.context());
    let report = lint(subject.map_err(|error| Failure::from(error).about(&name))?, &allowances);
    if let Some(file) = &args.sarif {
        write_sarif(&report, file, args.force)?;
    }
    let whole = !session.output.is_quiet();
    session.output.report(&report, |report, out| write_lint(report, whole, out))?;
    Ok(report.is_refused(args.deny_warnings).then_some(Class::Refused))
}

fn write_sarif(report: &LintReport, file: &Path, force: bool) -> Result<(), Failure> {
    let failed = |error: &io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(&command::REPORT_EXISTS, "it is there already"),
        _ => Failure::new(&command::OUTPUT_FAILED, "cannot write the report").caused_by(error),
    };
    let opened = if force { File::create(file) } else { File::create_new(file) };
    opened
        .and_then(|file| {
            let mut out = BufWriter::new(file);
            serde_json::to_writer_pretty(&mut out, &report.to_sarif(&pages()))?;
            out.write_all(b"\n")?;
            out.flush()
        })
        .map_err(|error| failed(&error).about(&shown(file)))
}
