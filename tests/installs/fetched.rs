//! An app whose content is fetched when its installer is about to run.

use crate::device::Device;
use crate::installers::Installer;
use intunewin::{ArchivePolicy, FileSource, Package};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_agent::ContentSource;
use waybill_context::Context;
use waybill_downloader::{FetchOptions, Location, ProxyChoice, Wanted};
use waybill_packager::pack::Level;
use waybill_publisher::{PublishRequest, publish};
use waybill_schemas::report::install::{AttemptOutcome, Step};
use waybill_server::{RunningServer, Server, ServerOptions};
use waybill_tests::packed_folder::{options, pack_folder};

/// The installer: its name, its text, and the command that starts it. Packages store no file modes, so on Unix a shell
/// starts it.
const SCRIPT: (&str, &str, &str) = if cfg!(windows) {
    ("install.cmd", "@echo once>> \"%~1\"\r\n@echo installed> \"%~2\"\r\n", "install.cmd")
} else {
    ("install.sh", "echo once >> \"$1\"\necho installed > \"$2\"\n", "sh ./install.sh")
};

/// Packs, publishes and serves a folder with the installer in it. Returns the server and the path of the content.json.
fn publish_installer(folder: &Path) -> (RunningServer, PathBuf) {
    let (source, public) = (folder.join("source"), folder.join("public"));
    [&source, &public].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
    fs::write(source.join(SCRIPT.0), SCRIPT.1).unwrap();
    let package = folder.join("app.intunewin");
    pack_folder(&source, SCRIPT.0, &package, options(Level::Store)).unwrap();
    let server = Server::start(ServerOptions::new(&public)).unwrap();
    let mut request = PublishRequest::new(&package, public);
    request.document = Some(folder.join("app.content.json"));
    request.base_url = Some(server.url());
    let context = Context::silent();
    let opened = Package::open(FileSource::open(&package).unwrap(), &ArchivePolicy::default()).unwrap();
    let report = publish(opened.into_content(&context).unwrap(), &request, &context).unwrap();
    (server, report.document.into())
}

fn content(device: &Device, document: &Path) -> ContentSource {
    let options = FetchOptions::default().with(|fetch| {
        fetch.proxy = ProxyChoice::Direct;
        fetch.threads = 2;
        fetch.wait_lock = Duration::from_secs(10); // see Device::apply
    });
    ContentSource::Fetch {
        what: Box::new(Wanted::Described(Location::File(document.to_owned()))),
        root: device.root(),
        options: Box::new(options),
    }
}

#[test]
fn it_is_fetched_once_and_installed_from_the_cache() {
    let lab = tempfile::tempdir().unwrap();
    let (server, document) = publish_installer(lab.path());
    let device = Device::new(Installer::Quick);
    fs::remove_dir_all(device.content()).unwrap();
    let [runs, app] = ["runs", "app.txt"].map(|name| device.path(name).display().to_string());
    device.write_app(&format!("{} {runs} {app}", SCRIPT.2));

    let report = device.apply(content(&device, &document), &()).unwrap();
    assert_eq!((report.outcome, device.runs()), (AttemptOutcome::Installed, 1), "{report:#?}");
    let folder = device.root().join("Cache").join("contoso-app_1");
    assert_eq!(report.command.unwrap().folder, folder.to_str().unwrap());
    let step = report.steps.iter().find(|step| step.step == Step::Content).unwrap();
    assert_eq!(step.decided, "fetched");

    drop(server);
    let again = device.apply(content(&device, &document), &()).unwrap();
    assert_eq!(
        again.outcome,
        AttemptOutcome::AlreadyInstalled,
        "an app that is there needs no content and no server"
    );
    fs::remove_file(device.path("app.txt")).unwrap();
    let again = device.apply(content(&device, &document), &()).unwrap();
    assert_eq!(
        (again.outcome, device.runs()),
        (AttemptOutcome::Installed, 2),
        "what is held is not fetched again"
    );
}
