//! The three-way merge of an app's document: what a draft was, what somebody made of it, and what the draft is now.

use super::InitError;
use super::facts::{ChangedFact, with_new_facts};
use serde_json::{Map, Value, json};
use waybill_schemas::app::AppDocument;

pub use waybill_schemas::report::pack::{FieldUpdate, KeptEdit, UpdateReport};

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
pub(super) enum Likeness {
    /// They are known by the same fields.
    Identity,
    /// Nothing else is of their type and looks at a value of their name.
    Value,
    /// Nothing else is of their type.
    Type,
}

/// For each element of `left` its counterpart in `right`, each taken once: the same, else the nearest.
pub(super) fn pairs(left: &[Value], right: &[Value], farthest: Likeness) -> Vec<Option<usize>> {
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
