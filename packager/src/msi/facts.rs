//! The facts, from the tables and from the summary information (a property set of a dozen short texts).

use super::MsiError;
use super::container::{Container, ContainerKind};
use super::tables::{Database, encoding_of};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use waybill_intune::is_guid;
use waybill_schemas::app::{MsiInformation, MsiPackageType};
use waybill_schemas::{MsiExecutionContext, MsiInfo};

/// Longest text that is taken from a table, in characters.
const LONGEST: usize = 1024;

/// Summary information: a dozen short texts.
const MAX_SUMMARY: u64 = 64 * 1024;

/// The properties that are asked for.
const WANTED: [&str; 8] = [
    "ProductCode",
    "ProductName",
    "ProductVersion",
    "UpgradeCode",
    "Manufacturer",
    "ALLUSERS",
    "MSIINSTALLPERUSER",
    "REBOOT",
];

/// Keys of the Directory table that are folders of Windows itself or of all users
/// (`docs/package-format.md`, `MsiContainsSystemFolders`).
const SYSTEM_FOLDERS: [&str; 9] = [
    "AdminToolsFolder",
    "CommonAppDataFolder",
    "FontsFolder",
    "System16Folder",
    "System64Folder",
    "SystemFolder",
    "TempFolder",
    "WindowsFolder",
    "WindowsVolume",
];

/// What an MSI says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MsiFacts {
    /// ProductName, else the summary information's subject.
    pub name: Option<String>,
    /// ProductVersion.
    pub version: Option<String>,
    /// ProductCode, a GUID in braces; as it stands in the table.
    pub product_code: String,
    /// The summary information's revision number: changes with every build of the MSI.
    pub package_code: Option<String>,
    /// UpgradeCode.
    pub upgrade_code: Option<String>,
    /// Manufacturer, else the summary information's author.
    pub publisher: Option<String>,
    /// ALLUSERS as it stands in the table; anything but absent, 1 and 2 is a mistake of its maker.
    pub all_users: Option<String>,
    /// MSIINSTALLPERUSER has a value: a dual-purpose MSI that installs for the user unless its command line says otherwise.
    pub installs_per_user: bool,
    /// REBOOT is Force: it always asks for a restart.
    pub requires_reboot: bool,
    /// It installs services.
    pub includes_services: bool,
    /// It makes ODBC data sources.
    pub includes_odbc_data_source: bool,
    /// It writes or removes keys of the machine (HKLM, HKU, or "by context" in a machine's MSI).
    pub contains_system_registry_keys: bool,
    /// It uses folders of Windows or of all users.
    pub contains_system_folders: bool,
    /// The platform of the summary information's template: `x64`, `Intel`, `Arm64`.
    pub platform: Option<String>,
}

impl MsiFacts {
    /// For whom it installs: ALLUSERS 1 is the machine, 2 either, absent one user. Another value counts as one
    /// user, as in [`MsiFacts::is_user_install`].
    pub fn execution_context(&self) -> MsiExecutionContext {
        match self.all_users.as_deref() {
            Some("1") => MsiExecutionContext::System,
            Some("2") => MsiExecutionContext::Any,
            _ => MsiExecutionContext::User,
        }
    }

    /// Whether it installs for one user when nothing else is asked for.
    pub fn is_user_install(&self) -> bool {
        match self.execution_context() {
            MsiExecutionContext::System => false,
            MsiExecutionContext::Any => self.installs_per_user,
            MsiExecutionContext::User => true,
        }
    }

    /// The facts in the form of Detection.xml.
    pub fn msi_info(&self) -> MsiInfo {
        let context = self.execution_context();
        MsiInfo {
            product_code: Some(self.product_code.clone()),
            product_version: self.version.clone(),
            package_code: self.package_code.clone(),
            upgrade_code: self.upgrade_code.clone(),
            execution_context: Some(context),
            requires_logon: Some(context == MsiExecutionContext::User),
            requires_reboot: Some(self.requires_reboot),
            is_machine_install: Some(!self.is_user_install()),
            is_user_install: Some(self.is_user_install()),
            includes_services: Some(self.includes_services),
            includes_odbc_data_source: Some(self.includes_odbc_data_source),
            contains_system_registry_keys: Some(self.contains_system_registry_keys),
            contains_system_folders: Some(self.contains_system_folders),
            publisher: self.publisher.clone(),
        }
    }

    /// The facts in the form of app.json.
    pub fn msi_information(&self) -> MsiInformation {
        let package_type = match self.execution_context() {
            MsiExecutionContext::System => MsiPackageType::PerMachine,
            MsiExecutionContext::User => MsiPackageType::PerUser,
            MsiExecutionContext::Any => MsiPackageType::DualPurpose,
        };
        MsiInformation {
            product_code: Some(self.product_code.clone()),
            product_version: self.version.clone(),
            upgrade_code: self.upgrade_code.clone(),
            requires_reboot: Some(self.requires_reboot),
            package_type: Some(package_type),
            product_name: self.name.clone(),
            publisher: self.publisher.clone(),
            ..MsiInformation::default()
        }
    }
}

