//! The documents of an app's folder.

use std::path::{Path, PathBuf};
use waybill_packager::init::{AppFileError, read_app_document};
use waybill_schemas::app::AppDocument;
use waybill_system::SystemKind;

/// What is linted and packed.
const DOCUMENT: &str = "app.json";
/// What serves hosts that are not Windows: the same app by commands and rules that they understand.
const DOCUMENT_FOR_UNIX: &str = "app.unix.json";

/// The document whose commands and rules are run.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) path: PathBuf,
    pub(crate) app: AppDocument,
    /// Whether it stands in for app.json.
    pub(crate) substituted: bool,
}

impl Script {
    /// app.json, or app.unix.json where there is one and this is no Windows. app.json is read in any case: what it says
    /// is linted and packed.
    pub(crate) fn of(folder: &Path, kind: SystemKind) -> Result<Self, AppFileError> {
        let path = folder.join(DOCUMENT);
        let app = read_app_document(&path)?;
        let other = folder.join(DOCUMENT_FOR_UNIX);
        if kind == SystemKind::Windows || !other.is_file() {
            return Ok(Self { path, app, substituted: false });
        }
        let app = read_app_document(&other)?;
        Ok(Self { path: other, app, substituted: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_for_unix_serves_unix_alone_and_needs_the_other_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(DOCUMENT_FOR_UNIX), r#"{ "displayName": "unix" }"#).unwrap();
        assert!(matches!(Script::of(folder.path(), SystemKind::Unix), Err(AppFileError::Read { .. })));
        std::fs::write(folder.path().join(DOCUMENT), r#"{ "displayName": "windows" }"#).unwrap();
        let name = |kind| Script::of(folder.path(), kind).unwrap().app.display_name.unwrap();
        assert_eq!((name(SystemKind::Unix), name(SystemKind::Windows)), ("unix".into(), "windows".into()));
        std::fs::remove_file(folder.path().join(DOCUMENT_FOR_UNIX)).unwrap();
        let script = Script::of(folder.path(), SystemKind::Unix).unwrap();
        assert!(!script.substituted && script.path.ends_with(DOCUMENT));
    }
}
