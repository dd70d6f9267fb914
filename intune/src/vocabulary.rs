//! Every word of app.json that Graph takes from a list, checked in one place.
//!
//! A closed vocabulary is one whose other words Graph refuses, and by which a command or a rule is decided: such a word is an
//! error of lint, refused by the runner and a warning of `pack`. An open one grows with Graph (releases, architectures):
//! a word that we do not know is a warning, and "cannot tell" where something is decided by it. Graph reads words
//! regardless of case, and so does the runner; lint says how the word is written.

use crate::words::quoted;
use crate::{build_of_release, known_releases, nearest_word};
use std::fmt;
use waybill_schemas::app::{AppDocument, Architectures, FUTURE_WORD, RULE_TYPES, Rule, RuleType, Vocabulary};

/// What is the matter with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordFaultKind {
    /// The vocabulary is closed and does not have the word.
    Unknown,
    /// The word is known, with other letters in capitals.
    OtherCase,
    /// The vocabulary is open and this version does not know the word, or it stands for a newer word.
    Newer,
}

/// A word of app.json that its vocabulary does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordFault {
    /// JSON pointer to the field, e.g. `/installExperience/runAsAccount`.
    pub pointer: String,
    /// What the vocabulary names: `operator`.
    pub what: &'static str,
    /// The word; the beginning of a long one.
    pub word: String,
    /// What is the matter with it.
    pub kind: WordFaultKind,
    /// The word that is most likely meant.
    pub nearest: Option<&'static str>,
    /// The words of the vocabulary.
    pub known: &'static [&'static str],
}

/// The fault as a clause without a full stop, e.g. "`Usr` is no account to run as; `user` is the nearest word".
impl fmt::Display for WordFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, what) = (quoted(&self.word), self.what);
        match self.kind {
            WordFaultKind::OtherCase => {
                write!(formatter, "{word} is written in another case than Graph's word")
            }
            WordFaultKind::Newer if self.word == FUTURE_WORD => {
                write!(formatter, "{word} is what Graph answers for a newer {what} than the API version has")
            }
            WordFaultKind::Newer => write!(formatter, "{word} is no {what} that this version knows"),
            WordFaultKind::Unknown if self.word.is_empty() => write!(formatter, "it names no {what}"),
            WordFaultKind::Unknown => write!(formatter, "{word} is no {what}"),
        }?;
        match self.nearest {
            Some(nearest) => write!(formatter, "; `{nearest}` is the nearest word"),
            // A list that is read at one glance.
            None if self.kind == WordFaultKind::Unknown && self.known.len() <= 3 => {
                write!(formatter, "; the words are `{}`", self.known.join("`, `"))
            }
            None => Ok(()),
        }
    }
}

impl WordFault {
    /// Judges one word; `None` for a known one.
    fn of<T: Vocabulary>(pointer: &str, word: &T) -> Option<Self> {
        if word.is_known() {
            return None;
        }
        let fault = Self::of_text(pointer, word.as_str(), T::WHAT, T::KNOWN);
        Some(if T::IS_CLOSED { fault } else { fault.in_open_vocabulary() })
    }

