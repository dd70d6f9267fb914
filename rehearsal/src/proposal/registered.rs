use crate::snapshot::text;
use waybill_installer_runner::RunAs;
use waybill_schemas::app::{Operator, ProductCodeRule, RegistryOperation, RegistryRule, Rule, RuleType};
use waybill_schemas::report::rehearsal::{AppearedItem, AppearedKind, ProposedRule};
use waybill_system::{InstalledProduct, RegistryKey, System};

/// A product of Windows Installer: its entry is named by its product code.
pub(super) fn product(appeared: &[AppearedItem], system: &dyn System, eyes: &RunAs) -> Option<ProposedRule> {
    entries(appeared).find_map(|item| {
        let code = item.name.rsplit('\\').next().filter(|leaf| leaf.starts_with('{'))?.to_uppercase();
        let product = system.products().product(&code, eyes.perspective.account).ok()??;
        if product.state != InstalledProduct::INSTALLED {
            return None;
        }
        let operator = product.version.as_ref().map(|_| Operator::GreaterThanOrEqual);
        let rule = Rule::ProductCode(ProductCodeRule {
            rule_type: Some(RuleType::Detection),
            product_code: Some(code.clone()),
            product_version_operator: Some(operator.unwrap_or(Operator::NotConfigured)),
            product_version: product.version.clone(),
            ..ProductCodeRule::default()
        });
        let what = item.says.clone().or(product.name).unwrap_or(code);
        Some(ProposedRule { rule, why: format!("Windows Installer knows {what} since the install.") })
    })
}

/// The version of an entry that another installer made.
pub(super) fn version(appeared: &[AppearedItem], system: &dyn System, eyes: &RunAs) -> Option<ProposedRule> {
    entries(appeared).find_map(|item| {
        let key = RegistryKey::parse(&item.name)?;
        let is_32_bit = item.view.as_deref() == Some("32-bit");
        let version = text(system, &key, "DisplayVersion", eyes.in_view(is_32_bit))?;
        let comparable =
            version.split('.').count() >= 2 && version.split('.').all(|part| part.parse::<u32>().is_ok());
        let (operation, operator) = if comparable {
            (RegistryOperation::Version, Operator::GreaterThanOrEqual)
        } else {
            (RegistryOperation::String, Operator::Equal)
        };
        let rule = Rule::Registry(RegistryRule {
            rule_type: Some(RuleType::Detection),
            key_path: Some(item.name.clone()),
            value_name: Some("DisplayVersion".to_owned()),
            check_32_bit_on_64_system: Some(is_32_bit),
            operation_type: Some(operation),
            operator: Some(operator),
            comparison_value: Some(version),
            ..RegistryRule::default()
        });
        let what = item.says.clone().unwrap_or_default();
        Some(ProposedRule { rule, why: format!("The install made the uninstall entry {what}.") })
    })
}

fn entries(appeared: &[AppearedItem]) -> impl Iterator<Item = &AppearedItem> {
    appeared.iter().filter(|item| item.kind == AppearedKind::UninstallEntry)
}
