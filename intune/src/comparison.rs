//! How a rule compares what is found with its own value.

use std::cmp::Ordering;
use std::fmt;
use waybill_schemas::app::Operator;

/// An operator that compares: `notConfigured` and unknown words are none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComparisonOperator {
    /// The found value is the same.
    Equal,
    /// The found value is different.
    NotEqual,
    /// The found value is greater.
    GreaterThan,
    /// The found value is greater or the same.
    GreaterThanOrEqual,
    /// The found value is less.
    LessThan,
    /// The found value is less or the same.
    LessThanOrEqual,
}

impl ComparisonOperator {
    /// Reads Graph's word in any case; `None` for `notConfigured` and for a word that this version does not know.
    pub fn from_word(operator: &Operator) -> Option<Self> {
        match operator.meant() {
            Operator::Equal => Some(Self::Equal),
            Operator::NotEqual => Some(Self::NotEqual),
            Operator::GreaterThan => Some(Self::GreaterThan),
            Operator::GreaterThanOrEqual => Some(Self::GreaterThanOrEqual),
            Operator::LessThan => Some(Self::LessThan),
            Operator::LessThanOrEqual => Some(Self::LessThanOrEqual),
            _ => None,
        }
    }

    /// Whether `a <operator> b` holds where `a` compares to `b` as `order`.
    pub const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::GreaterThan => order.is_gt(),
            Self::GreaterThanOrEqual => order.is_ge(),
            Self::LessThan => order.is_lt(),
            Self::LessThanOrEqual => order.is_le(),
        }
    }
}

/// Graph's word for the operator.
impl fmt::Display for ComparisonOperator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Equal => "equal",
            Self::NotEqual => "notEqual",
            Self::GreaterThan => "greaterThan",
            Self::GreaterThanOrEqual => "greaterThanOrEqual",
            Self::LessThan => "lessThan",
            Self::LessThanOrEqual => "lessThanOrEqual",
        })
    }
}

/// What a found value is compared with, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison<T> {
    /// How the found value is compared.
    pub operator: ComparisonOperator,
    /// The rule's own value.
    pub value: T,
}

impl<T: Ord> Comparison<T> {
    /// Whether the comparison of `found` with the rule's value holds.
    pub fn holds(&self, found: &T) -> bool {
        self.operator.holds(found.cmp(&self.value))
    }
}

/// Compares two texts as rules do, without regard to case.
pub fn compare_texts(left: &str, right: &str) -> Ordering {
    left.to_lowercase().cmp(&right.to_lowercase())
}

/// A whole number as a rule or a REG_SZ writes it: decimal, in 64 bits, signed or not. .NET does not read hexadecimal
/// ones, so neither do we.
pub fn whole_number(text: &str) -> Option<i128> {
    // 128 bits, so that both readings of 64 bits fit: regedit shows a REG_QWORD unsigned, .NET reads it signed.
    let number: i128 = text.trim().parse().ok()?;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_holds_for_its_orders_alone() {
        let orders = [Ordering::Less, Ordering::Equal, Ordering::Greater];
        for (word, expected) in [
            ("equal", [false, true, false]),
            ("notEqual", [true, false, true]),
            ("greaterThan", [false, false, true]),
            ("greaterThanOrEqual", [false, true, true]),
            ("lessThan", [true, false, false]),
            ("lessThanOrEqual", [true, true, false]),
        ] {
            let operator = ComparisonOperator::from_word(&Operator::from(word.to_owned())).unwrap();
            assert_eq!(orders.map(|order| operator.holds(order)), expected, "{word}");
            assert_eq!(operator.to_string(), word);
        }
        for word in ["notConfigured", "roughlyEqual"] {
            assert_eq!(ComparisonOperator::from_word(&Operator::from(word.to_owned())), None, "{word}");
        }
    }

    #[test]
    fn whole_numbers_are_decimal_and_of_64_bits() {
        assert_eq!(whole_number(" 42 "), Some(42));
        assert_eq!(whole_number("18446744073709551615"), Some(i128::from(u64::MAX)));
        for wrong in ["0x2A", "18446744073709551616", "1.5", ""] {
            assert_eq!(whole_number(wrong), None, "{wrong}");
        }
    }
}
