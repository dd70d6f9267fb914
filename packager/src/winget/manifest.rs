//! Reads the files of a manifest and joins them: `version`, `installer`, `defaultLocale` and `locale` files of one
//! package and version, or one `singleton` (or `merged`) file.

use super::known;
use super::yaml::{LARGEST, Node, YamlError, parse};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use waybill_disk::shown;
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Classified, Code, command, unreadable, winget as codes};
use waybill_schemas::read_regular;

/// The most files of one folder that are read; a manifest has some forty at most.
const MOST_FILES: usize = 500;
/// The most installers of one manifest.
const MOST_INSTALLERS: usize = 1000;

/// A manifest, joined of its files.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Manifest {
    /// PackageIdentifier, e.g. `7zip.7zip`.
    pub identifier: String,
    /// PackageVersion.
    pub version: String,
    /// ManifestVersion: the version of the schema, e.g. `1.12.0`.
    pub schema: String,
    /// Fields and words that this version does not know, each with its place.
    pub unknown: Vec<String>,
    /// The root of the installer file, whose values are defaults of each installer.
    pub(super) root: Node,
    /// The locale files, the default first.
    locales: Vec<Node>,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// There is no such file or folder.
    #[error("no such file: {}", shown(path))]
    Missing {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read {}", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// A file is not a manifest's YAML.
    #[error("{} is refused", shown(path))]
    Yaml {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: YamlError,
    },
    /// The files are no manifest, or not one that this version reads.
    #[error("{}: {why}", shown(path))]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, as a clause.
        why: String,
    },
}

impl Classified for ManifestError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Missing { .. } => &command::INPUT_MISSING,
            Self::Read { source, .. } => unreadable(source, &codes::WINGET_UNREADABLE),
            Self::Yaml { .. } | Self::Refused { .. } => &codes::WINGET_REFUSED,
        }
    }
}

/// Whether this is an identifier by winget's schema: two to eight parts with dots between them. Folders are named after it,
/// and none of Windows' own has such a name.
fn is_identifier(text: &str) -> bool {
    let fits = |one: char| !one.is_whitespace() && !one.is_control() && !r#"\/:*?"<>|"#.contains(one);
    let parts: Vec<&str> = text.split('.').collect();
    (2..=8).contains(&parts.len())
        && parts.iter().all(|part| (1..=32).contains(&part.chars().count()) && part.chars().all(fits))
}

impl ManifestError {
    /// An input that cannot be read, or is not there.
    pub(super) fn unreadable(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        if source.kind() == io::ErrorKind::NotFound {
            Self::Missing { path }
        } else {
            Self::Read { path, source }
        }
    }
}

impl Manifest {
    /// Reads a folder with the files of one package and version, or any one of its files.
    ///
    /// # Errors
    /// Missing, unreadable or foreign files; files of several packages; fields that every manifest has and this one
    /// has not; a schema other than 1.x.
    pub fn open(path: &Path) -> Result<Self, ManifestError> {
        let refused = |why: String| ManifestError::Refused { path: path.to_path_buf(), why };
        let metadata = std::fs::metadata(path).map_err(|source| ManifestError::unreadable(path, source))?;
        let files = if metadata.is_dir() {
            read_folder(path)?
        } else {
            let file = read(path)?;
            if is_whole(&file) { vec![file] } else { siblings(path, &file)? }
        };
        if files.is_empty() {
            return Err(refused(nothing_in(path)));
        }
        Self::join(&files).map_err(refused)
    }

    fn join(files: &[Node]) -> Result<Self, String> {
        let packages: BTreeSet<String> = files.iter().map(name_of).collect();
        if packages.len() > 1 {
            let packages: Vec<String> = packages.into_iter().take(5).collect();
            return Err(format!("files of several packages or versions: {}", packages.join(", ")));
        }
        let of_kind =
            |wanted: &[&str]| files.iter().filter(|file| wanted.contains(&kind_of(file).as_str())).collect();
        let installers: Vec<&Node> = of_kind(&["installer", "singleton", "merged"]);
        let [root] = installers[..] else {
            return Err(match installers.len() {
                0 => "the file with `ManifestType: installer` is missing".to_owned(),
                count => format!("{count} files with installers, where one is expected"),
            });
        };
        let schema = files.iter().find_map(|file| file.text("ManifestVersion")).unwrap_or_default();
        if schema.split('.').next() != Some("1") {
            return Err(format!("the schema {schema} is not read; 1.x is", schema = Quoted(&schema)));
        }
        let mut locales: Vec<Node> = if is_whole(root) {
            std::iter::once(root).chain(root.list("Localization")).cloned().collect()
        } else {
            of_kind(&["defaultlocale"]).into_iter().chain(of_kind(&["locale"])).cloned().collect()
        };
        locales.truncate(MOST_FILES);
        let required = |name: &str| root.text(name).ok_or_else(|| format!("`{name}` is missing"));
        let manifest = Self {
            identifier: required("PackageIdentifier")?,
            version: required("PackageVersion")?,
            schema,
            unknown: files.iter().flat_map(known::unknown).collect(),
            root: root.clone(),
            locales,
        };
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        if !is_identifier(&self.identifier) {
            return Err(format!(
                "PackageIdentifier is {}, and Publisher.Package is its form",
                Quoted(&self.identifier)
            ));
        }
        match self.root.list("Installers").len() {
            0 => return Err("`Installers` is missing or empty".to_owned()),
            count if count > MOST_INSTALLERS => return Err(format!("it has {count} installers")),
            _ => {}
        }
        for name in ["PackageName", "Publisher"] {
            if self.localized(name).is_none() {
                return Err(format!("`{name}` is missing in the default locale"));
            }
        }
        Ok(())
    }

