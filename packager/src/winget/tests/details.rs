//! Fields, switches and codes, and manifests that are not as they should be.

use super::*;
use waybill_schemas::app::RunAsAccount;

/// The app of a nullsoft installer with these lines at the root, and these in the locale.
fn app(lab: &Lab, version: &str, lines: &str, locale: &str) -> WingetApp {
    write(lab, version, lines, locale);
    lab.app()
}

fn write(lab: &Lab, version: &str, lines: &str, locale: &str) {
    let served = lab.serve("setup.exe", &program());
    let installer = format!("InstallerType: nullsoft\n{lines}Installers:\n- Architecture: x64\n{served}");
    lab.manifest_of("1.12.0", version, &installer, locale);
}

#[test]
fn texts_go_to_their_fields_and_a_version_stays_text() {
    let lab = Lab::new();
    let locale = "Description: |-\n  First line\n  Second line\nAuthor: Jane\nPackageUrl: https://contoso.example/tool\n\
        PrivacyUrl: javascript:alert(1)\nInstallationNotes: Restart\nAgreements:\n- AgreementLabel: EULA\n  AgreementUrl: https://x.example\n";
    let made = app(&lab, "1.10", "ProductCode: Tool\n", locale);
    let it = &made.app;
    assert_eq!(
        (it.display_name.as_deref(), it.publisher.as_deref()),
        (Some("Contoso Tool"), Some("Contoso Ltd"))
    );
    assert_eq!(it.description.as_deref(), Some("First line\nSecond line"));
    assert_eq!((it.display_version.as_deref(), it.developer.as_deref()), (Some("1.10"), Some("Jane")));
    assert_eq!(it.information_url.as_deref(), Some("https://contoso.example/tool"));
    assert_eq!(it.privacy_information_url, None);
    let notes = notes(&made);
    assert!(
        notes.contains("EULA: https://x.example") && notes.contains("about installing: Restart"),
        "{notes}"
    );
    assert_eq!((made.identifier.as_str(), made.version.as_str()), ("Contoso.Tool", "1.10"));
}

#[test]
fn what_the_entry_shows_is_the_version_wanted() {
    let lab = Lab::new();
    let lines = "AppsAndFeaturesEntries:\n- DisplayName: Tool (x64)\n  DisplayVersion: 7.1.0.0\n  Publisher: 'Igor''s'\n";
    let made = app(&lab, "2024", lines, "");
    let text = script(&made);
    assert!(text.contains("Name = 'Tool (x64)'; Publisher = 'Igor''s'; Wanted = '7.1' }"), "{text}");
    for version in ["2024", "1.2.3.4.5", "3.1-beta", "latest"] {
        let made = app(&lab, version, "ProductCode: Tool\n", "");
        assert!(
            script(&made).contains("; Wanted = '' }") && notes(&made).contains("is not two to four numbers"),
            "{version}"
        );
    }
}

#[test]
fn each_entry_has_its_own_version() {
    let lab = Lab::new();
    let lines = "ProductCode: Main\nAppsAndFeaturesEntries:\n- ProductCode: Helper\n  DisplayVersion: 9.0.1\n\
        - ProductCode: main\n  DisplayVersion: 2.3.4\n- ProductCode: Third\n";
    let text = script(&app(&lab, "2.3", lines, ""));
    for (key, wanted) in [("Main", "2.3.4"), ("Helper", "9.0.1"), ("Third", "2.3")] {
        let line = format!("@{{ Key = '{key}'; Name = ''; Publisher = ''; Wanted = '{wanted}' }}");
        assert!(text.contains(&line), "{line}: {text}");
    }
    assert_eq!(text.matches("Key = '").count(), 3, "{text}");
    // One by its key, one by its name.
    let lines = "AppsAndFeaturesEntries:\n- ProductCode: Main\n  DisplayVersion: 2.3.4\n\
        - DisplayName: Tool (old)\n  DisplayVersion: 1.9\n";
    let text = script(&app(&lab, "2.3", lines, ""));
    assert!(text.contains("Name = 'Tool (old)'; Publisher = 'Contoso Ltd'; Wanted = '1.9' }"), "{text}");
    // What has no key of its own describes the installer's.
    let lines = "ProductCode: Main\nAppsAndFeaturesEntries:\n- DisplayVersion: 7.1\n";
    assert!(
        script(&app(&lab, "2.3", lines, ""))
            .contains("Key = 'Main'; Name = ''; Publisher = ''; Wanted = '7.1' }")
    );
}

#[test]
fn names_of_others_stay_literals() {
    let lab = Lab::new();
    let made =
        app(&lab, "1.0", "ProductCode: \"x'); Remove-Item C:\\\\ -Recurse; ('\\u2019$(calc)\\n\"\n", "");
    let text = script(&made);
    assert!(text.contains("Key = 'x''); Remove-Item C:\\ -Recurse; (''\u{2019}\u{2019}$(calc)';"), "{text}");
    assert!(text.starts_with('\u{FEFF}'), "a byte order mark, for Windows PowerShell");
}

