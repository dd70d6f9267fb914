//! Script rules, judged by exit code and output (docs/detection.md, "Scripts"). `crate::script` runs the scripts.

use super::{Answered, RuleAnswer, RuleMachine, RuleQuestion, compared, expected};
use crate::script::{OUTPUT_LIMIT, ScriptEnd, ScriptRun, quoted};
use crate::settings::view_name;
use waybill_intune::script_text::is_misread;
use waybill_intune::{Comparison, OutputValue, RulePurpose, ScriptCheck};
use waybill_schemas::app::{PowerShellScriptRule, RunAsAccount, ScriptOperation};
use waybill_system::{Account, Perspective, Unanswered};

/// The applicability that Intune's agent reports for output that cannot be read as the rule's type; measured on a device.
const NOT_OF_ITS_TYPE: i64 = 1;

pub(super) fn question(
    rule: &PowerShellScriptRule,
    purpose: RulePurpose,
    machine: RuleMachine<'_>,
) -> RuleQuestion {
    let (what, expected) = match purpose {
        RulePurpose::Detection => ("detection script", "exit 0 with output and without errors".to_owned()),
        RulePurpose::Requirement => ("requirement script", expected_output(rule)),
    };
    let name = rule.display_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    RuleQuestion {
        kind: "script",
        subject: name.map_or_else(|| what.to_owned(), |name| format!("{what} {name}")),
        expected,
        view: view_name(machine.run_as.in_view(rule.run_as_32_bit.unwrap_or_default()).view),
    }
}

fn expected_output(rule: &PowerShellScriptRule) -> String {
    let operation = rule.operation_type.as_ref().map_or("notConfigured", ScriptOperation::as_str);
    // In quotes like the output that is found, so that quotes and blanks within either can be told apart.
    let value = rule.comparison_value.as_deref().filter(|value| !value.is_empty()).map(quoted);
    let words = expected(operation, rule.operator.as_ref(), value.as_deref());
    if words == operation { words } else { format!("{operation} output {words}") }
}

pub(super) fn answer(check: &ScriptCheck, purpose: RulePurpose, machine: RuleMachine<'_>) -> Answered {
    let perspective = perspective(check, purpose, machine);
    let RuleMachine { system, settings, context, .. } = machine;
    let (script, is_signed) = (check.script.as_slice(), check.is_signed);
    let end = ScriptRun { script, is_signed, perspective, system, settings, context }.run()?;
    let mut answer = match &check.output {
        None => detected(&end),
        Some(wanted) => required(wanted, &end)?,
    };
    if is_misread(script) {
        answer.why.push_str(ANSI);
    }
    Ok(answer)
}

/// What is added about a script that is misread.
const ANSI: &str = "; it has letters beyond ASCII and no byte order mark, so Windows PowerShell 5.1 reads them as others \
                    (it is run byte for byte, as under Intune)";

/// The perspective in which a script runs. Detection scripts run under the account of the app's commands; requirement
/// scripts name their own account. If the settings make everything run as the account of this program, so do scripts.
fn perspective(check: &ScriptCheck, purpose: RulePurpose, machine: RuleMachine<'_>) -> Perspective {
    let seen = machine.run_as.in_view(check.is_32_bit);
    let account = match (seen.account, purpose, &check.account) {
        (Account::Current, ..) => Account::Current,
        (_, RulePurpose::Requirement, Some(RunAsAccount::User)) => Account::User,
        (_, RulePurpose::Requirement, Some(RunAsAccount::System)) => Account::System,
        (as_the_app, ..) => as_the_app,
    };
    Perspective { account, ..seen }
}

/// A detection script detects the app if it exits with 0 **and** writes to stdout **and** writes nothing to stderr.
fn detected(end: &ScriptEnd) -> RuleAnswer {
    let (printed, complained) = (!end.stdout.is_empty(), !end.stderr.is_empty());
    let why = match (end.code, printed, complained) {
        (0, true, false) => "it exited 0, printed something and wrote no error".to_owned(),
        (0, true, true) => {
            "it exited 0 and printed something, but wrote to stderr, which is taken as a failure".to_owned()
        }
        (0, false, true) => "it exited 0, but printed nothing and wrote to stderr".to_owned(),
        (0, false, false) => "it exited 0, but printed nothing: only output says \"detected\"".to_owned(),
        (code, true, _) => format!("it printed something, but exited {}, not 0", code.cast_signed()),
        (code, false, _) => format!("it exited {}, not 0", code.cast_signed()),
    };
    RuleAnswer::new(end.code == 0 && printed && !complained, end.to_string(), why)
}

/// A requirement script is satisfied if it exits with 0, writes nothing to stderr, and the comparison of its whole
/// stdout holds.
fn required(wanted: &Comparison<OutputValue>, end: &ScriptEnd) -> Answered {
    let fails = |why: String| Ok(RuleAnswer::new(false, end.to_string(), why));
    if end.code != 0 {
        return fails(format!("it exited {}, not 0", end.code.cast_signed()));
    }
    if !end.stderr.is_empty() {
        return fails("it wrote to stderr, which is taken as a failure".into());
    }
    if end.stdout.is_empty() {
        return fails("it printed nothing that could be compared".into());
    }
    if end.stdout.is_cut {
        return Err(Unanswered::new(format!("it printed more than {OUTPUT_LIMIT} bytes")).into());
    }
    let Comparison { operator, value } = wanted;
    match value.compare(without_final_newline(&end.stdout.text)) {
        Some(order) => Ok(compared(*operator, order, end.stdout.shown(), &quoted(&value.to_string()))),
        None => {
            let why = format!("{} is no {}", end.stdout.shown(), value.kind());
            Ok(RuleAnswer { code: Some(NOT_OF_ITS_TYPE), ..RuleAnswer::new(false, end.to_string(), why) })
        }
    }
}

fn without_final_newline(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
