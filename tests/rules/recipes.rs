//! The recipes of docs/detection.md, each on machines on which it holds and on which it does not.

use crate::look::Looker;
use crate::scripted_machine::{HOSTS, ScriptedMachine};
use jiff::Timestamp;
use serde_json::Value;
use std::time::SystemTime;
use waybill_context::Context;
use waybill_installer_runner::AccountChoice;
use waybill_packager::lint::{Subject, lint};
use waybill_packager::walk::WalkOptions;
use waybill_schemas::app::{AppDocument, PowerShellScriptRule};
use waybill_schemas::report::install::Answer;
use waybill_system::fake::{FakeRun, FakeSystem};
use waybill_system::{RegistryValue, View};

/// Prepares a machine on which a recipe holds, or one on which it does not.
type Scene = fn(&FakeSystem);

const MSI: &str = "{0F1B2C3D-1111-2222-3333-0123456789AB}";
const UNINSTALL: &str = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Contoso";

/// The title of each recipe, a machine on which it holds, and machines on which it does not. An empty machine is always
/// tried as well.
const SCENES: [(&str, Scene, &[Scene]); 12] = [
    (
        "1. A file is there",
        |machine| machine.add_file(r"C:\Program Files\Contoso\Contoso.exe", 1),
        &[|machine| machine.add_file(r"C:\Program Files (x86)\Contoso\Contoso.exe", 1)],
    ),
    (
        "2. A program of at least a version",
        |machine| program(machine, [4, 10, 0, 0]),
        &[
            |machine| program(machine, [4, 1, 9, 9]),
            |machine| machine.add_file(r"C:\Program Files\Contoso\Contoso.exe", 1),
        ],
    ),
    (
        "3. An app of the user, in HKCU",
        |machine| version(machine, View::Bits64, &format!(r"HKCU\{UNINSTALL}"), "4.2.0"),
        &[
            |machine| version(machine, View::Bits64, &format!(r"HKCU\{UNINSTALL}"), "4.1.9"),
            |machine| version(machine, View::Bits64, &format!(r"HKLM\{UNINSTALL}"), "4.2.0"),
        ],
    ),
    (
        "4. A value in the 32-bit view",
        |machine| edition(machine, View::Bits32, "enterprise"),
        &[
            |machine| edition(machine, View::Bits64, "Enterprise"),
            |machine| edition(machine, View::Bits32, "Home"),
        ],
    ),
    (
        "5. An MSI that updates itself",
        |machine| machine.add_product(MSI, 5, "4.3.0"),
        &[|machine| machine.add_product(MSI, 5, "4.1.0"), |machine| machine.add_product(MSI, 1, "4.3.0")],
    ),
    (
        "6. The version of the uninstall entry",
        |machine| version(machine, View::Bits64, &format!(r"HKLM\{UNINSTALL}"), "4.2.0.77"),
        &[
            |machine| version(machine, View::Bits64, &format!(r"HKLM\{UNINSTALL}"), "4.2"),
            |machine| version(machine, View::Bits32, &format!(r"HKLM\{UNINSTALL}"), "4.2.0.77"),
        ],
    ),
    (
        "7. A folder",
        |machine| machine.add_folder(r"C:\ProgramData\Contoso\Templates-2024"),
        &[|machine| machine.add_folder(r"C:\ProgramData\Contoso\Templates-2023")],
    ),
    (
        "8. A file of at least a size",
        |machine| machine.add_file(r"C:\ProgramData\Contoso\maps.db", 250 << 20),
        &[|machine| machine.add_file(r"C:\ProgramData\Contoso\maps.db", (250 << 20) - 1)],
    ),
    (
        "9. A file written on or after a day",
        |machine| dated(machine, "2024-05-01T00:00:00Z"),
        &[|machine| dated(machine, "2024-04-30T23:59:59Z")],
    ),
    (
        "10. A service",
        |machine| machine.add_key(View::Bits64, r"HKLM\SYSTEM\CurrentControlSet\Services\ContosoAgent"),
        &[|machine| machine.add_key(View::Bits64, r"HKLM\SYSTEM\CurrentControlSet\Services\Contoso")],
    ),
    // The outputs of the scripts are simulated, because no PowerShell runs here.
    (
        "11. A detection script",
        |machine| host(machine, &FakeRun::ends(0).printing("4.2.0.0\r\n")),
        &[|machine| host(machine, &FakeRun::ends(1))],
    ),
    (
        "12. A requirement script",
        |machine| host(machine, &FakeRun::ends(0).printing("True\r\n")),
        &[|machine| host(machine, &FakeRun::ends(0).printing("False\r\n"))],
    ),
];

fn program(machine: &FakeSystem, numbers: [u16; 4]) {
    machine.add_versioned_file(r"C:\Program Files\Contoso\Contoso.exe", Some(numbers), None);
}

fn version(machine: &FakeSystem, view: View, key: &str, version: &str) {
    machine.add_value(view, key, "DisplayVersion", RegistryValue::Text(version.into()));
}

