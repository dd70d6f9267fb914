//! Names of the fields of app.json: which ones are known, and where a document has others.
//!
//! An unknown field is kept and has no effect, so a misspelt one is an effect that is missing.

use super::AppDocument;
use super::rule::Rule;
use serde_json::{Map, Value};

/// A field that neither this version nor Graph, as far as this version knows it, has at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownField<'a> {
    /// JSON pointer to the object that holds it, e.g. `/installExperience`; empty for the app itself.
    pub pointer: String,
    /// The field's name.
    pub name: &'a str,
    /// The names that are known at this place.
    pub known: &'static [&'static str],
}

/// The known fields of the objects of app.json, by the name of the object's type in the JSON Schema: those that the
/// types of this crate have, then those that only Graph has.
pub fn known_fields() -> &'static [(&'static str, &'static [&'static str])] {
    &[
        ("app.json", APP),
        ("InstallExperience", EXPERIENCE),
        ("ReturnCode", RETURN_CODE),
        ("MsiInformation", MSI),
        ("MimeContent", MIME),
        ("ScriptReference", SCRIPT_REFERENCE),
        ("FileSystemRule", FILE_RULE),
        ("RegistryRule", REGISTRY_RULE),
        ("ProductCodeRule", PRODUCT_RULE),
        ("PowerShellScriptRule", SCRIPT_RULE),
        ("Assignment", ASSIGNMENT),
        ("AssignmentSettings", ASSIGNMENT_SETTINGS),
        ("InstallTimeSettings", INSTALL_TIME),
        ("RestartSettings", RESTART),
        ("AutoUpdateSettings", AUTO_UPDATE),
        ("Relationship", RELATIONSHIP),
        ("RetrySettings", RETRY),
        ("ReturnCodeInterval", RETURN_CODE_INTERVAL),
        ("LintSettings", LINT),
        ("Allow", ALLOW),
    ]
}

const APP: &[&str] = &[
    "displayName",
    "description",
    "publisher",
    "displayVersion",
    "developer",
    "owner",
    "notes",
    "informationUrl",
    "privacyInformationUrl",
    "isFeatured",
    "largeIcon",
    "fileName",
    "setupFilePath",
    "installCommandLine",
    "uninstallCommandLine",
    "activeInstallScript",
    "activeUninstallScript",
    "applicableArchitectures",
    "allowedArchitectures",
    "minimumFreeDiskSpaceInMB",
    "minimumMemoryInMB",
    "minimumNumberOfProcessors",
    "minimumCpuSpeedInMHz",
    "minimumSupportedWindowsRelease",
    "allowAvailableUninstall",
    "rules",
    "installExperience",
    "returnCodes",
    "msiInformation",
    "assignment",
    "relationships",
    "retry",
    "lint",
    // Graph's alone (beta's win32LobApp and win32CatalogApp, and what clients add to an export).
    "assignments",
    "categories",
    "committedContentVersion",
    "contentVersions",
    "createdDateTime",
    "dependentAppCount",
    "detectionRules",
    "deviceStatuses",
    "id",
    "installLanguage",
    "installSummary",
    "isAssigned",
    "lastModifiedDateTime",
    "latestUpgradeCatalogPackage",
    "minimumSupportedOperatingSystem",
    "mobileAppCatalogPackageId",
    "publishingState",
    "referencedCatalogPackage",
    "requirementRules",
    "roleScopeTagIds",
    "runAs32Bit",
    "size",
    "supersededAppCount",
    "supersedingAppCount",
    "uploadState",
    "userStatuses",
];
const EXPERIENCE: &[&str] = &[
    "runAsAccount",
    "maxRunTimeInMinutes",
    "deviceRestartBehavior",
    "installProgramVisibility",
    "maximumRetries",
    "requiresLogon",
    "retryIntervalInMinutes",
];
const RETURN_CODE: &[&str] = &["returnCode", "type"];
const MSI: &[&str] = &[
    "productCode",
    "productVersion",
    "upgradeCode",
    "requiresReboot",
    "packageType",
    "productName",
    "publisher",
];
const MIME: &[&str] = &["type", "value"];
const SCRIPT_REFERENCE: &[&str] = &["targetId"];
const FILE_RULE: &[&str] = &[
    "ruleType",
    "path",
    "fileOrFolderName",
    "check32BitOn64System",
    "operationType",
    "operator",
    "comparisonValue",
];
const REGISTRY_RULE: &[&str] = &[
    "ruleType",
    "keyPath",
    "valueName",
    "check32BitOn64System",
    "operationType",
    "operator",
    "comparisonValue",
];
const PRODUCT_RULE: &[&str] = &["ruleType", "productCode", "productVersionOperator", "productVersion"];
const SCRIPT_RULE: &[&str] = &[
    "ruleType",
    "displayName",
    "enforceSignatureCheck",
    "runAs32Bit",
    "runAsAccount",
    "scriptContent",
    "operationType",
    "operator",
    "comparisonValue",
];
const ASSIGNMENT: &[&str] = &["intent", "settings", "id", "source", "sourceId", "target"];
const ASSIGNMENT_SETTINGS: &[&str] = &[
    "notifications",
    "installTimeSettings",
    "restartSettings",
    "deliveryOptimizationPriority",
    "autoUpdateSettings",
];
const INSTALL_TIME: &[&str] = &["useLocalTime", "startDateTime", "deadlineDateTime"];
const RESTART: &[&str] = &[
    "gracePeriodInMinutes",
    "countdownDisplayBeforeRestartInMinutes",
    "restartNotificationSnoozeDurationInMinutes",
];
const AUTO_UPDATE: &[&str] = &["autoUpdateSupersededAppsState"];
const RELATIONSHIP: &[&str] = &[
    "targetId",
    "dependencyType",
    "supersedenceType",
    // Graph's alone.
    "dependentAppCount",
    "id",
    "sourceDisplayName",
    "sourceDisplayVersion",
    "sourceId",
    "sourcePublisherDisplayName",
    "supersededAppCount",
    "supersedingAppCount",
    "targetDisplayName",
    "targetDisplayVersion",
    "targetPublisher",
    "targetPublisherDisplayName",
    "targetType",
];
const RETRY: &[&str] = &["maxRetries", "retryIntervalInMinutes", "longIntervalInMinutes", "returnCodes"];
const RETURN_CODE_INTERVAL: &[&str] = &["returnCode", "retryIntervalInMinutes"];
const LINT: &[&str] = &["allow"];
const ALLOW: &[&str] = &["code", "reason"];

