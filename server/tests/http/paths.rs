use crate::raw_client::Lab;

/// Everything that leads out of the folder, or to what is not served; each is looked for on the disk as well, where the
/// host allows such a name.
#[test]
fn nothing_outside_the_folder_is_served() {
    let lab = Lab::new();
    lab.write("../secret.txt", "secret");
    lab.write("sub/a.bin", "a");
    lab.write(".hidden", "secret");
    lab.write("sub/.git/config", "secret");
    for path in [
        "/",
        "/sub",
        "/sub/",
        "/sub/a.bin/",
        "/sub/a.bin/x",
        "//sub/a.bin",
        "/sub//a.bin",
        "/absent",
        "/../secret.txt",
        "/sub/../../secret.txt",
        "/sub/../sub/a.bin",
        "/./sub/a.bin",
        "/%2e%2e/secret.txt",
        "/%2E%2E/secret.txt",
        "/.%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%2Fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%5csecret.txt",
        "/%5c..%5csecret.txt",
        "/..\\secret.txt",
        "/sub\\a.bin",
        "/sub%2fa.bin",
        "/%2fetc%2fpasswd",
        "//etc/passwd",
        "/C:/Windows/win.ini",
        "/c%3a%5cWindows%5cwin.ini",
        "/%5c%5cserver%5cshare",
        "/CON",
        "/con.txt",
        "/sub/NUL",
        "/COM1",
        "/sub/a.bin::$DATA",
        "/sub/a.bin:x",
        "/sub/a.bin.",
        "/sub/a.bin%20",
        "/sub./a.bin",
        "/.hidden",
        "/%2ehidden",
        "/sub/.git/config",
        "/sub/%0aa.bin",
        "/sub/*",
        "/sub/%3f",
    ] {
        let answer = lab.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("secret"), "{path}");
    }
    for path in [
        "/%00",
        "/sub/a.bin%00",
        "/sub/a.bin%00.json",
        "/%",
        "/%4",
        "/%zz",
        "/%ff%fe",
        "/%c0%ae%c0%ae/secret.txt",
    ] {
        assert_eq!(lab.get(path, &[]).status, 400, "{path}");
    }
    for path in ["/sub/a.bin", "/sub/%61.bin", "/sub/a.bin?sig=../..", "http://127.0.0.1/sub/a.bin"] {
        assert_eq!(lab.get(path, &[]).text(), "a", "{path}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_folder_alone() {
    use std::os::unix::fs::symlink;
    let lab = Lab::new();
    lab.write("../secret.txt", "secret");
    lab.write("real/a.bin", "a");
    for (target, name) in [
        ("real/a.bin", "to-file"),
        ("real", "to-folder"),
        ("../secret.txt", "out"),
        ("..", "parent"),
        ("/etc/passwd", "absolute"),
        ("real/../../secret.txt", "roundabout"),
        ("ring", "ring"),
        ("absent", "dangling"),
    ] {
        symlink(target, lab.path(name)).unwrap();
    }
    assert_eq!(lab.get("/to-file", &[]).text(), "a");
    assert_eq!(lab.get("/to-folder/a.bin", &[]).text(), "a");
    for path in ["/out", "/parent/secret.txt", "/absolute", "/roundabout", "/ring", "/dangling"] {
        assert_eq!(lab.get(path, &[]).status, 404, "{path}");
    }
}

/// A pipe would hold the reader up, a device has no end.
#[cfg(unix)]
#[test]
fn only_regular_files_are_served() {
    let lab = Lab::new();
    let made = std::process::Command::new("mkfifo").arg(lab.path("pipe")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(lab.path("socket")).unwrap();
    for path in ["/pipe", "/socket"] {
        assert_eq!(lab.get(path, &[]).status, 404, "{path}");
    }
}
