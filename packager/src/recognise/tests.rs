//! Each sample has the mark of an installer where its own code looks for it; the rest of the file is filler.

use super::*;
use crate::msi::sample::Sample as Msi;
use proptest::prelude::*;
use std::io::Cursor;
use waybill_pe::sample::{Name, Sample, version_resource};

fn recognised(name: &str, bytes: &[u8]) -> Installer {
    recognise_bytes(name, &mut Cursor::new(bytes)).unwrap()
}

fn program(sample: &Sample) -> (InstallerKind, Confidence) {
    let installer = recognised("setup.exe", &sample.bytes());
    assert!(installer.program.is_some());
    (installer.kind, installer.confidence)
}

fn with_overlay(overlay: Vec<u8>) -> Sample {
    Sample { overlay, ..Sample::default() }
}

fn with_resource(kind: Name, name: Name, data: &[u8]) -> Sample {
    Sample { resources: vec![(kind, name, data.to_vec())], ..Sample::default() }
}

#[test]
fn nsis_is_known_by_the_header_behind_its_sections() {
    // firstheader: flags, 0xDEADBEEF, "NullsoftInst", two lengths.
    let header = [&[0, 0, 0, 0, 0xEF, 0xBE, 0xAD, 0xDE], &b"NullsoftInst"[..], &[0; 8]].concat();
    assert_eq!(program(&with_overlay(header.clone())), (InstallerKind::Nsis, Confidence::Certain));
    // Behind a loader that was signed or changed later, the header is further on, still on a step of 512.
    let later = [vec![1; 512 * 300], header.clone()].concat();
    assert_eq!(program(&with_overlay(later)).0, InstallerKind::Nsis);
    let off_step = [vec![1; 100], header].concat();
    assert_eq!(program(&with_overlay(off_step)).0, InstallerKind::Program);
    let manifest = b"<assemblyIdentity name=\"Nullsoft.NSIS.exehead\"/>";
    let sample = with_resource(Name::Number(24), Name::Number(1), manifest);
    assert_eq!(program(&sample), (InstallerKind::Nsis, Confidence::Likely));
}

#[test]
fn inno_setup_is_known_by_its_table_of_offsets() {
    // SetupLdr's RCDATA 11111: twelve bytes of identification, then revision and offsets.
    let table = b"rDlPtS\xCD\xE6\xD7\x7B\x0B\x2A\x01\x00\x00\x00";
    let sample = with_resource(Name::Number(10), Name::Number(11111), table);
    assert_eq!(program(&sample), (InstallerKind::InnoSetup, Confidence::Certain));
    let other = with_resource(Name::Number(10), Name::Number(11111), b"something else");
    assert_eq!(program(&other).0, InstallerKind::Program);
    let version = version_resource([0; 4], &[("Comments", "This installation was built with Inno Setup.")]);
    let sample = with_resource(Name::Number(16), Name::Number(1), &version);
    assert_eq!(program(&sample), (InstallerKind::InnoSetup, Confidence::Likely));
    // Before 5.1.5: in the DOS header's unused part.
    let mut old = Sample::default().bytes();
    old[48..52].copy_from_slice(b"Inno");
    assert_eq!(recognised("setup.exe", &old).kind, InstallerKind::InnoSetup);
}

#[test]
fn burn_is_known_by_its_section_which_names_the_bundle() {
    // BURN_SECTION_HEADER: magic, version, GUID, sizes.
    let guid =
        [0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF];
    let header = [&0x00F1_4300_u32.to_le_bytes()[..], &[2, 0, 0, 0], &guid, &[0; 24]].concat();
    let sample = Sample { sections: vec![(".wixburn", header)], ..Sample::default() };
    let installer = recognised("setup.exe", &sample.bytes());
    assert_eq!((installer.kind, installer.confidence), (InstallerKind::Burn, Confidence::Certain));
    assert_eq!(installer.bundle_id.as_deref(), Some("{00112233-4455-6677-8899-AABBCCDDEEFF}"));
    let empty = Sample { sections: vec![(".wixburn", vec![1; 8])], ..Sample::default() };
    assert_eq!(program(&empty), (InstallerKind::Burn, Confidence::Likely));
}

#[test]
fn install_shield_is_known_by_its_file_table() {
    for mark in [b"InstallShield\0", b"ISSetupStream\0"] {
        let table = [&mark[..], &[3, 0], &[0; 30]].concat();
        assert_eq!(program(&with_overlay(table)), (InstallerKind::InstallShield, Confidence::Certain));
    }
    let version = version_resource(
        [0; 4],
        &[("FileDescription", "InstallScript Setup Launcher"), ("CompanyName", "InstallShield Software")],
    );
    let sample = with_resource(Name::Number(16), Name::Number(1), &version);
    assert_eq!(program(&sample), (InstallerKind::InstallShield, Confidence::Likely));
}

