//! Batch files, which are started through cmd.exe.

use crate::content::Content;

const INSTALL: &str =
    "@echo off\r\necho cd \"%CD%\"\r\necho dp0 \"%~dp0\"\r\necho first %~1\r\nexit /b 3010\r\n";

fn lines(output: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(output).lines().map(|line| line.trim_end().to_owned()).collect()
}

/// If cmd.exe cannot use its working directory, it silently runs in C:\Windows.
#[test]
fn they_run_in_the_content_folder() {
    let content = Content::new().with_file("install.cmd", INSTALL);
    let folder = content.folder.to_str().unwrap().to_owned();
    for line in ["install.cmd one", r".\install.cmd one two", "\"install.cmd\" \"one\""] {
        let (code, output) = content.run(line);
        assert_eq!(code, 3010, "{line}");
        let expected = [format!("cd \"{folder}\""), format!("dp0 \"{folder}\\\""), "first one".to_owned()];
        assert_eq!(lines(&output), expected, "{line}");
    }
}

/// Content folders are often given as verbatim paths (`\\?\`), which cmd.exe cannot use as working directory.
#[test]
fn a_verbatim_folder_is_given_as_a_plain_one() {
    let content = Content::new().with_file("install.cmd", INSTALL);
    let plain = content.folder.to_str().unwrap().to_owned();
    let verbatim = format!(r"\\?\{plain}");
    let eyes = crate::content::eyes();
    let machine = waybill_system::this_machine();
    let resolved = waybill_installer_runner::resolve("install.cmd x", &verbatim, &eyes, &machine).unwrap();
    let (code, output) = content.start(&resolved);
    assert_eq!((code, lines(&output)[0].as_str()), (3010, format!("cd \"{plain}\"").as_str()));
}

/// Characters with a meaning to cmd.exe in the path of the batch file. `%` is left out, because wine's cmd.exe loses it
/// when it prints `%CD%`.
#[test]
fn signs_in_the_folders_name_do_no_harm() {
    for name in ["a & b", "(x) ^ y!", "it's, = ; ok"] {
        let content = Content::called(name).with_file("my install.cmd", INSTALL);
        let (code, output) = content.run("\"my install.cmd\" one");
        let folder = content.folder.to_str().unwrap();
        assert_eq!((code, lines(&output)[0].as_str()), (3010, format!("cd \"{folder}\"").as_str()), "{name}");
    }
}
