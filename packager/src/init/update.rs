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
    let mut base = base.to_value();
    take_rule_facts(&mut base, &ours.to_value(), fresh.kind == InstallerKind::Msi);
    let (app, report) = merged(&base, &ours, &fresh.app, &facts)?;
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

/// `line`, which was drafted for the new facts, as it would have been for the old ones.
fn with_old_facts(line: &str, facts: &[ChangedFact]) -> String {
    // A name may need quotation marks where the other one needs none.
    let pairs = facts
        .iter()
        .flat_map(|(old, new)| [(quoted(new), quoted(old)), (new.clone(), old.clone())])
        .collect::<Vec<_>>();
    exchanged(line, &pairs)
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
                if [base, &ours, theirs].iter().all(|list| list.iter().all(Value::is_object)) =>
            {
                Some(Value::Array(self.list(&field, base, ours, theirs)))
            }
            (base, ours, theirs) if is_same(base, ours.as_ref()) => {
                self.changed(field, ours.as_ref(), theirs);
                theirs.cloned()
            }
            (_, ours, theirs) => self.edited(field, ours.as_ref(), theirs),
        }
    }

    fn object(
        &mut self,
        field: &str,
        base: Option<&Map<String, Value>>,
        mut ours: Map<String, Value>,
        theirs: &Map<String, Value>,
    ) -> Map<String, Value> {
        let is_drafted =
            |key: &String| theirs.contains_key(key) || base.is_some_and(|base| base.contains_key(key));
        let is_told = |key: &String| !field.is_empty() || !NOBODYS_EDIT.contains(&key.as_str());
        for (key, own) in ours.iter().filter(|(key, _)| !is_drafted(key) && is_told(key)) {
            if !is_same(Some(own), None) {
                self.kept(format!("{field}/{key}"), Some(own), None);
            }
        }
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

    /// By identity, never by place: what somebody added stays, what somebody took out stays out, and the rest is merged with
    /// its counterpart.
    fn list(&mut self, field: &str, base: &[Value], ours: Vec<Value>, theirs: &[Value]) -> Vec<Value> {
        let renewed_base: Vec<Value> = base.iter().map(|one| renewed(one.clone(), self.facts)).collect();
        let of_base = pairs(&renewed_base, theirs, Likeness::Type);
        // Closely, because a rule that somebody wrote in place of a drafted one is no edit of it.
        let in_ours = pairs(base, &ours, Likeness::Identity);
        let mut is_open: Vec<bool> = (0..theirs.len()).map(|index| !of_base.contains(&Some(index))).collect();
        for (index, _) in in_ours.iter().enumerate().filter(|(_, own)| own.is_none()) {
            let new = of_base[index].map(|new| &theirs[new]);
            if new.is_some() {
                self.kept(field.to_owned(), None, new);
            }
        }
        let mut merged = Vec::new();
        for (index, own) in ours.into_iter().enumerate() {
            let place = format!("{field}/{index}");
            if let Some(old) = in_ours.iter().position(|place| *place == Some(index)) {
                merged.extend(self.value(
                    place,
                    Some(&base[old]),
                    Some(own),
                    of_base[old].map(|new| &theirs[new]),
                ));
                continue;
            }
            let same = (0..theirs.len()).find(|new| is_open[*new] && is_alike(&own, &theirs[*new], IDENTITY));
            if let Some(new) = same {
                is_open[new] = false;
                merged.extend(self.value(place, None, Some(own), Some(&theirs[new])));
            } else {
                let own = renewed(own, self.facts);
                self.kept(place, Some(&own), None);
                merged.push(own);
            }
        }
        for new in theirs.iter().zip(is_open).filter(|(_, is_open)| *is_open).map(|(new, _)| new) {
            self.changed(format!("{field}/{}", merged.len()), None, Some(new));
            merged.push(new.clone());
        }
        merged
    }

    fn kept(&mut self, field: String, yours: Option<&Value>, proposed: Option<&Value>) {
        self.report.kept.push(KeptEdit { field, yours: text(yours), proposed: text(proposed) });
    }

    /// Keeps what somebody wrote, with the facts in it renewed.
    fn edited(&mut self, field: String, ours: Option<&Value>, theirs: Option<&Value>) -> Option<Value> {
        let renewed = ours.cloned().map(|value| renewed(value, self.facts));
        if renewed.as_ref() != ours {
            self.changed(field.clone(), ours, renewed.as_ref());
        }
        if !is_same(renewed.as_ref(), theirs) {
            self.kept(field, renewed.as_ref(), theirs);
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

/// Fields of the document that packing or the service fills in: whatever stands there is no edit.
const NOBODYS_EDIT: [&str; 17] = [
    "@odata.context",
    "@odata.type",
    "committedContentVersion",
    "createdDateTime",
    "dependentAppCount",
    "fileName",
    "id",
    "isAssigned",
    "lastModifiedDateTime",
    "msiInformation",
    "publishingState",
    "setupFilePath",
    "size",
    "supersededAppCount",
    "supersedingAppCount",
    "uploadState",
    "$schema",
];

/// The fields by which an element of a list is known: a rule by what it looks at, a return code by its number.
const IDENTITY: &[&str] = &[
    "@odata.type",
    "ruleType",
    "returnCode",
    "productCode",
    "path",
    "fileOrFolderName",
    "keyPath",
    "valueName",
];

/// How far apart two elements may be that are taken for one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// They are known by the same fields.
    Identity,
    /// Nothing else is of their type and looks at a value of their name.
    Value,
    /// Nothing else is of their type.
    Type,
}

/// For each element of `left` its counterpart in `right`, each taken once: the same, else the nearest.
fn pairs(left: &[Value], right: &[Value], farthest: Likeness) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; left.len()];
    let mut is_taken = vec![false; right.len()];
    let levels: [(&[&str], Likeness); 4] = [
        (&[], Likeness::Identity),
        (IDENTITY, Likeness::Identity),
        (&["@odata.type", "ruleType", "returnCode", "valueName"], Likeness::Value),
        (&["@odata.type", "ruleType", "returnCode"], Likeness::Type),
    ];
    for (fields, likeness) in levels.into_iter().filter(|(_, likeness)| *likeness <= farthest) {
        let is_sole = likeness != Likeness::Identity;
        for index in 0..left.len() {
            if found[index].is_some() {
                continue;
            }
            let mut like = (0..right.len())
                .filter(|one| !is_taken[*one] && is_alike(&left[index], &right[*one], fields));
            let first = like.next().filter(|_| !is_sole || like.next().is_none());
            if let Some(first) = first {
                is_taken[first] = true;
                found[index] = Some(first);
            }
        }
    }
    found
}

