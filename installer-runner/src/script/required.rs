//! Requirement scripts: exit 0, and the whole of stdout compares as the rule says (docs/detection.md).

use super::captured::OUTPUT_LIMIT;
use super::detected::shown;
use super::run::End;
use crate::date::instant;
use crate::rule::{Comparison, Found, Stop};
use jiff::Timestamp;
use std::cmp::Ordering;
use std::fmt;
use waybill_intune::VersionNumber;
use waybill_schemas::app::{PowerShellScriptRule, ScriptOperation};
use waybill_system::Unanswered;

/// What a rule wants of the output, its own value read.
pub(super) struct Wish<'a> {
    kind: Kind,
    wanted: Comparison<'a, Value>,
}

pub(super) fn expected(rule: &PowerShellScriptRule) -> String {
    let operation = rule.operation_type.as_ref().map_or("notConfigured", ScriptOperation::as_str);
    let value = rule.comparison_value.as_deref();
    let words = crate::rule::expected(operation, rule.operator.as_ref(), value);
    if words == operation { words } else { format!("{operation} output {words}") }
}

impl<'a> Wish<'a> {
    pub(super) fn of(rule: &'a PowerShellScriptRule) -> Result<Self, Stop> {
        let kind = Kind::of(rule.operation_type.as_ref())?;
        let (operator, value) = (rule.operator.as_ref(), rule.comparison_value.as_deref());
        let wanted = Comparison::of(operator, value, kind.name(), |text| kind.read(text))?;
        Ok(Self { kind, wanted })
    }

    pub(super) fn judge(&self, end: &End) -> Result<Found, Stop> {
        let fails = |why: String| Ok(Found { holds: false, actual: shown(end), why });
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
        let output = without_final_newline(&end.stdout.text);
        let order = self.kind.read(output).and_then(|found| found.compare(self.wanted.value()));
        match order {
            Some(order) => Ok(self.wanted.found(order, end.stdout.shown())),
            None => fails(format!("{} is no {}", end.stdout.shown(), self.kind.name())),
        }
    }
}

fn without_final_newline(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

/// As what output and value are compared.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Date,
    Integer,
    Float,
    Version,
    Boolean,
}

impl Kind {
    fn of(operation: Option<&ScriptOperation>) -> Result<Self, Stop> {
        match operation {
            Some(ScriptOperation::String) => Ok(Self::Text),
            Some(ScriptOperation::DateTime) => Ok(Self::Date),
            Some(ScriptOperation::Integer) => Ok(Self::Integer),
            Some(ScriptOperation::Float) => Ok(Self::Float),
            Some(ScriptOperation::Version) => Ok(Self::Version),
            Some(ScriptOperation::Boolean) => Ok(Self::Boolean),
            None | Some(ScriptOperation::NotConfigured) => {
                Err(Stop::Invalid("it says not as what the output is compared".into()))
            }
            Some(other) => Err(Stop::Invalid(format!("`{other}` is no operation of a script rule"))),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::Integer => "whole number",
            Self::Float => "number",
            Self::Version => "version",
            Self::Boolean => "boolean (true or false)",
        }
    }

    fn read(self, text: &str) -> Option<Value> {
        let bare = text.trim();
        match self {
            Self::Text => Some(Value::Text(text.to_owned())),
            Self::Date => instant(bare).map(Value::Date),
            Self::Integer => bare.parse::<i64>().ok().map(Value::Integer),
            Self::Float => bare.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
            Self::Version => bare.parse().ok().map(Value::Version),
            Self::Boolean if bare.eq_ignore_ascii_case("true") => Some(Value::Boolean(true)),
            Self::Boolean if bare.eq_ignore_ascii_case("false") => Some(Value::Boolean(false)),
            Self::Boolean => None,
        }
    }
}

/// An output or a rule's value.
#[derive(Debug)]
enum Value {
    Text(String),
    Date(Timestamp),
    Integer(i64),
    Float(f64),
    Version(VersionNumber),
    Boolean(bool),
}

impl Value {
    /// `None` for values of two kinds, which [`Kind::read`] never gives.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => Some(crate::rule::texts(left, right)),
            (Self::Date(left), Self::Date(right)) => Some(left.cmp(right)),
            (Self::Integer(left), Self::Integer(right)) => Some(left.cmp(right)),
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(right),
            (Self::Version(left), Self::Version(right)) => Some(left.cmp(right)),
            (Self::Boolean(left), Self::Boolean(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Date(date) => date.fmt(formatter),
            Self::Integer(number) => number.fmt(formatter),
            Self::Float(number) => number.fmt(formatter),
            Self::Version(version) => version.fmt(formatter),
            Self::Boolean(boolean) => boolean.fmt(formatter),
        }
    }
}
