//! The environment block that CreateProcess takes.

use crate::Environment;
use std::io;

/// The block: `NAME=VALUE` and a NUL for each variable, sorted by name without regard to case, and one more NUL at the
/// end. A block without variables is two NULs.
pub(super) fn environment_block(environment: &Environment) -> io::Result<Vec<u16>> {
    let mut variables: Vec<(Vec<u16>, String)> = Vec::new();
    for (name, value) in environment.iter() {
        check(name, value)?;
        variables.push((name.to_uppercase().encode_utf16().collect(), format!("{name}={value}\0")));
    }
    variables.sort();
    let mut block: Vec<u16> = variables.iter().flat_map(|(_, variable)| variable.encode_utf16()).collect();
    block.push(0);
    if variables.is_empty() {
        block.push(0);
    }
    Ok(block)
}

/// Refuses variables that the block cannot express. A `=` may be the first character of a name (the current folders of
/// drives have such names); anywhere else it would end the name.
fn check(name: &str, value: &str) -> io::Result<()> {
    let names_nothing = name.is_empty() || name.chars().skip(1).any(|character| character == '=');
    if names_nothing || name.contains('\0') || value.contains('\0') {
        let what = format!("variable {name:?}: no name, or it or its value holds a NUL");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemKind;

    fn block(variables: &[(&str, &str)]) -> io::Result<String> {
        let mut environment = Environment::new(SystemKind::Windows);
        for (name, value) in variables {
            environment.set(*name, *value);
        }
        environment_block(&environment).map(|block| String::from_utf16(&block).unwrap())
    }

    #[test]
    fn variables_are_sorted_without_regard_to_case_and_end_with_two_nuls() {
        let given = [("b", "2=2"), ("=C:", r"C:\x"), ("A", "1"), ("a_", ""), ("Ab", "ü")];
        assert_eq!(block(&given).unwrap(), "=C:=C:\\x\0A=1\0Ab=ü\0a_=\0b=2=2\0\0");
        assert_eq!(block(&[]).unwrap(), "\0\0");
    }

    #[test]
    fn what_would_be_cut_off_is_refused() {
        for (name, value) in [("a\0b", "1"), ("a", "1\0b"), ("", "1"), ("a=b", "1")] {
            assert!(block(&[(name, value)]).is_err(), "{name:?}={value:?}");
        }
    }
}
