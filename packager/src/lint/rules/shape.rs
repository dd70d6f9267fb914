//! WB403 to WB405: the package's shape, MSI facts out of the ordinary, archives that readers see differently.

use super::{Examined, LintRule};
use crate::lint::findings::Findings;
use crate::lint::subject::{PackageFacts, Subject};
use crate::msi::MsiFacts;
use waybill_schemas::MsiInfo;
use waybill_schemas::report::lint::Severity::{self, Error, Warning};
use waybill_schemas::report::lint::{LintPage, Place};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB403",
            severity: Warning,
            title: "a package of another shape than Microsoft's tool makes",
            harm: "Since August 2025 Intune's portal refuses packages whose outer zip or Detection.xml differ from what \
               Microsoft's tool writes: other entries, another order, compression, namespaces, base64 without \
               padding. In a package that we wrote it is an error.",
            mend: "Unpack it and pack it again: `waybill unpack`, then `waybill pack`.",
            before: "an outer zip with deflated entries",
            after: "the same, packed by `waybill pack`",
        },
        check: odd_shape,
    },
    LintRule {
        page: LintPage {
            code: "WB404",
            severity: Warning,
            title: "MSI facts that are out of the ordinary, or that do not fit the MSI",
            harm: "ALLUSERS is empty, 1 or 2; with any other value Windows Installer and Microsoft's tool read it \
               differently, and the tool refuses it. Flags in Detection.xml that differ from the MSI's tables show \
               that the package was made by something that did not read them.",
            mend: "Correct the property in a transform or on the command line; pack the MSI again.",
            before: "ALLUSERS = 0 in the Property table",
            after: "ALLUSERS absent (per user) or 1 (per machine)",
        },
        check: odd_msi,
    },
    LintRule {
        page: LintPage {
            code: "WB405",
            severity: Error,
            title: "other readers see this archive differently",
            harm: "Two readers that find different files in one archive are how a harmless-looking package installs \
               something else: what was scanned or reviewed is not what is unpacked.",
            mend: "Do not deploy the package; unpack it with Waybill, look at what is in it, and pack it again.",
            before: "an archive with two end-of-central-directory records",
            after: "the same files, packed by `waybill pack`",
        },
        check: other_readers,
    },
];

fn odd_shape(examined: &Examined<'_>, findings: &mut Findings) {
    if let Some(package) = &examined.subject.package {
        shape(package, findings);
    }
}

fn odd_msi(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(msi) = &subject.setup.msi else { return };
    all_users(msi, subject, findings);
    if let Some(stated) = subject.package.as_ref().and_then(|package| package.msi_info.as_ref()) {
        flags(stated, &msi.msi_info(), findings);
    }
}

fn shape(package: &PackageFacts, findings: &mut Findings) {
    let severity = if package.is_ours { Severity::Error } else { Severity::Warning };
    let mend = "Unpack the package and pack it again: `waybill unpack`, `waybill pack`.";
    let mut report = |place, message| findings.add(severity, place, message, mend.to_owned());
    for field in &package.unpadded {
        report(Place::in_document("Detection.xml", *field), format!("The base64 of {field} has no padding."));
    }
    for deviation in &package.deviations {
        let message = format!(
            "The package differs from what Microsoft's tool writes, and Intune may refuse it: {deviation}."
        );
        report(Place::default(), message);
    }
}

fn other_readers(examined: &Examined<'_>, findings: &mut Findings) {
    for difference in examined.subject.package.iter().flat_map(|package| &package.other_reader) {
        let message = format!("Another reader of zip archives sees this payload differently: {difference}.");
        let mend = "Do not deploy it; look at what it holds with `waybill unpack`, and pack that again.";
        findings.error(Place::default(), message, mend);
    }
}

fn all_users(msi: &MsiFacts, subject: &Subject, findings: &mut Findings) {
    if let Some(value) = msi.all_users.as_deref().filter(|value| !matches!(*value, "" | "1" | "2")) {
        let message = format!("The MSI's ALLUSERS is `{value}`; only empty, 1 and 2 mean something.");
        let mend =
            "Pass `ALLUSERS=1` (or `ALLUSERS=\"\"`) on the command line, or correct it in a transform.";
        let place = subject.setup_file.clone().map(Place::in_file).unwrap_or_default();
        findings.warning(place, message, mend);
    }
}

/// What Detection.xml says of the MSI against the MSI's own tables; what it does not say is not judged.
fn flags(stated: &MsiInfo, read: &MsiInfo, findings: &mut Findings) {
    let text = |field: &Option<String>| field.clone().map(|text| text.to_lowercase());
    let flag = |field: Option<bool>| field.map(|flag| flag.to_string());
    let context =
        |info: &MsiInfo| info.execution_context.map(|context| format!("{context:?}").to_lowercase());
    let fields = [
        ("MsiProductCode", text(&stated.product_code), text(&read.product_code)),
        ("MsiProductVersion", text(&stated.product_version), text(&read.product_version)),
        ("MsiPackageCode", text(&stated.package_code), text(&read.package_code)),
        ("MsiUpgradeCode", text(&stated.upgrade_code), text(&read.upgrade_code)),
        ("MsiExecutionContext", context(stated), context(read)),
        ("MsiRequiresReboot", flag(stated.requires_reboot), flag(read.requires_reboot)),
        ("MsiIsMachineInstall", flag(stated.is_machine_install), flag(read.is_machine_install)),
        ("MsiIsUserInstall", flag(stated.is_user_install), flag(read.is_user_install)),
        ("MsiIncludesServices", flag(stated.includes_services), flag(read.includes_services)),
        (
            "MsiIncludesODBCDataSource",
            flag(stated.includes_odbc_data_source),
            flag(read.includes_odbc_data_source),
        ),
        (
            "MsiContainsSystemRegistryKeys",
            flag(stated.contains_system_registry_keys),
            flag(read.contains_system_registry_keys),
        ),
        (
            "MsiContainsSystemFolders",
            flag(stated.contains_system_folders),
            flag(read.contains_system_folders),
        ),
    ];
    for (name, stated, read) in fields {
        if let (Some(stated), Some(read)) = (stated, read)
            && stated != read
            && !stated.is_empty()
        {
            let message = format!("Detection.xml says {name} is {stated}; by the MSI's tables it is {read}.");
            let mend = "Pack the MSI again with `waybill pack`, which reads the tables.";
            findings.warning(Place::in_document("Detection.xml", name), message, mend);
        }
    }
}
