//! `waybill fetch` from `waybill serve`: two processes on loopback.

use super::command;
use super::documents::validated;
use super::serve::Serving;
use super::workbench::Workbench;
use serde_json::Value;
use std::fs;
use std::process::{Command, Output};
use waybill_support::folder_listing::list;
use waybill_support::noise::PseudoRandom;

/// Size in bytes of the larger of the two files, with which the content has six pieces.
const SIZE: usize = 5 << 20;

/// A published content behind a server that ends before its folder is removed.
struct Lab {
    serving: Serving,
    bench: Workbench,
}

impl Lab {
    fn new() -> Self {
        let bench = Workbench::new();
        fs::create_dir(bench.file("app")).unwrap();
        fs::write(bench.file("app").join("setup.exe"), PseudoRandom::new(3).bytes(SIZE)).unwrap();
        fs::write(bench.file("app").join("read.me"), "hello").unwrap();
        let serving = Serving::start(&bench, &[]);
        let lab = Self { serving, bench };
        lab.ends_with(0, &["pack", "app", "--setup", "setup.exe", "--output", "app.intunewin"]);
        let url = format!("http://{}/public", lab.serving.address);
        lab.ends_with(0, &["publish", "app.intunewin", "--to", "public", "--base-url", &url]);
        lab
    }

    /// The command, without this machine's own state, proxies and URLs.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.bench, arguments);
        command.env("WAYBILL_ROOT", self.bench.file("state")).env("NO_PROXY", "*").env_remove("WAYBILL_URL");
        command
    }

    fn ends_with(&self, exit: i32, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {told}");
        output
    }

    /// Checks the files in `output`. A failure does not print their bytes, which are megabytes.
    fn has_arrived(&self, output: &str) {
        let [came, went] = [output, "app"].map(|folder| list(&self.bench.file(folder)).unwrap());
        assert!(came == went, "{output}: {:?}", came.keys());
    }

    /// Bytes of a content that are held in Incoming.
    #[cfg(unix)]
    fn held(&self) -> u64 {
        let incoming = self.bench.file("state").join("Content").join("Incoming");
        let files = fs::read_dir(&incoming).into_iter().flatten().flatten();
        let partial = files.filter(|file| file.path().extension().is_some_and(|name| name == "partial"));
        partial.filter_map(|partial| Some(partial.metadata().ok()?.len())).max().unwrap_or(0)
    }

    /// Fetches the whole content, and returns the report, which fits its schema.
    fn fetched(&self, output: &str, more: &[&str]) -> Value {
        let arguments = [&["fetch", "app.content.json", "--output", output, "--json"], more].concat();
        let report = validated("fetch-report", &self.ends_with(0, &arguments).stdout);
        self.has_arrived(output);
        report
    }
}

#[test]
fn what_was_published_is_fetched_over_the_server() {
    let lab = Lab::new();
    let size = fs::metadata(lab.bench.file("app.intunewin")).unwrap().len();
    let report = lab.fetched("one", &[]);
    let download = &report["download"];
    assert!(download["received"] == download["size"] && download["size"].as_u64() < Some(size), "{report:#}");
    assert_eq!((&download["requests"], &download["resumedFrom"]), (&1.into(), &0.into()));
    assert_eq!((&report["changed"], &report["observations"]), (&true.into(), &Value::Array(Vec::new())));
    let again = lab.fetched("one", &["--check"]);
    assert!(again["changed"] == false && again["download"].is_null(), "{again:#}");
}

#[test]
fn four_connections_fetch_it_piece_by_piece() {
    let lab = Lab::new();
    let report = lab.fetched("four", &["--connections", "4", "--keep-content"]);
    assert_eq!(report["download"]["requests"], 6, "{report:#}");
    // The content that was kept is all there is to fetch.
    let again = lab.fetched("kept", &["--limit-rate", "4KiB"]);
    assert_eq!(again["download"]["resumedFrom"], report["download"]["size"], "{again:#}");
    assert_eq!(again["download"]["requests"], 0);
}

#[test]
fn a_lab_hands_out_documents_and_packages_in_parts() {
    let Lab { serving, bench } = Lab::new();
    drop(serving);
    let lab = Lab { serving: Serving::start(&bench, &["--lab"]), bench };
    let base = format!("http://{}", lab.serving.address);
    lab.ends_with(0, &["publish", "app.intunewin", "--to", "lab", "--with-keys"]);
    for (output, url) in [("by-document", "lab/app.content.json"), ("by-package", "app.intunewin")] {
        let url = format!("{base}/{url}?sig=canary");
        let told = lab.ends_with(0, &["fetch", &url, "--output", output, "--json", "-vv"]);
        lab.has_arrived(output);
        let text = [told.stdout, told.stderr].concat();
        assert!(!String::from_utf8_lossy(&text).contains("canary"), "{}", String::from_utf8_lossy(&text));
    }
    fs::write(lab.bench.file("url.txt"), format!("{base}/app.intunewin?sig=canary\n")).unwrap();
    lab.ends_with(0, &["fetch", "--url-file", "url.txt", "--output", "by-file"]);
    lab.has_arrived("by-file");
    fs::write(lab.bench.file("url.txt"), format!("{base}/a\n{base}/b\n")).unwrap();
    lab.ends_with(3, &["fetch", "--url-file", "url.txt", "--output", "by-two"]);
}

/// Ctrl-C is a signal on every system but Windows.
#[cfg(unix)]
#[test]
fn an_interrupted_fetch_says_how_to_go_on_and_does() {
    use std::process::Stdio;
    let lab = Lab::new();
    let slowly = ["fetch", "app.content.json", "--output", "late", "--limit-rate", "1MiB"];
    let child = lab.command(&slowly).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while lab.held() == 0 {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted: Run the same command again: it goes on from "), "{told}");
    assert!(told.contains(" of 5.0 MiB"), "{told}");
    assert!(!lab.bench.file("late").exists());
    let held = lab.held();
    let report = lab.fetched("late", &[]);
    assert_eq!(report["download"]["resumedFrom"], held, "{report:#}");
    assert_eq!(report["download"]["received"].as_u64().unwrap() + held, report["download"]["size"]);
}

/// A token in a file or in the environment must not be in the process list while the fetch runs.
#[cfg(target_os = "linux")]
#[test]
fn no_process_list_shows_a_signature_or_a_key() {
    let lab = Lab::new();
    let document: Value =
        serde_json::from_slice(&fs::read(lab.bench.file("app.content.json")).unwrap()).unwrap();
    let key = document["fileEncryptionInfo"]["encryptionKey"].as_str().unwrap();
    fs::write(lab.bench.file("url.txt"), format!("{}?sig=canary", document["url"].as_str().unwrap()))
        .unwrap();
    let slowly = ["--url-file", "url.txt", "--output", "signed", "--limit-rate", "1MiB"];
    let mut child = lab.command(&[&["fetch", "app.content.json"], &slowly[..]].concat()).spawn().unwrap();
    while lab.held() == 0 {
        std::thread::yield_now();
    }
    let listed = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let listed = String::from_utf8_lossy(&listed);
    assert!(listed.contains("url.txt") && !listed.contains("canary") && !listed.contains(key), "{listed}");
    child.kill().unwrap();
    child.wait().unwrap();
}