impl AppDocument {
    /// The fields of the document that are not known at their place. Annotations (`assignments@odata.context`) and
    /// names that people use for remarks (`$schema`, `_comment`, `//`) are none.
    pub fn unknown_fields(&self) -> Vec<UnknownField<'_>> {
        let mut found = Found(Vec::new());
        found.look("", &self.other, APP);
        if let Some(icon) = &self.large_icon {
            found.look("/largeIcon", &icon.other, MIME);
        }
        if let Some(experience) = &self.install_experience {
            found.look("/installExperience", &experience.other, EXPERIENCE);
        }
        for (index, code) in self.return_codes.iter().enumerate() {
            found.look(&format!("/returnCodes/{index}"), &code.other, RETURN_CODE);
        }
        if let Some(msi) = &self.msi_information {
            found.look("/msiInformation", &msi.other, MSI);
        }
        let references = [
            ("/activeInstallScript", &self.active_install_script),
            ("/activeUninstallScript", &self.active_uninstall_script),
        ];
        for (pointer, reference) in references {
            if let Some(reference) = reference {
                found.look(pointer, &reference.other, SCRIPT_REFERENCE);
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            found.rule(&format!("/rules/{index}"), rule);
        }
        found.additions(self);
        found.0
    }
}

struct Found<'a>(Vec<UnknownField<'a>>);

