//! Checking a rule of app.json: every field is read, and every fault is reported.

use crate::rule::{BOOLEAN, DATE, NUMBER, TEXT, VERSION, WHOLE_NUMBER, boolean, float};
use crate::vocabulary::rule_words;
use crate::{
    CheckedRule, Comparison, ComparisonOperator, FileCheck, FileTest, Hive, OutputValue, PathStyle,
    ProductCheck, ProductCode, RegistryCheck, RegistryKey, RegistryTest, RuleDate, RuleFault, RuleFaults,
    RulePurpose, SCRIPT_LIMIT, ScriptCheck, VersionNumber, WordFault, WordFaultKind, path, whole_number,
};
use waybill_schemas::app::{
    FileSystemOperation, FileSystemRule, Operator, PowerShellScriptRule, ProductCodeRule, RegistryOperation,
    RegistryRule, Rule, RunAsAccount, ScriptOperation,
};

impl RuleFault {
    fn new(field: &'static str, word: &str, why: impl Into<String>) -> Self {
        Self { field, word: word.to_owned(), why: why.into(), nearest: None, is_newer_word: false }
    }

    fn of_word(field: &'static str, fault: &WordFault) -> Self {
        let is_newer_word = fault.kind == WordFaultKind::Newer;
        Self { nearest: fault.nearest, is_newer_word, ..Self::new(field, &fault.word, fault.to_string()) }
    }
}

impl CheckedRule {
    /// Checks a rule of app.json without asking a machine: a fault is a fault on every device. Only the form of paths
    /// differs between systems.
    ///
    /// # Errors
    /// Every fault of the rule, not only the first.
    pub fn check(rule: &Rule, purpose: RulePurpose, paths: PathStyle) -> Result<Self, RuleFaults> {
        let mut faults = Faults::default();
        let checked = match rule {
            Rule::FileSystem(rule) => faults.file(rule, paths).map(Self::File),
            Rule::Registry(rule) => faults.registry(rule).map(Self::Registry),
            Rule::ProductCode(rule) => faults.product(rule, purpose).map(Self::Product),
            Rule::PowerShellScript(rule) => faults.script(rule, purpose).map(Self::Script),
            _ => None, // `words` reports its type
        };
        faults.words(rule);
        // A field that could not be read leaves no rule, but the fields after it were read as well: all faults are
        // here.
        match checked {
            Some(checked) if faults.0.is_empty() => Ok(checked),
            _ => Err(RuleFaults(faults.0)),
        }
    }
}

/// The fields of a comparison and what stands in them.
#[derive(Clone, Copy)]
struct Compared<'a> {
    operator_field: &'static str,
    operator: Option<&'a Operator>,
    value_field: &'static str,
    value: Option<&'a str>,
}

impl<'a> Compared<'a> {
    fn usual(operator: Option<&'a Operator>, value: Option<&'a str>) -> Self {
        Self { operator_field: "operator", operator, value_field: "comparisonValue", value }
    }
}

/// Collects faults. Each method returns `None` where it found one, after it has read the other fields as well.
#[derive(Default)]
struct Faults(Vec<RuleFault>);

impl Faults {
    fn add<T>(&mut self, fault: RuleFault) -> Option<T> {
        self.0.push(fault);
        None
    }

    /// Adds the faults of the rule's words. One that only the case of letters makes another word is none.
    fn words(&mut self, rule: &Rule) {
        let faults = rule_words(rule).into_iter().filter(|(_, fault)| fault.kind != WordFaultKind::OtherCase);
        self.0.extend(faults.map(|(field, fault)| RuleFault::of_word(field, &fault)));
    }

    fn file(&mut self, rule: &FileSystemRule, paths: PathStyle) -> Option<FileCheck> {
        let folder = self.folder(text(&rule.path), paths);
        let name = self.file_name(text(&rule.file_or_folder_name), paths);
        let test = self.file_test(rule);
        let is_32_bit = rule.check_32_bit_on_64_system.unwrap_or_default();
        Some(FileCheck { folder: folder?, name: name?, is_32_bit, test: test? })
    }

    fn folder(&mut self, folder: &str, paths: PathStyle) -> Option<String> {
        let why = if folder.is_empty() {
            "it names no folder".to_owned()
        } else if folder.starts_with('$') && paths == PathStyle::Windows {
            format!(
                "{folder} is PowerShell's way to write a variable; `%ProgramW6432%` is the one that is expanded"
            )
        } else if !may_be_called(folder, paths) {
            format!("nothing is called {folder}, and wildcards are not expanded")
        } else if is_relative(folder, paths) {
            format!("{folder} is relative, and to nothing in particular")
        } else {
            return Some(folder.to_owned());
        };
        self.add(RuleFault::new("path", folder, why))
    }

