//! Registry rules (docs/detection.md).

use super::comparison::{Comparison, expected};
use super::registry_value::{Value, wanted_number};
use super::{Found, Inquiry, Question, Stop};
use waybill_schemas::app::{RegistryOperation, RegistryRule};
use waybill_schemas::secrets::{MASK, holds_secret_word};
use waybill_system::{Perspective, RegistryKey};

/// What a rule wants of a key or value, its own value read.
enum Wish<'a> {
    There,
    NotThere,
    Text(Comparison<'a, String>),
    Number(Comparison<'a, i128>),
    Version(Comparison<'a, String>),
}

pub(super) fn evaluate(rule: &RegistryRule, inquiry: Inquiry<'_>) -> (Question, Result<Found, Stop>) {
    let (perspective, view) = inquiry.view(rule.check_32_bit_on_64_system);
    let (wish, key) = (wish(rule), key(rule));
    let name = rule.value_name.as_deref().unwrap_or_default().trim();
    let operation = rule.operation_type.as_ref().map_or("notConfigured", RegistryOperation::as_str);
    let mut question = Question {
        kind: "registry",
        subject: subject(&key, rule, name),
        expected: match rule.operation_type {
            Some(RegistryOperation::Exists | RegistryOperation::DoesNotExist) => operation.to_owned(),
            _ => expected(operation, rule.operator.as_ref(), rule.comparison_value.as_deref()),
        },
        view,
    };
    let mut found = wish.and_then(|wish| judge(&wish, &key?, name, perspective, inquiry));
    if let Some(value) = rule.comparison_value.as_deref().filter(|_| holds_secret_word(name)) {
        question.expected = masked(&question.expected, value);
        found = concealed(found, value);
    }
    (question, found)
}

fn subject(key: &Result<RegistryKey, Stop>, rule: &RegistryRule, name: &str) -> String {
    let written = || rule.key_path.clone().unwrap_or_default();
    let key = key.as_ref().map_or_else(|_| written(), RegistryKey::to_string);
    if name.is_empty() { format!("key {key}") } else { format!("value {name} of {key}") }
}

/// The key as the reference reads it. What only regedit and PowerShell write is refused: it would work here and fail
/// there.
fn key(rule: &RegistryRule) -> Result<RegistryKey, Stop> {
    let text = rule.key_path.as_deref().unwrap_or_default().trim();
    if text.is_empty() {
        return Err(Stop::Invalid("it names no key".into()));
    }
    let root = text.split('\\').next().unwrap_or_default();
    if root.eq_ignore_ascii_case("computer") {
        return Err(Stop::Invalid("`Computer\\` is regedit's own; keys begin with their hive".into()));
    }
    if root.ends_with(':') {
        return Err(Stop::Invalid(format!(
            "`{root}` is PowerShell's way to write a hive; write HKEY_LOCAL_MACHINE or HKLM"
        )));
    }
    RegistryKey::parse(text).ok_or_else(|| Stop::Invalid(format!("{text} begins with no hive")))
}

fn wish(rule: &RegistryRule) -> Result<Wish<'_>, Stop> {
    let (operator, value) = (rule.operator.as_ref(), rule.comparison_value.as_deref());
    let as_it_is = |text: &str| Some(text.to_owned());
    match rule.operation_type.as_ref() {
        Some(RegistryOperation::Exists) => Ok(Wish::There),
        Some(RegistryOperation::DoesNotExist) => Ok(Wish::NotThere),
        Some(RegistryOperation::String) => Comparison::of(operator, value, "text", as_it_is).map(Wish::Text),
        Some(RegistryOperation::Integer) => {
            Comparison::of(operator, value, "whole number", wanted_number).map(Wish::Number)
        }
        Some(RegistryOperation::Version | RegistryOperation::AppVersion) => {
            Comparison::of(operator, value, "version", as_it_is).map(Wish::Version)
        }
        None | Some(RegistryOperation::NotConfigured) => {
            Err(Stop::Invalid("it says not what to look at".into()))
        }
        Some(other) => Err(Stop::Invalid(format!("`{other}` is no operation of a registry rule"))),
    }
}

fn judge(
    wish: &Wish<'_>,
    key: &RegistryKey,
    name: &str,
    perspective: Perspective,
    inquiry: Inquiry<'_>,
) -> Result<Found, Stop> {
    let registry = inquiry.system.registry();
    let is_key = registry.has_key(key, perspective)?;
    if !is_key {
        return Ok(nothing_there(wish, "the key is not there"));
    }
    if name.is_empty() && matches!(wish, Wish::There | Wish::NotThere) {
        return Ok(there(wish, "the key"));
    }
    // Of a key, what is compared is its default value, which tools show as (Default).
    let name = if name.eq_ignore_ascii_case("(default)") { "" } else { name };
    let Some(value) = registry.value(key, name, perspective)? else {
        return Ok(nothing_there(wish, "the key is there, and has no such value"));
    };
    let environment = || inquiry.system.device().environment(perspective);
    let value = Value::of(value, environment)?;
    Ok(match wish {
        Wish::There | Wish::NotThere => there(wish, "the value"),
        Wish::Text(wanted) => value.as_text(wanted),
        Wish::Number(wanted) => value.as_number(wanted),
        Wish::Version(wanted) => value.as_version(wanted),
    })
}

fn there(wish: &Wish<'_>, what: &str) -> Found {
    Found { holds: matches!(wish, Wish::There), actual: "there".into(), why: format!("{what} is there") }
}

/// Whatever it is compared with and how: what is not there compares to nothing.
fn nothing_there(wish: &Wish<'_>, why: &str) -> Found {
    Found { holds: matches!(wish, Wish::NotThere), actual: "not there".into(), why: why.to_owned() }
}

/// What is compared under a secret's name is not shown (docs/context.md, "Secrets").
fn concealed(found: Result<Found, Stop>, value: &str) -> Result<Found, Stop> {
    match found {
        Ok(found) if found.actual == "there" || found.actual == "not there" => Ok(found),
        Ok(Found { holds, .. }) => {
            let is = if holds { "is" } else { "is not" };
            let why = format!("the value {is} as wanted; it is not shown, for its name is a secret's");
            Ok(Found { holds, actual: MASK.to_owned(), why })
        }
        Err(Stop::Invalid(why)) => Err(Stop::Invalid(masked(&why, value))),
        Err(Stop::Unanswered(unanswered)) => Err(Stop::Unanswered(unanswered)),
    }
}

fn masked(text: &str, value: &str) -> String {
    if value.is_empty() { text.to_owned() } else { text.replace(value, MASK) }
}
