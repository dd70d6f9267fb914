//! A Windows Sandbox configuration that runs the rehearsal on a machine that is thrown away afterwards.
//! The format: Microsoft, "Windows Sandbox configuration" (`.wsb`).

use quick_xml::escape::escape;

/// What the sandbox is given. Paths are absolute ones of the Windows that starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    /// The app's folder, which is mapped read-only.
    pub app_folder: String,
    /// The folder that `waybill.exe` is in, which is mapped read-only.
    pub program_folder: String,
    /// The program's file name.
    pub program: String,
    /// The folder for the report, which is mapped for writing.
    pub result_folder: String,
}

/// Where the folders are in the sandbox.
const APP: &str = r"C:\Rehearsal\App";
const PROGRAM: &str = r"C:\Rehearsal\Program";
const RESULT: &str = r"C:\Rehearsal\Result";

impl Sandbox {
    /// The `.wsb` file: no network, since the rehearsal needs loopback alone; after it, `report.json`, `junit.xml` and
    /// `messages.txt` lie in the result folder.
    pub fn to_wsb(&self) -> Vec<u8> {
        let app = mapped(&self.app_folder, APP, true);
        let program = mapped(&self.program_folder, PROGRAM, true);
        let result = mapped(&self.result_folder, RESULT, false);
        let command = self.command();
        let command = escape(&command);
        let text = format!(
            "\
<Configuration>
  <VGpu>Disable</VGpu>
  <Networking>Disable</Networking>
  <MappedFolders>
{app}{program}{result}  </MappedFolders>
  <LogonCommand>
    <Command>{command}</Command>
  </LogonCommand>
</Configuration>
"
        );
        text.into_bytes()
    }

    /// The command that runs once the sandbox has started. cmd.exe strips the outer quotes (`/s`).
    pub fn command(&self) -> String {
        let Self { program, .. } = self;
        format!(
            r#"cmd.exe /d /s /c ""{PROGRAM}\{program}" try "{APP}" --json --junit "{RESULT}\junit.xml" > "{RESULT}\report.json" 2> "{RESULT}\messages.txt"""#
        )
    }
}

fn mapped(host: &str, inside: &str, read_only: bool) -> String {
    let host = escape(host);
    format!(
        "    \
    <MappedFolder>
      <HostFolder>{host}</HostFolder>
      <SandboxFolder>{inside}</SandboxFolder>
      <ReadOnly>{read_only}</ReadOnly>
    </MappedFolder>
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_and_only_the_result_may_be_written() {
        let sandbox = Sandbox {
            app_folder: r"C:\R&D\<apps>\7zip".into(),
            program_folder: r"C:\Tools".into(),
            program: "waybill.exe".into(),
            result_folder: r"C:\R&D\result".into(),
        };
        let text = String::from_utf8(sandbox.to_wsb()).unwrap();
        assert!(text.contains(r"<HostFolder>C:\R&amp;D\&lt;apps&gt;\7zip</HostFolder>"), "{text}");
        assert_eq!(text.matches("<ReadOnly>true</ReadOnly>").count(), 2, "{text}");
        assert_eq!(text.matches("<ReadOnly>false</ReadOnly>").count(), 1, "{text}");
        assert!(text.contains("<Networking>Disable</Networking>"), "{text}");
        assert!(
            sandbox.command().contains(r#""C:\Rehearsal\Program\waybill.exe" try "C:\Rehearsal\App" --json"#)
        );
        assert!(text.contains("&gt; "), "{text}");
    }
}