/// Reads the facts from a database; another kind of file is refused.
pub(super) fn read_facts<R: Read + Seek>(reader: R) -> Result<MsiFacts, MsiError> {
    let refused = |found| MsiError::AnotherKind { found };
    let mut container = Container::open(reader)?.ok_or(refused(ContainerKind::Other))?;
    if container.kind() != ContainerKind::Installer {
        return Err(refused(container.kind()));
    }
    let summary = container.stream("\u{5}SummaryInformation", "summary information in bytes", MAX_SUMMARY)?;
    let mut database = Database::new(container)?;
    let mut facts = from_properties(&mut properties(&mut database)?, &PropertySet::new(&summary))?;
    look_into_tables(&mut database, &mut facts)?;
    Ok(facts)
}

fn from_properties(
    properties: &mut BTreeMap<&'static str, String>,
    summary: &PropertySet<'_>,
) -> Result<MsiFacts, MsiError> {
    let product_code = properties.remove("ProductCode");
    let product_code = product_code.ok_or(MsiError::Incomplete { property: "ProductCode" })?;
    let summarised = |identifier| summary.text(identifier).and_then(|text| tidy(&text));
    let platform = summarised(TEMPLATE).and_then(|template| tidy(template.split(';').next()?));
    Ok(MsiFacts {
        name: properties.remove("ProductName").or_else(|| summarised(SUBJECT)),
        version: properties.remove("ProductVersion"),
        product_code,
        package_code: summarised(REVISION).as_deref().and_then(first_guid),
        upgrade_code: properties.remove("UpgradeCode"),
        publisher: properties.remove("Manufacturer").or_else(|| summarised(AUTHOR)),
        all_users: properties.remove("ALLUSERS"),
        installs_per_user: properties.contains_key("MSIINSTALLPERUSER"),
        // Windows Installer goes by the first letter of this property: `F` asks
        // for a restart as `Force` does.
        requires_reboot: properties.get("REBOOT").is_some_and(|value| value.starts_with(['F', 'f'])),
        includes_services: false,
        includes_odbc_data_source: false,
        contains_system_registry_keys: false,
        contains_system_folders: false,
        platform,
    })
}

/// A patched database's revision number is several GUIDs in a row: the first is its own.
fn first_guid(revision: &str) -> Option<String> {
    // A GUID in braces has 38 characters; the next one follows without anything between.
    let guid = revision.get(..38).filter(|guid| is_guid(guid))?;
    Some(guid.to_uppercase())
}

fn look_into_tables<R: Read + Seek>(
    database: &mut Database<R>,
    facts: &mut MsiFacts,
) -> Result<(), MsiError> {
    facts.includes_services = has_rows(database, "ServiceInstall", "ServiceInstall")?;
    facts.includes_odbc_data_source = has_rows(database, "ODBCDataSource", "DataSource")?;
    let folders = database.column("Directory", "Directory")?;
    let is_system_folder =
        |key: &[u8]| SYSTEM_FOLDERS.iter().any(|one| one.as_bytes().eq_ignore_ascii_case(key));
    facts.contains_system_folders = folders.iter().any(|key| is_system_folder(database.strings().bytes(key)));
    // Registry roots: -1 by context, 0 classes, 1 the user, 2 the machine, 3 all users.
    // -1 means the machine or the user, as the installation is for.
    let for_machine = !facts.is_user_install();
    let is_system = |root: i32| root == 2 || root == 3 || (root == -1 && for_machine);
    for table in ["Registry", "RemoveRegistry"] {
        facts.contains_system_registry_keys |= database.column(table, "Root")?.shorts().any(is_system);
    }
    Ok(())
}

fn has_rows<R: Read + Seek>(
    database: &mut Database<R>,
    table: &'static str,
    key: &str,
) -> Result<bool, MsiError> {
    Ok(database.column(table, key)?.iter().next().is_some())
}

/// The properties that are asked for, tidied; the first row of each counts.
fn properties<R: Read + Seek>(
    database: &mut Database<R>,
) -> Result<BTreeMap<&'static str, String>, MsiError> {
    let (names, values) = (database.column("Property", "Property")?, database.column("Property", "Value")?);
    let mut found = BTreeMap::new();
    for (name, value) in names.iter().zip(values.iter()) {
        let name = database.strings().bytes(name);
        if let Some(wanted) = WANTED.iter().find(|wanted| wanted.as_bytes() == name) {
            // Only what is asked for is decoded: the pool may hold half a million texts.
            found.entry(*wanted).or_insert_with(|| database.strings().text(value));
        }
    }
    Ok(found.into_iter().filter_map(|(name, value)| Some((name, tidy(&value)?))).collect())
}

