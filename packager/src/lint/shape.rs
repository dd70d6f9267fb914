//! WB403 to WB405: the package's shape, MSI facts out of the ordinary, archives that readers see differently.

use super::found::Found;
use super::subject::{PackageFacts, Subject};
use crate::msi::MsiFacts;
use waybill_schemas::MsiInfo;
use waybill_schemas::report::lint::{Place, Severity};

pub(super) fn check(subject: &Subject, found: &mut Found) {
    if let Some(package) = &subject.package {
        shape(package, found);
        other_readers(package, found);
    }
    let Some(msi) = &subject.setup.msi else { return };
    all_users(msi, subject, found);
    if let Some(stated) = subject.package.as_ref().and_then(|package| package.msi_info.as_ref()) {
        flags(stated, &msi.msi_info(), found);
    }
}

fn shape(package: &PackageFacts, found: &mut Found) {
    let severity = if package.is_ours { Severity::Error } else { Severity::Warning };
    let mend = "Unpack the package and pack it again: `waybill unpack`, `waybill pack`.";
    let mut report = |place: Place, message: String| match severity {
        Severity::Error => found.error("WB403", place, message, mend),
        Severity::Warning => found.warning("WB403", place, message, mend),
    };
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

fn other_readers(package: &PackageFacts, found: &mut Found) {
    for difference in &package.other_reader {
        let message = format!("Another reader of zip archives sees this payload differently: {difference}.");
        let mend = "Do not deploy it; look at what it holds with `waybill unpack`, and pack that again.";
        found.error("WB405", Place::default(), message, mend);
    }
}

fn all_users(msi: &MsiFacts, subject: &Subject, found: &mut Found) {
    if let Some(value) = msi.all_users.as_deref().filter(|value| !matches!(*value, "" | "1" | "2")) {
        let message = format!("The MSI's ALLUSERS is `{value}`; only empty, 1 and 2 mean something.");
        let mend =
            "Pass `ALLUSERS=1` (or `ALLUSERS=\"\"`) on the command line, or correct it in a transform.";
        let place = subject.setup_file.clone().map(Place::in_file).unwrap_or_default();
        found.warning("WB404", place, message, mend);
    }
}

/// What Detection.xml says of the MSI against the MSI's own tables; what it does not say is not judged.
fn flags(stated: &MsiInfo, read: &MsiInfo, found: &mut Found) {
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
            found.warning("WB404", Place::in_document("Detection.xml", name), message, mend);
        }
    }
}
