use super::*;
use waybill_system::fake::FakeRun;

const FOLDER: &str = "/var/waybill/app_1";

fn on_unix() -> (RunAs, FakeSystem) {
    let machine = FakeSystem::unix();
    for file in ["install.sh", "tool", "data/run"] {
        machine.add_program(&format!("{FOLDER}/{file}"), |_, _| FakeRun::ends(0));
    }
    let perspective = Perspective { view: View::Bits64, account: Account::Current };
    (RunAs { perspective, wanted: Account::System, host: Host::X86, kind: SystemKind::Unix }, machine)
}

#[test]
fn words_are_posix_and_programs_are_found() {
    let (eyes, machine) = on_unix();
    for (line, program, words, found_in) in [
        (
            "./install.sh 'a b' \"c d\" e\\ f",
            "/var/waybill/app_1/install.sh",
            vec!["a b", "c d", "e f"],
            "content folder",
        ),
        ("install.sh", "/var/waybill/app_1/install.sh", vec![], "content folder"),
        (
            "sh ./install.sh $HOME && x",
            "/bin/sh",
            vec!["./install.sh", "$HOME", "&&", "x"],
            "machine PATH: /bin",
        ),
        ("/bin/sh -c 'exit 3'", "/bin/sh", vec!["-c", "exit 3"], "as the line says"),
        ("data/run # a comment", "/var/waybill/app_1/data/run", vec![], "content folder"),
        ("tool %HOME%", "/var/waybill/app_1/tool", vec!["/home/alex"], "content folder"),
    ] {
        let resolved = resolve(line, FOLDER, &eyes, &machine).unwrap_or_else(|refused| panic!("{refused:?}"));
        assert_eq!(
            (resolved.program.as_str(), resolved.words),
            (program, words.iter().map(|&word| word.to_owned()).collect())
        );
        assert_eq!(resolved.report.found_in.as_deref(), Some(found_in));
        assert_eq!((resolved.line.as_str(), resolved.is_msiexec), ("", false));
    }
}

#[test]
fn what_cannot_start_is_refused() {
    let (eyes, machine) = on_unix();
    machine.forbid_execution(&format!("{FOLDER}/install.sh"));
    for (line, code, why, fix) in [
        ("./install.sh", 0x8007_0005, "may not be executed", "chmod +x ./install.sh"),
        ("install", 0x8007_0002, "there is no `install`", "install.sh is there: write `sh ./install.sh`"),
        ("missing | x", 0x8007_0002, "missing", "no shell"),
        ("sh 'open", 0x8007_0057, "never closed", "close it"),
        ("  ", 0x8007_0057, "empty", "sh ./install.sh"),
        ("# nothing", 0x8007_0057, "comment", "program"),
        ("''", 0x8007_0002, "there is no", ""),
        ("missing --token hunter2", 0x8007_0002, "missing", ""),
    ] {
        let refused = resolve(line, FOLDER, &eyes, &machine).unwrap_err();
        let told = refused.report.refused.clone().unwrap();
        assert_eq!(refused.code, code, "{line}");
        assert!(told.why.contains(why) && told.fix.contains(fix), "{line}: {told:?}");
        assert!(!format!("{refused:?}").contains("hunter2"));
    }
    assert_eq!(resolve("tool", "relative", &eyes, &machine).unwrap_err().code, 0x8007_010B);
}

#[test]
fn the_report_is_masked() {
    let (eyes, machine) = on_unix();
    let resolved = resolve("tool --password 'hunter two'", FOLDER, &eyes, &machine).unwrap();
    assert_eq!(resolved.words, ["--password", "hunter two"]);
    let report = serde_json::to_string(&resolved.report).unwrap();
    assert!(!report.contains("hunter") && !report.contains("two"), "{report}");
}

#[test]
fn content_that_is_not_here_is_taken_to_hold_the_program() {
    let (eyes, machine) = on_unix();
    let shown = |line: &str| resolve(line, "", &eyes, &machine).map(|shown| shown.program);
    assert_eq!(shown("./install.sh x"), Ok("./install.sh".to_owned()));
    assert_eq!(shown("sh install.sh"), Ok("/bin/sh".to_owned()));
    assert_eq!(shown("/no/such").unwrap_err().code, 0x8007_0002);
}

#[test]
fn a_masked_word_takes_no_other_with_it() {
    let (eyes, machine) = on_unix();
    let line =
        "./install.sh --password=A TOKEN=B --api-key D -p E 'LICENCEKEY=F g' --passive KeyBoard=x last";
    let resolved = resolve(line, FOLDER, &eyes, &machine).unwrap();
    let shown = resolved.report.command_line.unwrap();
    let expected =
        "'--password=***' 'TOKEN=***' --api-key '***' -p E 'LICENCEKEY=***' --passive 'KeyBoard=***' last";
    assert!(shown.ends_with(expected), "{shown}");
}

#[test]
fn root_starts_nothing_from_where_others_may_write() {
    let (eyes, machine) = on_unix();
    for folder in ["/usr/local/bin", "/usr/bin"] {
        machine.add_program(&format!("{folder}/jq"), |_, _| FakeRun::ends(0));
    }
    let program = |line: &str| resolve(line, FOLDER, &eyes, &machine).map(|resolved| resolved.program);
    machine.set_path(&["relative", "/usr/local/bin", "/usr/bin", "/bin"]);
    assert_eq!(program("jq"), Ok("/usr/local/bin/jq".to_owned()));
    machine.let_others_write("/usr/local");
    assert_eq!(program("jq"), Ok("/usr/bin/jq".to_owned()), "a folder above counts");
    assert_eq!(program("/usr/local/bin/jq"), Ok("/usr/local/bin/jq".to_owned()), "named in full");
    assert_eq!(program("tool"), Ok(format!("{FOLDER}/tool")), "the content folder is ours");
    machine.let_others_write("/usr/bin/jq");
    let refused = resolve("jq", FOLDER, &eyes, &machine).unwrap_err();
    let told = refused.report.refused.clone().unwrap();
    assert_eq!(refused.code, 0x8007_0002);
    assert!(told.fix.contains("/usr/local/bin/jq lies where others than root may write"), "{told:?}");
    let passed = "/usr/bin/jq (passed over: others than root may write there)".to_owned();
    assert!(told.searched.contains(&passed), "{told:?}");
    assert!(resolve("jq", "", &eyes, &machine).is_err(), "nor is it taken to be in content that is not here");
    // Whoever is not root has no more rights than those who may write there would gain.
    machine.set_device(|device| device.elevated = false);
    assert_eq!(program("jq"), Ok("/usr/local/bin/jq".to_owned()));
}