    fn file_name(&mut self, name: &str, paths: PathStyle) -> Option<String> {
        let why = if name.is_empty() {
            "it names no file or folder".to_owned()
        } else if !may_be_called(name, paths) {
            format!("nothing is called {name}, and wildcards are not expanded")
        } else {
            return Some(name.to_owned());
        };
        self.add(RuleFault::new("fileOrFolderName", name, why))
    }

    fn file_test(&mut self, rule: &FileSystemRule) -> Option<FileTest> {
        use FileSystemOperation as Operation;
        let compared = Compared::usual(rule.operator.as_ref(), rule.comparison_value.as_deref());
        match rule.operation_type.as_ref().map(Operation::meant) {
            Some(Operation::Exists) => Some(FileTest::Exists),
            Some(Operation::DoesNotExist) => Some(FileTest::DoesNotExist),
            Some(Operation::ModifiedDate) => self.comparison(compared, DATE, date).map(FileTest::Modified),
            Some(Operation::CreatedDate) => self.comparison(compared, DATE, date).map(FileTest::Created),
            Some(Operation::Version | Operation::AppVersion) => {
                self.comparison(compared, VERSION, version).map(FileTest::Version)
            }
            Some(Operation::SizeInMb) => {
                self.comparison(compared, WHOLE_NUMBER, size).map(FileTest::Mebibytes)
            }
            Some(Operation::SizeInBytes) => {
                self.comparison(compared, WHOLE_NUMBER, size).map(FileTest::Bytes)
            }
            None | Some(Operation::NotConfigured) => self.no_operation("what to look at"),
            Some(_) => None, // `words` reports it
        }
    }

    fn registry(&mut self, rule: &RegistryRule) -> Option<RegistryCheck> {
        let key = RegistryKey::of_rule(text(&rule.key_path));
        let key = key.map_or_else(|why| self.add(RuleFault::new("keyPath", text(&rule.key_path), why)), Some);
        let test = self.registry_test(rule);
        let is_32_bit = rule.check_32_bit_on_64_system.unwrap_or_default();
        Some(RegistryCheck {
            key: key?,
            value_name: text(&rule.value_name).to_owned(),
            is_32_bit,
            test: test?,
        })
    }

    fn registry_test(&mut self, rule: &RegistryRule) -> Option<RegistryTest> {
        use RegistryOperation as Operation;
        let compared = Compared::usual(rule.operator.as_ref(), rule.comparison_value.as_deref());
        match rule.operation_type.as_ref().map(Operation::meant) {
            Some(Operation::Exists) => Some(RegistryTest::Exists),
            Some(Operation::DoesNotExist) => Some(RegistryTest::DoesNotExist),
            Some(Operation::String) => self.comparison(compared, TEXT, as_it_is).map(RegistryTest::Text),
            Some(Operation::Integer) => {
                self.comparison(compared, WHOLE_NUMBER, whole_number).map(RegistryTest::Number)
            }
            // Any text is accepted: what is no version Intune's agent compares as text.
            Some(Operation::Version | Operation::AppVersion) => {
                self.comparison(compared, VERSION, as_it_is).map(RegistryTest::Version)
            }
            None | Some(Operation::NotConfigured) => self.no_operation("what to look at"),
            Some(_) => None, // `words` reports it
        }
    }

    fn product(&mut self, rule: &ProductCodeRule, purpose: RulePurpose) -> Option<ProductCheck> {
        // Intune has no such requirement; one that was written by hand would have no effect there.
        if purpose == RulePurpose::Requirement {
            let why = "Intune has no requirement about product codes; use a registry rule or a script";
            return self.add(RuleFault::new("ruleType", "requirement", why));
        }
        let written = text(&rule.product_code);
        let code = ProductCode::parse(written).or_else(|| {
            let why = match written {
                "" => "it names no product code".to_owned(),
                written => format!("{written} is no product code (a GUID in braces)"),
            };
            self.add(RuleFault::new("productCode", written, why))
        });
        let version = match rule.product_version_operator.as_ref() {
            Some(operator) if operator.meant() == Operator::NotConfigured => None,
            // Without an operator the rule asks whether the product is installed, whatever stands in `productVersion`.
            None => None,
            operator => {
                let compared = Compared {
                    operator_field: "productVersionOperator",
                    operator,
                    value_field: "productVersion",
                    value: rule.product_version.as_deref(),
                };
                Some(self.comparison(compared, VERSION, version)?)
            }
        };
        Some(ProductCheck { code: code?, version })
    }

