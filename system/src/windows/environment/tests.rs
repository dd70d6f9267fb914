use super::*;
use crate::Device as _;

fn block(view: View, account: Account) -> Environment {
    ThisMachine.environment(Perspective { view, account }).unwrap()
}

const ACCOUNTS: [Account; 3] = [Account::Current, Account::User, Account::System];

#[test]
fn each_view_has_its_folders_and_processor() {
    for account in ACCOUNTS {
        let (of_32, of_64) = (block(View::Bits32, account), block(View::Bits64, account));
        let names = [
            ("ProgramFiles", r"C:\Program Files (x86)", r"C:\Program Files"),
            ("ProgramFiles(x86)", r"C:\Program Files (x86)", r"C:\Program Files (x86)"),
            ("ProgramW6432", r"C:\Program Files", r"C:\Program Files"),
            ("CommonProgramFiles", r"C:\Program Files (x86)\Common Files", r"C:\Program Files\Common Files"),
            ("CommonProgramW6432", r"C:\Program Files\Common Files", r"C:\Program Files\Common Files"),
            ("PROCESSOR_ARCHITECTURE", "x86", "AMD64"),
            ("SystemDrive", "C:", "C:"),
            ("ProgramData", r"C:\ProgramData", r"C:\ProgramData"),
        ];
        for (name, in_32, in_64) in names {
            assert_eq!((of_32.get(name), of_64.get(name)), (Some(in_32), Some(in_64)), "{name} {account:?}");
        }
        assert_eq!(of_32.get("PROCESSOR_ARCHITEW6432"), Some("AMD64"));
        assert_eq!(of_64.get("PROCESSOR_ARCHITEW6432"), None);
        let root = of_64.get("SystemRoot").unwrap();
        assert!(root.eq_ignore_ascii_case(r"C:\windows"), "{root}");
        for name in ["ComSpec", "PATHEXT", "TEMP", "TMP", "Path", "windir", "USERPROFILE", "PUBLIC"] {
            assert!(
                of_64.get(name).is_some_and(|value| !value.contains('%')),
                "{name} {:?}",
                of_64.get(name)
            );
        }
    }
}

#[test]
fn the_system_has_its_own_profile_and_the_user_another() {
    let system = block(View::Bits32, Account::System);
    let profile = system.get("USERPROFILE").unwrap().to_lowercase();
    assert_eq!(profile, r"c:\windows\system32\config\systemprofile");
    assert_eq!(system.get("APPDATA").unwrap().to_lowercase(), format!(r"{profile}\appdata\roaming"));
    let user = block(View::Bits32, Account::User);
    assert!(user.get("USERPROFILE").unwrap().to_lowercase().starts_with(r"c:\users\"), "{user:?}");
    assert!(user.get("USERNAME").is_some());
}

#[test]
fn nothing_of_this_process_gets_in() {
    // Cargo sets these for every test.
    assert!(std::env::var_os("CARGO_PKG_NAME").is_some() && std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    for account in ACCOUNTS {
        let block = block(View::Bits32, account);
        let strays: Vec<_> = block.iter().filter(|(name, _)| name.starts_with("CARGO")).collect();
        assert_eq!(strays, [], "{account:?}");
    }
}

#[test]
fn the_path_is_the_registrys() {
    let key = RegistryKey::local_machine(MACHINE);
    let view = Perspective { view: View::Bits64, account: Account::Current };
    assert!(ThisMachine.value(&key, "Path", view).unwrap().is_some());
    for account in ACCOUNTS {
        let path = ThisMachine.path(Perspective { view: View::Bits32, account }).unwrap();
        assert!(path.iter().any(|folder| folder.to_lowercase().ends_with(r"\system32")), "{path:?}");
        assert!(path.iter().all(|folder| !folder.contains(['%', ';', '"'])), "{path:?}");
        assert!(!path.iter().any(|folder| folder.contains("cargo")), "{path:?}");
    }
}

#[test]
fn the_users_own_path_comes_after_the_machines() {
    let key = windows_registry::CURRENT_USER.create("Environment").unwrap();
    let before = key.get_string("Path").ok();
    key.set_expand_string("Path", r"%SystemDrive%\Waybill Tool;;").unwrap();
    let path = |account| ThisMachine.path(Perspective { view: View::Bits64, account }).unwrap();
    let (of_user, of_machine) = (path(Account::User), path(Account::Current));
    match before {
        Some(before) => key.set_expand_string("Path", before).unwrap(),
        None => key.remove_value("Path").unwrap(),
    }
    assert_eq!(of_user.last().map(String::as_str), Some(r"C:\Waybill Tool"));
    assert_eq!(of_user[..of_user.len() - 1], of_machine);
}

#[test]
fn folders_of_a_path_are_taken_without_quotes_and_blanks() {
    assert_eq!(folders(r#"C:\a;;"C:\b c" ; C:\d\;"#), [r"C:\a", r"C:\b c", r"C:\d\"]);
    assert!(folders("").is_empty());
}