/// Whether two elements are the same in these fields, in any case of ASCII letters; without fields in all.
fn is_alike(left: &Value, right: &Value, fields: &[&str]) -> bool {
    if fields.is_empty() {
        return left == right;
    }
    fields.iter().all(|field| match (left.get(field), right.get(field)) {
        (Some(Value::String(left)), Some(Value::String(right))) => left.eq_ignore_ascii_case(right),
        (left, right) => is_same(left, right),
    })
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
        Value::String(text) => Value::String(with_new_facts(&text, facts)),
        Value::Array(list) => Value::Array(list.into_iter().map(|one| renewed(one, facts)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, renewed(value, facts))).collect())
        }
        other => other,
    }
}

/// `text` with each fact as it is now.
pub(crate) fn with_new_facts(text: &str, facts: &[ChangedFact]) -> String {
    exchanged(text, facts)
}

/// `text` with the first of each pair exchanged for the second, in any case of ASCII letters: a GUID is written in
/// either. In one pass, because a new fact may hold an old one.
fn exchanged(text: &str, pairs: &[(String, String)]) -> String {
    let haystack = text.to_ascii_lowercase();
    let needles: Vec<String> = pairs.iter().map(|(old, _)| old.to_ascii_lowercase()).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let is_here = |needle: &&String| !needle.is_empty() && is_whole(&haystack, at, needle);
        // The longest, so that a name does not hide another that begins with it.
        let found = needles.iter().filter(is_here).max_by_key(|needle| needle.len());
        match found.and_then(|found| needles.iter().position(|needle| needle == found)) {
            Some(index) => {
                out.push_str(&pairs[index].1);
                at += needles[index].len();
            }
            None => {
                out.push(letter);
                at += letter.len_utf8();
            }
        }
    }
    out
}

/// Whether `needle` is at this place of `text`, and no part of a longer name: `setup.exe` is none of `my-setup.exe`.
fn is_whole(text: &str, at: usize, needle: &str) -> bool {
    let of_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let (before, rest) = text.split_at(at);
    let Some(behind) = rest.strip_prefix(needle) else { return false };
    // A batch file writes its own folder before the name, without a separator.
    let begins = !needle.starts_with(of_name)
        || before.ends_with("%~dp0")
        || !before.ends_with(|letter: char| of_name(letter) || letter == '.');
    begins && (!needle.ends_with(of_name) || !behind.starts_with(of_name))
}

