//! Nothing that is printed can control a terminal, whatever the documents and names hold.

use super::run;
use super::workbench::Workbench;
use std::fs;

/// A window title, a colour in eight bits, a delete, and a turn of the reading direction.
const OBEYED: &str = "A\u{1b}]0;x\u{7}B\u{9b}31mC\u{7f}D\u{202e}E\u{2028}F\u{85}";

#[test]
fn no_name_controls_the_terminal() {
    let bench = Workbench::new();
    let json = serde_json::json!({
        "@odata.type": "#microsoft.graph.win32LobApp",
        "id": format!("id{OBEYED}"),
        "displayName": OBEYED,
        "publisher": OBEYED,
        "setupFilePath": format!("{OBEYED}.cmd"),
        "installCommandLine": format!("x{OBEYED}.exe /S {OBEYED}"),
        "uninstallCommandLine": format!("\"{OBEYED}.exe\" /x"),
        "returnCodes": [{ "returnCode": 0, "type": OBEYED }],
        "rules": [{
            "@odata.type": format!("#microsoft.graph.win32LobAppRegistryRule{OBEYED}"),
            "ruleType": "detection",
            "keyPath": format!("HKEY_LOCAL_MACHINE\\SOFTWARE\\{OBEYED}"),
            "operationType": OBEYED,
        }],
        OBEYED: OBEYED,
    });
    fs::create_dir_all(bench.file("hostile/source")).unwrap();
    fs::write(bench.file("hostile/app.json"), json.to_string()).unwrap();
    fs::write(bench.file("hostile/source/a.cmd"), format!("rem {OBEYED}\r\n%PASSWORD% {OBEYED}\r\n"))
        .unwrap();
    fs::write(bench.file("hostile.json"), format!("{{\"{OBEYED}\": 1, \"url\": \"{OBEYED}\"")).unwrap();
    let commands: &[&[&str]] = &[
        &["lint", "hostile"],
        &["lint", "hostile/app.json"],
        &["detect", "hostile"],
        &["install", "hostile", "--dry-run"],
        &["pack", "hostile"],
        &["pack", "hostile", "--force"],
        &["try", "hostile"],
        &["fetch", "hostile.json", "--output", "out"],
        &["publish", OBEYED, "--to", "public"],
        &["inspect", OBEYED],
        &["explain", OBEYED],
        &["lint", "tiny.intunewin", "--allow", OBEYED],
    ];
    for command in commands {
        for extra in [&[][..], &["--json"], &["-vv"]] {
            let output = run(&bench, &[command, extra, &["--color", "never"]].concat());
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            let obeyed =
                |c: &char| waybill_schemas::controls_terminal(*c) && !matches!(c, '\n' | '\r' | '\t');
            let found: Vec<char> = text.chars().filter(obeyed).collect();
            assert!(found.is_empty(), "{command:?} {extra:?} prints {found:?}:\n{}", text.escape_debug());
        }
    }
}
