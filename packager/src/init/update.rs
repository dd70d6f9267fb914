//! Refreshes the facts in a document that `init` wrote and somebody edited since: a three-way merge of what init would
//! have written for the old installer, what stands there, and what it writes for the new one.

use super::draft::product_rule;
use super::facts::{ChangedFact, with_old_facts};
use super::merge::{Likeness, merged, pairs};
use super::{AppDraft, InitError, InitRequest, app_document_path, draft, write_app_document};
use crate::msi::MsiFacts;
use crate::recognise::InstallerKind;
use crate::walk::{WalkOptions, walk};
use serde_json::Value;
use std::path::PathBuf;
use waybill_context::Context;
use waybill_intune::right_line::removal_line;
use waybill_schemas::app::{AppDocument, AppFile, MsiInformation, MsiPackageType};

use waybill_schemas::report::pack::UpdateReport;

/// Drafts the document anew and puts the facts that changed into the one that is there. What somebody edited stays;
/// the report names both. Returns the document's path and the draft, whose app is the merged document.
///
/// Without a setup file in the request, the one that the document names is taken.
///
/// # Errors
/// No document, or one that is no app; what [`super::init`] refuses; I/O.
pub fn update(
    request: &InitRequest,
    context: &Context<'_>,
) -> Result<(PathBuf, AppDraft, UpdateReport), InitError> {
    let path = app_document_path(&request.source, request.output.as_deref());
    let ours = AppFile::open(&path).map_err(super::AppWriteError::from)?.app;
    let mut given = request.setup_file.clone();
    if given.as_os_str().is_empty() {
        let named = ours.setup_file_path.clone().filter(|name| !name.is_empty());
        given = named.ok_or(InitError::NoSetupFile { document: path.clone() })?.into();
    }
    let options = WalkOptions::excluding(request.exclusions.clone());
    let list = walk(&request.source, &options, context)?;
    let mut fresh = draft(&list, &options, &given, request.deferral)?;
    let (base, facts) = base_of(&ours, &fresh);
    let mut base = base.to_value();
    take_rule_facts(&mut base, &ours.to_value(), fresh.kind == InstallerKind::Msi);
    let (app, report) = merged(&base, &ours, &fresh.app, &facts)?;
    if app != ours {
        write_app_document(&path, &app, true)?;
    }
    fresh.app = app;
    Ok((path, fresh, report))
}

/// What init would have written for the installer that `ours` was drafted from, as far as the document tells, and the
/// facts that have changed since.
fn base_of(ours: &AppDocument, fresh: &AppDraft) -> (AppDocument, Vec<ChangedFact>) {
    let mut base = fresh.app.clone();
    let mut facts = Vec::new();
    let name = |app: &AppDocument| app.setup_file_path.clone().unwrap_or_default();
    let (old_name, new_name) = (name(ours), name(&fresh.app));
    if !old_name.is_empty() && old_name != new_name {
        base.setup_file_path = Some(old_name.clone());
        facts.push((windows(&old_name), windows(&new_name)));
    }
    match (&fresh.kind, &ours.msi_information) {
        (InstallerKind::Msi, Some(old)) => base_of_msi(&mut base, old, &fresh.app, &mut facts),
        _ => base_of_program(&mut base, ours),
    }
    for line in [&mut base.install_command_line, &mut base.uninstall_command_line] {
        *line = line.as_deref().map(|line| with_old_facts(line, &facts));
    }
    (base, facts)
}

fn base_of_msi(
    base: &mut AppDocument,
    old: &MsiInformation,
    new: &AppDocument,
    facts: &mut Vec<ChangedFact>,
) {
    let new_code = new.msi_information.as_ref().and_then(|facts| facts.product_code.clone());
    let old_code = old.product_code.clone().unwrap_or_default();
    base.display_name.clone_from(&old.product_name);
    base.description.clone_from(&old.product_name);
    base.publisher.clone_from(&old.publisher);
    base.display_version.clone_from(&old.product_version);
    base.uninstall_command_line = Some(removal_line(&old_code));
    let is_script =
        new.rules.iter().any(|rule| matches!(rule, waybill_schemas::app::Rule::PowerShellScript(_)));
    if !is_script {
        let old_facts = MsiFacts::of_code(old_code.clone(), old.product_version.clone());
        base.rules = product_rule(&old_facts).into_iter().collect();
    }
    if let Some(new_code) =
        new_code.filter(|code| !old_code.is_empty() && !code.eq_ignore_ascii_case(&old_code))
    {
        facts.push((old_code, new_code));
    }
    // A fact of the installer and no edit, whatever stands there.
    base.msi_information = Some(old.clone());
    if let Some(experience) = &mut base.install_experience {
        let is_user = old.package_type == Some(MsiPackageType::PerUser);
        let was = if is_user {
            waybill_schemas::app::RunAsAccount::User
        } else {
            waybill_schemas::app::RunAsAccount::System
        };
        if old.package_type != Some(MsiPackageType::DualPurpose) {
            experience.run_as_account = Some(was);
        }
    }
}

/// Of other installers only the version is a fact that the document keeps; names may be somebody's own choice.
fn base_of_program(base: &mut AppDocument, ours: &AppDocument) {
    base.display_version.clone_from(&ours.display_version);
}

/// What a rule holds of the installer: the script beside the setup file, a bundle's key, versions.
const RULE_FACTS: [&str; 6] =
    ["scriptContent", "keyPath", "check32BitOn64System", "comparisonValue", "productCode", "productVersion"];

/// Puts the facts that the rules of `ours` hold into those of `base`: whatever stands there is the former installer's
/// and no edit. The product rule of an MSI follows from `msiInformation`.
fn take_rule_facts(base: &mut Value, ours: &Value, is_msi: bool) {
    let Some(ours) = ours["rules"].as_array() else { return };
    let Some(rules) = base.get_mut("rules").and_then(Value::as_array_mut) else { return };
    for (index, own) in pairs(rules, ours, Likeness::Value).into_iter().enumerate() {
        let Some(own) = own.map(|own| &ours[own]) else { continue };
        if is_msi && own.get("scriptContent").is_none() {
            continue;
        }
        // Bundles have their keys there; a rule for another key is somebody's own.
        let key = own.get("keyPath").and_then(Value::as_str);
        if key.is_some_and(|key| !key.to_ascii_lowercase().contains(r"\uninstall\")) {
            continue;
        }
        for fact in RULE_FACTS {
            if let (Some(there), Some(value)) = (rules[index].get_mut(fact), own.get(fact)) {
                *there = value.clone();
            }
        }
    }
}

fn windows(name: &str) -> String {
    name.replace('/', "\\")
}
