//! What the tables of numbers are made of.

/// One number with its meaning in one table.
#[derive(Debug, PartialEq, Eq)]
pub struct NumberCode {
    /// The number: an HRESULT as its unsigned 32 bits, anything else as it is written.
    pub value: i64,
    /// A short name; the reference's own where it has one.
    pub name: &'static str,
    /// What it means, one sentence.
    pub meaning: &'static str,
    /// Usual causes, most likely first; none where nothing went wrong.
    pub causes: &'static [&'static str],
    /// What to do next.
    pub hint: &'static str,
}

impl NumberCode {
    /// The number's 32 bits, as a process ends with them.
    pub const fn bits(&self) -> u32 {
        (self.value & 0xFFFF_FFFF) as u32
    }
}

/// For tables that read as tables.
pub(super) const fn number(
    value: i64,
    name: &'static str,
    meaning: &'static str,
    causes: &'static [&'static str],
    hint: &'static str,
) -> NumberCode {
    NumberCode { value, name, meaning, causes, hint }
}
