//! Which installer is taken.

use super::*;

/// Installers of type exe; each is its lines, with `/S<number>` as its switch.
fn installers(lab: &Lab, root: &str, each: &[&str]) {
    let served = lab.serve("setup.exe", &program());
    let each = each.iter().enumerate().map(|(at, lines)| {
        let silent = if lines.contains("InstallerSwitches") {
            String::new()
        } else {
            format!("  InstallerSwitches:\n    Silent: /S{at}\n")
        };
        format!("- {}\n{silent}{served}", lines.replace("; ", "\n  "))
    });
    let each: String = each.collect();
    lab.manifest("1.10", &format!("InstallerType: exe\n{root}Installers:\n{each}"));
}

fn choice(change: impl FnOnce(&mut WingetChoice)) -> WingetChoice {
    let mut choice = WingetChoice::default();
    change(&mut choice);
    choice
}

fn taken(lab: &Lab, choice: WingetChoice) -> String {
    let app = lab.app_of(&WingetRequest { choice, force: true, ..lab.request() });
    line(&app).rsplit(' ').next().unwrap().to_owned()
}

const FOUR: [&str; 4] = [
    "Architecture: x64; Scope: user",
    "Architecture: x86; Scope: machine",
    "Architecture: x86; Scope: user",
    "Architecture: x64; Scope: machine",
];

#[test]
fn machine_goes_before_x64_and_a_wish_before_both() {
    let lab = Lab::new();
    installers(&lab, "", &FOUR);
    assert_eq!(taken(&lab, WingetChoice::default()), "/S3");
    assert_eq!(taken(&lab, choice(|it| it.scope = Some("user".into()))), "/S0");
    assert_eq!(taken(&lab, choice(|it| it.architecture = Some("x86".into()))), "/S1");
    let both = choice(|it| (it.architecture, it.scope) = (Some("x86".into()), Some("User".into())));
    assert_eq!(taken(&lab, both), "/S2");
    installers(&lab, "", &FOUR[..3]);
    assert_eq!(taken(&lab, WingetChoice::default()), "/S1", "the scope goes first");
    let error = lab.refused(choice(|it| it.architecture = Some("arm64".into())));
    assert_eq!(error.code().id, "winget-no-installer");
    assert!(error.to_string().contains("1: exe, x64, user (--architecture arm64)"), "{error}");
}

#[test]
fn chosen_and_dropped_are_told() {
    let lab = Lab::new();
    installers(&lab, "", &FOUR);
    let app = lab.app();
    assert_eq!(app.chosen, "4: exe, x64, machine");
    assert_eq!(app.dropped.len(), 3);
    assert!(
        app.dropped.contains(&"2: exe, x86, machine (another goes first)".to_owned()),
        "{:?}",
        app.dropped
    );
}

#[test]
fn locales_and_types_decide_between_equals_and_two_equals_are_refused() {
    let lab = Lab::new();
    let locales = [
        "Architecture: x64; InstallerLocale: de-DE",
        "Architecture: x64; InstallerLocale: en-US",
        "Architecture: x64",
    ];
    installers(&lab, "", &locales);
    assert_eq!(taken(&lab, WingetChoice::default()), "/S1");
    assert_eq!(taken(&lab, choice(|it| it.locale = Some("de".into()))), "/S0");
    installers(
        &lab,
        "",
        &["Architecture: x64; InstallerLocale: de-DE", "Architecture: x64; InstallerLocale: fr-FR"],
    );
    let error = lab.refused(WingetChoice::default());
    assert_eq!(error.code().id, "winget-ambiguous");
    assert!(error.to_string().ends_with("1: exe, x64, de-DE; 2: exe, x64, fr-FR"), "{error}");
    let types = [
        "Architecture: x64; InstallerType: nullsoft",
        "Architecture: x64; InstallerType: inno; ProductCode: k",
    ];
    installers(&lab, "", &types);
    assert_eq!(taken(&lab, WingetChoice::default()), "/S1");
    assert_eq!(taken(&lab, choice(|it| it.kind = Some("nullsoft".into()))), "/S0");
    installers(
        &lab,
        "",
        &[
            "Architecture: x64; InstallerSwitches: {Silent: /x}",
            "Architecture: x64; InstallerSwitches: {Silent: /x}",
        ],
    );
    assert_eq!(taken(&lab, WingetChoice::default()), "/x", "the same installer twice is one");
}

#[test]
fn what_nobody_can_install_unattended_is_dropped() {
    let lab = Lab::new();
    let each = [
        "Architecture: x64; InstallModes: [interactive]",
        "Architecture: x64; Authentication: {AuthenticationType: microsoftEntraId}",
        "Architecture: x64; InstallerType: msstore",
        "Architecture: x64; InstallerType: novel",
        "Architecture: x86; InstallModes: [interactive, silent]",
    ];
    installers(&lab, "Scope: machine\n", &each);
    let app = lab.app();
    assert_eq!((line(&app).rsplit(' ').next(), app.dropped.len()), (Some("/S4"), 4));
    assert!(
        notes(&app)
            .contains("Not known here and left out: the word \"novel\" of `Installers[3].InstallerType`")
    );
}

#[test]
fn switches_of_both_levels_are_merged_key_by_key() {
    let lab = Lab::new();
    installers(
        &lab,
        "InstallerSwitches:\n  Silent: /root\n  Custom: /custom\n  Log: /l <LOGPATH>\n",
        &[
            "Architecture: x64; InstallerSwitches: {Silent: /own}",
            "Architecture: x86; InstallerSwitches: {Custom: /other}",
        ],
    );
    assert!(line(&lab.app()).ends_with(".exe /own /custom"));
    let x86 = choice(|it| it.architecture = Some("x86".into()));
    let app = lab.app_of(&WingetRequest { choice: x86, force: true, ..lab.request() });
    assert!(line(&app).ends_with(".exe /root /other"), "{}", line(&app));
    assert_eq!(app.app.allowed_architectures.unwrap().as_str(), "x86,x64");
}

#[test]
fn an_installer_without_a_type_is_told() {
    let lab = Lab::new();
    let served = lab.serve("a.exe", &program());
    for (lines, why) in [
        ("", "1: it has no InstallerType"),
        ("InstallerType: zip\n", "1: it is a zip, and has no NestedInstallerType"),
        ("InstallerType: novel\n", "1: the type \"novel\" is not known"),
    ] {
        lab.manifest("1", &format!("{lines}Installers:\n- Architecture: x64\n{served}"));
        let error = lab.refused(WingetChoice::default());
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn the_file_at_hand_decides_between_equals_and_without_it_their_urls_are_told() {
    let lab = Lab::new();
    let served = [lab.serve("a.exe", &program()), lab.serve("b.exe", b"MZ other")];
    let each = served.map(|lines| format!("- Architecture: x64\n{lines}")).concat();
    lab.manifest("1.0", &format!("InstallerType: nullsoft\nProductCode: k\nInstallers:\n{each}"));
    let error = lab.refused(WingetChoice::default());
    assert_eq!(error.code().id, "winget-ambiguous");
    let text = error.to_string();
    assert!(text.contains("/a.exe; 2: nullsoft, x64, http") && text.ends_with("/b.exe"), "{text}");
    assert!(error.code().hint.contains("--installer"));
    let request = WingetRequest { installer: Some(lab.path("served/b.exe")), ..lab.request() };
    assert_eq!(lab.make(&request).unwrap().chosen, "2: nullsoft, x64");
}
