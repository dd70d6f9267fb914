//! Registry rules (docs/detection.md, "Registry"): values as .NET reads them, with variables of REG_EXPAND_SZ expanded.

use super::{Answered, NoAnswer, RuleAnswer, RuleMachine, RuleQuestion, compared, expected};
use waybill_intune::{
    Comparison, RegistryCheck, RegistryKey, RegistryTest, VersionNumber, compare_texts, whole_number,
};
use waybill_schemas::app::{RegistryOperation, RegistryRule};
use waybill_schemas::counted;
use waybill_schemas::secrets::{MASK, holds_secret_word};
use waybill_system::RegistryValue;

pub(super) fn question(rule: &RegistryRule, machine: RuleMachine<'_>) -> RuleQuestion {
    let written = rule.key_path.as_deref().unwrap_or_default();
    let key = RegistryKey::of_rule(written).map_or_else(|_| written.to_owned(), |key| key.to_string());
    let operation = rule.operation_type.as_ref().map_or("notConfigured", RegistryOperation::as_str);
    RuleQuestion {
        kind: "registry",
        subject: match value_name(rule) {
            "" => format!("key {key}"),
            name => format!("value {name} of {key}"),
        },
        expected: match rule.operation_type {
            Some(RegistryOperation::Exists | RegistryOperation::DoesNotExist) => operation.to_owned(),
            _ => expected(operation, rule.operator.as_ref(), rule.comparison_value.as_deref()),
        },
        view: machine.view(rule.check_32_bit_on_64_system).1,
    }
}

fn value_name(rule: &RegistryRule) -> &str {
    rule.value_name.as_deref().unwrap_or_default().trim()
}

pub(super) fn answer(check: &RegistryCheck, machine: RuleMachine<'_>) -> Answered {
    let RegistryCheck { key, value_name, test, .. } = check;
    let (perspective, _) = machine.view(Some(check.is_32_bit));
    let registry = machine.system.registry();
    let wants_nothing = matches!(test, RegistryTest::DoesNotExist);
    // The key is asked for first, so that the report can tell a missing key from a missing value.
    if !registry.has_key(key, perspective)? {
        return Ok(RuleAnswer::not_there(wants_nothing, "the key is not there"));
    }
    let asks_for_presence = matches!(test, RegistryTest::Exists | RegistryTest::DoesNotExist);
    if value_name.is_empty() && asks_for_presence {
        return Ok(there(test, "the key"));
    }
    // Tools show the default value of a key, whose name is empty, as (Default).
    let name = if value_name.eq_ignore_ascii_case(waybill_intune::DEFAULT_VALUE) { "" } else { value_name };
    let value = match registry.value(key, name, perspective)? {
        None => return Ok(RuleAnswer::not_there(wants_nothing, "the key is there, and has no such value")),
        Some(RegistryValue::Expandable(text)) => {
            RegistryValue::Text(machine.system.device().environment(perspective)?.expand(&text))
        }
        Some(value) => value,
    };
    Ok(match test {
        RegistryTest::Text(wanted) => compared_as_text(&value, wanted),
        RegistryTest::Number(wanted) => compared_as_number(&value, wanted),
        RegistryTest::Version(wanted) => compared_as_version(&value, wanted),
        _ => there(test, "the value"),
    })
}

fn there(test: &RegistryTest, what: &str) -> RuleAnswer {
    RuleAnswer::new(matches!(test, RegistryTest::Exists), "there", format!("{what} is there"))
}

fn compared_as_text(value: &RegistryValue, wanted: &Comparison<String>) -> RuleAnswer {
    match text_of(value) {
        None => is_no("text", value),
        Some(text) => {
            compared(wanted.operator, compare_texts(&text, &wanted.value), shown(&text), &wanted.value)
        }
    }
}

/// Compares as a number: REG_DWORD, REG_QWORD, or a REG_SZ that is a whole number.
fn compared_as_number(value: &RegistryValue, wanted: &Comparison<i128>) -> RuleAnswer {
    let wants = wanted.value;
    // .NET reads REG_DWORD and REG_QWORD as signed numbers. A rule whose number only fits the unsigned reading, which
    // regedit shows, means the unsigned one.
    let number = match value {
        RegistryValue::Number32(bits) if wants > i128::from(i32::MAX) => Some(i128::from(*bits)),
        RegistryValue::Number32(bits) => Some(i128::from(bits.cast_signed())),
        RegistryValue::Number64(bits) if wants > i128::from(i64::MAX) => Some(i128::from(*bits)),
        RegistryValue::Number64(bits) => Some(i128::from(bits.cast_signed())),
        RegistryValue::Text(text) => whole_number(text),
        _ => None,
    };
    match number {
        Some(number) => compared(wanted.operator, number.cmp(&wants), number.to_string(), &wants),
        None => is_no("whole number", value),
    }
}

/// Compares as versions; as text where either is no version.
fn compared_as_version(value: &RegistryValue, wanted: &Comparison<String>) -> RuleAnswer {
    let Some(text) = text_of(value) else { return is_no("version", value) };
    let versions = (text.trim().parse::<VersionNumber>(), wanted.value.trim().parse::<VersionNumber>());
    if let (Ok(found), Ok(wants)) = versions {
        return compared(wanted.operator, found.cmp(&wants), shown(&text), &wanted.value);
    }
    let mut answer = compared_as_text(value, wanted);
    answer.why.push_str(" as text, for they are not both versions");
    answer
}

/// The value as text; the texts of a REG_MULTI_SZ are joined by line feeds. `None` for binary data.
fn text_of(value: &RegistryValue) -> Option<String> {
    match value {
        RegistryValue::Text(text) | RegistryValue::Expandable(text) => Some(text.clone()),
        RegistryValue::Texts(texts) => Some(texts.join("\n")),
        RegistryValue::Number32(number) => Some(number.to_string()),
        RegistryValue::Number64(number) => Some(number.to_string()),
        RegistryValue::Bytes(_) => None,
    }
}

fn is_no(what: &str, value: &RegistryValue) -> RuleAnswer {
    let actual = match (value, text_of(value)) {
        (RegistryValue::Bytes(bytes), _) => format!("{} of binary data", counted(bytes.len() as u64, "byte")),
        (_, text) => shown(&text.unwrap_or_default()),
    };
    RuleAnswer::new(false, &*actual, format!("{actual} is no {what}"))
}

fn shown(text: &str) -> String {
    // A text of blanks is shown in quotes, so that it can be seen in the report.
    if text.trim().is_empty() { format!("{text:?}") } else { text.to_owned() }
}

/// Masks both values of a comparison where the value's name says that it is a secret (docs/security.md).
pub(super) fn concealed(rule: &RegistryRule, question: &mut RuleQuestion, answered: Answered) -> Answered {
    let secret = rule.comparison_value.as_deref().filter(|_| holds_secret_word(value_name(rule)));
    let Some(value) = secret else { return answered };
    let masked = |text: &str| if value.is_empty() { text.to_owned() } else { text.replace(value, MASK) };
    question.expected = masked(&question.expected);
    match answered {
        Ok(found) if found.actual == "there" || found.actual == "not there" => Ok(found),
        Ok(RuleAnswer { holds, .. }) => {
            let is = if holds { "is" } else { "is not" };
            let why = format!("the value {is} as wanted; it is not shown, for its name is a secret's");
            Ok(RuleAnswer::new(holds, MASK, why))
        }
        Err(NoAnswer::Invalid(why)) => Err(NoAnswer::Invalid(masked(&why))),
        unanswered => unanswered,
    }
}
