//! WB301 to WB304, the rules for outcomes and secrets.

use super::*;
use waybill_pe::Machine;

fn findings_of(app: &Value) -> Vec<String> {
    found(msi_subject(app))
}

#[test]
fn wb301_return_codes() {
    assert_eq!(findings_of(&with(msi_app(), "/returnCodes", json!([]))), [""; 0], "the five defaults hold");
    let zero = json!([{ "returnCode": 0, "type": "success" }]);
    assert_eq!(findings_of(&with(msi_app(), "/returnCodes", zero)), ["W301"]);
    let without = |index: usize| {
        let mut app = msi_app();
        app["returnCodes"].as_array_mut().unwrap().remove(index);
        app
    };
    assert_eq!(findings_of(&without(2)), ["W301"]);
    assert_eq!(findings_of(&without(4)), ["W301"]);
    assert_eq!(findings_of(&without(1)), [""; 0], "1707 is a courtesy");
    let code = |code: i64, kind: &str| {
        with(msi_app(), "/returnCodes/5", json!({ "returnCode": code, "type": kind }))
    };
    assert_eq!(findings_of(&code(1603, "success")), ["E301"]);
    assert_eq!(findings_of(&code(1602, "softReboot")), ["E301"]);
    assert_eq!(findings_of(&code(1602, "retry")), [""; 0]);
    assert_eq!(findings_of(&code(1603, "failed")), [""; 0]);
    assert_eq!(findings_of(&code(60012, "retry")), [""; 0]);
}

#[test]
fn wb305_a_code_twice_or_none_for_0() {
    let table = |codes: Value| findings_of(&with(msi_app(), "/returnCodes", codes));
    let rest = |first: Value| {
        let rest = msi_app()["returnCodes"].as_array().unwrap()[1..].to_vec();
        Value::Array(first.as_array().unwrap().iter().cloned().chain(rest).collect())
    };
    let (zero, failed) =
        (json!({ "returnCode": 0, "type": "success" }), json!({ "returnCode": -5, "type": "failed" }));
    assert_eq!(table(rest(json!([]))), ["E305"], "no 0");
    assert_eq!(table(rest(json!([zero]))), [""; 0]);
    assert_eq!(table(rest(json!([zero, zero]))), ["E305"]);
    let unsigned = json!({ "returnCode": 4_294_967_291_u64, "type": "failed" });
    assert_eq!(table(rest(json!([zero, failed, unsigned]))), ["E305"], "signed and unsigned are one code");
    assert_eq!(table(rest(json!([zero, failed]))), [""; 0]);
    assert_eq!(table(Value::Null), [""; 0], "no table is the five defaults");
}

fn with_all_users(app: &Value, all_users: Option<&str>) -> Vec<String> {
    let mut subject = msi_subject(app);
    subject.setup.msi.as_mut().unwrap().all_users = all_users.map(str::to_owned);
    found(subject)
}

#[test]
fn wb302_for_whom_the_msi_installs() {
    let user = with(msi_app(), "/installExperience/runAsAccount", "user".into());
    assert_eq!(with_all_users(&msi_app(), None), ["W302"]);
    assert_eq!(with_all_users(&msi_app(), Some("1")), [""; 0]);
    assert_eq!(with_all_users(&msi_app(), Some("2")), [""; 0]);
    assert_eq!(with_all_users(&user, Some("1")), ["W302"]);
    assert_eq!(with_all_users(&user, None), [""; 0]);
    assert_eq!(with_all_users(&user, Some("2")), [""; 0]);
    let asks =
        with(msi_app(), "/installCommandLine", "msiexec /i contoso.msi ALLUSERS=1 /qn /norestart".into());
    assert_eq!(with_all_users(&asks, None), [""; 0]);
    // Without the MSI, the document's facts count.
    let stated = with(msi_app(), "/msiInformation", json!({ "packageType": "perUser" }));
    assert_eq!(found(subject(&stated, &[("contoso.msi", MSI)])), ["W302"]);
}

#[test]
fn wb302_a_dual_purpose_msi_by_its_command() {
    let findings_of = |tail: &str| {
        let command = format!("msiexec /i contoso.msi {tail} /qn /norestart");
        let mut subject = msi_subject(&with(msi_app(), "/installCommandLine", command.into()));
        let facts = subject.setup.msi.as_mut().unwrap();
        (facts.all_users, facts.installs_per_user) = (Some("2".into()), true);
        found(subject)
    };
    for per_user in ["", "ALLUSERS=2", "ALLUSERS=\"\"", "MSIINSTALLPERUSER=1"] {
        assert_eq!(findings_of(per_user), ["W302"], "{per_user}");
    }
    for per_machine in
        ["ALLUSERS=1", "MSIINSTALLPERUSER=\"\"", "ALLUSERS=2 MSIINSTALLPERUSER=\"\"", "TRANSFORMS=:a"]
    {
        assert_eq!(findings_of(per_machine), [""; 0], "{per_machine}");
    }
}

#[test]
fn wb303_architecture_and_time() {
    let offered = |list: &str| with(msi_app(), "/applicableArchitectures", list.into());
    assert_eq!(findings_of(&offered("x86,x64")), ["W303"]);
    assert_eq!(findings_of(&offered("x64,arm64")), [""; 0]);
    assert_eq!(
        findings_of(&with(offered("x86,x64"), "/allowedArchitectures", "x64".into())),
        [""; 0],
        "the newer field wins"
    );
    let mut program = subject(&offered("x86, x64"), &[("contoso.msi", MSI)]);
    program.setup.machine = Some(Machine::X86);
    assert_eq!(found(program), [""; 0], "a 32-bit loader may carry anything");

    let minutes = |minutes: u32, size: u64| {
        let mut subject =
            msi_subject(&with(msi_app(), "/installExperience/maxRunTimeInMinutes", minutes.into()));
        subject.entries = Some(vec![FileEntry { name: "contoso.msi".into(), size, is_folder: false }]);
        found(subject)
    };
    assert_eq!(minutes(4, (1 << 30) + 1), ["W303"]);
    assert_eq!(minutes(5, (1 << 30) + 1), [""; 0]);
    assert_eq!(minutes(4, 1 << 20), [""; 0]);
}