impl<'a> Found<'a> {
    fn look(&mut self, pointer: &str, fields: &'a Map<String, Value>, known: &'static [&'static str]) {
        let is_remark = |name: &str| name.contains('@') || name.starts_with(['$', '_', '#', '/']);
        let unknown = fields.keys().filter(|name| !known.contains(&name.as_str()) && !is_remark(name));
        self.0.extend(unknown.map(|name| UnknownField { pointer: pointer.to_owned(), name, known }));
    }

    fn rule(&mut self, pointer: &str, rule: &'a Rule) {
        match rule {
            Rule::FileSystem(rule) => self.look(pointer, &rule.other, FILE_RULE),
            Rule::Registry(rule) => self.look(pointer, &rule.other, REGISTRY_RULE),
            Rule::ProductCode(rule) => self.look(pointer, &rule.other, PRODUCT_RULE),
            Rule::PowerShellScript(rule) => self.look(pointer, &rule.other, SCRIPT_RULE),
            Rule::Other(_) => {} // its type is what is wrong with it
        }
    }

    /// The objects that Waybill adds to Graph's app.
    fn additions(&mut self, app: &'a AppDocument) {
        if let Some(assignment) = &app.assignment {
            self.look("/assignment", &assignment.other, ASSIGNMENT);
        }
        if let Some(settings) = app.assignment.as_ref().and_then(|assignment| assignment.settings.as_ref()) {
            self.look("/assignment/settings", &settings.other, ASSIGNMENT_SETTINGS);
            let inner = |name| format!("/assignment/settings/{name}");
            if let Some(times) = &settings.install_time_settings {
                self.look(&inner("installTimeSettings"), &times.other, INSTALL_TIME);
            }
            if let Some(restart) = &settings.restart_settings {
                self.look(&inner("restartSettings"), &restart.other, RESTART);
            }
            if let Some(updates) = &settings.auto_update_settings {
                self.look(&inner("autoUpdateSettings"), &updates.other, AUTO_UPDATE);
            }
        }
        for (index, relationship) in app.relationships.iter().enumerate() {
            self.look(&format!("/relationships/{index}"), &relationship.other, RELATIONSHIP);
        }
        if let Some(retry) = &app.retry {
            self.look("/retry", &retry.other, RETRY);
            for (index, code) in retry.return_codes.iter().enumerate() {
                self.look(&format!("/retry/returnCodes/{index}"), &code.other, RETURN_CODE_INTERVAL);
            }
        }
        if let Some(lint) = &app.lint {
            self.look("/lint", &lint.other, LINT);
            for (index, allow) in lint.allow.iter().enumerate() {
                self.look(&format!("/lint/allow/{index}"), &allow.other, ALLOW);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn misspelt_fields_are_found_where_they_stand() {
        let app = AppDocument::from_value(json!({
            "@odata.type": "#microsoft.graph.win32LobApp", "instalCommandLine": "a", "id": "7", "$schema": "x",
            "assignments@odata.context": "x", "_comment": "why",
            "installExperience": { "runAsAcount": "user", "maximumRetries": 3 },
            "returnCodes": [{ "returnCode": 0, "type": "success" }, { "returnCode": 1, "Type": "failed" }],
            "rules": [{ "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "keyName": "HKLM" }],
            "lint": { "allow": [{ "code": "WB106", "reason": "why", "until": "May" }] },
        }))
        .unwrap();
        let found: Vec<_> =
            app.unknown_fields().iter().map(|field| format!("{}/{}", field.pointer, field.name)).collect();
        let expected = [
            "/instalCommandLine",
            "/installExperience/runAsAcount",
            "/returnCodes/1/Type",
            "/rules/0/keyName",
            "/lint/allow/0/until",
        ];
        assert_eq!(found, expected);
    }

    /// The lists against the types themselves, so that a new field cannot be forgotten.
    #[test]
    fn every_field_of_the_types_is_known() {
        let schema = serde_json::to_value(schemars::schema_for!(AppDocument)).unwrap();
        let known = known_fields();
        let of =
            |name: &str| known.iter().find(|(type_name, _)| *type_name == name).map(|(_, fields)| *fields);
        let mut seen = 0;
        let whole = [("app.json".to_owned(), schema.clone())];
        let parts =
            schema["$defs"].as_object().unwrap().iter().map(|(name, part)| (name.clone(), part.clone()));
        for (name, part) in whole.into_iter().chain(parts) {
            let Some(fields) = part.get("properties").and_then(Value::as_object) else { continue };
            let listed = of(&name).unwrap_or_else(|| panic!("{name} is not listed"));
            for field in fields.keys().filter(|field| !field.contains('@')) {
                assert!(listed.contains(&field.as_str()), "{name}.{field}");
            }
            seen += 1;
        }
        assert_eq!(seen, known.len());
    }
}
