//! Reads the facts of an MSI from its tables and its summary information, a property set of a dozen short texts.

use super::MsiError;
use super::container::{Container, ContainerKind};
use super::tables::{Database, encoding_of};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use waybill_intune::is_guid;
use waybill_schemas::app::{MsiInformation, MsiPackageType};
use waybill_schemas::{MsiExecutionContext, MsiInfo};

/// The longest text taken from a table, in characters.
const LONGEST: usize = 1024;

/// The most bytes of the summary information, which has a dozen short texts.
const MAX_SUMMARY: u64 = 64 * 1024;

/// The properties that are read.
const WANTED: &str =
    "ProductCode ProductName ProductVersion UpgradeCode Manufacturer ALLUSERS MSIINSTALLPERUSER REBOOT";

/// The keys of the Directory table for folders of Windows itself or of all users (`docs/package-format.md`,
/// `MsiContainsSystemFolders`).
const SYSTEM_FOLDERS: &str = "AdminToolsFolder CommonAppDataFolder FontsFolder System16Folder System64Folder \
    SystemFolder TempFolder WindowsFolder WindowsVolume";

/// The facts of an MSI: its identity, for whom it installs, and what it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MsiFacts {
    /// ProductName, or the subject in the summary information.
    pub name: Option<String>,
    /// ProductVersion, as written in the Property table.
    pub version: Option<String>,
    /// ProductCode, a GUID in braces, as written in the Property table.
    pub product_code: String,
    /// The revision number in the summary information, which changes with every build of the MSI.
    pub package_code: Option<String>,
    /// UpgradeCode, which the versions of a product share.
    pub upgrade_code: Option<String>,
    /// Manufacturer, or the author in the summary information.
    pub publisher: Option<String>,
    /// ALLUSERS as written in the Property table. Only a missing value, 1 and 2 are valid.
    pub all_users: Option<String>,
    /// Whether MSIINSTALLPERUSER is set: a dual-purpose MSI, which installs for the user unless its command line says
    /// otherwise.
    pub installs_per_user: bool,
    /// Whether REBOOT is Force: the MSI always asks for a restart.
    pub requires_reboot: bool,
    /// Whether the MSI installs services.
    pub includes_services: bool,
    /// Whether the MSI makes ODBC data sources.
    pub includes_odbc_data_source: bool,
    /// Whether the MSI writes or removes registry keys of the machine: HKLM, HKU, or "by context" in an MSI for the
    /// machine.
    pub contains_system_registry_keys: bool,
    /// Whether the MSI uses folders of Windows or of all users.
    pub contains_system_folders: bool,
    /// The platform in the template of the summary information: `x64`, `Intel`, `Arm64`.
    pub platform: Option<String>,
}

impl MsiFacts {
    /// A product of which only code and version are known.
    pub(crate) fn of_code(product_code: String, version: Option<String>) -> Self {
        Self {
            name: None,
            version,
            product_code,
            package_code: None,
            upgrade_code: None,
            publisher: None,
            all_users: None,
            installs_per_user: false,
            requires_reboot: false,
            includes_services: false,
            includes_odbc_data_source: false,
            contains_system_registry_keys: false,
            contains_system_folders: false,
            platform: None,
        }
    }

    /// For whom the MSI installs: ALLUSERS 1 is the machine, 2 is either, and a missing value is one user. Any other
    /// value counts as one user, as in [`MsiFacts::is_user_install`].
    pub fn execution_context(&self) -> MsiExecutionContext {
        match self.all_users.as_deref() {
            Some("1") => MsiExecutionContext::System,
            Some("2") => MsiExecutionContext::Any,
            _ => MsiExecutionContext::User,
        }
    }

    /// Whether the MSI installs for one user unless something else is asked for.
    pub fn is_user_install(&self) -> bool {
        match self.execution_context() {
            MsiExecutionContext::System => false,
            MsiExecutionContext::Any => self.installs_per_user,
            MsiExecutionContext::User => true,
        }
    }

    /// The facts as Detection.xml holds them.
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

    /// The facts as app.json holds them.
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

/// Reads the facts from an installation database; any other kind of file is refused.
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
        // Windows Installer looks at the first letter only: `F` asks for a restart as `Force` does.
        requires_reboot: properties.get("REBOOT").is_some_and(|value| value.starts_with(['F', 'f'])),
        includes_services: false,
        includes_odbc_data_source: false,
        contains_system_registry_keys: false,
        contains_system_folders: false,
        platform,
    })
}

/// The package code in a revision number: a patched database has several GUIDs there, and the first is its own.
fn first_guid(revision: &str) -> Option<String> {
    // A GUID in braces has 38 characters; the next one follows at once.
    let guid = revision.get(..38).filter(|guid| is_guid(guid))?;
    Some(guid.to_uppercase())
}