fn edition(machine: &FakeSystem, view: View, edition: &str) {
    machine.add_value(view, r"HKLM\SOFTWARE\Contoso", "Edition", RegistryValue::Text(edition.into()));
}

fn dated(machine: &FakeSystem, time: &str) {
    let time: SystemTime = time.parse::<Timestamp>().unwrap().into();
    machine.add_dated_file(r"C:\ProgramData\Contoso\signatures.dat", time, Some(time));
}

fn host(machine: &FakeSystem, run: &FakeRun) {
    let run = run.clone();
    machine.add_program(HOSTS[0], move |_, _| run.clone());
}

/// A recipe of docs/detection.md.
struct Recipe {
    title: String,
    rule: Value,
    /// The script that the recipe shows before its rule.
    script: Option<String>,
}

fn recipes() -> Vec<Recipe> {
    let path = waybill_support::tests_folder().join("../docs/detection.md");
    let text = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    text.split("\n### ").skip(1).map(recipe).collect()
}

fn recipe(section: &str) -> Recipe {
    let block = |language: &str| {
        let (_, after) = section.split_once(&format!("```{language}\n"))?;
        Some(after.split_once("```").unwrap().0.to_owned())
    };
    Recipe {
        title: section.lines().next().unwrap().to_owned(),
        rule: serde_json::from_str(&block("json").unwrap()).unwrap(),
        script: block("powershell"),
    }
}

/// The answer of the recipe's rule; a requirement that holds counts as detected.
fn answer(rule: &Value, machine: FakeSystem) -> Answer {
    let scripted = ScriptedMachine::with(machine, &[], &FakeRun::ends(0));
    let mut looker: Looker<'_> = scripted.looker();
    looker.settings.account = AccountChoice::AsDocumented;
    let mut app = AppDocument::new();
    app.rules = vec![serde_json::from_value(rule.clone()).unwrap()];
    if rule["keyPath"].as_str().is_some_and(|key| key.starts_with("HKEY_CURRENT_USER")) {
        let experience = serde_json::json!({ "runAsAccount": "user" });
        app.install_experience = Some(serde_json::from_value(experience).unwrap());
    }
    if rule["ruleType"] == "requirement" {
        looker.require(&app).rules[0].answer
    } else {
        looker.detect(&app).answer
    }
}

#[test]
fn every_recipe_holds_where_it_should_and_nowhere_else() {
    let recipes = recipes();
    let titles: Vec<&str> = recipes.iter().map(|recipe| recipe.title.as_str()).collect();
    assert_eq!(titles, SCENES.map(|(title, ..)| title));
    let mut ran = 0;
    for (recipe, (title, has, has_not)) in recipes.iter().zip(SCENES) {
        let on = |scene: Option<&Scene>| {
            let machine = FakeSystem::windows();
            if let Some(scene) = scene {
                scene(&machine);
            }
            answer(&recipe.rule, machine)
        };
        assert_eq!(on(Some(&has)), Answer::Detected, "{title}");
        for scene in [None].into_iter().chain(has_not.iter().map(Some)) {
            assert_eq!(on(scene), Answer::NotDetected, "{title}");
            ran += 1;
        }
    }
    waybill_tests::counted(&format!(
        "recipes: {} of docs/detection.md hold where they should, and not on {ran} other machines",
        recipes.len()
    ));
}

#[test]
fn the_scripts_of_the_recipes_are_those_that_are_shown() {
    let mut scripts = 0;
    for recipe in recipes() {
        let Some(shown) = recipe.script else { continue };
        let rule: PowerShellScriptRule = serde_json::from_value(recipe.rule).unwrap();
        assert_eq!(String::from_utf8(rule.script().unwrap()).unwrap(), shown, "{}", recipe.title);
        scripts += 1;
    }
    assert_eq!(scripts, 2);
}

/// `waybill lint` warns of no recipe except the one about a folder, where the document says so.
#[test]
fn no_recipe_is_one_that_lint_warns_of() {
    for recipe in recipes() {
        let folder = tempfile::TempDir::new().unwrap();
        let is_users = recipe.title.contains("HKCU");
        let app = serde_json::json!({
            "@odata.type": "#microsoft.graph.win32LobApp",
            "installExperience": { "runAsAccount": if is_users { "user" } else { "system" } },
            "rules": [recipe.rule],
        });
        std::fs::write(folder.path().join("app.json"), app.to_string()).unwrap();
        std::fs::write(folder.path().join("setup.cmd"), "exit 0").unwrap();
        let subject = Subject::open(folder.path(), &WalkOptions::default(), &Context::silent()).unwrap();
        let found = lint(subject, &[]).findings;
        let about_rules: Vec<&str> = found
            .iter()
            .filter(|finding| finding.place.pointer.as_ref().is_some_and(|at| at.starts_with("/rules/")))
            .map(|finding| finding.code.as_str())
            .collect();
        let expected: &[&str] = if recipe.title.ends_with("A folder") { &["WB207"] } else { &[] };
        assert_eq!(about_rules, expected, "{}", recipe.title);
    }
}
