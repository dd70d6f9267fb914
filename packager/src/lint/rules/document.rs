//! WB501 to WB503: words and fields that the app document cannot have, what is missing in it, and limits.

use super::Severity::{Error, Warning};
use super::{Examined, Findings, LintPage, LintRule};
use waybill_intune::{
    MOST_RUN_LIMIT_MINUTES, TimeLimit, View, WordFaultKind, nearest_word, right_line, word_faults,
};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB501",
            severity: Error,
            title: "a word that Graph does not know",
            harm: "Graph refuses the app when it is uploaded, and `waybill install` and `detect` refuse it before anything \
               is started: an account, a restart behavior or the meaning of an exit code that nobody knows would be guessed. \
               A word in another case, or one of a list that grows with Windows and Graph (releases, architectures), is a \
               warning. Unknown words of a rule are found by WB201.",
            fix: "Write the word that the finding names; `waybill schema app` lists the words of every field.",
            before: "{ \"returnCode\": 3010, \"type\": \"Soft reboot\" }",
            after: "{ \"returnCode\": 3010, \"type\": \"softReboot\" }",
        },
        checks: &[words, allowed_codes],
    },
    LintRule {
        page: LintPage {
            code: "WB502",
            severity: Warning,
            title: "a field that is almost called like a known one",
            harm: "A field that nobody knows is kept and has no effect: a command line, a rule or an account in a misspelt \
               field is as good as missing.",
            fix: "Write the field's name as the finding says.",
            before: "\"instalCommandLine\": \"setup.exe /S\"",
            after: "\"installCommandLine\": \"setup.exe /S\"",
        },
        checks: &[fields],
    },
    LintRule {
        page: LintPage {
            code: "WB503",
            severity: Warning,
            title: "something that Intune asks for is missing, or over its limit",
            harm: "Without an install command there is nothing to run (an error), without an uninstall command the app \
               cannot be removed; name and publisher are asked for when the app is created. A time limit is \
               from 1 to 1440 minutes (an error otherwise). Where Intune keeps a script in place of a command, an export \
               does not hold its text.",
            fix: "Fill in the field that the finding names.",
            before: "\"publisher\": \"\"",
            after: "\"publisher\": \"Contoso\"",
        },
        checks: &[commands, setup_file, texts, time_limit],
    },
];

fn words(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(app) = examined.subject.app() else { return };
    for fault in word_faults(app) {
        let is_error = fault.kind == WordFaultKind::Unknown;
        // WB201 says of such a rule that it can never hold.
        if is_error && fault.is_rules_own() {
            continue;
        }
        let name = fault.pointer.rsplit('/').next().unwrap_or_default();
        let message = format!("In `{name}`, {fault}.");
        let fix = match fault.nearest {
            Some(nearest) => format!("Write `{nearest}`."),
            None => "Take a word that `waybill schema app` lists for this field.".to_owned(),
        };
        let place = examined.subject.app_place(&fault.pointer);
        match is_error {
            true => findings.error(place, message, fix),
            false => findings.warning(place, message, fix),
        }
    }
}

/// The codes in `lint.allow`: a mistyped one would allow nothing, as `--allow` says, too.
fn allowed_codes(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(lint) = examined.subject.app().and_then(|app| app.lint.as_ref()) else { return };
    let codes: Vec<&'static str> = super::all().map(|rule| rule.page.code).collect();
    for (index, allowed) in lint.allow.iter().enumerate().take(MOST_FIELDS) {
        let code = allowed.code.trim();
        if codes.iter().any(|known| known.eq_ignore_ascii_case(code)) {
            continue;
        }
        let message = format!("`lint.allow` names the code `{}`, and lint has no such code.", allowed.code);
        let place = examined.subject.app_place(&format!("/lint/allow/{index}/code"));
        findings.error(place, message, "Write a code as lint prints it, e.g. `WB105`.");
    }
}