    /// Judges a word that is not among `known`, of a closed vocabulary.
    fn of_text(pointer: &str, word: &str, what: &'static str, known: &'static [&'static str]) -> Self {
        let nearest = nearest_word(word, known);
        let kind = match nearest {
            _ if word == FUTURE_WORD => WordFaultKind::Newer,
            Some(nearest) if nearest.eq_ignore_ascii_case(word) => WordFaultKind::OtherCase,
            _ => WordFaultKind::Unknown,
        };
        let nearest = nearest.filter(|_| kind != WordFaultKind::Newer);
        // Cut, so that 8,000 faults of a hostile document are small.
        let word = word.chars().take(200).collect();
        Self { pointer: pointer.to_owned(), what, word, kind, nearest, known }
    }

    /// Whether it is a word of a rule that `CheckedRule::check` reports as a fault of that rule. `ruleType` is not,
    /// because without it nobody knows what the rule is checked for.
    pub fn is_rules_own(&self) -> bool {
        let lists = ["/rules/", "/detectionRules/", "/requirementRules/"];
        self.what != RuleType::WHAT && lists.iter().any(|list| self.pointer.starts_with(list))
    }

    fn in_open_vocabulary(mut self) -> Self {
        if self.kind == WordFaultKind::Unknown {
            self.kind = WordFaultKind::Newer;
        }
        self
    }
}

/// Every word of the app that its vocabulary does not have, in the order of the document's fields.
pub fn word_faults(app: &AppDocument) -> Vec<WordFault> {
    let mut found = Found(Vec::new());
    found.requirements(app);
    for (index, rule) in app.rules.iter().enumerate() {
        found.rule(&format!("/rules/{index}"), rule);
    }
    let older = app.detection_rules().into_iter().chain(app.requirement_rules());
    for placed in older.filter(|placed| !placed.pointer.starts_with("/rules/")) {
        found.rule(&placed.pointer, &placed.rule);
    }
    if let Some(experience) = &app.install_experience {
        found.word("/installExperience/runAsAccount", experience.run_as_account.as_ref());
        found.word("/installExperience/deviceRestartBehavior", experience.device_restart_behavior.as_ref());
    }
    for (index, code) in app.return_codes.iter().enumerate() {
        found.word(&format!("/returnCodes/{index}/type"), code.kind.as_ref());
    }
    let msi = app.msi_information.as_ref();
    found.word("/msiInformation/packageType", msi.and_then(|msi| msi.package_type.as_ref()));
    found.additions(app);
    found.0
}

/// The words for which an app is neither detected nor run: those of closed vocabularies that are not a rule's own,
/// which `CheckedRule` checks, but for `ruleType`, without which it is not known what the rule is for. Also an account
/// that is newer than this version, because nobody may become the system by not being known.
pub fn refused_words(app: &AppDocument) -> Vec<WordFault> {
    let mut faults = word_faults(app);
    faults.retain(|fault| {
        let is_account = fault.pointer == "/installExperience/runAsAccount";
        match fault.kind {
            WordFaultKind::Unknown => !fault.is_rules_own(),
            WordFaultKind::Newer => is_account || fault.what == RuleType::WHAT,
            WordFaultKind::OtherCase => false,
        }
    });
    faults
}

/// The release that a name such as `23H2`, `Windows 10 1909` or `W11_23H2` means: the one with its version, of Windows 11
/// where the name has an 11. By letters alone `1909` would be near `Windows10_21H2`, and would shut out the devices between.
fn release_meant(name: &str) -> Option<&'static str> {
    let words: Vec<String> = name
        .get(..name.len().min(40))?
        .to_uppercase()
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .map(str::to_owned)
        .collect();
    let is_eleven = words.iter().any(|word| word.ends_with("11"));
    let of_version = |word: &String| {
        let named = known_releases().iter().filter(|known| word.len() == 4 && known.ends_with(word.as_str()));
        // A version of both: the older Windows, unless the name has the newer.
        named.copied().min_by_key(|known| known.contains("11") != is_eleven)
    };
    words.iter().rev().find_map(of_version)
}

/// The fault of a rule whose type is not known.
fn rule_type_fault(tag: Option<&str>) -> WordFault {
    let written = tag.unwrap_or_default();
    let short = written.rsplit('.').next().unwrap_or_default();
    let fault = WordFault::of_text("", short, "type of a rule", RULE_TYPES);
    // A type in another case is another type: nothing says that Graph takes it.
    WordFault { kind: WordFaultKind::Unknown, ..fault }
}

/// The faults of a rule's own words, with the names of their fields. All of them are checked, also those that the rule's
/// operation does not ask for.
pub(crate) fn rule_words(rule: &Rule) -> Vec<(&'static str, WordFault)> {
    let mut found = Vec::new();
    match rule {
        Rule::FileSystem(rule) => {
            found.push(named("operationType", rule.operation_type.as_ref()));
            found.push(named("operator", rule.operator.as_ref()));
        }
        Rule::Registry(rule) => {
            found.push(named("operationType", rule.operation_type.as_ref()));
            found.push(named("operator", rule.operator.as_ref()));
        }
        Rule::ProductCode(rule) => {
            found.push(named("productVersionOperator", rule.product_version_operator.as_ref()));
        }
        Rule::PowerShellScript(rule) => {
            found.push(named("runAsAccount", rule.run_as_account.as_ref()));
            found.push(named("operationType", rule.operation_type.as_ref()));
            found.push(named("operator", rule.operator.as_ref()));
        }
        Rule::Other(fields) => {
            let tag = fields.get("@odata.type").and_then(|tag| tag.as_str());
            found.push(Some(("@odata.type", rule_type_fault(tag))));
        }
        _ => {}
    }
    found.into_iter().flatten().collect()
}

