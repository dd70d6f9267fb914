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
    RuleQuestion {
        kind: "msi",
        subject: match operator {
            None => format!("product {shown}"),
            Some(_) => format!("version of product {shown}"),
        },
        expected: expected(
            "installed",
            operator,
            rule.product_version.as_deref().filter(|_| operator.is_some()),
        ),
        view: "both",
    }
}

pub(super) fn answer(check: &ProductCheck, machine: RuleMachine<'_>) -> Answered {
    let account = machine.run_as.perspective.account;
    let product = machine.system.products().product(check.code.as_str(), account)?;
    let Some(product) = product else {
        let why = "Windows Installer does not know it".to_owned();
        return Ok(RuleAnswer { holds: false, actual: "not installed".into(), why });
    };
    if product.state != InstalledProduct::INSTALLED {
        return Ok(not_installed(product.state));
    }
    let shown = product.version.clone().unwrap_or_else(|| "without a version".into());
    let Some(wanted) = &check.version else {
        let actual = format!("installed, {shown}");
        return Ok(RuleAnswer { holds: true, actual, why: "it is installed".into() });
    };
    let version: VersionNumber =
        product.version.as_deref().unwrap_or_default().trim().parse().map_err(|_| {
            Unanswered::new(format!(
                "the product is installed, but {shown} is no version that can be compared"
            ))
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
    RuleAnswer { holds: false, actual: format!("{actual} (state {state})"), why: why.into() }
}