#[test]
fn codes_are_mapped_over_the_defaults() {
    let lab = Lab::new();
    let lines = "InstallerSuccessCodes:\n- 2\n- 0\nExpectedReturnCodes:\n\
        - InstallerReturnCode: 3221225477\n  ReturnResponse: packageInUse\n\
        - InstallerReturnCode: 8\n  ReturnResponse: rebootRequiredForInstall\n\
        - InstallerReturnCode: 9\n  ReturnResponse: rebootInitiated\n\
        - InstallerReturnCode: 1638\n  ReturnResponse: alreadyInstalled\n\
        - InstallerReturnCode: 3010\n  ReturnResponse: rebootRequiredToFinish\n\
        - InstallerReturnCode: 1618\n  ReturnResponse: cancelledByUser\n\
        - InstallerReturnCode: 0\n  ReturnResponse: diskFull\n\
        - InstallerReturnCode: 4294967296\n  ReturnResponse: fileInUse\n\
        - InstallerReturnCode: 77\n  ReturnResponse: novel\n";
    let made = app(&lab, "1.0", lines, "");
    let pair = |code, kind: &str| (code, kind.to_owned());
    let expected = [
        pair(0, "success"),
        pair(1707, "success"),
        pair(3010, "softReboot"),
        pair(1641, "hardReboot"),
        pair(2, "success"),
        pair(-1_073_741_819, "retry"),
        pair(8, "retry"),
        pair(9, "hardReboot"),
        pair(1638, "success"),
    ];
    assert_eq!(codes(&made), expected);
    let notes = notes(&made);
    assert!(notes.contains("count as failed: 1618 (cancelledByUser), 0 (diskFull), 77 (novel)"), "{notes}");
    assert!(notes.contains("\"4294967296\" is no number of 32 bits"));
}

#[test]
fn elevation_and_requirements_are_obeyed() {
    let lab = Lab::new();
    write(&lab, "1.0", "ElevationRequirement: elevationProhibited\n", "");
    assert_eq!(lab.refused(WingetChoice::default()).code().id, "winget-elevation");
    let user = WingetChoice { scope: Some("user".into()), ..WingetChoice::default() };
    let made = lab.app_of(&WingetRequest { choice: user, ..lab.request() });
    assert_eq!(made.app.install_experience.as_ref().unwrap().run_as_account, Some(RunAsAccount::User));
    assert!(notes(&made).contains("must not run elevated"));
    let lines = "Scope: user\nElevationRequirement: elevatesSelf\nMinimumOSVersion: 10.0.17763.0\nUnsupportedOSArchitectures:\n- arm64\n\
        RequireExplicitUpgrade: true\nUpgradeBehavior: uninstallPrevious\nDependencies:\n  PackageDependencies:\n  - PackageIdentifier: A.B\n    MinimumVersion: 2\n";
    let made = app(&lab, "1.0", lines, "");
    assert_eq!(made.app.minimum_supported_windows_release.as_deref(), Some("1809"));
    let notes = notes(&made);
    for part in
        ["elevatesSelf", "supersedence of type replace", "updates itself", "the package A.B 2 or later"]
    {
        assert!(notes.contains(part), "{part}: {notes}");
    }
}

