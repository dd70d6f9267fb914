//! Apps from manifests, with a server of this machine and real files; each result is linted.

mod choices;
mod details;
mod hostile;
mod transfers;
mod types;
mod updates;

use super::*;
use crate::lint::{Subject, lint};
use crate::walk::WalkOptions;
use sha2::{Digest as _, Sha256};
use std::io::Write as _;
use waybill_pe::sample::{Name, Sample as Program, version_resource};
use waybill_schemas::app::Rule;
use waybill_schemas::codes::{Class, Classified as _};
use waybill_schemas::report::lint::Severity;
use waybill_server::{RunningServer, Server, ServerOptions};
use waybill_transport::ProxyChoice;

pub(super) use crate::msi::sample::{PRODUCT_CODE, Sample as Msi};

/// A server with files, a folder for manifests, and one for apps.
struct Lab {
    folder: tempfile::TempDir,
    server: RunningServer,
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["served", "manifest", "apps"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let server =
            Server::start(ServerOptions::new(folder.path().join("served")).serve_everything(true)).unwrap();
        Self { folder, server }
    }

    fn path(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.folder.path().to_path_buf(), |path, part| path.join(part))
    }

    /// Serves a file; its URL and SHA-256 as lines of an installer.
    fn serve(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(&format!("served/{name}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        format!("  InstallerUrl: {}{name}\n  InstallerSha256: {}\n", self.server.url(), sha256(bytes))
    }

    /// Writes the three files of a manifest of schema 1.12. `installer` is the installer file behind its first lines.
    fn manifest(&self, version: &str, installer: &str) {
        self.manifest_of("1.12.0", version, installer, "");
    }

    fn manifest_of(&self, schema: &str, version: &str, installer: &str, locale: &str) {
        let head = format!("PackageIdentifier: Contoso.Tool\nPackageVersion: {version}\n");
        let tail = |kind: &str| format!("ManifestType: {kind}\nManifestVersion: {schema}\n");
        let texts = "PackageLocale: en-US\nPublisher: Contoso Ltd\nPackageName: Contoso Tool\nLicense: MIT\n\
            ShortDescription: Does things\n";
        for (name, text) in [
            ("Contoso.Tool.yaml", format!("{head}DefaultLocale: en-US\n{}", tail("version"))),
            ("Contoso.Tool.installer.yaml", format!("{head}{installer}{}", tail("installer"))),
            ("Contoso.Tool.locale.en-US.yaml", format!("{head}{texts}{locale}{}", tail("defaultLocale"))),
        ] {
            fs::write(self.path("manifest").join(name), text).unwrap();
        }
    }

    fn request(&self) -> WingetRequest {
        let mut request = WingetRequest::new(self.path("manifest"));
        request.output = Some(self.path("apps/tool"));
        request.client.proxy = ProxyChoice::Direct;
        request
    }

    fn make(&self, request: &WingetRequest) -> Result<WingetApp, WingetError> {
        init_from_winget(request, &Context::silent())
    }

    /// Makes the app and holds it to lint: no errors.
    fn app(&self) -> WingetApp {
        self.app_of(&WingetRequest { force: true, ..self.request() })
    }

    fn app_of(&self, request: &WingetRequest) -> WingetApp {
        let app = self.make(request).unwrap();
        let folder = self.path("apps/tool");
        let subject = Subject::open(&folder, &WalkOptions::default(), &Context::silent()).unwrap();
        let report = lint(subject, &[]);
        let errors: Vec<_> =
            report.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        app
    }

    fn refused(&self, choice: WingetChoice) -> WingetError {
        self.make(&WingetRequest { choice, force: true, ..self.request() }).unwrap_err()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path("apps/tool").join("source").join(name)).unwrap()
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02X}")).collect()
}

fn program() -> Vec<u8> {
    let version = version_resource([2, 5, 0, 7], &[("ProductName", "Contoso Tool")]);
    let resources = vec![(Name::Number(16), Name::Number(1), version)];
    Program { resources, ..Program::default() }.bytes()
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn notes(app: &WingetApp) -> String {
    app.notes.join("\n")
}

fn line(app: &WingetApp) -> &str {
    app.app.install_command_line.as_deref().unwrap_or_default()
}

/// The text of the only rule, which is a script.
fn script(app: &WingetApp) -> String {
    let [Rule::PowerShellScript(rule)] = &app.app.rules[..] else { panic!("{:?}", app.app.rules) };
    String::from_utf8(rule.script().unwrap()).unwrap()
}

fn codes(app: &WingetApp) -> Vec<(i64, String)> {
    app.app
        .return_codes
        .iter()
        .map(|code| (code.return_code, code.meaning().map(|kind| kind.to_string()).unwrap_or_default()))
        .collect()
}
