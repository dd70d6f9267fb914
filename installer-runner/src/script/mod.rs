//! Script rules: a PowerShell script, run by the reference's host with its arguments, judged by exit code and output
//! (docs/detection.md).

mod captured;
mod detected;
mod host;
mod required;
mod run;
mod written;

use crate::perspective::view_name;
use crate::rule::{Found, Inquiry, Purpose, Question, Stop};
use waybill_schemas::app::{PowerShellScriptRule, RunAsAccount};
use waybill_system::{Account, Perspective};

/// The most bytes of a script: what Intune takes for platform scripts and remediations (docs/detection.md, "Scripts").
const SCRIPT_LIMIT: usize = 200 * 1024;

pub(crate) fn evaluate(
    rule: &PowerShellScriptRule,
    purpose: Purpose,
    inquiry: Inquiry<'_>,
) -> (Question, Result<Found, Stop>) {
    let perspective = perspective(rule, purpose, inquiry);
    let name = rule.display_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let what = if purpose == Purpose::Detection { "detection script" } else { "requirement script" };
    let question = Question {
        kind: "script",
        subject: name.map_or_else(|| what.to_owned(), |name| format!("{what} {name}")),
        expected: match purpose {
            Purpose::Detection => "exit 0 with output and without errors".into(),
            Purpose::Requirement => required::expected(rule),
        },
        view: view_name(perspective.view),
    };
    let found = match purpose {
        Purpose::Detection => ended(rule, perspective, inquiry).map(|end| detected::judge(&end)),
        Purpose::Requirement => {
            required::Wish::of(rule).and_then(|wish| wish.judge(&ended(rule, perspective, inquiry)?))
        }
    };
    (question, found)
}

/// Detection scripts run as the app's commands do; requirement scripts say for themselves as whom. Where everything runs
/// as whoever runs this program, scripts do too.
fn perspective(rule: &PowerShellScriptRule, purpose: Purpose, inquiry: Inquiry<'_>) -> Perspective {
    let seen = inquiry.eyes.in_view(rule.run_as_32_bit.unwrap_or_default());
    let account = match (seen.account, purpose, &rule.run_as_account) {
        (Account::Current, ..) => Account::Current,
        (_, Purpose::Requirement, Some(RunAsAccount::User)) => Account::User,
        (_, Purpose::Requirement, Some(RunAsAccount::System)) => Account::System,
        (as_the_app, ..) => as_the_app,
    };
    Perspective { account, ..seen }
}

fn ended(
    rule: &PowerShellScriptRule,
    perspective: Perspective,
    inquiry: Inquiry<'_>,
) -> Result<run::End, Stop> {
    let script = body(rule)?;
    let is_signed = rule.enforce_signature_check.unwrap_or_default();
    let environment = inquiry.system.device().environment(perspective)?;
    let host = host::Host::find(perspective, is_signed, &environment, inquiry)?;
    Ok(run::run(&written::as_written(&script, is_signed), &host, &environment, perspective, inquiry)?)
}

fn body(rule: &PowerShellScriptRule) -> Result<Vec<u8>, Stop> {
    let script = rule.script().map_err(|_| Stop::Invalid("its script is not base64".into()))?;
    match script.len() {
        0 => Err(Stop::Invalid("it has no script".into())),
        size if size > SCRIPT_LIMIT => {
            Err(Stop::Invalid(format!("its script has {size} bytes; {SCRIPT_LIMIT} are the most")))
        }
        _ => Ok(script),
    }
}
