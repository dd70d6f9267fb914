//! Two contents that are packed and published as by a user, on a server in this process.

use intunewin::{ArchivePolicy, FileSource, Package};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;
use waybill_context::Context;
use waybill_downloader::{Location, SecretUrl};
use waybill_packager::pack::Level;
use waybill_publisher::{PublishRequest, publish};
use waybill_server::{RunningServer, Server, ServerOptions};
use waybill_support::folder_listing::{Listing, list};
use waybill_support::noise::PseudoRandom;
use waybill_tests::packed_folder::{options, pack_folder};

/// A content on the server.
#[derive(Clone)]
pub(crate) struct Published {
    /// Where the content.json is.
    pub(crate) document: Location,
    /// The files that it unpacks to.
    pub(crate) files: Listing,
    /// The size of the content in bytes.
    pub(crate) size: u64,
    /// The size of all files in bytes.
    pub(crate) unpacked: u64,
    /// The MAC in hexadecimal digits.
    pub(crate) mac: String,
}

/// The server and its contents.
pub(crate) struct Lab {
    _folder: TempDir,
    _server: RunningServer,
    /// About 9 MiB in about 300 files.
    pub(crate) content: Published,
    /// About 100 KiB in 10 files.
    pub(crate) other: Published,
    /// The same as `content`, by the URL of the whole package.
    pub(crate) package: Published,
}

/// The lab that all tests share.
pub(crate) fn lab() -> &'static Lab {
    static LAB: OnceLock<Lab> = OnceLock::new();
    LAB.get_or_init(Lab::new)
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let public = folder.path().join("public");
        fs::create_dir(&public).unwrap();
        let server = Server::start(ServerOptions::new(&public).serve_everything(true)).unwrap();
        let publisher = Publisher { folder: folder.path(), public: &public, url: server.url() };
        let content = publisher.publish("app", 300, 8 << 20);
        let other = publisher.publish("other", 10, 64 << 10);
        fs::copy(folder.path().join("app.intunewin"), public.join("app.intunewin")).unwrap();
        let url = SecretUrl::parse(&format!("{}app.intunewin", server.url())).unwrap();
        let package = Published { document: Location::Url(url), ..content.clone() };
        Self { _folder: folder, _server: server, content, other, package }
    }
}

struct Publisher<'a> {
    folder: &'a Path,
    public: &'a Path,
    url: String,
}

impl Publisher<'_> {
    /// Publishes `large` bytes of noise in two files, a file of text, and `small` small files.
    fn publish(&self, name: &str, small: usize, large: usize) -> Published {
        let source = self.folder.join(name);
        write_source(&source, small, large);
        let package = self.folder.join(format!("{name}.intunewin"));
        pack_folder(&source, "setup.cmd", &package, options(Level::Default)).unwrap();
        let context = Context::silent();
        let opened = Package::open(FileSource::open(&package).unwrap(), &ArchivePolicy::default()).unwrap();
        let mut request = PublishRequest::new(package, self.public);
        request.document = Some(self.folder.join(format!("{name}.content.json")));
        request.base_url = Some(self.url.clone());
        let report = publish(opened.into_content(&context).unwrap(), &request, &context).unwrap();
        Published {
            document: Location::File(report.document.into()),
            files: list(&source).unwrap(),
            size: report.size_encrypted,
            unpacked: report.size_unpacked,
            mac: report.mac,
        }
    }
}

fn write_source(source: &Path, small: usize, large: usize) {
    let mut random = PseudoRandom::new(small as u64);
    for number in 0..small {
        let folder = source.join(format!("folder {:02}", number % 17)).join("within");
        fs::create_dir_all(&folder).unwrap();
        let count = random.below(8_000);
        fs::write(folder.join(format!("file {number:03}.dat")), random.bytes(count)).unwrap();
    }
    fs::write(source.join("large.bin"), random.bytes(large * 2 / 3)).unwrap();
    fs::write(source.join("medium.bin"), random.bytes(large / 3 - 12_345)).unwrap();
    let text: String = (0..large / 16).map(|line| format!("line {line:09}\n")).collect();
    fs::write(source.join("text.log"), text).unwrap();
    fs::write(source.join("nothing.txt"), "").unwrap();
    fs::write(source.join("setup.cmd"), "@exit /b 0\r\n").unwrap();
}
