//! An app of two scripts, `.sh` or `.cmd` by the system, detected by a file beside app.json.

use super::workbench::Workbench;
use serde_json::{Value, json};
use std::fs;

/// The scripts, codes and rules of the app.
#[derive(Clone)]
pub(crate) struct ScriptedApp {
    lines: Vec<String>,
    exit: i32,
    codes: Vec<Value>,
    arguments: String,
    rules: Option<Value>,
}

impl ScriptedApp {
    /// An app whose installer does nothing and succeeds.
    pub(crate) fn new() -> Self {
        Self { lines: Vec::new(), exit: 0, codes: Vec::new(), arguments: String::new(), rules: None }
    }

    /// Makes its installer print this.
    pub(crate) fn says(mut self, text: &str) -> Self {
        self.lines.push(format!("echo {text}"));
        self
    }

    /// Makes its installer leave the file that detection looks for.
    pub(crate) fn installs(self) -> Self {
        let line =
            if cfg!(windows) { "copy nul \"%folder%\\marker\" >nul" } else { "touch \"$folder/marker\"" };
        self.does(line)
    }

    /// Makes its installer run this line, in the language of the system's shell; `folder` is the app's folder.
    pub(crate) fn does(mut self, line: &str) -> Self {
        self.lines.push(line.to_owned());
        self
    }

    /// Makes its installer end with this code.
    pub(crate) fn ends_with(mut self, exit: i32) -> Self {
        self.exit = exit;
        self
    }

    /// Adds a return code to the app.
    pub(crate) fn with_code(mut self, code: i32, kind: &str) -> Self {
        self.codes.push(json!({ "returnCode": code, "type": kind }));
        self
    }

    /// Sets the arguments of its installer.
    pub(crate) fn with_arguments(mut self, arguments: &str) -> Self {
        self.arguments = format!(" {arguments}");
        self
    }

    /// Replaces the rule that detects it.
    pub(crate) fn detected_by(mut self, rules: Value) -> Self {
        self.rules = Some(rules);
        self
    }

    /// Writes it into the folder `name` of the bench, with an `app.json`.
    pub(crate) fn write(&self, bench: &Workbench, name: &str) {
        self.write_document(bench, name, "app.json");
    }

    /// As [`ScriptedApp::write`], with another name for the document.
    pub(crate) fn write_document(&self, bench: &Workbench, name: &str, document: &str) {
        let folder = bench.file(name);
        fs::create_dir_all(folder.join("source")).unwrap();
        let shown = folder.to_str().unwrap();
        let stem = document.replace('.', "-");
        let install = [&self.lines[..], &[format!("exit {}", self.exit)]].concat();
        let remove = if cfg!(windows) { "del \"%folder%\\marker\"" } else { "rm \"$folder/marker\"" };
        for (what, lines) in [("install", install), ("uninstall", vec![remove.to_owned()])] {
            let file = folder.join("source").join(script_name(&format!("{what}-{stem}")));
            fs::write(file, script(shown, &lines)).unwrap();
        }
        let line = |what: &str| {
            let name = script_name(&format!("{what}-{stem}"));
            if cfg!(windows) { name } else { format!("sh {name}") }
        };
        let app = json!({
            "@odata.type": "#microsoft.graph.win32LobApp",
            "id": name,
            "displayName": format!("Scripted {name}"),
            "publisher": "Contoso",
            "displayVersion": "1.0",
            "setupFilePath": script_name(&format!("install-{stem}")),
            "installCommandLine": line("install") + &self.arguments,
            "uninstallCommandLine": line("uninstall"),
            "rules": self.rules.clone().unwrap_or_else(|| marker_rule(shown)),
            "returnCodes": self.codes,
        });
        fs::write(folder.join(document), format!("{app:#}")).unwrap();
    }
}

/// The name of a script on this system.
fn script_name(stem: &str) -> String {
    format!("{stem}.{}", if cfg!(windows) { "cmd" } else { "sh" })
}

fn script(folder: &str, lines: &[String]) -> String {
    if cfg!(windows) {
        format!("@echo off\r\nset folder={folder}\r\n{}\r\n", lines.join("\r\n").replace("exit ", "exit /b "))
    } else {
        format!("folder='{folder}'\n{}\n", lines.join("\n"))
    }
}

fn marker_rule(folder: &str) -> Value {
    json!([{
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
        "ruleType": "detection",
        "path": folder,
        "fileOrFolderName": "marker",
        "check32BitOn64System": false,
        "operationType": "exists",
        "operator": "notConfigured",
    }])
}
