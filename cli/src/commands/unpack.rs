use crate::args::UnpackArgs;
use crate::error::Failure;
use crate::own_ground::spare;
use crate::package_input::{PackageReader, shown};
use crate::report::unpack::write_unpacked;
use crate::session::{Session, threads};
use intunewin::{AuthenticatedContent, UnpackError, UnpackOptions};
use waybill_schemas::report::package::UnpackReport;

/// Authenticates a package and writes its files, or its payload, into place.
pub(crate) fn run(args: &UnpackArgs, session: &Session) -> Result<(), Failure> {
    let package = shown(&args.package);
    let context = session.context();
    let about = |failure: Failure| failure.about(&package);
    spare(&args.output, &[(&args.package, "the package is in it")])?;
    let reader = PackageReader::new(&args.reading)?;
    let input = reader.open(&args.package).map_err(about)?;
    let setup_file = input.setup_file().map(str::to_owned);
    let content = input
        .into_content(&context)
        .map_err(Failure::from)
        .and_then(|content| Ok(content.authenticate(&context)?))
        .map_err(about)?;
    let written =
        if args.payload_only { payload(args, &content, session) } else { files(args, content, session) };
    let Written { output, files, bytes } = written?;
    let report = UnpackReport { package, output, payload_only: args.payload_only, files, bytes, setup_file };
    session.output.summary(&report, write_unpacked)
}

struct Written {
    output: String,
    files: u64,
    bytes: u64,
}

fn files(args: &UnpackArgs, content: AuthenticatedContent, session: &Session) -> Result<Written, Failure> {
    let options = UnpackOptions::default()
        .with_policy(args.reading.limits.policy())
        .with_force(args.force)
        .with_threads(threads());
    let folder = content.unpack(&args.output, &options, &session.context()).map_err(|error| {
        let of_package = matches!(error, UnpackError::Archive(_));
        let failure = Failure::from(error);
        if of_package { failure.about(&shown(&args.package)) } else { failure }
    })?;
    Ok(Written { output: shown(&args.output), files: folder.files, bytes: folder.bytes })
}

fn payload(args: &UnpackArgs, content: &AuthenticatedContent, session: &Session) -> Result<Written, Failure> {
    let file = args.payload_file();
    let bytes = content.write_payload(&file, args.force, &session.context())?;
    Ok(Written { output: shown(&file), files: 1, bytes })
}
