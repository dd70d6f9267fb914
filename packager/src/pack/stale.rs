//! Whether an app's document still speaks of another MSI than the one that is packed: pack fills in `msiInformation`, and
//! leaves rules and commands as somebody wrote them.

use crate::msi::MsiFacts;
use waybill_intune::{ProductCode, is_guid};
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::codes::source;
use waybill_schemas::report::pack::PackNote;

/// A note where a rule, a command or the version is that of another MSI; `None` where all fit, or name none.
pub(super) fn stale(app: &AppDocument, facts: &MsiFacts) -> Option<PackNote> {
    let version = version(app, facts).into_iter().collect();
    let found: Vec<String> = [rules(app, facts), commands(app, facts), version].concat();
    if found.is_empty() {
        return None;
    }
    let of = facts.version.as_deref().map_or_else(String::new, |version| format!(", version {version}"));
    let message = format!(
        "app.json is stale: the MSI has the product code {}{of}, but {}. `waybill init SOURCE --update` takes the MSI's facts over.",
        facts.product_code,
        found.join("; ")
    );
    Some(PackNote { code: Some(source::APP_STALE.id.to_owned()), message })
}

fn same(one: &str, other: &str) -> bool {
    match (ProductCode::parse(one), ProductCode::parse(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.eq_ignore_ascii_case(other),
    }
}

fn rules(app: &AppDocument, facts: &MsiFacts) -> Vec<String> {
    let of_another = |rule: &Rule| match rule {
        Rule::ProductCode(rule) => rule.product_code.clone().filter(|code| !same(code, &facts.product_code)),
        _ => None,
    };
    let codes = app.rules.iter().filter_map(of_another);
    codes.map(|code| format!("a detection rule asks for {code}")).collect()
}

/// A command that names products, and not this one. The upgrade code is no product, but some commands hold it as well.
fn commands(app: &AppDocument, facts: &MsiFacts) -> Vec<String> {
    let lines = [("install", &app.install_command_line), ("uninstall", &app.uninstall_command_line)];
    let of_another = |(which, line): (&str, &Option<String>)| {
        let named: Vec<&str> = guids(line.as_deref()?).collect();
        let first = named.first()?;
        let fits = named.iter().any(|code| same(code, &facts.product_code));
        (!fits).then(|| format!("the {which} command names {first}"))
    };
    lines.into_iter().filter_map(of_another).collect()
}

/// The GUIDs in braces of a command line.
fn guids(line: &str) -> impl Iterator<Item = &str> {
    const LENGTH: usize = 38;
    let starts = line.match_indices('{').map(|(at, _)| at);
    starts.filter_map(|at| line.get(at..at + LENGTH)).filter(|text| is_guid(text))
}

/// The version that the document had from the MSI before, where the MSI has another one now.
fn version(app: &AppDocument, facts: &MsiFacts) -> Option<String> {
    let before = app.msi_information.as_ref()?.product_version.as_deref()?;
    let shown = app.display_version.as_deref().filter(|shown| *shown == before)?;
    (facts.version.as_deref() != Some(before)).then(|| format!("displayVersion is {shown}"))
}