    /// A text in English where there is one, else in the default locale.
    pub(super) fn localized(&self, name: &str) -> Option<String> {
        self.preferred().find_map(|locale| locale.text(name))
    }

    /// As [`Manifest::localized`], with its lines.
    pub(super) fn localized_lines(&self, name: &str) -> Option<String> {
        self.preferred().find_map(|locale| locale.lines(name))
    }

    /// The list of that name, from the first locale that has one.
    pub(super) fn localized_list(&self, name: &str) -> &[Node] {
        self.preferred().map(|locale| locale.list(name)).find(|list| !list.is_empty()).unwrap_or_default()
    }

    fn preferred(&self) -> impl Iterator<Item = &Node> {
        let is_english = |locale: &&Node| {
            locale.text("PackageLocale").is_some_and(|tag| tag.eq_ignore_ascii_case("en-US"))
        };
        self.locales.iter().filter(is_english).chain(self.locales.first())
    }
}

/// Package and version of a file, for telling the files of one manifest from others.
fn name_of(file: &Node) -> String {
    let text = |key| file.text(key).unwrap_or_else(|| "(none)".to_owned());
    format!("{} {}", text("PackageIdentifier"), text("PackageVersion"))
}

fn kind_of(file: &Node) -> String {
    file.text("ManifestType").unwrap_or_default().to_lowercase()
}

fn is_whole(file: &Node) -> bool {
    matches!(kind_of(file).as_str(), "singleton" | "merged")
}

fn read(path: &Path) -> Result<Node, ManifestError> {
    let failed = |source| ManifestError::Read { path: path.to_path_buf(), source };
    // A pipe would wait for its writer, a device may not end.
    let bytes = read_regular(path, LARGEST).map_err(failed)?;
    parse(&bytes).map_err(|source| ManifestError::Yaml { path: path.to_path_buf(), source })
}

/// The manifests of a folder; YAML files that are none of winget's are left out.
fn read_folder(folder: &Path) -> Result<Vec<Node>, ManifestError> {
    let files =
        yaml_files(folder).map_err(|source| ManifestError::Read { path: folder.to_path_buf(), source })?;
    let nodes = files.iter().take(MOST_FILES).map(|file| read(file));
    let nodes: Result<Vec<Node>, ManifestError> = nodes.collect();
    Ok(nodes?.into_iter().filter(|node| node.get("ManifestType").is_some()).collect())
}

/// The files beside `path` that belong to the same package and version, that file included.
fn siblings(path: &Path, file: &Node) -> Result<Vec<Node>, ManifestError> {
    if file.get("ManifestType").is_none() {
        let why = "there is no `ManifestType` in it: it is no manifest of winget".to_owned();
        return Err(ManifestError::Refused { path: path.to_path_buf(), why });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = read_folder(folder)?;
    found.retain(|other| name_of(other) == name_of(file) && !is_whole(other));
    Ok(found)
}

fn yaml_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_yaml = |path: &PathBuf| {
        let end = path.extension().map(|end| end.to_ascii_lowercase());
        end.is_some_and(|end| end == "yaml" || end == "yml")
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.retain(is_yaml);
    files.sort();
    Ok(files)
}

/// Why a folder holds no manifest: the folder above the versions is often given.
fn nothing_in(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).ok();
    let folders = entries.into_iter().flatten().flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.truncate(10);
    if names.is_empty() {
        "there is no manifest of winget in it".to_owned()
    } else {
        format!(
            "there is no manifest of winget in it; give the folder of one version, such as {}",
            names.join(", ")
        )
    }
}