fn named<T: Vocabulary>(field: &'static str, word: Option<&T>) -> Option<(&'static str, WordFault)> {
    Some((field, WordFault::of("", word?)?))
}

struct Found(Vec<WordFault>);

impl Found {
    fn word<T: Vocabulary>(&mut self, pointer: &str, word: Option<&T>) {
        self.0.extend(word.and_then(|word| WordFault::of(pointer, word)));
    }

    fn open(&mut self, pointer: &str, word: &str, what: &'static str, known: &'static [&'static str]) {
        self.0.push(WordFault::of_text(pointer, word, what, known).in_open_vocabulary());
    }

    fn requirements(&mut self, app: &AppDocument) {
        let lists = [
            ("/applicableArchitectures", &app.applicable_architectures),
            ("/allowedArchitectures", &app.allowed_architectures),
        ];
        for (pointer, list) in lists {
            // One word of a list is enough to look at it.
            if let Some(name) = list.as_ref().and_then(|list| list.unknown_names().next()) {
                self.open(pointer, name, "architecture", Architectures::KNOWN);
            }
        }
        let release = app.minimum_supported_windows_release.as_deref().map(str::trim).unwrap_or_default();
        if !release.is_empty() && build_of_release(release).is_none() {
            self.open("/minimumSupportedWindowsRelease", release, "release of Windows", known_releases());
            if let (Some(name), Some(fault)) = (release_meant(release), self.0.last_mut()) {
                fault.nearest = Some(name);
            }
        }
    }

    fn rule(&mut self, pointer: &str, rule: &Rule) {
        let field = |name: &str| format!("{pointer}/{name}");
        self.word(&field("ruleType"), rule.written_rule_type().as_deref());
        for (name, fault) in rule_words(rule) {
            self.0.push(WordFault { pointer: field(name), ..fault });
        }
    }

    /// The words of what Waybill adds to Graph's app. All of these vocabularies are open.
    fn additions(&mut self, app: &AppDocument) {
        if let Some(assignment) = &app.assignment {
            self.word("/assignment/intent", assignment.intent.as_ref());
        }
        if let Some(settings) = app.assignment.as_ref().and_then(|assignment| assignment.settings.as_ref()) {
            self.word("/assignment/settings/notifications", settings.notifications.as_ref());
            let priority = settings.delivery_optimization_priority.as_ref();
            self.word("/assignment/settings/deliveryOptimizationPriority", priority);
            let state = settings.auto_update_settings.as_ref();
            let state = state.and_then(|state| state.auto_update_superseded_apps_state.as_deref());
            const STATES: &[&str] = &["notConfigured", "enabled"];
            if let Some(state) = state.filter(|state| !STATES.contains(state)) {
                let pointer = "/assignment/settings/autoUpdateSettings/autoUpdateSupersededAppsState";
                self.open(pointer, state, "state of automatic updates", STATES);
            }
        }
        for (index, relationship) in app.relationships.iter().enumerate() {
            let field = |name: &str| format!("/relationships/{index}/{name}");
            self.word(&field("dependencyType"), relationship.dependency_type.as_ref());
            self.word(&field("supersedenceType"), relationship.supersedence_type.as_ref());
            if !relationship.is_dependency() && !relationship.is_supersedence() {
                const TYPES: &[&str] = &["mobileAppDependency", "mobileAppSupersedence"];
                let tag = relationship.odata_type.as_deref().unwrap_or_default();
                let short = tag.rsplit('.').next().unwrap_or_default();
                self.open(&field("@odata.type"), short, "type of a relationship", TYPES);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn faults(app: Value) -> Vec<String> {
        let app = AppDocument::from_value(app).unwrap();
        word_faults(&app).iter().map(|fault| format!("{} {:?}: {fault}", fault.pointer, fault.kind)).collect()
    }

    #[test]
    fn of_a_word_that_is_near_to_none_the_few_words_are_named() {
        let app = json!({ "installExperience": { "runAsAccount": "admin" } });
        let told = word_faults(&AppDocument::from_value(app).unwrap())[0].to_string();
        assert_eq!(told, "`admin` is no account to run as; the words are `system`, `user`");
    }

    #[test]
    fn closed_words_are_unknown_with_the_nearest_one() {
        let found = faults(json!({
            "installExperience": { "runAsAccount": "usr", "deviceRestartBehavior": "Intune will force a mandatory device restart" },
            "returnCodes": [{ "returnCode": 0, "type": "Success" }, { "returnCode": 3010, "type": "Soft reboot" }, { "returnCode": 1, "type": null }],
            "rules": [
                { "@odata.type": "#microsoft.graph.win32LobAppFileRule" },
                { "@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "detections", "operationType": "exists", "operator": "equals" },
                { "ruleType": "Detection" },
            ],
        }));
        let expected = [
            "/rules/0/@odata.type Unknown: `win32LobAppFileRule` is no type of a rule; `win32LobAppFileSystemRule` is the nearest word",
            "/rules/1/ruleType Unknown: `detections` is no rule type; `detection` is the nearest word",
            "/rules/1/operator Unknown: `equals` is no operator; `equal` is the nearest word",
            "/rules/2/ruleType OtherCase: `Detection` is written in another case than Graph's word; `detection` is the nearest word",
            "/rules/2/@odata.type Unknown: it names no type of a rule",
            "/installExperience/runAsAccount Unknown: `usr` is no account to run as; `user` is the nearest word",
            "/installExperience/deviceRestartBehavior Unknown: `Intune will force a mandatory device restart` is no restart behavior; `force` is the nearest word",
            "/returnCodes/0/type OtherCase: `Success` is written in another case than Graph's word; `success` is the nearest word",
            "/returnCodes/1/type Unknown: `Soft reboot` is no type of a return code; `softReboot` is the nearest word",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn open_words_and_what_stands_for_newer_ones_are_no_errors() {
        let found = faults(json!({
            "minimumSupportedWindowsRelease": "Windows11_23H3", "allowedArchitectures": "x64,amd64",
            "installExperience": { "deviceRestartBehavior": "unknownFutureValue", "runAsAccount": null },
            "msiInformation": { "packageType": "perMachines" },
            "assignment": { "intent": "require", "settings": { "autoUpdateSettings": { "autoUpdateSupersededAppsState": "on" } } },
            "relationships": [{ "dependencyType": "autoinstall" }, { "@odata.type": "#microsoft.graph.mobileAppFriendship" }],
        }));
        let kinds: Vec<_> = found.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
        let expected = [
            "/allowedArchitectures Newer",
            "/minimumSupportedWindowsRelease Newer",
            "/installExperience/deviceRestartBehavior Newer",
            "/msiInformation/packageType Newer",
            "/assignment/intent Newer",
            "/assignment/settings/autoUpdateSettings/autoUpdateSupersededAppsState Newer",
            "/relationships/0/dependencyType OtherCase",
            "/relationships/1/@odata.type Newer",
        ];
        assert_eq!(kinds, expected);
        assert!(
            found[0]
                .ends_with("`amd64` is no architecture that this version knows; `x64` is the nearest word")
        );
    }

    #[test]
    fn nobody_becomes_the_system_by_a_word_that_is_not_known() {
        let refused = |word: &str| {
            let app = json!({ "installExperience": { "runAsAccount": word } });
            refused_words(&AppDocument::from_value(app).unwrap()).len()
        };
        for word in ["usr", "", "unknownFutureValue", "user ", "Local System"] {
            assert_eq!(refused(word), 1, "{word:?}");
        }
        for word in ["user", "User", "system", "SYSTEM"] {
            assert_eq!(refused(word), 0, "{word:?}");
        }
    }

    #[test]
    fn a_good_app_has_no_fault() {
        let found = faults(json!({
            "minimumSupportedWindowsRelease": "2H20", "applicableArchitectures": "none", "allowedArchitectures": "x64,arm64",
            "installExperience": { "runAsAccount": "system", "deviceRestartBehavior": "suppress" },
            "returnCodes": [{ "returnCode": 0, "type": "success" }],
        }));
        assert_eq!(found, [""; 0]);
    }
}
