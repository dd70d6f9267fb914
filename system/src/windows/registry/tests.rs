use super::*;
use windows_registry::Type;

const SOFTWARE: &str = "SOFTWARE";

/// A key below `SOFTWARE` in both views that is deleted when the test ends.
struct TestKey(String);

impl TestKey {
    fn new(test: &str) -> Self {
        let key = Self(format!("Waybill Tests {} {test}", std::process::id()));
        for view in [View::Bits32, View::Bits64] {
            key.write(view);
        }
        key
    }

    fn path(&self) -> String {
        format!(r"{SOFTWARE}\{}", self.0)
    }

    fn key(&self) -> RegistryKey {
        RegistryKey::local_machine(self.path())
    }

    fn write(&self, view: View) -> Key {
        writable(LOCAL_MACHINE, &self.path(), view)
    }
}

impl Drop for TestKey {
    fn drop(&mut self) {
        for view in [View::Bits32, View::Bits64] {
            writable(LOCAL_MACHINE, SOFTWARE, view).remove_tree(&self.0).unwrap();
        }
    }
}

fn writable(root: &Key, path: &str, view: View) -> Key {
    let flag = if view == View::Bits32 { KEY_WOW64_32KEY } else { KEY_WOW64_64KEY };
    root.options().read().write().create().access(flag).open(path).unwrap()
}

