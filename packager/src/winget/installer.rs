//! One installer of a manifest, with the defaults of the root merged in, and what its type brings along.

use super::yaml::Node;
use waybill_schemas::Quoted;

/// The type of an installer. Of a zip it is that of the nested one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Msi,
    Wix,
    Burn,
    Inno,
    Nullsoft,
    Exe,
    Msix,
    Appx,
    Portable,
    /// Types that do not become a Win32 app: `font`, `pwa`, `msstore`.
    Foreign(&'static str),
}

impl Kind {
    fn parse(word: &str) -> Option<Self> {
        Some(match word.to_lowercase().as_str() {
            "msi" => Self::Msi,
            "wix" => Self::Wix,
            "burn" => Self::Burn,
            "inno" => Self::Inno,
            "nullsoft" => Self::Nullsoft,
            "exe" => Self::Exe,
            "msix" => Self::Msix,
            "appx" => Self::Appx,
            "portable" => Self::Portable,
            "font" => Self::Foreign("font"),
            "pwa" => Self::Foreign("pwa"),
            "msstore" => Self::Foreign("msstore"),
            _ => return None,
        })
    }

    /// The word of the manifest.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Msi => "msi",
            Self::Wix => "wix",
            Self::Burn => "burn",
            Self::Inno => "inno",
            Self::Nullsoft => "nullsoft",
            Self::Exe => "exe",
            Self::Msix => "msix",
            Self::Appx => "appx",
            Self::Portable => "portable",
            Self::Foreign(word) => word,
        }
    }

    pub(super) const fn is_msi(self) -> bool {
        matches!(self, Self::Msi | Self::Wix)
    }

    pub(super) const fn is_msix(self) -> bool {
        matches!(self, Self::Msix | Self::Appx)
    }

    /// Whether the app has an entry in Programs and Features, whose key the manifest calls ProductCode. An entry for a
    /// portable is winget's own.
    const fn has_product_code(self) -> bool {
        matches!(
            self,
            Self::Msi | Self::Wix | Self::Burn | Self::Inno | Self::Nullsoft | Self::Exe | Self::Portable
        )
    }

    /// The switches that winget itself passes where the manifest has none (winget-cli, `ManifestCommon.cpp`).
    pub(super) const fn default_silent(self) -> Option<&'static str> {
        match self {
            Self::Msi | Self::Wix | Self::Burn => Some("/quiet /norestart"),
            Self::Inno => Some("/SP- /VERYSILENT /SUPPRESSMSGBOXES /NORESTART"),
            Self::Nullsoft => Some("/S"),
            _ => None,
        }
    }

    /// The switch for the install location, likewise.
    pub(super) const fn default_location(self) -> Option<&'static str> {
        match self {
            Self::Msi | Self::Wix | Self::Burn => Some(r#"TARGETDIR="<INSTALLPATH>""#),
            Self::Inno => Some(r#"/DIR="<INSTALLPATH>""#),
            Self::Nullsoft => Some("/D=<INSTALLPATH>"),
            _ => None,
        }
    }
}

/// For whom an installer installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Machine,
    User,
}

impl Scope {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::User => "user",
        }
    }
}

/// An installer as winget would see it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Installer {
    /// Its place among the installers of the manifest, from 1.
    pub(super) number: usize,
    pub(super) kind: Kind,
    pub(super) is_zip: bool,
    pub(super) architecture: String,
    pub(super) scope: Option<Scope>,
    pub(super) locale: Option<String>,
    /// Its fields, those of the root among them.
    pub(super) fields: Node,
}

impl Installer {
    /// Merges the root's defaults into each installer. Of types that are not known the word is returned.
    pub(super) fn all(root: &Node) -> Vec<Result<Self, String>> {
        let installers = root.list("Installers").iter().enumerate();
        installers.map(|(index, own)| Self::new(index + 1, root, own)).collect()
    }

    fn new(number: usize, root: &Node, own: &Node) -> Result<Self, String> {
        let either = |key: &str| own.text(key).or_else(|| root.text(key)).unwrap_or_default();
        let outer = either("InstallerType");
        let is_zip = outer.eq_ignore_ascii_case("zip");
        let word = if is_zip { either("NestedInstallerType") } else { outer };
        let kind = Kind::parse(&word).ok_or_else(|| match (word.is_empty(), is_zip) {
            (true, true) => format!("{number}: it is a zip, and has no NestedInstallerType"),
            (true, false) => format!("{number}: it has no InstallerType"),
            (false, _) => format!("{number}: the type {} is not known", Quoted(&word)),
        })?;
        let fields = merged(root, own, kind, is_zip);
        let scope = match fields.text("Scope").unwrap_or_default().to_lowercase().as_str() {
            "machine" => Some(Scope::Machine),
            "user" => Some(Scope::User),
            _ => None,
        };
        let architecture = architecture(&fields.text("Architecture").unwrap_or_default());
        Ok(Self { number, kind, is_zip, architecture, scope, locale: fields.text("InstallerLocale"), fields })
    }

