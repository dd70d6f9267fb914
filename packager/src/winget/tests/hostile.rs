//! Manifests, packages and records of somebody who wants more than an app.

use super::*;

/// Adds a file to the record, as one that an earlier run has written.
fn record(lab: &Lab, name: &str, bytes: &[u8]) {
    let path = lab.path("apps/tool").join(WINGET_RECORD);
    let mut record: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    record["files"][name] = sha256(bytes).to_lowercase().into();
    fs::write(path, record.to_string()).unwrap();
}

fn made() -> Lab {
    let lab = Lab::new();
    let served = lab.serve("setup.exe", &program());
    lab.manifest("1.0", &format!("InstallerType: nullsoft\nInstallers:\n- Architecture: x64\n{served}"));
    lab.app();
    lab
}

fn update(lab: &Lab) -> Result<WingetApp, WingetError> {
    lab.make(&WingetRequest { update: true, ..lab.request() })
}

/// A record comes with the app from a repository, so whoever proposes a change there can name files for removal.
#[test]
fn a_record_removes_nothing_outside_of_the_sources() {
    for name in ["../../victim", "/victim", "C:/victim", r"..\..\victim"] {
        let lab = made();
        record(&lab, name, b"precious");
        fs::write(lab.path("victim"), "precious").unwrap();
        let refused = update(&lab);
        assert!(matches!(refused, Err(WingetError::Record { .. })), "{name}");
        assert_eq!(fs::read(lab.path("victim")).unwrap(), b"precious");
    }
    let lab = made();
    record(&lab, "former.dll", b"former");
    fs::write(lab.path("apps/tool/source/former.dll"), "former").unwrap();
    update(&lab).unwrap();
    assert!(!lab.path("apps/tool/source/former.dll").exists());
}

#[cfg(unix)]
#[test]
fn an_update_removes_nothing_behind_a_link() {
    let lab = made();
    record(&lab, "link/victim", b"precious");
    fs::create_dir(lab.path("elsewhere")).unwrap();
    fs::write(lab.path("elsewhere/victim"), "precious").unwrap();
    std::os::unix::fs::symlink(lab.path("elsewhere"), lab.path("apps/tool/source/link")).unwrap();
    assert!(update(&lab).is_err());
    assert_eq!(fs::read(lab.path("elsewhere/victim")).unwrap(), b"precious");
}

/// The folder of a portable app is named after the package; below Program Files there are folders of others.
#[test]
fn a_package_is_named_as_wingets_are() {
    for identifier in ["WindowsApps", "Contoso.", ".Tool", "Contoso.To/ol", "A.B.C.D.E.F.G.H.I"] {
        let lab = made();
        for entry in fs::read_dir(lab.path("manifest")).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap().replace("Contoso.Tool", &format!("'{identifier}'"));
            fs::write(path, text).unwrap();
        }
        let refused = lab.refused(WingetChoice::default());
        assert!(refused.to_string().contains("Publisher.Package"), "{identifier}: {refused}");
    }
}

#[test]
fn no_file_of_a_zip_gives_way_to_a_script() {
    let lab = Lab::new();
    let zip =
        zip_of(&[("install.ps1", b"theirs"), ("waybill-install.ps1", b"theirs, too"), ("t.exe", &program())]);
    let served = lab.serve("tool.zip", &zip);
    lab.manifest(
        "1.0",
        &format!(
            "InstallerType: zip\nNestedInstallerType: portable\nNestedInstallerFiles:\n- RelativeFilePath: t.exe\n\
             Installers:\n- Architecture: x64\n{served}"
        ),
    );
    lab.app();
    assert_eq!((&*lab.read("install.ps1"), &*lab.read("waybill-install.ps1")), ("theirs", "theirs, too"));
    assert!(lab.read("waybill-1-install.ps1").contains("Written by waybill init"));
}
