//! The download: what is checked, and what is gone on from.

use super::*;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

fn one(lab: &Lab, lines: &str) {
    lab.manifest("1.0", &format!("InstallerType: nullsoft\nInstallers:\n- Architecture: x64\n{lines}"));
}

#[test]
fn a_url_that_names_no_file_gives_a_file_of_the_types_name() {
    let lab = Lab::new();
    one(&lab, &lab.serve("project/tool/download", &program()));
    lab.app();
    assert!(lab.path("apps/tool/source/Contoso.Tool_1.0_x64.exe").is_file());
}

#[test]
fn another_file_than_the_manifests_is_read_by_nobody() {
    let lab = Lab::new();
    let lines = lab.serve("setup.exe", &program());
    one(&lab, &lines);
    fs::write(lab.path("served/setup.exe"), b"MZ another").unwrap();
    let error = lab.refused(WingetChoice::default());
    assert_eq!(
        (error.code().id, error.code().class, error.code().class.exit_code()),
        ("winget-hash-mismatch", Class::Integrity, 4)
    );
    assert_eq!(error.code().hint, "the vendor replaced the file; take a newer manifest");
    assert!(!lab.path("apps/tool").exists());
}

#[test]
fn an_installer_at_hand_takes_the_place_of_a_forbidden_download() {
    let lab = Lab::new();
    let lines = lab.serve("setup.exe", &program());
    one(&lab, &format!("{lines}  DownloadCommandProhibited: true\n"));
    assert_eq!(lab.refused(WingetChoice::default()).code().id, "winget-download-prohibited");
    one(&lab, &format!("{lines}  Authentication:\n    AuthenticationType: microsoftEntraId\n"));
    assert_eq!(lab.refused(WingetChoice::default()).code().id, "winget-no-installer");
    let file = lab.path("given.bin");
    fs::write(&file, program()).unwrap();
    let request = WingetRequest { installer: Some(file.clone()), force: true, ..lab.request() };
    lab.app_of(&request);
    fs::write(&file, b"another").unwrap();
    assert_eq!(lab.make(&request).unwrap_err().code().id, "winget-hash-mismatch");
    fs::remove_file(&file).unwrap();
    assert_eq!(lab.make(&request).unwrap_err().code().id, "input-missing");
}

#[test]
fn plain_text_is_not_a_digest_nor_a_url() {
    let lab = Lab::new();
    let digest = sha256(b"x");
    for lines in [
        "  InstallerUrl: http://127.0.0.1/x\n  InstallerSha256: 12\n".to_owned(),
        format!("  InstallerUrl: file:///etc/passwd\n  InstallerSha256: {digest}\n"),
        format!("  InstallerUrl: https://user:pw@x.example/a\n  InstallerSha256: {digest}\n"),
        format!("  InstallerSha256: {digest}\n"),
    ] {
        one(&lab, &lines);
        let error = lab.refused(WingetChoice::default());
        assert_eq!(error.code().id, "winget-manifest-refused", "{lines}");
        assert!(!error.to_string().contains("pw"));
    }
}

/// A server that breaks off each answer after `piece` bytes, and answers ranges.
fn breaking_server(bytes: Vec<u8>, piece: usize) -> (String, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/setup.exe", listener.local_addr().unwrap());
    let starts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&starts);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let first = first_wanted(&stream);
            seen.lock().unwrap().push(first);
            let head = if first == 0 {
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len())
            } else {
                let (last, all) = (bytes.len() - 1, bytes.len());
                format!(
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{last}/{all}\r\nContent-Length: {}\r\n\r\n",
                    all - first
                )
            };
            let mut stream = stream;
            let end = bytes.len().min(first + piece);
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes[first..end]));
        }
    });
    (url, starts)
}

fn first_wanted(stream: &TcpStream) -> usize {
    let mut first = 0;
    for line in BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
            first = range.trim_end_matches('-').parse().unwrap();
        }
    }
    first
}

#[test]
fn a_broken_download_goes_on_where_it_stopped() {
    let lab = Lab::new();
    let mut bytes = program();
    bytes.resize(3_000_000, 7);
    let (url, starts) = breaking_server(bytes.clone(), 1_200_000);
    one(&lab, &format!("  InstallerUrl: {url}\n  InstallerSha256: {}\n", sha256(&bytes)));
    // What an earlier run held.
    let work = lab.path("apps/tool/.waybill-init");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join(format!("{}.part", sha256(&bytes).to_lowercase())), &bytes[..1000]).unwrap();
    lab.app();
    assert_eq!(starts.lock().unwrap()[0], 1000);
    assert!(starts.lock().unwrap().len() > 2);
    assert!(!work.exists());
    assert_eq!(fs::read(lab.path("apps/tool/source/Contoso.Tool_1.0_x64.exe")).unwrap(), bytes);
}

#[test]
fn a_beginning_that_was_anothers_is_fetched_anew() {
    let lab = Lab::new();
    let bytes = program();
    one(&lab, &lab.serve("setup.exe", &bytes));
    let work = lab.path("apps/tool/.waybill-init");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join(format!("{}.part", sha256(&bytes).to_lowercase())), b"wrong").unwrap();
    lab.app();
}

#[test]
fn a_run_that_is_refused_leaves_nothing() {
    let lab = Lab::new();
    let served = lab.serve("tool.exe", b"MZ other").replace(&sha256(b"MZ other"), &sha256(b"expected"));
    let there = |lab: &Lab| lab.path("apps").read_dir().unwrap().count();
    for lines in [
        served,
        format!("  InstallerUrl: {}missing.exe\n  InstallerSha256: {}\n", lab.server.url(), sha256(b"x")),
        format!("  InstallerUrl: {}missing.exe\n", lab.server.url()),
        format!("  InstallerSha256: {}\n", sha256(b"x")),
    ] {
        lab.manifest("1", &format!("InstallerType: nullsoft\nInstallers:\n- Architecture: x64\n{lines}"));
        lab.make(&lab.request()).unwrap_err();
        assert_eq!(there(&lab), 0, "{lines}");
    }
}

#[test]
fn two_runs_do_not_make_one_app_at_once() {
    let lab = Lab::new();
    one(&lab, &lab.serve("setup.exe", &program()));
    let work = work::Work::begin(&lab.path("apps/tool"), &Context::silent()).unwrap();
    let error = lab.make(&lab.request()).unwrap_err();
    assert!(matches!(error, WingetError::Lock(_)), "{error:?}");
    assert!(work.path().is_dir(), "the other run's folder stays");
    drop(work);
    assert!(!lab.path("apps/tool").exists());
    lab.make(&lab.request()).unwrap();
    assert!(!lab.path("apps/tool/.waybill-init").exists());
}

#[cfg(unix)]
#[test]
fn the_lock_of_a_removed_file_holds_nobody_off() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("run.lock");
    let held = waybill_disk::Lock::acquire(&lock, std::time::Duration::ZERO, &Context::silent()).unwrap();
    assert!(held.is_of(&lock));
    fs::remove_file(&lock).unwrap();
    assert!(!held.is_of(&lock));
    fs::write(&lock, "").unwrap();
    assert!(!held.is_of(&lock), "another file is there now");
}
