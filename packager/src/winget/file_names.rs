//! Names of files and folders that are made from a manifest's texts.

use super::installer::{Installer, Kind};
use super::manifest::Manifest;

/// The longest part of a name that one text gives, in characters.
const LONGEST: usize = 80;

/// The name of the installer's file: package, version, architecture, and the extension of its type. The URL gives no
/// name: many end in `/download`. A portable program is installed under its name, which has no version.
pub(super) fn installer(manifest: &Manifest, installer: &Installer, url: &str) -> String {
    if installer.kind == Kind::Portable && !installer.is_zip {
        return portable(manifest, installer);
    }
    let parts = [&manifest.identifier, &manifest.version, &installer.architecture].map(|text| safe(text));
    format!("{}.{}", parts.join("_"), extension(installer, url))
}

/// The name of a portable program: the command that it is called by, else the package. It has no version, so that an
/// update takes the place of the former program.
pub(super) fn portable(manifest: &Manifest, installer: &Installer) -> String {
    let command = installer.fields.texts("Commands").into_iter().find(|command| !command.is_empty());
    let name = command.unwrap_or_else(|| manifest.identifier.clone());
    let stem = name.len().saturating_sub(".exe".len());
    let has_extension = name.get(stem..).is_some_and(|end| end.eq_ignore_ascii_case(".exe"));
    format!("{}.exe", folder(if has_extension { &name[..stem] } else { &name }))
}

/// The file in a portable app's folder that names what of it was installed, in this version.
pub(super) fn portable_list(version: &str) -> String {
    format!("waybill-files-{}.txt", safe(version))
}

/// The folder of a package, e.g. of a portable app below Program Files.
pub(super) fn folder(identifier: &str) -> String {
    let name = safe(identifier);
    let name = name.trim_matches('.');
    // A name such as `NUL` or `COM1.x` is a device's.
    let stem = name.split('.').next().unwrap_or_default().to_uppercase();
    let is_device = matches!(&*stem, "" | "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")));
    if is_device { format!("app-{name}") } else { name.to_owned() }
}

fn extension(installer: &Installer, url: &str) -> &'static str {
    if installer.is_zip {
        return "zip";
    }
    match installer.kind {
        Kind::Msi | Kind::Wix => "msi",
        Kind::Msix | Kind::Appx => {
            let path = url.split(['?', '#']).next().unwrap_or_default().to_lowercase();
            let known = ["msixbundle", "appxbundle", "msix", "appx"];
            let found = known.into_iter().find(|end| path.ends_with(&format!(".{end}")));
            found.unwrap_or(if installer.kind == Kind::Appx { "appx" } else { "msix" })
        }
        _ => "exe",
    }
}

/// Letters that every file system and command line takes as they are; others become `_`.
fn safe(text: &str) -> String {
    let plain =
        |one: char| if one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | '+') { one } else { '_' };
    let name: String = text.chars().map(plain).take(LONGEST).collect();
    name.replace("..", "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_give_plain_names() {
        for (text, name) in [
            ("7zip.7zip", "7zip.7zip"),
            (r"..\..\x", "____x"),
            ("a b/c:d", "a_b_c_d"),
            ("NUL", "app-NUL"),
            ("com1.x", "app-com1.x"),
            ("", "app-"),
        ] {
            assert_eq!(folder(text), name, "{text}");
        }
        assert!(safe(&"x".repeat(500)).len() == LONGEST);
    }
}