/// Without control characters and noncharacters (XML cannot carry them) and blanks around; `None` where nothing is left.
fn tidy(text: &str) -> Option<String> {
    let unfit = |one: char| one.is_control() || matches!(one, '\u{FFFE}' | '\u{FFFF}');
    let clean: String = text.chars().map(|one| if unfit(one) { ' ' } else { one }).take(LONGEST).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// Properties that are looked at; the format's own list ends at 19.
const MOST: u32 = 64;
/// Longest text that is taken, in bytes.
const LONGEST_SUMMARY: usize = 1024;

/// Identifier of the code page.
const CODE_PAGE: u32 = 1;
/// Identifier of the subject: the product's name.
const SUBJECT: u32 = 3;
/// Identifier of the author: the publisher.
const AUTHOR: u32 = 4;
/// Identifier of the template: platform and languages, e.g. `x64;1033`.
const TEMPLATE: u32 = 7;
/// Identifier of the revision number: the package code.
const REVISION: u32 = 9;

/// A property set. What is damaged in it is simply not found.
struct PropertySet<'a> {
    bytes: &'a [u8],
    section: u64,
}

impl<'a> PropertySet<'a> {
    /// Offset 44 says where the first section is; it starts with its size, its number of properties, and for each
    /// an identifier and an offset from the section's start.
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, section: number(bytes, 44).map_or(0, u64::from) }
    }

    /// The property's text, decoded.
    fn text(&self, identifier: u32) -> Option<Cow<'a, str>> {
        const TEXT: u32 = 30;
        let at = self.find(identifier, TEXT)?;
        let length = number(self.bytes, at + 4)? as usize;
        let start = usize::try_from(at + 8).ok()?;
        let bytes = self.bytes.get(start..start.checked_add(length)?)?;
        // The length counts the terminating zero, which is no part of the text.
        let bytes = bytes.split(|byte| *byte == 0).next().filter(|bytes| bytes.len() <= LONGEST_SUMMARY)?;
        Some(encoding_of(self.code_page()).decode_without_bom_handling(bytes).0)
    }

    fn code_page(&self) -> u16 {
        const SHORT: u32 = 2;
        let value = self.find(CODE_PAGE, SHORT).and_then(|at| number(self.bytes, at + 4));
        // A signed 16-bit number, in which 65001 (UTF-8) is negative: only the low half of the four
        // bytes counts.
        value.map_or(0, |value| (value & 0xFFFF) as u16)
    }

    /// Where the property of this type starts.
    fn find(&self, identifier: u32, kind: u32) -> Option<u64> {
        // The count comes from the file, and each entry is looked at.
        let count = number(self.bytes, self.section + 4)?.min(MOST);
        let entries = (0..u64::from(count)).map(|index| self.section + 8 + index * 8);
        let entry = entries.into_iter().find(|entry| number(self.bytes, *entry) == Some(identifier))?;
        let at = self.section + u64::from(number(self.bytes, entry + 4)?);
        (number(self.bytes, at)? == kind).then_some(at)
    }
}

fn number(bytes: &[u8], at: u64) -> Option<u32> {
    let at = usize::try_from(at).ok()?;
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(count: u32, offset: u32, length: u32) -> Vec<u8> {
        let mut bytes = vec![0; 44];
        for value in [48, 0, count, SUBJECT, offset, 30, length] {
            bytes.extend_from_slice(&u32::to_le_bytes(value));
        }
        bytes.extend_from_slice(b"caf\xe9\0");
        bytes
    }

    #[test]
    fn texts_are_found_and_damage_is_not_followed() {
        let subject = |bytes: &[u8]| PropertySet::new(bytes).text(SUBJECT).map(Cow::into_owned);
        assert_eq!(subject(&set(1, 16, 5)).as_deref(), Some("café"));
        assert_eq!(PropertySet::new(&set(1, 16, 5)).text(AUTHOR), None);
        for (count, offset, length) in
            [(1, 16, 6), (1, 16, u32::MAX), (1, u32::MAX, 5), (0, 16, 5), (1, 15, 5)]
        {
            assert_eq!(subject(&set(count, offset, length)), None, "{count} {offset} {length}");
        }
        assert_eq!(subject(&set(u32::MAX, 16, 5)).as_deref(), Some("café"));
        assert_eq!(subject(&set(1, 16, 5)[..47]), None);
        assert_eq!(subject(&[0xFF; 60]), None);
    }
}