fn seen(view: View) -> Perspective {
    Perspective { view, account: Account::Current }
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn value(key: &RegistryKey, name: &str, view: View) -> Option<RegistryValue> {
    ThisMachine.value(key, name, seen(view)).unwrap()
}

#[test]
fn each_view_has_its_own_keys_and_the_32_bit_ones_show_under_wow6432node() {
    let test = TestKey::new("views");
    test.write(View::Bits32).set_string("Which", "32").unwrap();
    test.write(View::Bits64).set_string("Which", "64").unwrap();
    writable(LOCAL_MACHINE, &format!(r"{}\Only32", test.path()), View::Bits32);
    let text = |text: &str| Some(RegistryValue::Text(text.to_owned()));
    assert_eq!(value(&test.key(), "Which", View::Bits32), text("32"));
    assert_eq!(value(&test.key(), "which", View::Bits64), text("64"));
    let node = RegistryKey::local_machine(format!(r"SOFTWARE\WOW6432Node\{}", test.0));
    assert_eq!(value(&node, "Which", View::Bits64), text("32"));
    assert_eq!(value(&node, "Which", View::Bits32), text("32"), "a 32-bit program sees it by that name too");
    assert_eq!(ThisMachine.subkeys(&test.key(), seen(View::Bits32)).unwrap(), ["Only32"]);
    assert!(ThisMachine.subkeys(&test.key(), seen(View::Bits64)).unwrap().is_empty());
    let only = RegistryKey::local_machine(format!(r"{}\Only32", test.path()));
    assert_eq!(ThisMachine.has_key(&only, seen(View::Bits32)), Ok(true));
    assert_eq!(ThisMachine.has_key(&only, seen(View::Bits64)), Ok(false));
}

#[test]
fn every_type_of_value_is_read() {
    let test = TestKey::new("types");
    let key = test.write(View::Bits32);
    key.set_string("", "the default").unwrap();
    key.set_string("text", "Grüße").unwrap();
    key.set_expand_string("expand", "%SystemRoot%").unwrap();
    key.set_multi_string("texts", &["a", "b"]).unwrap();
    key.set_u32("number32", u32::MAX).unwrap();
    key.set_u64("number64", u64::MAX).unwrap();
    key.set_bytes("bytes", Type::Bytes, &[0, 1, 255]).unwrap();
    key.set_bytes("none", Type::Other(0), &b"?"[..0]).unwrap();
    key.set_bytes("big-endian", Type::Other(5), &[0, 0, 0, 1]).unwrap();
    let texts = vec!["a".to_owned(), "b".to_owned()];
    for (name, expected) in [
        ("", RegistryValue::Text("the default".to_owned())),
        ("TEXT", RegistryValue::Text("Grüße".to_owned())),
        ("expand", RegistryValue::Expandable("%SystemRoot%".to_owned())),
        ("texts", RegistryValue::Texts(texts)),
        ("number32", RegistryValue::Number32(u32::MAX)),
        ("number64", RegistryValue::Number64(u64::MAX)),
        ("bytes", RegistryValue::Bytes(vec![0, 1, 255])),
        ("none", RegistryValue::Bytes(Vec::new())),
        ("big-endian", RegistryValue::Bytes(vec![0, 0, 0, 1])),
    ] {
        assert_eq!(value(&test.key(), name, View::Bits32), Some(expected), "{name:?}");
        assert_eq!(value(&test.key(), name, View::Bits64), None, "{name:?}");
    }
}

#[test]
fn values_that_are_written_badly_are_read_all_the_same() {
    let test = TestKey::new("bad values");
    let key = test.write(View::Bits64);
    // By number, so that the crate does not insist on the final NUL: 1 is REG_SZ, 4 REG_DWORD, 7 REG_MULTI_SZ.
    key.set_bytes("no end", Type::Other(1), &wide("1.2")).unwrap();
    key.set_bytes("odd", Type::Other(1), &wide("1.2")[..5]).unwrap();
    key.set_bytes("empty", Type::Other(1), &b"?"[..0]).unwrap();
    key.set_bytes("no list end", Type::Other(7), &wide("a\0b")).unwrap();
    key.set_bytes("short", Type::Other(4), &[7]).unwrap();
    let huge = "x".repeat(1 << 20);
    key.set_string("huge", &huge).unwrap();
    let text = |text: &str| RegistryValue::Text(text.to_owned());
    for (name, expected) in [
        ("no end", text("1.2")),
        ("odd", text("1.2")),
        ("empty", text("")),
        ("no list end", RegistryValue::Texts(vec!["a".to_owned(), "b".to_owned()])),
        ("short", RegistryValue::Number32(7)),
        ("huge", text(&huge)),
    ] {
        assert_eq!(value(&test.key(), name, View::Bits64), Some(expected), "{name:?}");
    }
}

#[test]
fn what_is_not_there_is_no_and_no_error() {
    let test = TestKey::new("missing");
    for path in [r"SOFTWARE\Waybill\Not there", r"No such key\at all", &format!(r"{}\below", test.path())] {
        let key = RegistryKey::local_machine(path);
        assert_eq!(ThisMachine.has_key(&key, seen(View::Bits32)), Ok(false), "{path}");
        assert_eq!(value(&key, "x", View::Bits32), None, "{path}");
        assert!(ThisMachine.subkeys(&key, seen(View::Bits32)).unwrap().is_empty(), "{path}");
    }
    assert_eq!(value(&test.key(), "x", View::Bits64), None);
    assert_eq!(value(&test.key(), "", View::Bits64), None, "no default value");
}

#[test]
fn paths_are_read_as_net_reads_them_and_a_nul_has_no_answer() {
    let test = TestKey::new("paths");
    for path in [format!(r"SOFTWARE\\{}", test.0), format!(r"software\{}\\", test.0)] {
        let key = RegistryKey::local_machine(path);
        assert_eq!(ThisMachine.has_key(&key, seen(View::Bits64)), Ok(true), "{key}");
    }
    let cut = RegistryKey::local_machine(format!("{}\0below", test.path()));
    assert!(ThisMachine.has_key(&cut, seen(View::Bits64)).is_err());
    assert!(ThisMachine.value(&test.key(), "\0", seen(View::Bits64)).is_err());
}

#[test]
fn every_hive_is_there() {
    for (hive, long, _) in Hive::ALL {
        let root = RegistryKey { hive: *hive, path: String::new() };
        assert_eq!(ThisMachine.has_key(&root, seen(View::Bits64)), Ok(true), "{long}");
    }
    let class = RegistryKey { hive: Hive::ClassesRoot, path: "CLSID".to_owned() };
    assert_eq!(ThisMachine.has_key(&class, seen(View::Bits64)), Ok(true));
}

#[test]
fn the_users_hive_is_the_own_one_and_others_need_theirs_loaded() {
    let name = format!("Waybill Tests {} user", std::process::id());
    writable(CURRENT_USER, &format!(r"Software\{name}"), View::Bits64).set_u32("x", 1).unwrap();
    let below = |hive, path: String| RegistryKey { hive, path };
    let sid = crate::windows::account::own_sid().unwrap();
    for (key, account) in [
        (below(Hive::CurrentUser, format!(r"Software\{name}")), Account::Current),
        (below(Hive::CurrentUser, format!(r"Software\{name}")), Account::User),
        (below(Hive::Users, format!(r"{sid}\Software\{name}")), Account::Current),
    ] {
        let found = ThisMachine.value(&key, "x", Perspective { view: View::Bits32, account });
        assert_eq!(found, Ok(Some(RegistryValue::Number32(1))), "{key} {account:?}");
    }
    CURRENT_USER.open("Software").unwrap().remove_tree(&name).unwrap();
    let Err(unloaded) = others_places("S-1-5-21-9-9-9-9999", Hive::CurrentUser, "Software") else {
        panic!("a hive that is not loaded has an answer");
    };
    assert_eq!(unloaded.code, Some(0x8007_0002));
}

#[test]
fn anothers_classes_are_that_users_over_the_machines() {
    let sid = crate::windows::account::own_sid().unwrap();
    let places = others_places(&sid, Hive::ClassesRoot, ".ext").unwrap();
    let paths: Vec<&str> = places.iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(paths, [&format!(r"{sid}\Software\Classes\.ext"), r"SOFTWARE\Classes\.ext"]);
}

/// wine lets everybody read every key, so the test makes the error that Windows would return.
#[test]
fn a_key_that_may_not_be_read_is_not_a_missing_one() {
    let denied = Refused::new(0x8007_0005_u32.cast_signed(), "Access is denied.".to_owned());
    assert!(!denied.is_missing());
    let unanswered = denied.about(&RegistryKey::local_machine("SECURITY"));
    assert_eq!(unanswered.code, Some(0x8007_0005));
    assert_eq!(unanswered.why, r"HKEY_LOCAL_MACHINE\SECURITY: Access is denied.");
    for missing in MISSING {
        assert!(Refused::new(missing.cast_signed(), String::new()).is_missing(), "{missing:#x}");
    }
}