    fn script(&mut self, rule: &PowerShellScriptRule, purpose: RulePurpose) -> Option<ScriptCheck> {
        let script = self.script_bytes(rule);
        let output = match purpose {
            RulePurpose::Detection => None,
            RulePurpose::Requirement => Some(self.output_test(rule)?),
        };
        Some(ScriptCheck {
            script: script?,
            is_32_bit: rule.run_as_32_bit.unwrap_or_default(),
            is_signed: rule.enforce_signature_check.unwrap_or_default(),
            account: rule.run_as_account.as_ref().map(RunAsAccount::meant),
            output,
        })
    }

    fn script_bytes(&mut self, rule: &PowerShellScriptRule) -> Option<Vec<u8>> {
        let why = match rule.script() {
            Err(_) => "its script is not base64".to_owned(),
            Ok(script) if script.is_empty() => "it has no script".to_owned(),
            Ok(script) if script.len() > SCRIPT_LIMIT => {
                format!("its script has {} bytes; {SCRIPT_LIMIT} are the most", script.len())
            }
            Ok(script) => return Some(script),
        };
        self.add(RuleFault::new("scriptContent", "", why))
    }

    fn output_test(&mut self, rule: &PowerShellScriptRule) -> Option<Comparison<OutputValue>> {
        use ScriptOperation as Operation;
        let (what, read): (_, fn(&str) -> Option<OutputValue>) =
            match rule.operation_type.as_ref().map(Operation::meant) {
                Some(Operation::String) => (TEXT, |text| as_it_is(text).map(OutputValue::Text)),
                Some(Operation::DateTime) => (DATE, |text| date(text).map(OutputValue::Date)),
                Some(Operation::Integer) => {
                    (WHOLE_NUMBER, |text| text.trim().parse().ok().map(OutputValue::Integer))
                }
                Some(Operation::Float) => (NUMBER, |text| float(text).map(OutputValue::Float)),
                Some(Operation::Version) => (VERSION, |text| version(text).map(OutputValue::Version)),
                Some(Operation::Boolean) => (BOOLEAN, |text| boolean(text).map(OutputValue::Boolean)),
                None | Some(Operation::NotConfigured) => {
                    return self.no_operation("as what the output is compared");
                }
                Some(_) => return None, // `words` reports it
            };
        let compared = Compared::usual(rule.operator.as_ref(), rule.comparison_value.as_deref());
        self.comparison(compared, what, read)
    }

    fn no_operation<T>(&mut self, what: &str) -> Option<T> {
        self.add(RuleFault::new("operationType", "", format!("it does not say {what}")))
    }

    /// Reads operator and value. `read` returns `None` for a text that is no `what`.
    fn comparison<T>(
        &mut self,
        compared: Compared<'_>,
        what: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<Comparison<T>> {
        let operator = match compared.operator.map(Operator::meant).as_ref() {
            None | Some(Operator::NotConfigured) => {
                let why = format!("it looks at a {what} and has no operator");
                self.add(RuleFault::new(compared.operator_field, "", why))
            }
            // `words` reports one that is not known.
            Some(word) => ComparisonOperator::from_word(word),
        };
        // Operator and value are both read, so that a rule with two faults is corrected in one go.
        let written = compared.value.unwrap_or_default();
        let value = match written.trim() {
            "" => {
                let why = format!("it compares a {what} with nothing");
                self.add(RuleFault::new(compared.value_field, written, why))
            }
            _ => read(written).or_else(|| {
                let why = format!("`{written}` is no {what}{}", accepted_form(what));
                self.add(RuleFault::new(compared.value_field, written, why))
            }),
        };
        Some(Comparison { operator: operator?, value: value? })
    }
}

/// How a value of this kind is written, where its name does not say it; empty for the others.
fn accepted_form(what: &str) -> &'static str {
    match what {
        VERSION => "; one is written as `1.2` or `1.2.3.4`",
        DATE => "; one is written as `2024-02-01`, or as `02/01/2024` with the month first",
        _ => "",
    }
}