    /// The type as it stands in the manifest, e.g. `zip of exe`.
    pub(super) fn type_in_words(&self) -> String {
        if self.is_zip { format!("zip of {}", self.kind.word()) } else { self.kind.word().to_owned() }
    }

    /// In one line, for lists: number, type, architecture, scope, locale.
    pub(super) fn in_words(&self) -> String {
        let mut text = format!("{}: {}, {}", self.number, self.type_in_words(), self.architecture);
        for more in
            [self.scope.map(|scope| scope.word().to_owned()), self.locale.clone()].into_iter().flatten()
        {
            text.push_str(&format!(", {more}"));
        }
        text
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.fields.text(key)
    }

    /// One of its switches.
    pub(super) fn switch(&self, name: &str) -> Option<String> {
        self.fields.get("InstallerSwitches")?.text(name)
    }

    pub(super) fn is_prohibited(&self) -> bool {
        self.fields.is_true("DownloadCommandProhibited")
    }

    /// The kind of authentication that a download asks for; `None` where it asks for none.
    pub(super) fn authentication(&self) -> Option<String> {
        let kind = self.fields.get("Authentication")?.text("AuthenticationType")?;
        (!kind.eq_ignore_ascii_case("none")).then_some(kind)
    }
}

/// An architecture by its word in the manifest. The schema has one word for each; people write others, too.
fn architecture(word: &str) -> String {
    match &*word.trim().to_lowercase() {
        "" => "neutral".to_owned(),
        "amd64" | "x86_64" | "x86-64" => "x64".to_owned(),
        "aarch64" => "arm64".to_owned(),
        "i386" | "i686" => "x86".to_owned(),
        other => other.to_owned(),
    }
}

/// The root's values are defaults: switches key by key, everything else whole, and some only for types that have them.
fn merged(root: &Node, own: &Node, kind: Kind, is_zip: bool) -> Node {
    let mut fields: Vec<(String, Node)> =
        own.fields().iter().filter(|(_, value)| *value != Node::Null).cloned().collect();
    for (key, value) in root.fields() {
        let is_for_type = match key.as_str() {
            "ProductCode" | "AppsAndFeaturesEntries" => kind.has_product_code(),
            "PackageFamilyName" => kind.is_msix(),
            "NestedInstallerType" | "NestedInstallerFiles" => is_zip,
            _ => true,
        };
        if !is_for_type || *value == Node::Null || key == "Installers" {
            continue;
        }
        match fields.iter_mut().find(|(name, _)| name == key) {
            None => fields.push((key.clone(), value.clone())),
            Some((_, Node::Map(switches))) if key == "InstallerSwitches" => {
                let is_missing =
                    |name: &str| !switches.iter().any(|(own, value)| own == name && *value != Node::Null);
                let more: Vec<_> =
                    value.fields().iter().filter(|(name, _)| is_missing(name)).cloned().collect();
                switches.retain(|(_, value)| *value != Node::Null);
                switches.extend(more);
            }
            Some(_) => {}
        }
    }
    Node::Map(fields)
}

#[cfg(test)]
mod tests {
    use super::super::yaml::parse;
    use super::*;

    #[test]
    fn defaults_of_the_root_are_merged_by_their_kind() {
        let root = parse(
            b"InstallerType: exe\nScope: machine\nProductCode: Key\nPackageFamilyName: F\nNestedInstallerType: msi\n\
              InstallerSwitches:\n  Silent: /q\n  Custom: /c\nExpectedReturnCodes:\n- InstallerReturnCode: 1\n\
              Installers:\n- Architecture: x64\n  InstallerSwitches:\n    Custom: /own\n    Silent:\n\
              \n- Architecture: x86\n  InstallerType: msix\n  Scope: user\n  ExpectedReturnCodes: []\n\
              \n- Architecture: x86\n  InstallerType: novel\n",
        )
        .unwrap();
        let all = Installer::all(&root);
        let first = all[0].as_ref().unwrap();
        assert_eq!(
            (first.switch("Silent").as_deref(), first.switch("Custom").as_deref()),
            (Some("/q"), Some("/own"))
        );
        assert_eq!(
            (first.text("ProductCode").as_deref(), first.text("PackageFamilyName")),
            (Some("Key"), None)
        );
        assert_eq!(first.text("NestedInstallerType"), None);
        let second = all[1].as_ref().unwrap();
        assert_eq!((second.scope, second.kind), (Some(Scope::User), Kind::Msix));
        assert_eq!(
            (second.text("ProductCode"), second.text("PackageFamilyName").as_deref()),
            (None, Some("F"))
        );
        assert_eq!(second.fields.list("ExpectedReturnCodes").len(), 0, "lists are replaced whole");
        assert!(all[2].as_ref().unwrap_err().contains("novel"));
    }
}
