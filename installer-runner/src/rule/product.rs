//! Product code rules: what Windows Installer has installed (docs/detection.md, "Windows Installer").

use super::{Answered, RuleAnswer, RuleMachine, RuleQuestion, compared, expected};
use waybill_intune::{ProductCheck, ProductCode, VersionNumber};
use waybill_schemas::app::{Operator, ProductCodeRule};
use waybill_system::{InstalledProduct, Unanswered};

pub(super) fn question(rule: &ProductCodeRule) -> RuleQuestion {
    let written = rule.product_code.as_deref().unwrap_or_default().trim();
    let code = ProductCode::parse(written);
    let shown = code.as_ref().map_or(written, ProductCode::as_str);
    let operator = rule.product_version_operator.as_ref().filter(|word| **word != Operator::NotConfigured);
    let (subject, version) = match operator {
        None => (format!("product {shown}"), None),
        Some(_) => (format!("version of product {shown}"), rule.product_version.as_deref()),
    };
    RuleQuestion { kind: "msi", subject, expected: expected("installed", operator, version), view: "both" }
}

pub(super) fn answer(check: &ProductCheck, machine: RuleMachine<'_>) -> Answered {
    let account = machine.run_as.perspective.account;
    let product = machine.system.products().product(check.code.as_str(), account)?;
    let Some(product) = product else {
        return Ok(RuleAnswer::new(false, "not installed", "Windows Installer does not know it"));
    };
    if product.state != InstalledProduct::INSTALLED {
        return Ok(not_installed(product.state));
    }
    let shown = product.version.clone().unwrap_or_else(|| "without a version".into());
    let Some(wanted) = &check.version else {
        return Ok(RuleAnswer::new(true, format!("installed, {shown}"), "it is installed"));
    };
    let version = product.version.as_deref().unwrap_or_default().trim().parse::<VersionNumber>();
    let version = version.map_err(|_| {
        Unanswered::new(format!("the product is installed, but {shown} is no version that can be compared"))
    })?;
    Ok(compared(wanted.operator, version.cmp(&wanted.value), shown, &wanted.value))
}

/// The answer for a product that Windows Installer knows but that is not installed; `state` is its INSTALLSTATE
/// (msi.h).
fn not_installed(state: i32) -> RuleAnswer {
    let (actual, why) = match state {
        1 => ("advertised", "it is only advertised: nothing of it is installed before somebody uses it"),
        2 => ("installed for another user", "it is installed for another user than the one who is asked"),
        _ => ("not installed", "Windows Installer knows it, but has it not installed"),
    };
    RuleAnswer::new(false, format!("{actual} (state {state})"), why)
}
