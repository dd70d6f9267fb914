//! Refreshes the facts in a document that `init` wrote and somebody edited since: a three-way merge of what init would
//! have written for the old installer, what stands there, and what it writes for the new one.

use super::draft::product_rule;
use super::{AppDraft, InitError, InitRequest, app_document_path, draft, write_app_document};
use crate::msi::MsiFacts;
use crate::recognise::InstallerKind;
use crate::walk::{WalkOptions, walk};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use waybill_context::Context;
use waybill_intune::right_line::{quoted, removal_line};
use waybill_schemas::app::{AppDocument, AppFile, MsiInformation, MsiPackageType};

pub use waybill_schemas::report::pack::{FieldUpdate, KeptEdit, UpdateReport};

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
    let (app, report) = merged(&base.to_value(), &ours, &fresh.app, &facts)?;
    if app != ours {
        write_app_document(&path, &app, true)?;
    }
    fresh.app = app;
    Ok((path, fresh, report))
}

/// A fact that changed: how it was written, and how it is now.
pub(crate) type ChangedFact = (String, String);

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
    let kinds = |app: &AppDocument| app.rules.iter().map(std::mem::discriminant).collect::<Vec<_>>();
    // The script beside the setup file, and the key of a bundle, are facts as well.
    if ours.rules.len() == 1 && kinds(base) == kinds(ours) {
        base.rules.clone_from(&ours.rules);
    }
}

fn windows(name: &str) -> String {
    name.replace('/', "\\")
}

/// `line`, which was drafted for the new facts, as it would have been for the old ones.
fn with_old_facts(line: &str, facts: &[ChangedFact]) -> String {
    facts.iter().fold(line.to_owned(), |line, (old, new)| {
        // A name may need quotation marks where the other one needs none.
        line.replace(&quoted(new), &quoted(old)).replace(new.as_str(), old)
    })
}

/// Merges `theirs` into `ours`, where `base` is what both began with. A kept edit still gets the facts that changed.
///
/// # Errors
/// A merged document that is no app, which cannot happen for documents that are.
pub(crate) fn merged(
    base: &Value,
    ours: &AppDocument,
    theirs: &AppDocument,
    facts: &[ChangedFact],
) -> Result<(AppDocument, UpdateReport), InitError> {
    let mut merge = Merge { facts, report: UpdateReport::default() };
    let value = merge.value(String::new(), Some(base), Some(ours.to_value()), Some(&theirs.to_value()));
    let app = AppDocument::from_value(value.unwrap_or_default()).map_err(InitError::Merged)?;
    Ok((app, merge.report))
}

struct Merge<'a> {
    facts: &'a [ChangedFact],
    report: UpdateReport,
}

impl Merge<'_> {
    /// The merged value at `field`; `None` where there is none.
    fn value(
        &mut self,
        field: String,
        base: Option<&Value>,
        ours: Option<Value>,
        theirs: Option<&Value>,
    ) -> Option<Value> {
        if ours.as_ref() == theirs {
            return ours;
        }
        match (base, ours, theirs) {
            (base, Some(Value::Object(ours)), Some(Value::Object(theirs)))
                if is_of_one_type(&ours, theirs) =>
            {
                let base = base.and_then(Value::as_object);
                Some(Value::Object(self.object(&field, base, ours, theirs)))
            }
            (Some(Value::Array(base)), Some(Value::Array(ours)), Some(Value::Array(theirs)))
                if base.len() == ours.len() && ours.len() == theirs.len() =>
            {
                let elements = ours.into_iter().enumerate().filter_map(|(index, one)| {
                    let field = format!("{field}/{index}");
                    self.value(field, base.get(index), Some(one), theirs.get(index))
                });
                Some(Value::Array(elements.collect()))
            }
            (base, ours, theirs) if is_same(base, ours.as_ref()) => {
                self.changed(field, ours.as_ref(), theirs);
                theirs.cloned()
            }
            (base, ours, theirs) => self.edited(field, base, ours.as_ref(), theirs),
        }
    }

    fn object(
        &mut self,
        field: &str,
        base: Option<&Map<String, Value>>,
        mut ours: Map<String, Value>,
        theirs: &Map<String, Value>,
    ) -> Map<String, Value> {
        let drafted = base.into_iter().flatten().map(|(key, _)| key);
        let mut keys: Vec<&String> = theirs.keys().collect();
        keys.extend(drafted.filter(|key| !theirs.contains_key(*key)));
        for key in keys {
            let field = format!("{field}/{key}");
            let was = ours.get(key).cloned();
            match self.value(field, base.and_then(|base| base.get(key)), was, theirs.get(key)) {
                Some(value) => drop(ours.insert(key.clone(), value)),
                None => drop(ours.shift_remove(key)),
            }
        }
        ours
    }

    /// Keeps what somebody wrote, with the facts in it renewed.
    fn edited(
        &mut self,
        field: String,
        base: Option<&Value>,
        ours: Option<&Value>,
        theirs: Option<&Value>,
    ) -> Option<Value> {
        let renewed = ours.cloned().map(|value| renewed(value, self.facts));
        if renewed.as_ref() != ours {
            self.changed(field, ours, renewed.as_ref());
        } else if !is_same(base, theirs) {
            // Where init would write what it wrote before, the edit is no news.
            self.report.kept.push(KeptEdit { field, yours: text(ours), proposed: text(theirs) });
        }
        renewed
    }

    fn changed(&mut self, field: String, before: Option<&Value>, after: Option<&Value>) {
        // Nobody compares two scripts in base64.
        let is_script = field.ends_with("/scriptContent");
        let told = |value: Option<&Value>, which: &str| {
            if is_script { value.map(|_| format!("{which} script")) } else { text(value) }
        };
        let (before, after) = (told(before, "the former"), told(after, "the new"));
        self.report.changes.push(FieldUpdate { field, before, after });
    }
}