impl RegistryKey {
    /// Reads a key as Intune's agent does: the long or short name of its root, then `\`. Forms that only regedit and
    /// PowerShell write are refused, because the agent does not read them.
    ///
    /// # Errors
    /// Why the text is no such key, as a clause without a full stop.
    pub fn of_rule(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let root = text.split('\\').next().unwrap_or_default();
        if text.is_empty() {
            return Err("it names no key".to_owned());
        }
        if root.eq_ignore_ascii_case("computer") {
            return Err("`Computer\\` is regedit's own; keys begin with their hive".to_owned());
        }
        if root.ends_with(':') {
            return Err(format!(
                "`{root}` is PowerShell's way to write a hive; write HKEY_LOCAL_MACHINE or HKLM"
            ));
        }
        if root.split_once('/').is_some_and(|(root, _)| Hive::from_name(root).is_some()) {
            return Err("keys are separated by `\\`".to_owned());
        }
        let key = Hive::from_name(root).and_then(|_| Self::parse(text));
        key.ok_or_else(|| format!("{text} begins with no hive"))
    }
}

/// The text of an optional field without blanks around it; empty where there is none.
fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default().trim()
}

fn may_be_called(name: &str, paths: PathStyle) -> bool {
    // Whether a file or folder can have this name: it contains no character that the system forbids.
    match paths {
        PathStyle::Windows => !name.contains(['*', '?', '"', '<', '>', '|', '\0']),
        PathStyle::Unix => !name.contains('\0'),
    }
}

fn is_relative(folder: &str, paths: PathStyle) -> bool {
    // Whether the path is relative, whatever the values of its variables are. One that begins with a variable is left
    // to the machine, which knows the value.
    match paths {
        PathStyle::Unix => !folder.starts_with('/') && !folder.contains(['\\', '%', ':']),
        PathStyle::Windows => {
            let begins_with_variable = folder.strip_prefix('%').is_some_and(|rest| rest.contains('%'));
            !begins_with_variable && !path::is_absolute(&folder.replace('/', "\\"))
        }
    }
}

