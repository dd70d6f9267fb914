//! WB204: versions, and whether the rules fit the packed MSI.

use super::{Checked, text};
use crate::lint::command_line::{Msiexec, ProductOrFile};
use crate::lint::commands::commands_of;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::msi::MsiFacts;
use std::cmp::Ordering;
use waybill_schemas::app::{Operator, ProductCodeRule, Rule};

/// A version as the device compares it: one to four numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VersionNumber {
    parts: Vec<u32>,
}

impl VersionNumber {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts: Option<Vec<u32>> = text.split('.').map(number).collect();
        parts.filter(|parts| parts.len() <= 4).map(|parts| Self { parts })
    }

    pub(super) fn count(&self) -> usize {
        self.parts.len()
    }

    /// The same version, written with another number of parts.
    pub(super) fn is_same_but_longer(&self, other: &Self) -> bool {
        let (short, long) = if self.count() < other.count() { (self, other) } else { (other, self) };
        short.count() < long.count()
            && long.parts.starts_with(&short.parts)
            && long.parts[short.count()..].iter().all(|part| *part == 0)
    }
}

fn number(part: &str) -> Option<u32> {
    let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| part.parse().ok()).flatten()
}

/// As `System.Version` compares: an absent part is older than 0 (1.2 < 1.2.0).
pub(super) fn compare(left: &VersionNumber, right: &VersionNumber) -> Ordering {
    left.parts.cmp(&right.parts)
}

/// Whether `a <operator> b` holds where `a` compares to `b` as `order`; an operator we do not know may.
pub(super) fn holds(order: Ordering, operator: &Operator) -> bool {
    match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::NotEqual => order != Ordering::Equal,
        Operator::GreaterThan => order == Ordering::Greater,
        Operator::GreaterThanOrEqual => order != Ordering::Less,
        Operator::LessThan => order == Ordering::Less,
        Operator::LessThanOrEqual => order != Ordering::Greater,
        _ => true,
    }
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
    let wanted = VersionNumber::parse(text(&product.product_version));
    let (Some(operator), Some(wanted), Some(packed)) =
        (&product.product_version_operator, wanted, VersionNumber::parse(packed_text))
    else {
        return;
    };
    if !holds(compare(&packed, &wanted), operator) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> VersionNumber {
        VersionNumber::parse(text).unwrap()
    }

    #[test]
    fn versions_compare_as_the_device_does() {
        assert_eq!(compare(&version("1.2"), &version("1.2.0")), Ordering::Less);
        assert_eq!(compare(&version("1.10.0.0"), &version("1.9.9.9")), Ordering::Greater);
        for wrong in ["", "1.", "1.2.3.4.5", "1.2b", "v1", "-1", "99999999999"] {
            assert_eq!(VersionNumber::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_same_version_is_recognised_in_another_length() {
        assert!(version("23.1").is_same_but_longer(&version("23.1.0.0")));
        assert!(version("23.1.0").is_same_but_longer(&version("23.1")));
        assert!(!version("23.1").is_same_but_longer(&version("23.1.4")));
        assert!(!version("23.1").is_same_but_longer(&version("23.1")));
    }
}
