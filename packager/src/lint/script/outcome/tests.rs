use super::*;

#[test]
fn good_detection_scripts_are_fine() {
    for text in [
        // The usual detection script.
        "if (Test-Path 'C:\\Program Files\\App\\app.exe') { Write-Output 'Found'; exit 0 } else { exit 1 }",
        "if (Test-Path $p) { Write-Host \"Installed\" }",
        "$v = (Get-Item $p -ErrorAction SilentlyContinue).VersionInfo.FileVersion\nif ($v -ge '1.2') { \"Detected $v\"; exit 0 }\nexit 1",
        // Prints in both cases, but exits 1 where the app is missing.
        "if (Test-Path $p) { Write-Output 'yes'; exit 0 } else { Write-Output 'no'; exit 1 }",
        "if (Test-Path $p) { Write-Output 'yes' } else { Write-Error 'no'; exit 1 }",
        // An error before the answer "no" does no harm.
        "try { $x = Get-ItemProperty $k -ErrorAction Stop; Write-Output 'yes'; exit 0 } catch { Write-Error $_; exit 1 }",
        "try {\n  if ((Get-Package 'x').Version -ge 2) {\n    Write-Output 'ok'\n    exit 0\n  }\n} catch {\n  exit 1\n}\nexit 1",
        // Prints only what it finds.
        "Get-ItemProperty HKLM:\\SOFTWARE\\X -ErrorAction SilentlyContinue | Select-Object Version",
        "(Get-Item $p -ErrorAction SilentlyContinue).Name",
        "foreach ($f in Get-ChildItem $d) { if ($f.Name -eq 'x') { Write-Output $f; exit 0 } }\nexit 1",
        "switch ($v) { 1 { 'one'; exit 0 } default { exit 1 } }",
        "[CmdletBinding()]\nparam()\n\n$candidate = 'C:\\a.exe'\n\nif (Test-Path $candidate) {\n    Write-Output \"there at $candidate\"\n}\nexit 0\n",
        "try {\n    if (-not (Test-Path $key)) { exit 0 }\n    $props = Get-ItemProperty -Path $key -ErrorAction Stop\n    if ($props.Installed -ne 1) { exit 0 }\n    Write-Output \"$($props.Version)\"\n    exit 0\n}\ncatch { exit 1 }",
        "$found = $false\nforeach ($u in (Get-ChildItem C:\\Users -Directory | Where-Object { $_.Name -notin @('Public') })) {\n  if (Test-Path (Join-Path $u.FullName 'a.exe')) { $found = $true; break }\n}\nif ($found) { Write-Output 'yes'; exit 0 }\nelse { Write-Output 'no'; exit 1 }",
        "Try {\n    $r = Get-ItemProperty -Path $p -Name $n -ErrorAction Stop | Select-Object -ExpandProperty $n\n    If ($r -eq $v){\n        Write-Output \"Detected\"\n       Exit 0\n    } \n    Exit 1\n} \nCatch {\n    Exit 1\n}",
        "if([IntPtr]::Size-eq4){exit 0};try{$t='silentlycontinue';function l{param($h)\"$h\"|Out-File x -a};foreach($h in 'HKLM'){if(gp \"$h`:\\x\" -ea $t){l 'a';return 'Detected'}}}catch{l $_}",
        "function Test-It { 'x'; exit 0 }\nTest-It",
        ". $PSScriptRoot\\lib.ps1\nexit 0",
        "$found = Test-Path $p\nif ($found -eq $true) {\n Write-Output $found\n}",
        "Get-Service x | ForEach-Object { 'there'; exit 0 }",
        "[void](New-Item x)\nif ($a) { 'b' }",
        "$ok = $false\nif ($a) { $ok = $true }\nif ($ok) { echo yes; exit 0 } else { exit 1 }",
        "if ($a) { return 'Installed' }",
        "'x'\nexit $LASTEXITCODE",
        // A command that fails writes to stderr, which is a "no".
        "Get-ItemProperty HKLM:\\SOFTWARE\\X\nWrite-Output 'found'",
        "$v = (Get-Item $p).VersionInfo.FileVersion\nWrite-Output \"found $v\"",
        "if ((Get-Item $p).Length -gt 0) { 'yes' } else { 'no' }",
        "$v = [version]$x.Trim()\n'yes'",
        "& reg.exe query HKLM\\SOFTWARE\\X",
        // What has no value prints nothing.
        "if ($a) { $x = $true }\n$x",
        "$x = Test-Path $p | Where-Object { $_ }\n$x",
        "$x = $true\n$x = Find-It\n$x",
        "(Test-Path $p) | Where-Object { $_ }",
        "if (Test-Path $p) { $true }",
    ] {
        assert_eq!(script_answer(text), ScriptAnswer::Fine, "{text}");
    }
}

