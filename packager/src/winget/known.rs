//! The fields that winget's schemas 1.0 to 1.28 know, so that others can be reported: they may matter to somebody, and
//! nothing here looks at them.

use super::yaml::Node;
use waybill_schemas::Quoted;

const COMMON: &str = "PackageIdentifier PackageVersion ManifestType ManifestVersion Channel";
const VERSION: &str = "DefaultLocale";
const INSTALLER: &str = "InstallerLocale Platform MinimumOSVersion InstallerType NestedInstallerType \
    NestedInstallerFiles Scope InstallModes InstallerSwitches InstallerSuccessCodes ExpectedReturnCodes \
    UpgradeBehavior Commands Protocols FileExtensions Dependencies PackageFamilyName ProductCode Capabilities \
    RestrictedCapabilities Markets InstallerAbortsTerminal ReleaseDate InstallLocationRequired \
    RequireExplicitUpgrade DisplayInstallWarnings UnsupportedOSArchitectures UnsupportedArguments \
    AppsAndFeaturesEntries ElevationRequirement InstallationMetadata DownloadCommandProhibited RepairBehavior \
    ArchiveBinariesDependOnPath Authentication DesiredStateConfiguration";
const ONE_INSTALLER: &str =
    "Architecture InstallerUrl InstallerSha256 SignatureSha256 MSStoreProductIdentifier";
const LOCALE: &str = "PackageLocale Publisher PublisherUrl PublisherSupportUrl PrivacyUrl Author PackageName \
    PackageUrl License LicenseUrl Copyright CopyrightUrl ShortDescription Description Moniker Tags Agreements \
    ReleaseNotes ReleaseNotesUrl PurchaseUrl InstallationNotes Documentations Icons";

/// The fields of what lies in a field.
const NESTED: [(&str, &str); 9] = [
    ("InstallerSwitches", "Silent SilentWithProgress Interactive InstallLocation Log Upgrade Custom Repair"),
    ("ExpectedReturnCodes", "InstallerReturnCode ReturnResponse ReturnResponseUrl"),
    ("AppsAndFeaturesEntries", "DisplayName Publisher DisplayVersion ProductCode UpgradeCode InstallerType"),
    ("NestedInstallerFiles", "RelativeFilePath PortableCommandAlias"),
    ("InstallationMetadata", "DefaultInstallLocation Files"),
    ("Dependencies", "WindowsFeatures WindowsLibraries PackageDependencies ExternalDependencies"),
    ("Authentication", "AuthenticationType MicrosoftEntraIdAuthenticationInfo"),
    ("Agreements", "AgreementLabel Agreement AgreementUrl"),
    ("Icons", "IconUrl IconFileType IconResolution IconTheme IconSha256"),
];

/// The words of fields whose words decide something.
const WORDS: [(&str, &str); 6] = [
    ("Scope", "user machine"),
    ("UpgradeBehavior", "install uninstallPrevious deny"),
    ("ElevationRequirement", "elevationRequired elevationProhibited elevatesSelf"),
    ("Architecture", "x86 x64 arm arm64 neutral"),
    ("InstallerType", "msix msi appx exe zip inno nullsoft wix burn pwa portable font msstore"),
    (
        "ReturnResponse",
        "packageInUse packageInUseByApplication installInProgress fileInUse missingDependency diskFull \
         insufficientMemory invalidParameter noNetwork contactSupport rebootRequiredToFinish \
         rebootRequiredForInstall rebootInitiated cancelledByUser alreadyInstalled downgrade blockedByPolicy \
         systemNotSupported custom",
    ),
];

/// The most places that are reported.
const MOST: usize = 50;

/// A clause for each field and word of a file that is not known.
pub(super) fn unknown(file: &Node) -> Vec<String> {
    let mut found = Vec::new();
    let kind = file.text("ManifestType").unwrap_or_default().to_lowercase();
    let own = match kind.as_str() {
        "version" => [COMMON, VERSION, "", ""],
        "installer" => [COMMON, INSTALLER, "Installers", ""],
        "locale" | "defaultlocale" => [COMMON, LOCALE, "", ""],
        _ => [COMMON, INSTALLER, LOCALE, "Installers Localization DefaultLocale InstallationNotes"],
    };
    // A singleton of an early schema has one installer's fields at its root.
    let more = if kind == "singleton" { ONE_INSTALLER } else { "" };
    look(file, &[&own[..], &[more]].concat(), "", &mut found);
    for (index, installer) in file.list("Installers").iter().enumerate() {
        look(installer, &[INSTALLER, ONE_INSTALLER], &format!("Installers[{index}]."), &mut found);
    }
    found.truncate(MOST);
    found
}

fn look(node: &Node, known: &[&str], place: &str, found: &mut Vec<String>) {
    for (name, value) in node.fields() {
        if found.len() >= MOST {
            return;
        }
        if !holds(known, name) {
            found.push(format!("the field `{place}{name}`"));
            continue;
        }
        if let Some((_, words)) = WORDS.iter().find(|(field, _)| field == name)
            && let Some(word) = value.as_text()
            && !words.split(' ').any(|known| known.eq_ignore_ascii_case(word))
        {
            found.push(format!("the word {word} of `{place}{name}`", word = Quoted(word)));
        }
        if let Some((_, inner)) = NESTED.iter().find(|(field, _)| field == name) {
            let elements =
                if let Node::List(elements) = value { &elements[..] } else { std::slice::from_ref(value) };
            for element in elements {
                look(element, &[inner], &format!("{place}{name}."), found);
            }
        }
    }
}

fn holds(known: &[&str], name: &str) -> bool {
    known.iter().any(|names| names.split_ascii_whitespace().any(|one| one == name))
}
