/// A question that the machine does not answer: neither yes nor no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unanswered {
    /// Why, in words that fit after "cannot tell: ".
    pub why: String,
    /// The HRESULT or Win32 code behind it, where there is one.
    pub code: Option<u32>,
}

impl Unanswered {
    /// Without a code.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), code: None }
    }

    /// With the code that the system gave.
    pub fn with_code(why: impl Into<String>, code: u32) -> Self {
        Self { why: why.into(), code: Some(code) }
    }

    /// A question that only Windows can answer.
    pub fn needs_windows(what: &str) -> Self {
        Self::new(format!("{what} needs Windows"))
    }

    /// What an I/O error says, with the object it is about. Codes of Win32 become HRESULTs (0x8007xxxx).
    pub fn from_io(what: &str, error: &std::io::Error) -> Self {
        let code = error.raw_os_error().filter(|_| cfg!(windows)).and_then(|code| u32::try_from(code).ok());
        Self {
            why: format!("{what}: {error}"),
            code: code.filter(|code| *code <= 0xFFFF).map(|code| 0x8007_0000 | code),
        }
    }
}