#[test]
fn squirrel_is_known_by_its_resource_or_its_mark() {
    let sample = with_resource(Name::Text("DATA"), Name::Number(131), b"PK\x03\x04rest");
    assert_eq!(program(&sample), (InstallerKind::Squirrel, Confidence::Certain));
    let sample = with_resource(Name::Text("DATA"), Name::Number(131), b"not a zip");
    assert_eq!(program(&sample).0, InstallerKind::Program);
    // Two 64-bit numbers (offset and length of the package) and then the mark, somewhere in the data.
    let mark = |number: u64| {
        let mark = [
            0x94, 0xF0, 0xB1, 0x7B, 0x68, 0x93, 0xE0, 0x29, 0x37, 0xEB, 0x34, 0xEF, 0x53, 0xAA, 0xE7, 0xD4,
            0x2B, 0x54, 0xF5, 0x70, 0x7E, 0xF5, 0xD6, 0xF5, 0x78, 0x54, 0x98, 0x3E, 0x5E, 0x94, 0xED, 0x7D,
        ];
        let data = [&[9; 70_001][..], &number.to_le_bytes(), &number.to_le_bytes(), &mark].concat();
        Sample { sections: vec![(".rdata", data)], ..Sample::default() }
    };
    assert_eq!(program(&mark(4096)), (InstallerKind::Squirrel, Confidence::Certain));
    assert_eq!(program(&mark(0)).0, InstallerKind::Program);
}

#[test]
fn compound_files_and_scripts_are_told_apart() {
    assert_eq!(recognised("x.msi", &Msi::default().bytes()).kind, InstallerKind::Msi);
    let patch = Msi { kind: msi::PackageType::Patch, ..Msi::default() }.bytes();
    assert_eq!(recognised("misnamed.msi", &patch).kind, InstallerKind::MsiPatch);
    let transform = Msi { kind: msi::PackageType::Transform, ..Msi::default() }.bytes();
    assert_eq!(recognised("x.mst", &transform).kind, InstallerKind::MsiTransform);
    for (name, kind) in [
        ("Install.PS1", InstallerKind::PowerShell),
        ("a.cmd", InstallerKind::Batch),
        ("a.bat", InstallerKind::Batch),
        ("a.vbs", InstallerKind::WindowsScript),
        ("a.reg", InstallerKind::RegistryFile),
        ("a.txt", InstallerKind::Unknown),
        ("noextension", InstallerKind::Unknown),
    ] {
        assert_eq!(recognised(name, b"text").kind, kind, "{name}");
    }
    assert_eq!(recognised("a.reg", b"\xFF\xFEW\0i\0").kind, InstallerKind::RegistryFile);
    assert_eq!(recognised("a.ps1", b"\x7FELF\0\0").kind, InstallerKind::Unknown);
    assert_eq!(recognised("a.ps1", &Sample::default().bytes()).kind, InstallerKind::Program);
    assert_eq!(recognised("a.exe", b"MZ").kind, InstallerKind::Unknown);
    assert_eq!(recognised("a.msi", &Msi::default().bytes()[..1000]).kind, InstallerKind::Unknown);
    assert_eq!(recognised("a.cmd", b"").kind, InstallerKind::Batch);
    assert!(recognise(Path::new("nowhere/a.exe")).unwrap_err().to_string().contains("a.exe cannot be read"));
}

#[test]
fn commands_are_proposed_with_their_doubts() {
    let lines = |kind, name: &str| {
        let proposal = Installer::new(kind, Confidence::Certain, "").propose(name, "Contoso \"App\" 50%.");
        (proposal.install.unwrap_or_default(), proposal.uninstall.unwrap_or_default(), proposal.doubts.len())
    };
    let pair = |install: &str, uninstall: &str, doubts| (install.to_owned(), uninstall.to_owned(), doubts);
    assert_eq!(
        lines(InstallerKind::Nsis, "my setup.exe"),
        pair(
            r#""my setup.exe" /S"#,
            r#""C:\Program Files (x86)\Contoso App 50\uninstall.exe" /S _?=C:\Program Files (x86)\Contoso App 50"#,
            2
        )
    );
    assert_eq!(
        lines(InstallerKind::InnoSetup, "sub/setup.exe").0,
        r"sub\setup.exe /SP- /VERYSILENT /SUPPRESSMSGBOXES /NORESTART"
    );
    assert_eq!(
        lines(InstallerKind::Burn, "setup.exe"),
        pair("setup.exe /quiet /norestart", "setup.exe /uninstall /quiet /norestart", 1)
    );
    assert_eq!(
        lines(InstallerKind::InstallShield, "setup.exe"),
        pair(r#"setup.exe /s /v"/qn /norestart""#, r#"setup.exe /s /x /v"/qn /norestart""#, 1)
    );
    assert_eq!(
        lines(InstallerKind::Squirrel, "setup.exe").1,
        r#"C:\Windows\Sysnative\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -Command "& (Join-Path $env:LOCALAPPDATA 'Contoso App 50\Update.exe') --uninstall --silent; exit $LASTEXITCODE""#
    );
    assert_eq!(
        lines(InstallerKind::PowerShell, "sub/my install.ps1"),
        pair(
            r#"C:\Windows\Sysnative\WindowsPowerShell\v1.0\powershell.exe -NoProfile -ExecutionPolicy Bypass -File "sub\my install.ps1""#,
            "",
            0
        )
    );
    assert_eq!(lines(InstallerKind::Batch, "install.cmd"), pair("install.cmd", "", 0));
    assert_eq!(lines(InstallerKind::Batch, "in & out.cmd"), pair(r#""in & out.cmd""#, "", 0));
    assert_eq!(lines(InstallerKind::MsiPatch, "p.msp"), pair(r#"msiexec /p "p.msp" /qn /norestart"#, "", 1));
    assert_eq!(lines(InstallerKind::Unknown, "x.dat"), pair("", "", 0));
}

proptest! {
    #[test]
    fn anything_is_recognised_as_something(bytes in prop::collection::vec(any::<u8>(), 0..2000), mark in 0..3_usize) {
        let mark: &[u8] = [&b""[..], b"MZ", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"][mark];
        let _ = recognised("setup.exe", &[mark, &bytes].concat());
    }
}
