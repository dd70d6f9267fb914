//! An app of shell scripts: `source/install.sh` and `source/uninstall.sh`, detected by a file beside app.json.

use super::workbench::Workbench;
use serde_json::{Value, json};
use std::fs;

/// What the app does.
pub(crate) struct ScriptedApp {
    install: String,
    codes: Vec<Value>,
    /// Detection rules as JSON; empty: the file `marker` in the app's folder.
    pub(crate) rules: String,
}

impl ScriptedApp {
    /// An app whose installer is this script. `$folder` is the app's folder, `$marker` what detection looks for.
    pub(crate) fn new(install: &str) -> Self {
        Self { install: install.to_owned(), codes: Vec::new(), rules: String::new() }
    }

    /// What an exit code stands for.
    pub(crate) fn with_code(mut self, code: i32, kind: &str) -> Self {
        self.codes.push(json!({ "returnCode": code, "type": kind }));
        self
    }

    /// Writes it into the folder `name` of the bench.
    pub(crate) fn write(&self, bench: &Workbench, name: &str) {
        let folder = bench.file(name);
        fs::create_dir_all(folder.join("source")).unwrap();
        let shown = folder.to_str().unwrap();
        let head = format!("#!/bin/sh\nfolder='{shown}'\nmarker=\"$folder/marker\"\n");
        fs::write(folder.join("source").join("install.sh"), format!("{head}{}\n", self.install)).unwrap();
        let uninstall = format!("{head}rm \"$marker\"\n");
        fs::write(folder.join("source").join("uninstall.sh"), uninstall).unwrap();
        let app = json!({
            "@odata.type": "#microsoft.graph.win32LobApp",
            "id": name,
            "displayName": format!("Scripted {name}"),
            "publisher": "Contoso",
            "displayVersion": "1.0",
            "setupFilePath": "install.sh",
            "installCommandLine": "sh install.sh",
            "uninstallCommandLine": "sh uninstall.sh",
            "rules": self.rules(shown),
            "returnCodes": self.codes,
        });
        fs::write(folder.join("app.json"), format!("{app:#}")).unwrap();
    }

    fn rules(&self, folder: &str) -> Value {
        match self.rules.as_str() {
            "" => json!([{
                "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
                "ruleType": "detection",
                "path": folder,
                "fileOrFolderName": "marker",
                "check32BitOn64System": false,
                "operationType": "exists",
                "operator": "notConfigured",
            }]),
            rules => serde_json::from_str(rules).unwrap(),
        }
    }
}