/// The most unknown fields that are compared with known ones, because a hostile document may have a million.
const MOST_FIELDS: usize = 2_000;

fn fields(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(app) = examined.subject.app() else { return };
    for field in app.unknown_fields().into_iter().take(MOST_FIELDS) {
        // One that is like no other is somebody's own, or of a newer Graph.
        let Some(nearest) = nearest_word(field.name, field.known) else { continue };
        let message = format!(
            "Nobody knows the field `{}`, so it has no effect; `{nearest}` is a known one.",
            field.name
        );
        let name = field.name.replace('~', "~0").replace('/', "~1");
        let place = examined.subject.app_place(&format!("{}/{name}", field.pointer));
        findings.warning(place, message, format!("Write `{nearest}`, or take it out."));
    }
}

fn commands(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(app) = subject.app() else { return };
    for installs in [true, false] {
        let (name, field) = match installs {
            true => ("install", "/installCommandLine"),
            false => ("uninstall", "/uninstallCommandLine"),
        };
        let is_missing = !examined.commands.iter().any(|command| command.installs == installs);
        if let Some(id) = app.script_in_place_of_command(installs) {
            let message = format!(
                "Intune runs the script {id} in place of the {name} command, and the document does not hold its text: \
                 `waybill {name}` cannot run it."
            );
            let fix = format!(
                "Save the script as {name}.ps1 among the app's files, name it in `{}` and set the script to null.",
                &field[1..]
            );
            let reference = if installs { "/activeInstallScript" } else { "/activeUninstallScript" };
            findings.warning(subject.app_place(reference), message, fix);
        } else if is_missing && installs {
            let fix = fix_of_install_command(app.setup_file_path.as_deref());
            findings.error(subject.app_place(field), "The app has no install command.", fix);
        } else if is_missing {
            let fix = "Give the line that removes the app silently.";
            findings.warning(subject.app_place(field), "The app has no uninstall command.", fix);
        }
    }
}

fn setup_file(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(app) = subject.app().filter(|_| super::text(&subject.setup_file).is_empty()) else { return };
    if super::text(&app.setup_file_path).is_empty() {
        let fix = "Give the installer's name relative to the source folder; `waybill pack` asks for it.";
        findings.warning(subject.app_place("/setupFilePath"), "The app has no `setupFilePath`.", fix);
    }
}

/// What to do about a missing install command. Init proposes none for a file that nothing starts.
fn fix_of_install_command(setup: Option<&str>) -> String {
    let setup = setup.filter(|name| !name.is_empty());
    let extension = setup.map(waybill_intune::path::extension).unwrap_or_default();
    match setup {
        Some(name) if right_line::right_line(&extension, name, View::Bits32).is_none() => {
            let advice = right_line::advice(&extension);
            format!(
                "Nothing starts the setup file by itself: {advice}; or give the line that installs the app silently."
            )
        }
        _ => "Give the line that installs the app silently; `waybill init` proposes one.".to_owned(),
    }
}

fn texts(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(app) = examined.subject.app() else { return };
    let fields = [("displayName", &app.display_name), ("publisher", &app.publisher)];
    let missing: Vec<&str> =
        fields.iter().filter(|(_, value)| super::text(value).is_empty()).map(|(name, _)| *name).collect();
    if let Some(first) = missing.first() {
        let message = format!("The app has no `{}`, which Intune asks for.", missing.join("` and no `"));
        findings.warning(examined.subject.app_place(&format!("/{first}")), message, "Fill it in.");
    }
}

fn time_limit(examined: &Examined<'_>, findings: &mut Findings) {
    let limit = examined.subject.app().map(TimeLimit::of);
    if let Some(written) = limit.and_then(|limit| limit.refused) {
        let message =
            format!("The time limit is {written} minutes; Intune takes 1 to {MOST_RUN_LIMIT_MINUTES}.");
        let place = examined.subject.app_place("/installExperience/maxRunTimeInMinutes");
        findings.error(place, message, "60 is the default.");
    }
}
