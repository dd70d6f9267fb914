//! Product code rules: what Windows Installer has installed (docs/detection.md).

use super::comparison::{Comparison, expected};
use super::{Found, Inquiry, Purpose, Question, Stop};
use waybill_intune::VersionNumber;
use waybill_schemas::app::{Operator, ProductCodeRule};
use waybill_system::{InstalledProduct, Unanswered};

pub(super) fn evaluate(
    rule: &ProductCodeRule,
    purpose: Purpose,
    inquiry: Inquiry<'_>,
) -> (Question, Result<Found, Stop>) {
    let written = rule.product_code.as_deref().unwrap_or_default().trim();
    let (wanted, code) = (wanted(rule), code(written));
    let shown = code.as_deref().unwrap_or(written);
    let question = Question {
        kind: "msi",
        subject: match wanted {
            Ok(None) => format!("product {shown}"),
            _ => format!("version of product {shown}"),
        },
        expected: expected(
            "installed",
            rule.product_version_operator.as_ref(),
            rule.product_version.as_deref().filter(|_| !matches!(wanted, Ok(None))),
        ),
        view: "both",
    };
    if purpose == Purpose::Requirement {
        let why = "Intune has no requirement about product codes; use a registry rule or a script";
        return (question, Err(Stop::Invalid(why.into())));
    }
    (question, wanted.and_then(|wanted| judge(wanted.as_ref(), &code?, inquiry)))
}

/// The code in braces and capitals; both may be missing in a rule.
fn code(text: &str) -> Result<String, Stop> {
    if text.is_empty() {
        return Err(Stop::Invalid("it names no product code".into()));
    }
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let groups: Vec<&str> = bare.split('-').collect();
    let fits = |(group, length): (&&str, usize)| {
        group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if groups.len() == 5 && groups.iter().zip([8, 4, 4, 4, 12]).all(fits) {
        Ok(format!("{{{}}}", bare.to_uppercase()))
    } else {
        Err(Stop::Invalid(format!("{text} is no product code (a GUID in braces)")))
    }
}

fn wanted(rule: &ProductCodeRule) -> Result<Option<Comparison<'_, VersionNumber>>, Stop> {
    match rule.product_version_operator.as_ref() {
        None | Some(Operator::NotConfigured) => Ok(None),
        operator => {
            let read = |text: &str| text.trim().parse().ok();
            Comparison::of(operator, rule.product_version.as_deref(), "version", read).map(Some)
        }
    }
}

fn judge(
    wanted: Option<&Comparison<'_, VersionNumber>>,
    code: &str,
    inquiry: Inquiry<'_>,
) -> Result<Found, Stop> {
    let product = inquiry.system.products().product(code, inquiry.eyes.perspective.account)?;
    let Some(product) = product else {
        let why = "Windows Installer does not know it".to_owned();
        return Ok(Found { holds: false, actual: "not installed".into(), why });
    };
    if product.state != InstalledProduct::INSTALLED {
        return Ok(not_installed(product.state));
    }
    let shown = product.version.clone().unwrap_or_else(|| "without a version".into());
    let Some(wanted) = wanted else {
        return Ok(Found {
            holds: true,
            actual: format!("installed, {shown}"),
            why: "it is installed".into(),
        });
    };
    let version: VersionNumber =
        product.version.as_deref().unwrap_or_default().trim().parse().map_err(|_| {
            Unanswered::new(format!(
                "the product is installed, but {shown} is no version that can be compared"
            ))
        })?;
    Ok(wanted.found(version.cmp(wanted.value()), shown))
}

/// INSTALLSTATE of msi.h other than installed.
fn not_installed(state: i32) -> Found {
    let (actual, why) = match state {
        1 => ("advertised", "it is only advertised: nothing of it is installed before somebody uses it"),
        2 => ("installed for another user", "it is installed for another user than the one who is asked"),
        _ => ("not installed", "Windows Installer knows it, but has it not installed"),
    };
    Found { holds: false, actual: format!("{actual} (state {state})"), why: why.into() }
}