/// A value for a list of changes: text as it is, everything else as JSON, cut where it is long.
fn text(value: Option<&Value>) -> Option<String> {
    const LONGEST: usize = 200;
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Object(fields) if fields.contains_key("scriptContent") => {
            let mut fields = fields.clone();
            fields.insert("scriptContent".to_owned(), json!("(a script)"));
            Value::Object(fields).to_string()
        }
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
    fn every_edit_is_told_where_nothing_else_changed() {
        let drafted = json!({ "displayName": "A", "installExperience": { "maxRunTimeInMinutes": 60 },
            "returnCodes": [{ "returnCode": 0, "type": "success" }] });
        let ours = json!({ "displayName": "Mine", "notes": "n", "id": "7", "size": 5,
            "installExperience": { "maxRunTimeInMinutes": 90 },
            "returnCodes": [{ "returnCode": 0, "type": "success" }, { "returnCode": 5, "type": "retry" }] });
        let (merged, report) = merge(&drafted, ours.clone(), drafted.clone(), &[]);
        assert_eq!((merged, report.changes.len()), (ours, 0));
        let kept: Vec<_> = report.kept.iter().map(|kept| kept.field.as_str()).collect();
        assert_eq!(
            kept,
            ["/notes", "/displayName", "/installExperience/maxRunTimeInMinutes", "/returnCodes/1"]
        );
    }

    #[test]
    fn elements_of_lists_of_one_length_are_paired_by_identity() {
        let codes = |codes: &[(i64, &str)]| {
            let one = |(code, kind): &(i64, &str)| json!({ "returnCode": code, "type": kind });
            json!({ "returnCodes": codes.iter().map(one).collect::<Vec<_>>() })
        };
        let (merged, report) =
            merge(&codes(&[(5, "retry")]), codes(&[(7, "retry")]), codes(&[(8, "hardReboot")]), &[]);
        assert_eq!(merged, codes(&[(7, "retry"), (8, "hardReboot")]));
        assert_eq!((report.changes.len(), report.kept.len()), (1, 1), "{report:?}");
    }

    #[test]
    fn facts_are_exchanged_in_one_pass_and_as_whole_names() {
        let fact = |old: &str, new: &str| vec![(old.to_owned(), new.to_owned())];
        let shrunk = fact("my-setup.exe", "setup.exe");
        assert_eq!(with_old_facts("setup.exe /S", &shrunk), "my-setup.exe /S");
        assert_eq!(with_new_facts("MY-setup.exe /S", &shrunk), "setup.exe /S");
        assert_eq!(with_old_facts("setup.exe /S", &fact("my setup.exe", "setup.exe")), "\"my setup.exe\" /S");
        let grown = fact("setup.exe", "my-setup.exe");
        assert_eq!(
            with_new_facts("my-setup.exe & %~dp0setup.exe", &grown),
            "my-setup.exe & %~dp0my-setup.exe"
        );
        let chain = [fact("a.msi", "b.msi"), fact("b.msi", "c.msi")].concat();
        assert_eq!(with_new_facts("a.msi b.msi /x{é}", &chain), "b.msi c.msi /x{é}");
    }

    #[test]
    fn a_fact_within_an_edit_is_renewed_in_any_case() {
        let line =
            |code: &str, more: &str| json!({ "uninstallCommandLine": format!("msiexec /x {code}{more}") });
        let facts = [("{AB}".to_owned(), "{CD}".to_owned())];
        let (merged, report) =
            merge(&line("{AB}", ""), line("{ab}", " /l*v x.log"), line("{CD}", ""), &facts);
        assert_eq!(merged["uninstallCommandLine"], "msiexec /x {CD} /l*v x.log");
        assert_eq!((report.changes.len(), report.kept.len()), (1, 1));
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

    #[test]
    fn an_added_rule_stays_and_the_drafted_one_is_renewed() {
        let product = |version: &str| {
            json!({ "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "ruleType": "detection",
                "productCode": "{AB}", "productVersion": version })
        };
        let file = json!({ "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "requirement",
            "path": "C:\\X", "fileOrFolderName": "x.exe" });
        let second = json!({ "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "ruleType": "detection",
            "productCode": "{EF}", "productVersion": "1.0" });
        for ours in [json!([file, product("1.0"), second]), json!([second, file, product("1.0")])] {
            let (merged, report) = merge(
                &json!({ "rules": [product("1.0")] }),
                json!({ "rules": ours }),
                json!({ "rules": [product("2.0")] }),
                &[],
            );
            let rules = merged["rules"].as_array().unwrap();
            assert_eq!(rules.len(), 3);
            for rule in [&file, &second, &product("2.0")] {
                assert!(rules.contains(rule), "{rule} in {merged}");
            }
            assert_eq!((report.changes.len(), report.kept.len()), (1, 2), "{report:?}");
            assert!(report.changes[0].field.ends_with("/productVersion"));
            assert_eq!(report.kept[0].proposed, None);
        }
    }

    #[test]
    fn an_added_return_code_stays_when_the_drafted_ones_change() {
        let codes = |codes: &[(i64, &str)]| {
            let one = |(code, kind): &(i64, &str)| json!({ "returnCode": code, "type": kind });
            json!({ "returnCodes": codes.iter().map(one).collect::<Vec<_>>() })
        };
        let (merged, _) = merge(
            &codes(&[(0, "success"), (3, "retry")]),
            codes(&[(0, "success"), (3, "retry"), (7, "softReboot")]),
            codes(&[(0, "success"), (5, "retry")]),
            &[],
        );
        assert_eq!(merged, codes(&[(0, "success"), (7, "softReboot"), (5, "retry")]));
    }
}
