//! Registry keys as rules and people write them: roots by their long and short names.

/// A registry key: the hive and the path below it, e.g. `SOFTWARE\Contoso`. It does not say in which view (32-bit or
/// 64-bit) it is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RegistryKey {
    /// The root under which the key lies.
    pub hive: Hive,
    /// The path below it, without a `\` at either end.
    pub path: String,
}

/// A root of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hive {
    /// `HKEY_LOCAL_MACHINE`.
    LocalMachine,
    /// `HKEY_CURRENT_USER` of the account that the question is asked for.
    CurrentUser,
    /// `HKEY_CLASSES_ROOT`.
    ClassesRoot,
    /// `HKEY_USERS`.
    Users,
    /// `HKEY_CURRENT_CONFIG`.
    CurrentConfig,
}

impl Hive {
    /// Every root with its long and its short name.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::LocalMachine, "HKEY_LOCAL_MACHINE", "HKLM"),
        (Self::CurrentUser, "HKEY_CURRENT_USER", "HKCU"),
        (Self::ClassesRoot, "HKEY_CLASSES_ROOT", "HKCR"),
        (Self::Users, "HKEY_USERS", "HKU"),
        (Self::CurrentConfig, "HKEY_CURRENT_CONFIG", "HKCC"),
    ];

    /// The root of this long or short name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let named = |(_, long, short): &&(Self, &str, &str)| {
            name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short)
        };
        Self::ALL.iter().find(named).map(|(hive, ..)| *hive)
    }
}

impl RegistryKey {
    /// A key below `HKEY_LOCAL_MACHINE`.
    pub fn local_machine(path: impl Into<String>) -> Self {
        Self { hive: Hive::LocalMachine, path: path.into() }
    }

    /// Reads `HKLM\…`, `HKEY_LOCAL_MACHINE\…` and the other roots, in any case, with `HKLM:\` and
    /// `Computer\` as people copy them. `None` where it names no root.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches('\\');
        // Regedit copies keys with this prefix, so people paste it.
        let text = strip_prefix_ignoring_case(text, "Computer\\").unwrap_or(text);
        let (root, path) = text.split_once('\\').unwrap_or((text, ""));
        let root = root.trim_end_matches(':');
        Some(Self { hive: Hive::from_name(root)?, path: path.trim_matches('\\').to_owned() })
    }
}

impl std::fmt::Display for RegistryKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let long = Hive::ALL.iter().find(|(hive, ..)| *hive == self.hive).map_or("", |(_, long, _)| *long);
        if self.path.is_empty() {
            formatter.write_str(long)
        } else {
            write!(formatter, "{long}\\{}", self.path)
        }
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_people_write_them() {
        let software = RegistryKey::local_machine("SOFTWARE\\Contoso");
        for text in [
            "HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso",
            "hklm\\SOFTWARE\\Contoso\\",
            "HKLM:\\SOFTWARE\\Contoso",
            "Computer\\HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso",
        ] {
            assert_eq!(RegistryKey::parse(text).as_ref(), Some(&software), "{text}");
        }
        assert_eq!(software.to_string(), "HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso");
        assert_eq!(RegistryKey::parse("HKCU").unwrap().to_string(), "HKEY_CURRENT_USER");
        for text in ["", "SOFTWARE\\Contoso", "HKLMX\\SOFTWARE", "\\\\server\\HKLM"] {
            assert_eq!(RegistryKey::parse(text), None, "{text}");
        }
    }
}
