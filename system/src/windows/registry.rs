//! The registry of this machine, in both views.

use super::account::{Whose, whose};
use crate::{
    Account, Hive, Perspective, Registry, RegistryKey, RegistryValue, ThisMachine, Unanswered, View,
    registry_value,
};
use windows_registry::{CLASSES_ROOT, CURRENT_CONFIG, CURRENT_USER, Key, LOCAL_MACHINE, USERS};

// winnt.h
const KEY_WOW64_64KEY: u32 = 0x0100;
const KEY_WOW64_32KEY: u32 = 0x0200;
/// HRESULTs that mean "there is no such key or value": ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_BAD_PATHNAME
/// and ERROR_KEY_DELETED.
const MISSING: [u32; 4] = [0x8007_0002, 0x8007_0003, 0x8007_00A1, 0x8007_03FA];
// ERROR_MORE_DATA: the value grew between asking for its length and reading it.
const GREW: u32 = 0x8007_00EA;
/// How often a value that grows meanwhile is read before giving up.
const READS: usize = 5;

impl Registry for ThisMachine {
    fn has_key(&self, key: &RegistryKey, perspective: Perspective) -> Result<bool, Unanswered> {
        Ok(!open_all(key, perspective)?.is_empty())
    }

    fn value(
        &self,
        key: &RegistryKey,
        name: &str,
        perspective: Perspective,
    ) -> Result<Option<RegistryValue>, Unanswered> {
        without_nul(name)?;
        for open in open_all(key, perspective)? {
            if let Some(value) = value_of(&open, name).map_err(|refused| refused.about(key))? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn subkeys(&self, key: &RegistryKey, perspective: Perspective) -> Result<Vec<String>, Unanswered> {
        let mut names = Vec::new();
        for open in open_all(key, perspective)? {
            let keys =
                open.keys().map_err(|error| Refused::new(error.code().0, error.message()).about(key))?;
            names.extend(keys);
        }
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

/// Opens the keys that `key` means and that exist: at most one, or two for another account's classes (that account's
/// and the machine's).
fn open_all(key: &RegistryKey, perspective: Perspective) -> Result<Vec<Key>, Unanswered> {
    without_nul(&key.path)?;
    let mut keys = Vec::new();
    for (root, path) in places(key, perspective.account)? {
        match open(root, &path, perspective.view) {
            Ok(open) => keys.push(open),
            Err(refused) if refused.is_missing() => {}
            Err(refused) => return Err(refused.about(key)),
        }
    }
    Ok(keys)
}

/// Where `key` is found for `account`, the first place having precedence. HKEY_CURRENT_USER and HKEY_CLASSES_ROOT are
/// those of this process's account, so another account's are looked for below HKEY_USERS; the classes of a user take
/// precedence over those of the machine.
fn places(key: &RegistryKey, account: Account) -> Result<Vec<(&'static Key, String)>, Unanswered> {
    // .NET ignores empty names too: `SOFTWARE\\Contoso\` is `SOFTWARE\Contoso`.
    let names: Vec<&str> = key.path.split('\\').filter(|name| !name.is_empty()).collect();
    let path = names.join("\\");
    let root = match key.hive {
        Hive::LocalMachine => LOCAL_MACHINE,
        Hive::Users => USERS,
        Hive::CurrentConfig => CURRENT_CONFIG,
        Hive::CurrentUser | Hive::ClassesRoot => match (whose(account)?, key.hive) {
            (Whose::Own, Hive::ClassesRoot) => CLASSES_ROOT,
            (Whose::Own, _) => CURRENT_USER,
            (Whose::Other(sid), hive) => return others_places(&sid, hive, &path),
        },
    };
    Ok(vec![(root, path)])
}

fn others_places(sid: &str, hive: Hive, path: &str) -> Result<Vec<(&'static Key, String)>, Unanswered> {
    // A hive that is not loaded shows no keys, but that does not mean that the user has none.
    open(USERS, sid, View::Bits64).map_err(|refused| refused.about(&format!("the hive of {sid}")))?;
    Ok(match hive {
        Hive::ClassesRoot => vec![
            (USERS, format!(r"{sid}\Software\Classes\{path}")),
            (LOCAL_MACHINE, format!(r"SOFTWARE\Classes\{path}")),
        ],
        _ => vec![(USERS, format!(r"{sid}\{path}"))],
    })
}

fn open(root: &Key, path: &str, view: View) -> Result<Key, Refused> {
    let flag = match view {
        View::Bits32 => KEY_WOW64_32KEY,
        View::Bits64 => KEY_WOW64_64KEY,
    };
    let opened = root.options().read().access(flag).open(path.trim_end_matches('\\'));
    opened.map_err(|error| Refused::new(error.code().0, error.message()))
}

fn value_of(key: &Key, name: &str) -> Result<Option<RegistryValue>, Refused> {
    let read = || key.get_value(name).map_err(|error| Refused::new(error.code().0, error.message()));
    let mut value = read();
    for _ in 1..READS {
        if !value.as_ref().is_err_and(|refused| refused.code == GREW) {
            break;
        }
        value = read();
    }
    match value {
        Ok(value) => Ok(Some(registry_value::read(value.ty().into(), &value))),
        Err(refused) if refused.is_missing() => Ok(None),
        Err(refused) => Err(refused),
    }
}

fn without_nul(name: &str) -> Result<(), Unanswered> {
    // Windows would read the name up to the NUL only, and find another key or value.
    if name.contains('\0') {
        return Err(Unanswered::new(format!("{name:?} holds a NUL")));
    }
    Ok(())
}

/// An error of the registry, before it is known what it is about.
struct Refused {
    code: u32,
    message: String,
}

impl Refused {
    fn new(code: i32, message: String) -> Self {
        Self { code: code.cast_unsigned(), message }
    }

    fn is_missing(&self) -> bool {
        MISSING.contains(&self.code)
    }

    fn about(&self, what: &dyn std::fmt::Display) -> Unanswered {
        Unanswered::with_code(format!("{what}: {}", self.message), self.code)
    }
}

#[cfg(test)]
mod tests;