fn as_it_is(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn date(text: &str) -> Option<RuleDate> {
    text.parse().ok()
}

fn version(text: &str) -> Option<VersionNumber> {
    text.trim().parse().ok()
}

fn size(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(kind: &str, purpose: RulePurpose, fields: Value) -> Result<CheckedRule, RuleFaults> {
        let mut rule = fields;
        rule["@odata.type"] = format!("#microsoft.graph.win32LobApp{kind}Rule").into();
        CheckedRule::check(&serde_json::from_value(rule).unwrap(), purpose, PathStyle::Windows)
    }

    fn faults(kind: &str, fields: Value) -> Vec<(&'static str, String)> {
        let checked = check(kind, RulePurpose::Detection, fields);
        checked.unwrap_err().iter().map(|fault| (fault.field, fault.why.clone())).collect()
    }

    #[test]
    fn every_fault_is_reported_with_its_field_and_the_nearest_word() {
        let found = faults(
            "FileSystem",
            json!({ "path": "Contoso", "fileOrFolderName": "*.exe", "operationType": "version", "operator": "greaterThen", "comparisonValue": "v1" }),
        );
        let expected = [
            ("path", "Contoso is relative, and to nothing in particular"),
            ("fileOrFolderName", "nothing is called *.exe, and wildcards are not expanded"),
            ("comparisonValue", "`v1` is no version; one is written as `1.2` or `1.2.3.4`"),
            ("operator", "`greaterThen` is no operator; `greaterThan` is the nearest word"),
        ];
        assert_eq!(found, expected.map(|(field, why)| (field, why.to_owned())));
        let unknown = check(
            "Registry",
            RulePurpose::Detection,
            json!({ "keyPath": "HKLM\\A", "operationType": "Exist" }),
        );
        let unknown = unknown.unwrap_err();
        let fault = unknown.iter().next().unwrap();
        assert_eq!(
            (fault.word.as_str(), fault.nearest, fault.is_newer_word),
            ("Exist", Some("exists"), false)
        );
        assert_eq!(
            unknown.to_string(),
            "`Exist` is no operation of a registry rule; `exists` is the nearest word"
        );
    }

    #[test]
    fn every_word_of_a_rule_is_checked_and_its_case_does_not_matter() {
        let rule = json!({ "keyPath": "HKLM\\A", "operationType": "exists", "operator": "equals" });
        assert_eq!(faults("Registry", rule)[0].0, "operator", "also where no comparison is made");
        let rule = json!({ "keyPath": "HKLM\\A", "valueName": "V", "operationType": "STRING", "operator": "Equal", "comparisonValue": "a" });
        assert!(check("Registry", RulePurpose::Detection, rule).is_ok());
        let script = json!({ "scriptContent": "J3gn", "runAsAccount": "User", "operationType": "String", "operator": "equal", "comparisonValue": "x" });
        let Ok(CheckedRule::Script(script)) = check("PowerShellScript", RulePurpose::Requirement, script)
        else {
            panic!("it is valid")
        };
        assert_eq!(script.account, Some(RunAsAccount::User));
        let script = json!({ "scriptContent": "J3gn", "runAsAccount": "nobody" });
        assert_eq!(faults("PowerShellScript", script)[0].0, "runAsAccount");
        let product = json!({ "productCode": "{0F1B2C3D-1111-2222-3333-0123456789AB}", "productVersionOperator": "NotConfigured" });
        let Ok(CheckedRule::Product(product)) = check("ProductCode", RulePurpose::Detection, product) else {
            panic!("it is valid")
        };
        assert_eq!(product.version, None);
    }

    #[test]
    fn a_newer_word_makes_no_rule_invalid() {
        let rule = json!({ "keyPath": "HKLM\\A", "operationType": "unknownFutureValue" });
        let unknown = check("Registry", RulePurpose::Detection, rule).unwrap_err();
        assert!(unknown.are_newer_words(), "{unknown}");
        let rule = json!({ "keyPath": "", "operationType": "unknownFutureValue" });
        assert!(!check("Registry", RulePurpose::Detection, rule).unwrap_err().are_newer_words());
    }

    #[test]
    fn a_rule_is_read_once_with_its_values() {
        let rule = check(
            "FileSystem",
            RulePurpose::Detection,
            json!({ "path": " %ProgramFiles%\\App ", "fileOrFolderName": "app.exe", "operationType": "version", "operator": "lessThan", "comparisonValue": " 1.2 " }),
        );
        let Ok(CheckedRule::File(file)) = rule else { panic!("{rule:?}") };
        assert_eq!((file.folder.as_str(), file.is_32_bit), ("%ProgramFiles%\\App", false));
        let FileTest::Version(wanted) = file.test else { panic!("{file:?}") };
        assert!(wanted.holds(&"1.1".parse().unwrap()) && !wanted.holds(&"1.2".parse().unwrap()));
    }

    #[test]
    fn keys_are_written_as_intunes_agent_reads_them() {
        for key in ["HKLM\\SOFTWARE\\A", "hkey_local_machine\\SOFTWARE\\A\\", "HKCU", " HKU\\S-1-5-18 "] {
            assert!(RegistryKey::of_rule(key).is_ok(), "{key}");
        }
        for key in [
            "",
            "SOFTWARE\\A",
            "HKLM:\\SOFTWARE",
            "Computer\\HKLM\\A",
            "HKLM/SOFTWARE/A",
            "HKLM/SOFTWARE\\A",
            "\\HKLM\\A",
        ] {
            assert!(RegistryKey::of_rule(key).is_err(), "{key}");
        }
    }

    #[test]
    fn folders_lie_somewhere() {
        for (folder, is_fault) in [
            ("C:\\App", false),
            ("c:/App", false),
            ("\\\\server\\share", false),
            ("//server/share", false),
            ("%ProgramFiles%\\App", false),
            ("C:\\O'Reilly", false),
            ("%ProgramFiles\\App", true),
            ("Contoso\\%ProgramFiles%", true),
            ("C:App", true),
            ("\\App", true),
            ("/opt/app", true),
            ("'C:\\App'", true),
            ("$env:ProgramFiles\\App", true),
        ] {
            let rule = json!({ "path": folder, "fileOrFolderName": "a", "operationType": "exists" });
            let checked = check("FileSystem", RulePurpose::Detection, rule);
            assert_eq!(checked.is_err(), is_fault, "{folder}");
        }
    }

    #[test]
    fn what_a_requirement_needs_is_not_asked_of_a_detection_script() {
        let script = json!({ "scriptContent": "J3gn" });
        assert!(check("PowerShellScript", RulePurpose::Detection, script.clone()).is_ok());
        assert!(check("PowerShellScript", RulePurpose::Requirement, script).is_err());
        let product = json!({ "productCode": "{0F1B2C3D-1111-2222-3333-0123456789AB}" });
        assert!(check("ProductCode", RulePurpose::Detection, product.clone()).is_ok());
        assert!(check("ProductCode", RulePurpose::Requirement, product).is_err());
    }
}
