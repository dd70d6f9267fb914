use super::Found;
use super::comparison::{Comparison, texts};
use waybill_intune::VersionNumber;
use waybill_system::{Environment, RegistryValue, Unanswered};

/// A value of the registry as rules compare it: .NET's reading, with variables of REG_EXPAND_SZ expanded.
pub(super) struct Value {
    value: RegistryValue,
}

/// A whole number as a rule writes it: decimal, in 64 bits, signed or not. Hexadecimal is none: .NET does not read it.
pub(super) fn wanted_number(text: &str) -> Option<i128> {
    let number: i128 = text.trim().parse().ok()?;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number).then_some(number)
}

impl Value {
    pub(super) fn of(
        value: RegistryValue,
        environment: impl FnOnce() -> Result<Environment, Unanswered>,
    ) -> Result<Self, Unanswered> {
        let value = match value {
            RegistryValue::Expandable(text) => RegistryValue::Text(environment()?.expand(&text)),
            other => other,
        };
        Ok(Self { value })
    }

    /// As text, regardless of case; the lines of a REG_MULTI_SZ with line feeds between.
    pub(super) fn as_text(&self, wanted: &Comparison<'_, String>) -> Found {
        match self.text() {
            Some(text) => wanted.found(texts(&text, wanted.value()), shown(&text)),
            None => self.is_no("text"),
        }
    }

    /// As a whole number: REG_DWORD, REG_QWORD, or a REG_SZ that is one.
    pub(super) fn as_number(&self, wanted: &Comparison<'_, i128>) -> Found {
        let wants = *wanted.value();
        let number = match &self.value {
            RegistryValue::Number32(bits) => Some(signed_or_not(
                i128::from(bits.cast_signed()),
                i128::from(*bits),
                wants > i128::from(i32::MAX),
            )),
            RegistryValue::Number64(bits) => Some(signed_or_not(
                i128::from(bits.cast_signed()),
                i128::from(*bits),
                wants > i128::from(i64::MAX),
            )),
            RegistryValue::Text(text) => wanted_number(text),
            _ => None,
        };
        match number {
            Some(number) => wanted.found(number.cmp(&wants), number.to_string()),
            None => self.is_no("whole number"),
        }
    }

    /// As a version, and as text where the one or the other is none.
    pub(super) fn as_version(&self, wanted: &Comparison<'_, String>) -> Found {
        let Some(text) = self.text() else { return self.is_no("version") };
        let versions = (text.trim().parse::<VersionNumber>(), wanted.value().trim().parse::<VersionNumber>());
        if let (Ok(found), Ok(wants)) = versions {
            return wanted.found(found.cmp(&wants), shown(&text));
        }
        let mut found = wanted.found(texts(&text, wanted.value()), shown(&text));
        found.why.push_str(" as text, for they are not both versions");
        found
    }

    fn text(&self) -> Option<String> {
        match &self.value {
            RegistryValue::Text(text) | RegistryValue::Expandable(text) => Some(text.clone()),
            RegistryValue::Texts(texts) => Some(texts.join("\n")),
            RegistryValue::Number32(number) => Some(number.to_string()),
            RegistryValue::Number64(number) => Some(number.to_string()),
            RegistryValue::Bytes(_) => None,
        }
    }

    fn is_no(&self, what: &str) -> Found {
        let actual = match (&self.value, self.text()) {
            (RegistryValue::Bytes(bytes), _) => format!("{} bytes of binary data", bytes.len()),
            (_, text) => shown(&text.unwrap_or_default()),
        };
        Found { holds: false, why: format!("{actual} is no {what}"), actual }
    }
}

/// For people: a text of blanks is not to be seen.
fn shown(text: &str) -> String {
    if text.trim().is_empty() { format!("{text:?}") } else { text.to_owned() }
}

/// .NET reads REG_DWORD and REG_QWORD as signed numbers. A rule whose number only fits the unsigned reading, which is
/// what regedit shows, means that one.
fn signed_or_not(signed: i128, unsigned: i128, wants_unsigned: bool) -> i128 {
    if wants_unsigned { unsigned } else { signed }
}