#[test]
fn scripts_that_always_print_are_found() {
    for text in [
        "Write-Output 'Installed'",
        "if (Test-Path $p) { Write-Host 'Installed' } else { Write-Host 'Not installed' }",
        "if (Test-Path $p) { 'Installed' } else { 'Not installed' }\nexit 0",
        "Write-Host 'Checking version'\nif (Test-Path $p) { Write-Host 'yes' }",
        "Test-Path 'C:\\Program Files\\App\\app.exe'",
        "if (Test-Path $p) { return $true } else { return $false }",
        "# a comment that says exit 1\nWrite-Output 'x' # exit 1",
        "try { if ($a) { 'yes' } else { 'no' } } catch { 'error' }",
        "if (Test-Path 'C:\\a') { $true } else { $false }",
        "$x = Test-Path 'C:\\a'\n$x",
        "$x = $false\nif (Test-Path 'C:\\a') { $x = $true }\nreturn $x",
        "$x = Test-Path 'C:\\a'; Write-Output $x; exit 0",
        "(Test-Path 'C:\\a')",
    ] {
        assert_eq!(script_answer(text), ScriptAnswer::AlwaysDetected, "{text}");
    }
}

#[test]
fn scripts_that_exit_0_without_printing_are_found() {
    for text in [
        "if (Test-Path $p) { exit 0 } else { exit 1 }",
        "if (Test-Path $p) { exit 0 }\nexit 1",
        "if (Test-Path $p) { $found = 'yes' }",
        "",
        "if (Test-Path $p) { Write-Verbose 'found'; exit 0 } else { exit 1 }",
        "if (Test-Path $p) { Write-Debug 'found'; exit 0 } else { exit 1 }",
        "Test-Path $p | Out-Null\nexit 0",
        "if (Test-Path $p) { exit 0 } else { Write-Output 'missing'; exit 1 }",
    ] {
        assert_eq!(script_answer(text), ScriptAnswer::NeverPrints, "{text}");
    }
}

#[test]
fn scripts_that_spoil_it_on_stderr_or_by_their_exit_code_are_found() {
    assert_eq!(
        script_answer("if ($a) { Write-Error 'found'; 'x'; exit 0 }\nexit 1"),
        ScriptAnswer::WritesToStderr
    );
    assert_eq!(
        script_answer("[Console]::Error.WriteLine('x'); 'found'; exit 0"),
        ScriptAnswer::WritesToStderr
    );
    assert_eq!(script_answer("if ($a) { 'x'; exit 1 } else { exit 2 }"), ScriptAnswer::NeverExitsZero);
    assert_eq!(script_answer("throw 'x'"), ScriptAnswer::NeverExitsZero);
}

proptest::proptest! {
    #[test]
    fn no_script_stops_the_judge(text in "([ \\n;{}()|=$@'\"`#<>.-]|if|else|try|catch|exit|Write-Output|[a-z0é]){0,80}") {
        script_answer(&text);
        crate::lint::script::code_lines(&text);
    }
}

#[test]
fn anything_ends() {
    let many_ways = "if ($a) { 'x' } elseif ($b) { exit $c } ".repeat(5_000);
    for text in [&many_ways[..], &"if($a){".repeat(3_000), "}}}}", "'", "\u{0}\u{FFFD}"] {
        script_answer(text);
    }
}
