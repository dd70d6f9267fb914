//! Detection rules where the installer tells what it leaves behind.

use crate::msi::{MsiFacts, is_guid};
use crate::recognise::Installer;
use waybill_pe::Machine;
use waybill_schemas::app::{Operator, ProductCodeRule, RegistryOperation, RegistryRule, Rule, RuleType};

/// The product code, in this version or a later one (a product that updates itself must not be installed again).
pub(super) fn msi(facts: &MsiFacts) -> Option<Rule> {
    is_guid(&facts.product_code).then(|| {
        let has_version = facts.version.is_some();
        let operator = if has_version { Operator::GreaterThanOrEqual } else { Operator::NotConfigured };
        Rule::ProductCode(ProductCodeRule {
            rule_type: Some(RuleType::Detection),
            product_code: Some(facts.product_code.clone()),
            product_version_operator: Some(operator),
            product_version: facts.version.clone(),
            ..ProductCodeRule::default()
        })
    })
}

/// A Burn bundle registers itself under its own identifier, with its version, in the view of its engine.
pub(super) fn bundle(installer: &Installer) -> Option<Rule> {
    let id = installer.bundle_id.as_deref()?;
    let program = installer.program.as_ref()?;
    let version = program.version.as_ref().and_then(|version| version.file_version);
    let mut rule = RegistryRule {
        rule_type: Some(RuleType::Detection),
        key_path: Some(format!(
            r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{id}"
        )),
        check_32_bit_on_64_system: Some(program.machine == Machine::X86),
        operation_type: Some(RegistryOperation::Exists),
        operator: Some(Operator::NotConfigured),
        ..RegistryRule::default()
    };
    if let Some(version) = version.filter(|version| *version != [0; 4]) {
        rule.value_name = Some("BundleVersion".to_owned());
        rule.operation_type = Some(RegistryOperation::Version);
        rule.operator = Some(Operator::GreaterThanOrEqual);
        rule.comparison_value = Some(version.map(|part| part.to_string()).join("."));
    }
    Some(Rule::Registry(rule))
}
