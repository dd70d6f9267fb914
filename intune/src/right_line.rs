//! The line that starts a file which is no program.

/// What starts `path`, the tail left out; nothing where it is not known, and where nothing can start it.
pub fn right_line(extension: &str, path: &str) -> Option<String> {
    let line = match extension {
        "cmd" | "bat" | "exe" | "com" => quoted(path),
        "ps1" => format!("powershell.exe -NoProfile -ExecutionPolicy Bypass -File \"{path}\""),
        "msi" => format!("msiexec.exe /i \"{path}\" /qn /norestart"),
        "msp" => format!("msiexec.exe /p \"{path}\" /qn /norestart"),
        "msu" => format!("wusa.exe \"{path}\" /quiet /norestart"),
        "vbs" | "vbe" | "js" | "jse" | "wsf" => format!("cscript.exe //B //NoLogo \"{path}\""),
        "reg" => format!("reg.exe import \"{path}\""),
        "inf" => format!(r#"%SystemRoot%\Sysnative\pnputil.exe /add-driver "{path}" /install"#),
        "jar" => format!("java.exe -jar \"{path}\""),
        "py" => format!("python.exe \"{path}\""),
        "appx" | "appxbundle" | "msix" | "msixbundle" => format!(
            "powershell.exe -NoProfile -Command \"Add-AppxProvisionedPackage -Online -SkipLicense -PackagePath '{path}'\""
        ),
        _ => return None,
    };
    Some(line)
}

/// In quotes where it needs them.
fn quoted(path: &str) -> String {
    if path.contains([' ', '\t']) { format!("\"{path}\"") } else { path.to_owned() }
}

/// What to do with a file that no line starts.
pub fn advice(extension: &str) -> &'static str {
    match extension {
        "lnk" | "url" => "name the program that it points to",
        "zip" | "7z" | "cab" | "rar" => "unpack it, and put what is in it into the sources",
        "sh" => "a shell script is for other systems: they have an app.unix.json of their own",
        _ => "name the program that opens it; a program under another name needs `.exe`",
    }
}