#[test]
fn wb304_secrets_in_commands() {
    let install = |tail: &str| {
        let command = format!("msiexec /i contoso.msi /qn /norestart {tail}");
        findings_of(&with(msi_app(), "/installCommandLine", command.into()))
    };
    for secret in [
        "PASSWORD=hunter2",
        "SITE_TOKEN=\"eyJ1cmwiOiJodHRwcyJ9\"",
        "/clientSecret:abcdef",
        "-Token abcdef123",
        "--api-key 0123456789",
        "/v\"/qn PASSWORD=hunter2\"",
        "X=ghp_0123456789abcdefghijABCDEFGHIJ0123",
    ] {
        assert_eq!(install(secret), ["E304"], "{secret}");
    }
    for fine in [
        "PASSWORD=\"\"",
        "PASSWORD=%SECRET%",
        "TOKEN=<token>",
        "/passive",
        "NOPASSWORD=abc",
        "USEPASSWORD=0",
        "/publickeytoken=b77a5c561934e089",
    ] {
        let without_passive: Vec<_> = install(fine).into_iter().filter(|code| code != "W105").collect();
        assert_eq!(without_passive, [""; 0], "{fine}");
    }
    for licence in ["PIDKEY=AAAAA-BBBBB", "-LicenceKey 7F3K-92QD", "/v\"/qn SERIALNUMBER=1234\""] {
        assert_eq!(install(licence), ["W304"], "{licence}");
    }
    let report = lint(
        msi_subject(&with(
            msi_app(),
            "/installCommandLine",
            "msiexec /i contoso.msi /qn /norestart PASSWORD=hunter2".into(),
        )),
        &[],
    );
    assert!(!serde_json::to_string(&report).unwrap().contains("hunter2"));
}

#[test]
fn wb304_secrets_in_the_package() {
    let findings_of =
        |name: &str, bytes: &[u8]| found(subject(&msi_app(), &[("contoso.msi", MSI), (name, bytes)]));
    let key = b"-----BEGIN PRIVATE KEY-----\nMIIE\n".as_slice();
    let sas = b"Invoke-WebRequest 'https://a.blob.core.windows.net/c/s.msi?sv=1&sig=0123456789abcdefghijABCDEFGHIJ0123456789abc%3D'";
    let cases: [(&str, &[u8], &[&str]); 34] = [
        ("a.ps1", b"$login = @{ User = 'a'\n  Password = 'hunter2' }", &["E304"]),
        ("a.vbs", b"strPassword = \"hunter2\"", &["E304"]),
        ("a.vbs", b"' strPassword = \"hunter2\"", &[]),
        ("a.ps1", sas, &["E304"]),
        ("a.ps1", b"$u = 'https://a/?sig=$sig'", &[]),
        ("a.ps1", b"$password = \"hunter2\"", &["E304"]),
        ("a.ps1", b"[string]$AdminPassword='hunter2'", &["E304"]),
        ("a.ps1", b"$password = Read-Password", &[]),
        ("a.ps1", b"$password = \"$secret\"", &[]),
        ("a.ps1", b"$password = ''", &[]),
        ("a.ps1", b"$password = '<password>'", &[]),
        ("a.ps1", b"# $password = 'hunter2'", &[]),
        ("a.ps1", b"$passwordPath = 'HKLM:\\SOFTWARE\\A'", &[]),
        ("a.ps1", b"if ($password -eq 'hunter2') { }", &[]),
        ("a.cmd", b"set PASSWORD=hunter2", &["E304"]),
        ("a.cmd", b"set \"PASSWORD=%1\"", &[]),
        ("a.cmd", b"set /p PASSWORD=Password:", &[]),
        ("a.cmd", b"net use X: \\\\s\\share hunter2 /user:a", &["E304"]),
        ("a.cmd", b"net use X: \\\\s\\share /user:a *", &[]),
        ("a.cmd", b"net user local hunter2 /add", &["E304"]),
        ("certs/signing.pfx", b"\x30", &["E304"]),
        ("a.pem", key, &["E304"]),
        ("cacert.pem", b"-----BEGIN CERTIFICATE-----\nMIIE\n", &[]),
        ("server.key", key, &["E304"]),
        ("license.key", b"ABC-DEF", &[]),
        ("ssh/id_rsa", b"x", &["E304"]),
        ("ssh/id_rsa.pub", b"ssh-rsa AAAA", &[]),
        (".env", b"DB_PASSWORD=x", &["E304"]),
        (".env.example", b"DB_PASSWORD=x", &[]),
        (".env", b"# nothing\n", &[]),
        ("token.txt", b"x", &["E304"]),
        ("install.ps1", b"$p = ConvertTo-SecureString 'hunter2' -AsPlainText -Force", &["E304"]),
        ("install.ps1", b"$p = ConvertTo-SecureString $env:P -AsPlainText -Force", &[]),
        ("tokenizer.dll", b"MZ", &[]),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(findings_of(name, bytes), expected, "{name}");
    }
    let mut unread = subject(&msi_app(), &[("contoso.msi", MSI), ("a.pem", b"")]);
    unread.contents = Box::new(|_, _| None);
    assert_eq!(found(unread), ["E304"], "by its name where it cannot be read");
}
