//! A machine in memory whose PowerShell does what the test says, and a real folder for its scripts.

use crate::look::Looker;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use waybill_schemas::app::PowerShellScriptRule;
use waybill_system::fake::{FakeRun, FakeSystem};

/// The paths of Windows PowerShell, 64-bit and 32-bit.
pub(crate) const HOSTS: [&str; 2] = [
    r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
    r"C:\Windows\SysWOW64\WindowsPowerShell\v1.0\powershell.exe",
];

pub(crate) struct ScriptedMachine {
    pub(crate) machine: FakeSystem,
    pub(crate) scratch: TempDir,
    /// The bytes of the last script that was run.
    pub(crate) script: Arc<Mutex<Vec<u8>>>,
}

impl ScriptedMachine {
    pub(crate) fn windows(run: &FakeRun) -> Self {
        Self::with(FakeSystem::windows(), &HOSTS, run)
    }

    pub(crate) fn with(machine: FakeSystem, hosts: &[&str], run: &FakeRun) -> Self {
        let script = Arc::<Mutex<Vec<u8>>>::default();
        for host in hosts {
            let (seen, run) = (Arc::clone(&script), run.clone());
            machine.add_program(host, move |_, start| {
                *seen.lock().unwrap() = std::fs::read(script_of(&start.line)).unwrap();
                run.clone()
            });
        }
        Self { machine, scratch: TempDir::new().unwrap(), script }
    }

    pub(crate) fn looker(&self) -> Looker<'_> {
        let mut looker = Looker::new(&self.machine);
        looker.settings.root = self.scratch.path().join("root");
        looker
    }

    /// Whether the folder for scripts is empty or absent.
    pub(crate) fn is_clean(&self) -> bool {
        let left = std::fs::read_dir(self.scratch.path().join("root").join("Scratch"));
        left.map_or(true, |mut left| left.next().is_none())
    }
}

/// The path that follows `-File` in a command line.
fn script_of(line: &str) -> &Path {
    let (_, path) = line.split_once("-File ").unwrap();
    Path::new(path.trim_matches('"'))
}

/// A detection rule with this script.
pub(crate) fn rule(script: &[u8]) -> Value {
    let mut rule = PowerShellScriptRule::default();
    rule.set_script(script);
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule",
        "scriptContent": rule.script_content,
    })
}

/// A requirement rule that compares the output of a script.
pub(crate) fn comparing(operation: Option<&str>, operator: Option<&str>, value: Option<&str>) -> Value {
    let mut rule = rule(b"Get-Something");
    rule["operationType"] = operation.into();
    rule["operator"] = operator.into();
    rule["comparisonValue"] = value.into();
    rule
}
