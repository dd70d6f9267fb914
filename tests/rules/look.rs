//! Evaluating one rule with the runner, as detection and as requirement.

use crate::truth::Expected;
use serde_json::{Value, json};
use std::path::PathBuf;
use waybill_context::Context;
use waybill_installer_runner::{AccountChoice, RunAs, Settings, check_requirements, detect};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{Answer, DetectionReport, Occasion, RequirementsReport, RuleReport};
use waybill_system::System;

/// A machine, and the settings with which rules are evaluated on it.
pub(crate) struct Looker<'a> {
    pub(crate) system: &'a dyn System,
    pub(crate) settings: Settings,
}

impl<'a> Looker<'a> {
    pub(crate) fn new(system: &'a dyn System) -> Self {
        let mut settings = Settings::new(&PathBuf::from("there-is-no-such-folder"));
        settings.account = AccountChoice::Current;
        Self { system, settings }
    }

    pub(crate) fn detect(&self, app: &AppDocument) -> DetectionReport {
        let eyes = RunAs::new(app, &self.settings, self.system);
        detect(app, &eyes, Occasion::Asked, self.system, &self.settings, &Context::silent())
    }

    pub(crate) fn require(&self, app: &AppDocument) -> RequirementsReport {
        let eyes = RunAs::new(app, &self.settings, self.system);
        check_requirements(app, &eyes, self.system, &self.settings, &Context::silent())
    }

    /// Evaluates the rule as the only detection rule of an app. Asserts that the app's answer is that of the rule.
    pub(crate) fn rule(&self, rule: &Value) -> RuleReport {
        let report = self.detect(&app_with(std::slice::from_ref(rule), "detection"));
        let [only] = report.rules.as_slice() else { panic!("{report:#?}") };
        assert_eq!(report.answer, only.answer);
        assert_eq!(report.code, only.code);
        only.clone()
    }

    /// Evaluates the rule as the only requirement rule of an app. `code` is the applicability code of a failure, which
    /// is asserted.
    pub(crate) fn requirement(&self, rule: &Value, code: i64) -> RuleReport {
        let report = self.require(&app_with(std::slice::from_ref(rule), "requirement"));
        let [only] = report.rules.as_slice() else { panic!("{report:#?}") };
        let applicability = match only.answer {
            Answer::Detected => Some(0),
            Answer::NotDetected => Some(code),
            Answer::CannotTell => None,
        };
        assert_eq!(report.applicability.map(|state| state.number), applicability);
        only.clone()
    }

    /// Asserts the answer of a rule, as detection and as requirement.
    pub(crate) fn expect(&self, rule: &Value, code: i64, expected: Expected) {
        let (detected, required) = (self.rule(rule), self.requirement(rule, code));
        assert_eq!(Expected::reported(&detected), expected, "{rule:#} came to {detected:#?}");
        assert_eq!(Expected::reported(&required), expected, "{rule:#} came to {required:#?}");
    }
}

/// An app with these rules, all of one purpose.
pub(crate) fn app_with(rules: &[Value], purpose: &str) -> AppDocument {
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let mut rule = rule.clone();
            rule["ruleType"] = purpose.into();
            rule
        })
        .collect();
    AppDocument::from_value(json!({ "displayName": "Contoso", "rules": rules })).unwrap()
}