fn look_into_tables<R: Read + Seek>(
    database: &mut Database<R>,
    facts: &mut MsiFacts,
) -> Result<(), MsiError> {
    let mut has_rows = |table, key| Ok::<_, MsiError>(database.column(table, key)?.iter().next().is_some());
    facts.includes_services = has_rows("ServiceInstall", "ServiceInstall")?;
    facts.includes_odbc_data_source = has_rows("ODBCDataSource", "DataSource")?;
    let folders = database.column("Directory", "Directory")?;
    let system_folders: Vec<&str> = SYSTEM_FOLDERS.split(' ').collect();
    let is_system_folder =
        |key: &[u8]| system_folders.iter().any(|one| one.as_bytes().eq_ignore_ascii_case(key));
    facts.contains_system_folders = folders.iter().any(|key| is_system_folder(database.strings().bytes(key)));
    // Registry roots: -1 by context, 0 classes, 1 the user, 2 the machine, 3 all users. -1 is the machine or the user,
    // as the installation is for.
    let for_machine = !facts.is_user_install();
    let is_system = |root: i32| root == 2 || root == 3 || (root == -1 && for_machine);
    for table in ["Registry", "RemoveRegistry"] {
        facts.contains_system_registry_keys |= database.column(table, "Root")?.shorts().any(is_system);
    }
    Ok(())
}

/// The properties that are read, tidied. The first row of each counts.
fn properties<R: Read + Seek>(
    database: &mut Database<R>,
) -> Result<BTreeMap<&'static str, String>, MsiError> {
    let (names, values) = (database.column("Property", "Property")?, database.column("Property", "Value")?);
    let wanted: Vec<&str> = WANTED.split(' ').collect();
    let mut found = BTreeMap::new();
    for (name, value) in names.iter().zip(values.iter()) {
        let name = database.strings().bytes(name);
        if let Some(wanted) = wanted.iter().find(|wanted| wanted.as_bytes() == name) {
            // Only these texts are decoded, because the pool may hold half a million.
            found.entry(*wanted).or_insert_with(|| database.strings().text(value));
        }
    }
    Ok(found.into_iter().filter_map(|(name, value)| Some((name, tidy(&value)?))).collect())
}

/// Removes control characters and noncharacters, which XML cannot hold, and surrounding blanks; `None` where nothing is
/// left.
fn tidy(text: &str) -> Option<String> {
    let unfit = |one: char| one.is_control() || matches!(one, '\u{FFFE}' | '\u{FFFF}');
    let clean: String = text.chars().map(|one| if unfit(one) { ' ' } else { one }).take(LONGEST).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// The most properties that are read; the format's own list ends at 19.
const MOST: u32 = 64;
/// The longest text of the summary information that is taken, in bytes.
const LONGEST_SUMMARY: usize = 1024;

/// The property with the code page of the texts.
const CODE_PAGE: u32 = 1;
/// The property with the subject, which is the product's name.
const SUBJECT: u32 = 3;
/// The property with the author, which is the publisher.
const AUTHOR: u32 = 4;
/// The property with the template: platform and languages, such as `x64;1033`.
const TEMPLATE: u32 = 7;
/// The property with the revision number, which is the package code.
const REVISION: u32 = 9;

/// The property set of the summary information. A damaged property counts as missing.
struct PropertySet<'a> {
    bytes: &'a [u8],
    section: u64,
}

impl<'a> PropertySet<'a> {
    /// Offset 44 has the offset of the first section. That begins with its size, the number of properties, and for each
    /// an identifier and an offset from the section's start.
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, section: number(bytes, 44).map_or(0, u64::from) }
    }

    /// The text of a property, decoded by the set's code page.
    fn text(&self, identifier: u32) -> Option<Cow<'a, str>> {
        const TEXT: u32 = 30;
        let at = self.find(identifier, TEXT)?;
        let length = number(self.bytes, at + 4)? as usize;
        let start = usize::try_from(at + 8).ok()?;
        let bytes = self.bytes.get(start..start.checked_add(length)?)?;
        // The length includes the terminating zero, which does not belong to the text.
        let bytes = bytes.split(|byte| *byte == 0).next().filter(|bytes| bytes.len() <= LONGEST_SUMMARY)?;
        Some(encoding_of(self.code_page()).decode_without_bom_handling(bytes).0)
    }

    fn code_page(&self) -> u16 {
        const SHORT: u32 = 2;
        let value = self.find(CODE_PAGE, SHORT).and_then(|at| number(self.bytes, at + 4));
        // A signed 16-bit number, in which 65001 (UTF-8) is negative: only the low half of the four bytes counts.
        value.map_or(0, |value| (value & 0xFFFF) as u16)
    }

    /// The offset of the property's value, if it has this type.
    fn find(&self, identifier: u32, kind: u32) -> Option<u64> {
        // The number comes from the file, so it is limited.
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
