//! WB204: versions, and whether the rules fit the packed MSI.

use super::{Checked, text};
use crate::lint::commands::commands_of;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::msi::MsiFacts;
use std::cmp::Ordering;
use waybill_intune::VersionNumber;
use waybill_intune::command_line::{Msiexec, ProductOrFile};
use waybill_schemas::app::{Operator, ProductCodeRule, Rule};

/// Whether `a <operator> b` holds where `a` compares to `b` as `order`; an operator we do not know may.
pub(super) fn holds(order: Ordering, operator: &Operator) -> bool {
    operator.holds(order).unwrap_or(true)
}

/// Rules, commands and `msiInformation` against the MSI that is or will be packed.
pub(super) fn check_msi(rules: &[&Checked<'_>], subject: &Subject, found: &mut Found) {
    let Some(msi) = &subject.setup.msi else { return };
    let products: Vec<(&Checked<'_>, &ProductCodeRule)> = rules
        .iter()
        .filter_map(
            |rule| if let Rule::ProductCode(product) = rule.rule { Some((*rule, product)) } else { None },
        )
        .collect();
    let fits = |product: &ProductCodeRule| same_code(text(&product.product_code), &msi.product_code);
    if let Some((rule, product)) =
        products.first().filter(|_| !products.iter().any(|(_, product)| fits(product)))
    {
        let message = format!(
            "{} asks for the product code {}, but the packed MSI's is {}.",
            rule.name(),
            text(&product.product_code),
            msi.product_code
        );
        found.error(
            "WB204",
            rule.place("productCode", subject),
            message,
            format!("Write `{}`.", msi.product_code),
        );
    }
    for (rule, product) in products.iter().filter(|(_, product)| fits(product)) {
        version_of_packed(rule, product, msi, subject, found);
    }
    information(msi, subject, found);
    removal(msi, subject, found);
}

fn version_of_packed(
    rule: &Checked<'_>,
    product: &ProductCodeRule,
    msi: &MsiFacts,
    subject: &Subject,
    found: &mut Found,
) {
    let Some(packed_text) = msi.version.as_deref() else { return };
    let wanted = text(&product.product_version).parse::<VersionNumber>().ok();
    let (Some(operator), Some(wanted), Some(packed)) =
        (&product.product_version_operator, wanted, packed_text.parse::<VersionNumber>().ok())
    else {
        return;
    };
    if !holds(packed.cmp(&wanted), operator) {
        let message = format!(
            "{} wants a version {operator} {}, but the packed MSI's is {packed_text}.",
            rule.name(),
            text(&product.product_version)
        );
        let mend = format!("Write `{packed_text}` with `greaterThanOrEqual`.");
        found.error("WB204", rule.place("productVersion", subject), message, mend);
    }
}

fn information(msi: &MsiFacts, subject: &Subject, found: &mut Found) {
    let Some(information) = subject.app().and_then(|app| app.msi_information.as_ref()) else { return };
    let code = text(&information.product_code);
    let version = text(&information.product_version);
    let mend = "Run `waybill pack` again, which fills it in, or take `msiInformation` from the MSI.";
    if !code.is_empty() && !same_code(code, &msi.product_code) {
        let message = format!(
            "msiInformation has the product code {code}, but the packed MSI's is {}.",
            msi.product_code
        );
        found.error("WB204", subject.app_place("/msiInformation/productCode"), message, mend);
    }
    if let Some(packed) = msi.version.as_deref().filter(|packed| !version.is_empty() && *packed != version) {
        let message = format!("msiInformation has the version {version}, but the packed MSI's is {packed}.");
        found.error("WB204", subject.app_place("/msiInformation/productVersion"), message, mend);
    }
}

/// An uninstall command that removes another product than the one that is packed.
fn removal(msi: &MsiFacts, subject: &Subject, found: &mut Found) {
    for command in commands_of(subject).iter().filter(|command| !command.installs) {
        let calls = command.line.steps.iter().filter_map(Msiexec::of).filter(|call| call.removes);
        let codes: Vec<String> = calls
            .flat_map(|call| call.targets)
            .filter_map(|target| if let ProductOrFile::Product(code) = target { Some(code) } else { None })
            .collect();
        if let Some(code) =
            codes.first().filter(|_| !codes.iter().any(|code| same_code(code, &msi.product_code)))
        {
            let message = format!(
                "The uninstall command removes {code}, but the packed MSI's product code is {}.",
                msi.product_code
            );
            let mend = format!("Write `msiexec /x \"{}\" /qn /norestart`.", msi.product_code);
            found.error("WB204", command.place.clone(), message, mend);
        }
    }
}

/// Equal but for case and braces.
fn same_code(left: &str, right: &str) -> bool {
    let bare = |code: &str| code.trim_matches(['{', '}', ' ']).to_lowercase();
    bare(left) == bare(right)
}