/// Whether two objects are of one type of Graph's: a rule of another type has other fields.
fn is_of_one_type(ours: &Map<String, Value>, theirs: &Map<String, Value>) -> bool {
    ours.get("@odata.type") == theirs.get("@odata.type")
}

/// `null`, an empty list and a missing field are the same: Graph's exports spell out what says nothing.
fn is_same(left: Option<&Value>, right: Option<&Value>) -> bool {
    let says = |value: Option<&Value>| {
        value.filter(|value| !value.is_null() && **value != json!([])).cloned().unwrap_or(Value::Null)
    };
    says(left) == says(right)
}

fn renewed(value: Value, facts: &[ChangedFact]) -> Value {
    match value {
        Value::String(text) => Value::String(with_new_facts(text, facts)),
        Value::Array(list) => Value::Array(list.into_iter().map(|one| renewed(one, facts)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, renewed(value, facts))).collect())
        }
        other => other,
    }
}

fn with_new_facts(text: String, facts: &[ChangedFact]) -> String {
    facts.iter().fold(text, |text, (old, new)| replaced(&text, old, new))
}

/// `text` with each `old` replaced, in any case of ASCII letters: a GUID is written in either.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let (haystack, needle) = (text.to_ascii_lowercase(), old.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    while let Some(at) = haystack[rest..].find(&needle).filter(|_| !needle.is_empty()) {
        out.push_str(&text[rest..rest + at]);
        out.push_str(new);
        rest += at + needle.len();
    }
    out.push_str(&text[rest..]);
    out
}

/// A value for a list of changes: text as it is, everything else as JSON, cut where it is long.
fn text(value: Option<&Value>) -> Option<String> {
    const LONGEST: usize = 200;
    let text = match value? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let cut: String = text.chars().take(LONGEST).collect();
    Some(if cut.len() < text.len() { format!("{cut}…") } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(base: &Value, ours: Value, theirs: Value, facts: &[ChangedFact]) -> (Value, UpdateReport) {
        let [ours, theirs] = [ours, theirs].map(|value| AppDocument::from_value(value).unwrap());
        let (app, report) = merged(base, &ours, &theirs, facts).unwrap();
        (app.to_value(), report)
    }

    #[test]
    fn edits_stay_and_facts_are_renewed() {
        let base = json!({ "displayVersion": "1", "owner": "a", "notes": "draft", "description": "x" });
        let ours =
            json!({ "description": "mine", "displayVersion": "1", "owner": "a", "notes": "draft", "id": 7 });
        let theirs = json!({ "displayVersion": "2", "owner": "a", "description": "y" });
        let (merged, report) = merge(&base, ours, theirs, &[]);
        assert_eq!(merged, json!({ "description": "mine", "displayVersion": "2", "owner": "a", "id": 7 }));
        let fields: Vec<_> = report.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["/displayVersion", "/notes"]);
        assert_eq!(report.kept[0].yours.as_deref(), Some("mine"));
    }

    #[test]
    fn a_fact_within_an_edit_is_renewed_in_any_case() {
        let line =
            |code: &str, more: &str| json!({ "uninstallCommandLine": format!("msiexec /x {code}{more}") });
        let facts = [("{AB}".to_owned(), "{CD}".to_owned())];
        let (merged, report) =
            merge(&line("{AB}", ""), line("{ab}", " /l*v x.log"), line("{CD}", ""), &facts);
        assert_eq!(merged["uninstallCommandLine"], "msiexec /x {CD} /l*v x.log");
        assert_eq!((report.changes.len(), report.kept.len()), (1, 0));
    }

    #[test]
    fn rules_are_merged_field_by_field_while_their_number_is_the_same() {
        let rules = |operator: &str, version: &str| {
            json!({ "rules": [{ "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule",
                "productVersionOperator": operator, "productVersion": version }] })
        };
        let (merged, _) = merge(
            &rules("greaterThanOrEqual", "1.0"),
            rules("equal", "1.0"),
            rules("greaterThanOrEqual", "2.0"),
            &[],
        );
        assert_eq!(merged, rules("equal", "2.0"));
        let (merged, report) = merge(&rules("a", "1.0"), json!({ "rules": [] }), rules("a", "2.0"), &[]);
        assert_eq!(merged["rules"], json!([]), "what was taken out stays out");
        assert_eq!(report.kept.len(), 1);
    }
}
