//! Finds what goes wrong with an app in practice before it is uploaded; `docs/lint.md` describes the rules.
//!
//! A [`Subject`] holds what is known: the app document, the files, the facts of the setup file, the package. The rules
//! are pure functions of it. All of them run, and a rule whose facts are not known finds nothing.

mod json_lines;
mod open;
mod rules;
mod script;
mod subject;
#[cfg(test)]
mod tests;

pub use open::LintInputError;
pub use subject::{AppInput, FileEntry, PackageFacts, ReadFile, SetupFacts, Subject};

use rules::{Examined, Findings};
use std::collections::{HashMap, HashSet};
use waybill_schemas::report::lint::{Finding, LintPage, LintReport};

/// A code whose findings are allowed, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The code of a rule, such as `WB106`.
    pub code: String,
    /// Why the finding is right for this app, for the report.
    pub reason: String,
}

/// Runs every rule on what is known, and reports all findings.
///
/// `allowances` are added to those in `lint.allow` of the app document. If both allow a code, the document's reason
/// counts.
///
/// ```
/// use waybill_packager::lint::{AppInput, Subject, lint};
/// use waybill_schemas::app::AppDocument;
///
/// let mut app = AppDocument::new();
/// app.install_command_line = Some("install.ps1".into());
/// let mut subject = Subject::new("app.json");
/// subject.app = Some(AppInput { document: "app.json".into(), app, text: None });
/// let report = lint(subject, &[]);
/// assert!(report.findings.iter().any(|finding| finding.code == "WB101"));
/// ```
pub fn lint(subject: Subject, allowances: &[Allowance]) -> LintReport {
    let mut findings = Findings::default();
    let examined = Examined::new(&subject);
    rules::all().for_each(|rule| rule.run(&examined, &mut findings));
    let allowances = all_allowances(&subject, allowances);
    let Findings { kept: mut findings, cut, .. } = findings;
    allow(&mut findings, &allowances);
    let unused = unused(&findings, &allowances);
    let mut skipped = subject.skipped;
    skipped.extend(cut.iter().map(|code| format!("further findings of {code}: only the first 100 are told")));
    LintReport { skipped, unused_allowances: unused, ..LintReport::new(subject.name, findings) }
}

/// The page of every rule, in the order of the codes.
pub fn pages() -> Vec<&'static LintPage> {
    let mut pages: Vec<_> = rules::all().map(|rule| &rule.page).collect();
    pages.sort_by_key(|page| page.code);
    pages
}

/// The page of a code, in any case; `None` for an unknown code.
pub fn page(code: &str) -> Option<&'static LintPage> {
    pages().into_iter().find(|page| page.code.eq_ignore_ascii_case(code))
}

fn all_allowances(subject: &Subject, given: &[Allowance]) -> Vec<Allowance> {
    let own = subject.app().and_then(|app| app.lint.as_ref()).into_iter().flat_map(|lint| &lint.allow);
    let own = own.map(|allow| Allowance {
        code: allow.code.trim().to_owned(),
        reason: allow.reason.as_str().to_owned(),
    });
    // Those of the document come first, because the first allowance of a code gives the reason.
    own.chain(given.iter().cloned()).collect()
}

fn allow(findings: &mut [Finding], allowances: &[Allowance]) {
    let mut reasons: HashMap<String, &str> = HashMap::new();
    for allowance in allowances {
        reasons.entry(allowance.code.to_ascii_uppercase()).or_insert(&allowance.reason);
    }
    for finding in findings {
        finding.allowed = reasons.get(&finding.code).map(|reason| (*reason).to_owned());
    }
}

fn unused(findings: &[Finding], allowances: &[Allowance]) -> Vec<String> {
    let found: HashSet<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    let is_used = |code: &str| found.contains(code.to_ascii_uppercase().as_str());
    // An allowance that is no longer needed would hide the next finding of its code, which may have another reason.
    let unused = allowances.iter().filter(|allowance| !is_used(&allowance.code));
    let mut codes: Vec<String> = unused.map(|allowance| allowance.code.clone()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Whether `words`, which are separated by blanks, include `word`.
fn is_one_of(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}
