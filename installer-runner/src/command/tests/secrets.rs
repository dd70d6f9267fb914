//! Secrets of command lines and variables appear in no report.

use super::*;
use waybill_system::Device as _;

const SECRET: &str = "hunter2 and more";

fn with_secret(machine: &FakeSystem, eyes: &RunAs) {
    let mut block = machine.environment(eyes.perspective).unwrap();
    block.set("VENDOR_TOKEN", SECRET);
    machine.set_environment(eyes.perspective.view, block);
}

#[test]
fn secrets_that_come_in_by_variables_are_told_nowhere() {
    let eyes = reference();
    let machine = machine(&["setup.exe", "install.cmd", "install.ps1"]);
    with_secret(&machine, &eyes);
    for line in ["setup.exe /x %VENDOR_TOKEN%", "install.cmd \"%vendor_token%\" b"] {
        let resolved = resolved(line, &eyes, &machine);
        assert!(resolved.line.contains(SECRET), "the installer gets it: {line}");
        let told = format!("{:?}", resolved.report);
        assert!(told.contains("***") && !told.contains("hunter2") && !told.contains("more"), "{told}");
    }
    for line in [
        "install.ps1 -x %VENDOR_TOKEN%",
        "install /x %VENDOR_TOKEN%",
        "stup.exe %VENDOR_TOKEN% && b",
        "pnputil.exe %VENDOR_TOKEN%",
        "%VENDOR_TOKEN% a",
        r"Files\%VENDOR_TOKEN%.exe a",
    ] {
        let told = format!("{:?}", refused(line, &eyes, &machine).0);
        assert!(!told.contains("hunter2"), "{line}: {told}");
    }
}

#[test]
fn nor_are_they_elsewhere_than_on_windows() {
    let machine = FakeSystem::unix();
    let perspective = Perspective { view: View::Bits64, account: Account::Current };
    let eyes = RunAs { perspective, wanted: Account::System, host: Host::X86, kind: SystemKind::Unix };
    with_secret(&machine, &eyes);
    let resolved = resolve("sh ./x.sh \"%VENDOR_TOKEN%\" b", "/content", &eyes, &machine).unwrap();
    assert!(resolved.words.iter().any(|word| word == SECRET));
    let told = format!("{:?}", resolved.report);
    assert!(told.contains("***") && !told.contains("hunter2"), "{told}");
    let refused = resolve("./no.sh %VENDOR_TOKEN% && b", "/content", &eyes, &machine).unwrap_err();
    let told = format!("{refused:?}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_line_shows_no_secret_that_its_output_would_not_show() {
    let perspective = Perspective { view: View::Bits64, account: Account::Current };
    let unix = RunAs { perspective, wanted: Account::System, host: Host::X86, kind: SystemKind::Unix };
    let windows = reference();
    for tail in [
        "PASSWORD hunter2",
        "PASSWORD\thunter2",
        "password : hunter2",
        "password => hunter2",
        "password -> hunter2",
        "set PASSWORD hunter2",
        "\"PASSWORD\" \"hunter2\"",
        "PASSWORD[0]=hunter2",
        "PASSWORD%20=hunter2",
        "PASSWORD\u{a0}hunter2",
        "setx PASSWORD hunter2",
        "net use \"\\\\\\\\server\\\\share\" hunter2",
        "PASSWORD=\"a hunter2\"",
    ] {
        let on_windows = resolved(&format!("setup.exe {tail}"), &windows, &machine(&["setup.exe"]));
        let on_unix = resolve(&format!("sh ./x.sh {tail}"), "/content", &unix, &FakeSystem::unix()).unwrap();
        for report in [on_windows.report, on_unix.report] {
            let told = format!("{report:?}");
            assert!(told.contains("***") && !told.contains("hunter2"), "{tail}: {told}");
        }
    }
}
