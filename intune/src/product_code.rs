//! Product codes of Windows Installer.

/// A product code in the form that Windows Installer takes: a GUID in braces and capitals.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProductCode(String);

impl ProductCode {
    /// Reads a GUID in any case, with its braces or without: Intune's agent adds missing ones.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // Intune's agent adds missing braces, and Windows Installer takes either case.
        let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
        let shape = |(at, byte): (usize, u8)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        };
        let has_shape = bare.len() == 36 && bare.bytes().enumerate().all(shape);
        has_shape.then(|| Self(format!("{{{}}}", bare.to_uppercase())))
    }

    /// The code in braces and capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the text is a GUID in braces, as command lines and MSI tables need it.
pub fn is_guid(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}') && ProductCode::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_code_is_a_guid_with_or_without_braces() {
        let code = "{0F1B2C3D-1111-2222-3333-0123456789AB}";
        for text in [
            code,
            &code.to_lowercase(),
            code.trim_matches(['{', '}']),
            " {0f1b2c3d-1111-2222-3333-0123456789ab} ",
        ] {
            assert_eq!(ProductCode::parse(text).unwrap().as_str(), code, "{text}");
        }
        for text in [
            "",
            "{}",
            "{0F1B2C3D-1111-2222-3333-0123456789AB",
            "{0F1B2C3D-1111-2222-3333}",
            "0F1B2C3D11112222-3333-0123456789ABCDEF",
        ] {
            assert_eq!(ProductCode::parse(text), None, "{text}");
        }
        assert!(is_guid(code) && !is_guid(code.trim_matches(['{', '}'])));
    }
}