#[test]
fn placeholders_and_locations_are_filled_or_refused() {
    let lab = Lab::new();
    let folder =
        WingetChoice { install_location: Some(r"C:\Apps\My Tool".into()), ..WingetChoice::default() };
    write(&lab, "1.0", "InstallLocationRequired: true\nInstallerSwitches:\n  Custom: /x\n", "");
    assert_eq!(lab.refused(WingetChoice::default()).code().id, "winget-install-location");
    let made = lab.app_of(&WingetRequest { choice: folder.clone(), ..lab.request() });
    assert!(line(&made).ends_with(r"/S /x /D=C:\Apps\My Tool"), "{}", line(&made));
    write(&lab, "1.0", "InstallerSwitches:\n  InstallLocation: -dir \"<InstallPath>\"\n", "");
    let made = lab.app_of(&WingetRequest { choice: folder, force: true, ..lab.request() });
    assert!(line(&made).ends_with(r#"/S -dir "C:\Apps\My Tool""#), "{}", line(&made));
    for switch in ["/log=<LOGPATH>", "/log=<logpath>", "/d=<INSTALLPATH>"] {
        write(&lab, "1.0", &format!("InstallerSwitches:\n  Custom: {switch}\n"), "");
        assert_eq!(lab.refused(WingetChoice::default()).code().id, "winget-switches", "{switch}");
    }
    let served = lab.serve("setup.exe", &program());
    let exe = |lines: &str| {
        lab.manifest(
            "1.0",
            &format!("InstallerType: exe\n{lines}Installers:\n- Architecture: x64\n{served}"),
        );
    };
    exe("");
    assert_eq!(lab.refused(WingetChoice::default()).code().id, "winget-switches");
    let silent = WingetChoice { silent: Some("--mine".into()), ..WingetChoice::default() };
    assert!(
        line(&lab.app_of(&WingetRequest { choice: silent, force: true, ..lab.request() }))
            .ends_with(".exe --mine")
    );
    exe("InstallerSwitches:\n  SilentWithProgress: /passive\n");
    assert!(line(&lab.app()).ends_with(".exe /passive"));
}

#[test]
fn a_file_that_the_manifest_names_is_looked_for_as_well() {
    let lab = Lab::new();
    let lines = "ProductCode: Tool\nInstallationMetadata:\n  DefaultInstallLocation: '%ProgramFiles%\\Contoso'\n  Files:\n  - RelativeFilePath: bin\\tool.exe\n    FileType: launch\n";
    let made = app(&lab, "1.0", lines, "");
    let [Rule::PowerShellScript(_), Rule::FileSystem(rule)] = &made.app.rules[..] else {
        panic!("{:?}", made.app.rules)
    };
    assert_eq!(rule.path.as_deref(), Some(r"%ProgramW6432%\Contoso\bin"));
    assert_eq!(
        (rule.file_or_folder_name.as_deref(), rule.check_32_bit_on_64_system),
        (Some("tool.exe"), Some(false))
    );
    // SYSTEM has a profile of its own, where no app of a user lies.
    let lines = lines.replace("%ProgramFiles%", "%LocalAppData%");
    let made = app(&lab, "1.1", &lines, "");
    assert_eq!(made.app.rules.len(), 1, "{:?}", made.app.rules);
    assert!(notes(&made).contains("a folder of one user"), "{}", notes(&made));
}

#[test]
fn a_singleton_and_a_single_file_of_several_are_read() {
    let lab = Lab::new();
    write(&lab, "1.0", "", "");
    let mut request = lab.request();
    for name in ["Contoso.Tool.yaml", "Contoso.Tool.installer.yaml", "Contoso.Tool.locale.en-US.yaml"] {
        request.manifest = lab.path("manifest").join(name);
        request.force = true;
        lab.app_of(&request);
    }
    let served = lab.serve("a", &Msi::default().bytes());
    let text = format!(
        "PackageIdentifier: Contoso.One\nPackageVersion: 2.0\nPackageLocale: en-US\nPublisher: C\nPackageName: One\n\
         License: MIT\nShortDescription: s\nNovelField: 1\nInstallerType: msi\nInstallers:\n- Architecture: neutral\n{served}  \
         InstallerSwitches:\n    Novel: 1\nManifestType: singleton\nManifestVersion: 1.0.0\n"
    );
    request.manifest = lab.path("one.yaml");
    fs::write(&request.manifest, text).unwrap();
    let made = lab.app_of(&request);
    assert_eq!(
        (made.identifier.as_str(), made.app.allowed_architectures.as_ref().unwrap().as_str()),
        ("Contoso.One", "x86,x64,arm64")
    );
    let notes = notes(&made);
    assert!(
        notes.contains("the field `NovelField`")
            && notes.contains("the field `Installers[0].InstallerSwitches.Novel`"),
        "{notes}"
    );
}

#[test]
fn what_is_no_manifest_is_refused() {
    let lab = Lab::new();
    let code = |lab: &Lab| lab.refused(WingetChoice::default()).code().id;
    assert_eq!(code(&lab), "winget-manifest-refused", "an empty folder");
    write(&lab, "1.0", "", "");
    let other = "PackageIdentifier: Contoso.Tool\nPackageVersion: 2.0\nManifestType: version\nManifestVersion: 1.6.0\n";
    fs::write(lab.path("manifest/other.yaml"), other).unwrap();
    let error = lab.refused(WingetChoice::default()).to_string();
    assert!(error.contains("Contoso.Tool 1.0, Contoso.Tool 2.0"), "{error}");
    fs::remove_file(lab.path("manifest/other.yaml")).unwrap();
    for (schema, is_read) in [("0.1.0", false), ("2.0.0", false), ("1.99.0", true)] {
        let served = lab.serve("setup.exe", &program());
        lab.manifest_of(
            schema,
            "1",
            &format!("InstallerType: inno\nInstallers:\n- Architecture: x64\n{served}"),
            "",
        );
        assert_eq!(lab.make(&WingetRequest { force: true, ..lab.request() }).is_ok(), is_read, "{schema}");
    }
    fs::write(lab.path("manifest/Contoso.Tool.yaml"), "a: &x 1\nb: *x\n").unwrap();
    assert_eq!(code(&lab), "winget-manifest-refused");
    let missing = WingetRequest { manifest: lab.path("nowhere"), ..lab.request() };
    let error = lab.make(&missing).unwrap_err();
    assert!(error.to_string().starts_with("no such file") && error.code().class == Class::Refused);
}

#[test]
fn an_app_that_is_there_is_kept_without_force() {
    let lab = Lab::new();
    app(&lab, "1.0", "", "");
    fs::write(lab.path("apps/tool/app.json"), "mine").unwrap();
    assert_eq!(lab.make(&lab.request()).unwrap_err().code().id, "app-exists");
    assert_eq!(fs::read_to_string(lab.path("apps/tool/app.json")).unwrap(), "mine");
    let leaves: Vec<_> =
        fs::read_dir(lab.path("apps/tool")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(leaves.len(), 3, "app.json, its record, source: {leaves:?}");
}
