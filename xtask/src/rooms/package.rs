//! The crates of a workspace as `cargo metadata` describes them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate of the workspace.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// The workspace's own crates that it depends on, on any system.
    pub(super) imports: Vec<Import>,
    /// The root files of its library and programs, relative to the workspace.
    pub(super) roots: Vec<PathBuf>,
}

/// A dependency on a crate of the workspace.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) name: String,
    /// Whether it is a development dependency alone.
    pub(super) for_tests: bool,
}

/// The packages of the workspace in the folder `repo`.
pub(super) fn packages(repo: &Path) -> Result<Vec<Package>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        // With other people's crates it would first have to download them.
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(repo)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let root = PathBuf::from(text(&metadata["workspace_root"]));
    Ok(list(&metadata["packages"]).map(|package| read_package(package, &root)).collect())
}

fn read_package(package: &Value, root: &Path) -> Package {
    let own = list(&package["dependencies"]).filter(|dependency| dependency["path"].is_string());
    let imports = own.map(|dependency| Import {
        name: text(&dependency["name"]).to_owned(),
        for_tests: dependency["kind"] == "dev",
    });
    let programs = list(&package["targets"])
        .filter(|target| list(&target["kind"]).any(|kind| kind == "lib" || kind == "bin"));
    let roots = programs.map(|target| {
        let path = Path::new(text(&target["src_path"]));
        path.strip_prefix(root).unwrap_or(path).to_owned()
    });
    Package { name: text(&package["name"]).to_owned(), imports: imports.collect(), roots: roots.collect() }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
