use super::{Found, Stop};
use std::cmp::Ordering;
use std::fmt::Display;
use waybill_schemas::app::Operator;

/// What a found value is compared with, and how.
#[derive(Debug)]
pub(crate) struct Comparison<'a, T> {
    operator: &'a Operator,
    value: T,
}

impl<'a, T: Display> Comparison<'a, T> {
    /// From the fields of a rule; `read` is `None` for a value that is no `what`.
    pub(crate) fn of(
        operator: Option<&'a Operator>,
        value: Option<&str>,
        what: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Self, Stop> {
        let operator = match operator {
            Some(operator) if operator.holds(Ordering::Equal).is_some() => operator,
            None | Some(Operator::NotConfigured) => {
                return Err(Stop::Invalid(format!("it looks at a {what} and has no operator")));
            }
            Some(other) => return Err(Stop::Invalid(format!("`{other}` is no operator"))),
        };
        let Some(text) = value.filter(|text| !text.trim().is_empty()) else {
            return Err(Stop::Invalid(format!("it compares a {what} with nothing")));
        };
        let value = read(text).ok_or_else(|| Stop::Invalid(format!("`{text}` is no {what}")))?;
        Ok(Self { operator, value })
    }

    /// What it is compared with.
    pub(crate) fn value(&self) -> &T {
        &self.value
    }

    /// What was found compares to the value as `order`; `actual` is how it is shown.
    pub(crate) fn found(&self, order: Ordering, actual: String) -> Found {
        let holds = self.operator.holds(order).unwrap_or_default();
        let relation = match order {
            Ordering::Less => "less than",
            Ordering::Equal => "equal to",
            Ordering::Greater => "greater than",
        };
        let why = format!("{actual} is {relation} {}", self.value);
        Found { holds, actual, why }
    }
}

/// `greaterThanOrEqual 1.2.0`, as far as the rule says it.
pub(crate) fn expected(operation: &str, operator: Option<&Operator>, value: Option<&str>) -> String {
    let operator = operator.filter(|operator| **operator != Operator::NotConfigured).map(Operator::as_str);
    let words: Vec<&str> = operator.into_iter().chain(value.filter(|value| !value.is_empty())).collect();
    match words.join(" ") {
        words if !words.trim().is_empty() => words,
        _ if operation.trim().is_empty() => format!("{operation:?}"),
        _ => operation.to_owned(),
    }
}

/// Text compared regardless of case.
pub(crate) fn texts(left: &str, right: &str) -> Ordering {
    left.to_lowercase().cmp(&right.to_lowercase())
}
