use crate::args::PublishArgs;
use crate::error::Failure;
use crate::package_input::{PackageReader, shown};
use crate::report::publish::write_published;
use crate::session::Session;
use waybill_publisher::{PublishError, PublishRequest, publish};

/// Publishes a package's content, and tells what lies where.
pub(crate) fn run(args: PublishArgs, session: &Session) -> Result<(), Failure> {
    let package = shown(&args.package);
    let context = session.context();
    let about = |failure: Failure| failure.about(&package);
    let reader = PackageReader::new(&args.reading)?;
    let input = reader.open(&args.package).map_err(about)?;
    let package_has_keys = input.package().is_some();
    let content = input.into_content(&context).map_err(|error| about(error.into()))?;
    let mut request = PublishRequest::new(args.package, args.to);
    request.package_has_keys = package_has_keys;
    request.document = args.document;
    request.base_url = args.base_url;
    request.with_keys = args.with_keys;
    request.force = args.force;
    request.policy = reader.policy().clone();
    let report = publish(content, &request, &context).map_err(|error| {
        let of_package = matches!(error, PublishError::Authenticate(_) | PublishError::Archive(_));
        let failure = Failure::from(error);
        if of_package { about(failure) } else { failure }
    })?;
    session.output.summary(&report, write_published)
}
