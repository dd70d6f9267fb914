//! Products that are really installed by msiexec, queried as rules do. The MSIs are in tests/fixtures/msi: one product
//! in two versions.
#![cfg(windows)]

use std::path::Path;
use std::process::Command;
use waybill_system::{
    Account, FileKind, InstalledProduct, Perspective, RegistryKey, RegistryValue, System, View, this_machine,
};

const FIRST: &[u8] = include_bytes!("../../tests/fixtures/msi/product-1.msi");
const SECOND: &[u8] = include_bytes!("../../tests/fixtures/msi/product-2.msi");
const FIRST_CODE: &str = "{2E7A1C56-8E0B-4C55-9B1B-3B1D4E3A0C01}";
const SECOND_CODE: &str = "{2E7A1C56-8E0B-4C55-9B1B-3B1D4E3A0C02}";
const UNINSTALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
const INSTALLED_FILE: &str = r"C:\Program Files\Waybill Product\hello.txt";

/// Uninstalls both versions when it is dropped, so also when the test fails.
struct Cleanup;

impl Drop for Cleanup {
    fn drop(&mut self) {
        for code in [FIRST_CODE, SECOND_CODE] {
            msiexec(&["/x", code, "/qn"]);
        }
    }
}

fn msiexec(arguments: &[&str]) -> Option<i32> {
    let block = this_machine()
        .device()
        .environment(Perspective { view: View::Bits64, account: Account::Current })
        .unwrap();
    let program = format!(r"{}\System32\msiexec.exe", block.get("SystemRoot").unwrap());
    Command::new(program).args(arguments).status().unwrap().code()
}

fn install(folder: &Path, name: &str, bytes: &[u8]) -> Option<i32> {
    let package = folder.join(name);
    std::fs::write(&package, bytes).unwrap();
    msiexec(&["/i", package.to_str().unwrap(), "/qn"])
}

/// What Windows Installer reports of a product; asserts that it reports the same to this account, the system and the
/// user.
fn product(machine: &impl System, code: &str) -> Option<InstalledProduct> {
    let own = machine.products().product(code, Account::Current).unwrap();
    for account in [Account::System, Account::User] {
        assert_eq!(machine.products().product(code, account).unwrap(), own, "{code} {account:?}");
    }
    own
}

fn installed(version: &str) -> Option<InstalledProduct> {
    Some(InstalledProduct {
        state: InstalledProduct::INSTALLED,
        version: Some(version.to_owned()),
        name: Some("Waybill Product".to_owned()),
    })
}

fn uninstall_entry(machine: &impl System, code: &str, view: View) -> Option<RegistryValue> {
    let key = RegistryKey::local_machine(format!(r"{UNINSTALL}\{code}"));
    let perspective = Perspective { view, account: Account::Current };
    machine.registry().value(&key, "DisplayVersion", perspective).unwrap()
}

#[test]
fn a_product_is_known_from_install_over_upgrade_to_uninstall() {
    let machine = this_machine();
    let folder = tempfile::tempdir().unwrap();
    let _cleanup = Cleanup;
    assert_eq!(product(&machine, FIRST_CODE), None);
    assert_eq!(product(&machine, SECOND_CODE), None);

    assert_eq!(install(folder.path(), "product-1.msi", FIRST), Some(0));
    assert_eq!(product(&machine, FIRST_CODE), installed("1.0.0"));
    assert_eq!(product(&machine, SECOND_CODE), None);
    let version = Some(RegistryValue::Text("1.0.0".to_owned()));
    assert_eq!(uninstall_entry(&machine, FIRST_CODE, View::Bits64), version);
    assert_eq!(uninstall_entry(&machine, FIRST_CODE, View::Bits32), None, "a 64-bit product");
    let file = machine.files().look(INSTALLED_FILE).unwrap();
    assert_eq!(file.map(|found| found.kind), Some(FileKind::File));

    assert_eq!(install(folder.path(), "product-2.msi", SECOND), Some(0));
    assert_eq!(product(&machine, FIRST_CODE), None, "the upgrade took it off");
    assert_eq!(product(&machine, SECOND_CODE), installed("2.0.0"));

    assert_eq!(msiexec(&["/x", SECOND_CODE, "/qn"]), Some(0));
    assert_eq!(product(&machine, SECOND_CODE), None);
    assert_eq!(uninstall_entry(&machine, SECOND_CODE, View::Bits64), None);
    assert_eq!(machine.files().look(INSTALLED_FILE), Ok(None));
    assert_eq!(machine.products().is_installing(), Ok(false));
    assert_eq!(msiexec(&["/x", SECOND_CODE, "/qn"]), Some(1605), "nothing is left to take off");
}
