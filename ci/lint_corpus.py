"""Writes folders of apps as packagers make them, good ones and ones with the usual mistakes, for ci/lint-measure.py.

Nothing in it is random: the same folders are written every time. Installers are stubs that begin as the real ones do.
"""

import base64
import json
import pathlib
import sys

import lint_corpus_long as long

PROGRAM = b"MZ\x90\0" + b"\0" * 60
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PAGE = b"<!DOCTYPE html>\n<html><body>Please sign in</body></html>\n"
SYSNATIVE = r"C:\Windows\Sysnative\WindowsPowerShell\v1.0\powershell.exe"
CODE = "{11111111-2222-4333-8444-5555555555%02d}"
CODES = [(0, "success"), (1707, "success"), (3010, "softReboot"), (1641, "hardReboot"), (1618, "retry")]


def file_rule(path, name, version=None, **more):
    rule = {"@odata.type": "#microsoft.graph.win32LobAppFileSystemRule", "ruleType": "detection", "path": path,
            "fileOrFolderName": name, "check32BitOn64System": False, "operationType": "exists"}
    if version:
        rule |= {"operationType": "version", "operator": "greaterThanOrEqual", "comparisonValue": version}
    return rule | more


def registry_rule(key, value="", version=None, **more):
    rule = {"@odata.type": "#microsoft.graph.win32LobAppRegistryRule", "ruleType": "detection", "keyPath": key,
            "valueName": value, "check32BitOn64System": False, "operationType": "exists"}
    if version:
        rule |= {"operationType": "version", "operator": "greaterThanOrEqual", "comparisonValue": version}
    return rule | more


def product_rule(code, **more):
    return {"@odata.type": "#microsoft.graph.win32LobAppProductCodeRule", "ruleType": "detection",
            "productCode": code, "productVersionOperator": "notConfigured"} | more


def script_rule(text, **more):
    content = base64.b64encode(text.encode()).decode()
    return {"@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule", "ruleType": "detection",
            "enforceSignatureCheck": False, "runAs32Bit": False, "scriptContent": content} | more


def uninstall_key(name, version="1.2.3"):
    return registry_rule(rf"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{name}",
                         "DisplayVersion", version)


def app(setup, install, uninstall, rules, *, user=False, codes=CODES, architectures="x64", restart="basedOnReturnCode",
        **more):
    table = [{"returnCode": code, "type": kind} for code, kind in codes]
    return {"@odata.type": "#microsoft.graph.win32LobApp", "displayName": "Contoso", "publisher": "Contoso",
            "description": "An app", "displayVersion": "1.2.3", "setupFilePath": setup,
            "installCommandLine": install, "uninstallCommandLine": uninstall,
            "applicableArchitectures": architectures, "minimumSupportedWindowsRelease": "Windows10_22H2", "rules": rules,
            "installExperience": {"runAsAccount": "user" if user else "system", "maxRunTimeInMinutes": 60,
                                  "deviceRestartBehavior": restart},
            "returnCodes": table, **more}


MAIN = file_rule(r"C:\Program Files\Contoso", "contoso.exe", "1.2.3.0")
POWERSHELL = SYSNATIVE + " -NoProfile -ExecutionPolicy Bypass -File "
POWERSHELL_32 = "powershell.exe -NoProfile -ExecutionPolicy Bypass -File "


def scripted(install, uninstall="exit 0\r\n", starter=POWERSHELL, rule=None, **more):
    document = app("install.ps1", starter + "install.ps1", starter + "uninstall.ps1",
                   [rule or registry_rule(r"HKEY_LOCAL_MACHINE\SOFTWARE\Contoso", "Version", "1.2.3")], **more)
    return document, {"install.ps1": install, "uninstall.ps1": uninstall}


def batch(install, uninstall="@exit /b 0\r\n", command="install.cmd", rule=None, **more):
    document = app("install.cmd", command, "uninstall.cmd", [rule or MAIN], **more)
    return document, {"install.cmd": install, "uninstall.cmd": uninstall}


def msi_apps():
    def of(number, install=None, uninstall=None, rules=None, data=COMPOUND, **more):
        code = CODE % number
        document = app("contoso.msi", install or 'msiexec /i "contoso.msi" /qn /norestart',
                       uninstall or f'msiexec /x "{code}" /qn /norestart', rules or [product_rule(code)], **more)
        return document, {"contoso.msi": data}

    yield "msi-page", of(1, data=PAGE)
    yield "msi-empty", of(2, data=b"")
    yield "msi-cut", of(3, data=COMPOUND + b"\0" * 40)
    yield "msi-alone", (of(4)[0], None)
    yield "msi-no-quiet", (of(5, install="msiexec /i contoso.msi")[0], None)
    yield "msi-passive", (of(6, install="msiexec /i contoso.msi /passive /norestart")[0], None)
    yield "msi-log", (of(7, install=r"msiexec /i contoso.msi /qn /norestart /l*v C:\Logs\contoso.log")[0], None)
    yield "msi-log-temp", (of(8, install=r"msiexec /i contoso.msi /qn /norestart /l*v %TEMP%\contoso.log")[0], None)
    yield "msi-per-user", (of(9, msiInformation={"packageType": "perUser"})[0], None)
    yield "msi-per-machine-as-user", (of(10, user=True, msiInformation={"packageType": "perMachine"})[0], None)
    yield "msi-exact", (of(11, rules=[product_rule(CODE % 11, productVersionOperator="equal",
                                                   productVersion="1.2.3")])[0], None)
    yield "msi-share", (of(12, install=r'msiexec /i "\\server\apps\contoso.msi" /qn /norestart')[0], None)
    yield "msi-directly", (of(13, install="contoso.msi /qn")[0], None)
    yield "msi-zoom", (of(14, install='msiexec /i contoso.msi ZConfig="nogoogle=1;nofacebook=1" /qn /norestart')[0], None)
    yield "msi-few-codes", (of(15, codes=[(0, "success")])[0], None)
    yield "msi-no-codes", (of(16, codes=[])[0], None)
    yield "msi-licence", (of(17, install="msiexec /i contoso.msi /qn /norestart PIDKEY=AAAAA-BBBBB-CCCCC")[0], None)
    yield "msi-allow-restart", (of(18, install="msiexec /i contoso.msi /qn", restart="allow")[0], None)


def program_apps():
    def of(install, uninstall, name="setup.exe", data=PROGRAM, rule=MAIN, **more):
        return app(name, install, uninstall, [rule], **more), {name: data}

    nsis = PROGRAM + b"\xef\xbe\xad\xdeNullsoftInst"
    yield "exe-good", of("setup.exe /S", r'"C:\Program Files\Contoso\uninstall.exe" /S')
    yield "exe-page", of("setup.exe /S", r'"C:\Program Files\Contoso\uninstall.exe" /S', data=PAGE)
    yield "exe-empty", of("setup.exe /S", r'"C:\Program Files\Contoso\uninstall.exe" /S', data=b"")
    yield "exe-variable", of("setup.exe /S", r'"%ProgramFiles%\Contoso\uninstall.exe" /S')
    yield "exe-w6432", of("setup.exe /S", r'"%ProgramW6432%\Contoso\uninstall.exe" /S')
    yield "exe-unquoted", of("setup.exe /S", r"C:\Program Files\Contoso\uninstall.exe /S")
    yield "exe-uninst", of("setup.exe /VERYSILENT", r'"C:\Program Files\Contoso\uninst000.exe" /VERYSILENT')
    yield "exe-unins", of("setup.exe /VERYSILENT", r'"C:\Program Files\Contoso\unins000.exe" /VERYSILENT')
    yield "exe-missing", of("set-up.exe /S", r'"C:\Program Files\Contoso\unins000.exe" /VERYSILENT')
    yield "exe-chain", of("setup.exe /S && reg import settings.reg", r'"C:\Program Files\Contoso\u.exe" /S')
    yield "exe-cd", of(r'setup.exe /config "%CD%\config.xml"', r'"C:\Program Files\Contoso\u.exe" /S')
    yield "exe-password", of("setup.exe /S /ADMINPASSWORD=Winter2026", r'"C:\Program Files\Contoso\u.exe" /S')
    yield "exe-token", of("setup.exe /S TOKEN=%ENROL_TOKEN%", r'"C:\Program Files\Contoso\u.exe" /S')
    yield "exe-profile", of("setup.exe /S", r'"%LOCALAPPDATA%\Contoso\uninstall.exe" /S')
    yield "exe-user", of("setup.exe /S", r'"%LOCALAPPDATA%\Contoso\uninstall.exe" /S', user=True,
                         rule=file_rule(r"%LOCALAPPDATA%\Contoso", "contoso.exe", "1.2.3.0"))
    yield "exe-user-cmd", of("setup.exe /S", r'cmd.exe /c ""%LOCALAPPDATA%\Contoso\uninstall.exe" /S"', user=True,
                             rule=file_rule(r"%LOCALAPPDATA%\Contoso", "contoso.exe", "1.2.3.0"))
    yield "exe-log-profile", of(r"setup.exe /S /LOG=%APPDATA%\contoso.log", r'"C:\Program Files\Contoso\u.exe" /S')
    yield "exe-folder", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S',
                           rule=file_rule(r"C:\Program Files", "Contoso"))
    yield "exe-exact", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S',
                          rule=file_rule(r"C:\Program Files\Contoso", "contoso.exe", "1.2.3.0", operator="equal"))
    yield "exe-short-version", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S',
                                  rule=file_rule(r"C:\Program Files\Contoso", "contoso.exe", "1.2", operator="lessThanOrEqual"))
    yield "exe-key", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S',
                        rule=registry_rule(r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Contoso"))
    yield "exe-hklm-colon", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S',
                               rule=registry_rule(r"HKLM:\SOFTWARE\Contoso", "Version"))
    yield "exe-hkcu", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S',
                         rule=registry_rule(r"HKEY_CURRENT_USER\SOFTWARE\Contoso", "Version"))
    yield "exe-failure-mapped", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', codes=CODES + [(1603, "success")])
    yield "exe-cancel-mapped", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', codes=CODES + [(1602, "success")])
    yield "exe-keep-open", of("cmd.exe /k setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S')
    yield "exe-winget", of("winget install --id Contoso.App --silent", "winget uninstall --id Contoso.App")
    yield "exe-winget-user", of("winget install --id Contoso.App --silent", "winget uninstall --id Contoso.App", user=True)
    yield "exe-text", of("setup.txt", r'"C:\Program Files\Contoso\u.exe" /S', name="setup.txt", data=b"Read me")
    yield "exe-nsis-data", of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', data=nsis)
    document, files = of("setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S')
    yield "exe-beside", (document, files | {".git/config": "[core]\n", "old.intunewin": b"PK", "id_rsa": "key",
                                            "certs/signing.pfx": b"0", "README.txt": "Read me"})


def script_apps():
    key = r"HKLM:\SOFTWARE\Contoso"
    new_item = f"New-Item -Path '{key}' -Force | Out-Null\r\nexit 0\r\n"
    yield "ps-good", scripted(new_item)
    yield "ps-32", scripted(new_item, starter=POWERSHELL_32)
    yield "ps-32-policies", scripted(new_item.replace("Contoso", r"Policies\Contoso"), starter=POWERSHELL_32)
    yield "ps-32-aware", scripted("if ($env:PROCESSOR_ARCHITEW6432 -eq 'AMD64') { & \"$env:windir\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe\" -File $PSCommandPath; exit $LASTEXITCODE }\r\n" + new_item, starter=POWERSHELL_32)
    yield "ps-32-literal", scripted("Copy-Item app.ini 'C:\\Program Files\\Contoso\\'\r\nexit 0\r\n", starter=POWERSHELL_32)
    yield "ps-32-variable", scripted("Copy-Item app.ini \"$env:ProgramFiles\\Contoso\\\"\r\nexit 0\r\n", starter=POWERSHELL_32)
    yield "ps-32-fonts", scripted("Copy-Item a.ttf C:\\Windows\\Fonts\r\nNew-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Fonts' -Name A -Value a.ttf -Force\r\n", starter=POWERSHELL_32, rule=file_rule(r"C:\Windows\Fonts", "a.ttf"))
    yield "ps-32-view", scripted(new_item, starter=POWERSHELL_32, rule=registry_rule(r"HKEY_LOCAL_MACHINE\SOFTWARE\Contoso", "Version", "1.2.3", check32BitOn64System=True))
    yield "ps-no-file", scripted("Start-Process msiexec -ArgumentList '/i app.msi /qn /norestart' -Wait\r\nexit 3010\r\n", starter=SYSNATIVE + " -ExecutionPolicy Bypass ")
    yield "ps-read-host", scripted("$name = Read-Host 'Name of the site'\r\n" + new_item)
    yield "ps-read-host-branch", scripted("param([string]$Site)\r\nif (-not $Site) {\r\n  $Site = Read-Host 'Site'\r\n}\r\n" + new_item)
    yield "ps-credential", scripted("$c = Get-Credential\r\n" + new_item)
    yield "ps-confirm", scripted("Remove-Item C:\\Contoso -Recurse -Confirm\r\n" + new_item)
    yield "ps-confirm-false", scripted("Remove-Item C:\\Contoso -Recurse -Confirm:$false\r\n" + new_item)
    yield "ps-mentions", scripted("# pause, Read-Host and winget are only mentioned\r\n$help = @'\r\nRead-Host\r\nmsiexec /i a.msi\r\n'@\r\nWrite-Host 'Read-Host'\r\n" + new_item)
    yield "ps-msiexec-passive", scripted("Start-Process msiexec.exe -ArgumentList \"/i `\"$PSScriptRoot\\app.msi`\" /passive /norestart\" -Wait\r\n")
    yield "ps-msiexec-good", scripted("$arguments = \"/i `\"$PSScriptRoot\\app.msi`\" /qn /norestart\"\r\n$p = Start-Process msiexec.exe -ArgumentList $arguments -Wait -PassThru\r\nexit $p.ExitCode\r\n")
    yield "ps-msiexec-array", scripted("$p = Start-Process msiexec.exe -ArgumentList '/i', \"$PSScriptRoot\\app.msi\", '/qn', '/norestart' -Wait -PassThru\r\nexit $p.ExitCode\r\n")
    yield "ps-msiexec-bare", scripted("msiexec /i app.msi\r\n")
    yield "ps-uninstall-loop", scripted(new_item, uninstall="Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\* | Where-Object DisplayName -like 'Contoso*' | ForEach-Object {\r\n  Start-Process msiexec.exe -ArgumentList \"/x $($_.PSChildName) /qn /norestart\" -Wait\r\n}\r\n")
    yield "ps-winget", scripted("winget install --id Contoso.App --silent --accept-package-agreements\r\n")
    yield "ps-winget-found", scripted("$winget = (Get-ChildItem 'C:\\Program Files\\WindowsApps\\Microsoft.DesktopAppInstaller_*_x64__8wekyb3d8bbwe\\winget.exe')[-1].FullName\r\n& $winget install --id Contoso.App --silent\r\nexit $LASTEXITCODE\r\n")
    yield "ps-braces", scripted("if (Test-Path \"${env:Program Files}\\Contoso\") { exit 0 }\r\nexit 1\r\n")
    yield "ps-x86", scripted("if (Test-Path \"$env:ProgramFiles(x86)\\Contoso\") { exit 0 }\r\nexit 1\r\n")
    yield "ps-password", scripted("$password = 'Winter2026'\r\nnet user kiosk $password /add\r\n")
    yield "ps-secure-string", scripted("$p = ConvertTo-SecureString 'Winter2026' -AsPlainText -Force\r\n")
    yield "ps-password-asked", scripted("$password = $env:CONTOSO_PASSWORD\r\n$token = Get-Content token.dat\r\n")
    yield "ps-sas", scripted("Invoke-WebRequest 'https://contoso.blob.core.windows.net/apps/a.exe?sv=2024-01-01&sig=Zm9vYmFyMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3A%3D' -OutFile a.exe\r\n")
    yield "ps-umlaut", scripted("Test-Path 'C:\\Größe'\r\nexit 0\r\n")
    yield "ps-umlaut-comment", scripted("# größer\r\nexit 0\r\n")
    yield "ps-provision-32", scripted("Add-AppxProvisionedPackage -Online -PackagePath app.msix -SkipLicense\r\n", starter=POWERSHELL_32)
    yield "ps-provision", scripted("Add-AppxProvisionedPackage -Online -PackagePath app.msix -SkipLicense\r\n")
    yield "ps-dot", (lambda made: (made[0], made[1] | {"lib/registry.ps1": new_item}))(scripted(". \"$PSScriptRoot\\lib\\registry.ps1\"\r\n", starter=POWERSHELL_32))
    yield "ps-directly", (app("install.ps1", "install.ps1", "uninstall.ps1", [MAIN]), {"install.ps1": new_item, "uninstall.ps1": "exit 0"})
    detect = "$v = (Get-ItemProperty 'HKLM:\\SOFTWARE\\Contoso' -ErrorAction SilentlyContinue).Version\r\nif ($v) { Write-Output $v; exit 0 }\r\nexit 1\r\n"
    for name, text in [
        ("good", detect), ("always", "if (Test-Path C:\\A) { 'yes' } else { 'no' }"), ("never", "if (Test-Path C:\\A) { exit 0 } else { exit 1 }"),
        ("user", "if (Test-Path \"$env:LOCALAPPDATA\\Contoso\\a.exe\") { 'found'; exit 0 }\r\nexit 1"),
        ("user-braces", "if (Test-Path \"${env:APPDATA}\\Contoso\\a.exe\") { 'found'; exit 0 }\r\nexit 1"),
        ("fallback", "$p = \"$env:ProgramFiles\\Contoso\\a.exe\"\r\nif (-not (Test-Path $p)) { $p = \"$env:LocalAppData\\Contoso\\a.exe\" }\r\nif (Test-Path $p) { 'found'; exit 0 }\r\nexit 1"),
        ("umlaut", "if (Test-Path 'C:\\Größe\\a.exe') { 'found'; exit 0 }\r\nexit 1"),
        ("x86", "if (Test-Path \"$env:ProgramFiles(x86)\\Contoso\\a.exe\") { 'found'; exit 0 }\r\nexit 1"),
        ("both-keys", "$keys = 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*', 'HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*'\r\n$found = Get-ItemProperty $keys -ErrorAction SilentlyContinue | Where-Object DisplayName -eq 'Contoso'\r\nif ($found) { Write-Output 'found'; exit 0 }\r\nexit 1"),
    ]:
        yield f"detect-{name}", (app("setup.exe", "setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', [script_rule(text)]), {"setup.exe": PROGRAM})


def batch_apps():
    yield "cmd-good", batch('@echo off\r\nmsiexec /i "%~dp0app.msi" /qn /norestart\r\nexit /b %ERRORLEVEL%\r\n')
    yield "cmd-pause", batch("@echo off\r\nsetup.exe /S\r\npause\r\n")
    yield "cmd-pause-branch", batch("@echo off\r\nsetup.exe /S\r\nif errorlevel 1 pause\r\nexit /b 0\r\n")
    yield "cmd-set-p", batch("@echo off\r\nset /p site=Which site? \r\nsetup.exe /S\r\n")
    yield "cmd-set-p-file", batch("@echo off\r\nset /p site=<site.txt\r\nsetup.exe /S\r\n")
    yield "cmd-timeout", batch("@echo off\r\nsetup.exe /S\r\ntimeout /t 10 /nobreak >nul\r\n")
    yield "cmd-timeout-endless", batch("@echo off\r\nsetup.exe /S\r\ntimeout /t -1\r\n")
    yield "cmd-choice", batch("@echo off\r\nchoice /c YN /m \"Restart?\"\r\nif errorlevel 2 exit /b 0\r\nshutdown /r\r\n")
    yield "cmd-choice-timed", batch("@echo off\r\nchoice /c YN /t 5 /d N\r\n")
    yield "cmd-passive", batch('start /wait msiexec /i "%~dp0app.msi" /passive /norestart\r\n')
    yield "cmd-no-quiet", batch('msiexec /i "%~dp0app.msi"\r\n')
    yield "cmd-arguments", batch("msiexec /i app.msi %*\r\n", command="install.cmd /qn /norestart")
    yield "cmd-reg-add", batch("reg add HKLM\\SOFTWARE\\Contoso /v A /d 1 /f\r\n")
    yield "cmd-reg-add-64", batch("reg add HKLM\\SOFTWARE\\Contoso /v A /d 1 /f /reg:64\r\n")
    yield "cmd-reg-policies", batch("reg add HKLM\\SOFTWARE\\Policies\\Google\\Chrome /v A /d 1 /f\r\n")
    yield "cmd-reg-delete", batch("reg delete HKLM\\SYSTEM\\Contoso\r\n")
    yield "cmd-pnputil", batch("pnputil /add-driver *.inf /install\r\n")
    yield "cmd-pnputil-64", batch("%SystemRoot%\\Sysnative\\pnputil.exe /add-driver *.inf /install\r\n")
    yield "cmd-pnputil-by-64", batch("pnputil /add-driver *.inf /install\r\n", command=r"C:\Windows\Sysnative\cmd.exe /c install.cmd")
    yield "cmd-dism", batch("dism /online /add-package /packagepath:a.cab /quiet\r\n")
    yield "cmd-net-use", batch("net use Z: \\\\server\\share Winter2026 /user:contoso\\svc\r\nZ:\\setup.exe /S\r\n")
    yield "cmd-net-use-asked", batch("net use Z: \\\\server\\share /persistent:no\r\n")
    yield "cmd-set-password", batch("set PASSWORD=Winter2026\r\nsetup.exe /S /P=%PASSWORD%\r\n")
    yield "cmd-to-ps", (lambda made: (made[0], made[1] | {"install.ps1": "New-Item HKLM:\\SOFTWARE\\Contoso -Force\r\n"}))(batch('@powershell -ExecutionPolicy Bypass -File "%~dp0install.ps1"\r\n'))
    yield "cmd-to-ps-64", (lambda made: (made[0], made[1] | {"install.ps1": "New-Item HKLM:\\SOFTWARE\\Contoso -Force\r\n"}))(batch('@%windir%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -ExecutionPolicy Bypass -File "%~dp0install.ps1"\r\n'))
    yield "cmd-rd", batch("rd /s C:\\Contoso\r\nsetup.exe /S\r\n")
    yield "cmd-rd-quiet", batch("if exist C:\\Contoso rd /s /q C:\\Contoso\r\nsetup.exe /S\r\n")
    yield "cmd-programfilesx86", batch("copy app.ini \"%ProgramFilesx86%\\Contoso\"\r\n")
    yield "cmd-winget", batch("winget install --id Contoso.App --silent\r\n")
    yield "cmd-printer", batch("rundll32 printui.dll,PrintUIEntry /if /b Contoso /f driver.inf /r IP_10.0.0.9 /m Contoso\r\n", rule=registry_rule(r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Print\Printers\Contoso"))


def other_apps():
    reg = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\%s]\r\n\"A\"=\"1\"\r\n"
    keyed = registry_rule(r"HKEY_LOCAL_MACHINE\SOFTWARE\Contoso", "A")
    yield "reg-import", (app("a.reg", "reg import a.reg", r"reg delete HKLM\SOFTWARE\Contoso /f", [keyed]), {"a.reg": reg % "Contoso"})
    yield "reg-import-64", (app("a.reg", "reg import a.reg /reg:64", r"reg delete HKLM\SOFTWARE\Contoso /f /reg:64", [keyed]), {"a.reg": reg % "Contoso"})
    yield "reg-policies", (app("a.reg", "reg import a.reg", r"reg delete HKLM\SOFTWARE\Policies\Contoso /f", [keyed]), {"a.reg": reg % "Policies\\Contoso"})
    yield "reg-regedit", (app("a.reg", "regedit a.reg", r"reg delete HKLM\SOFTWARE\Contoso /f /reg:64", [keyed]), {"a.reg": reg % "Contoso"})
    yield "reg-delete-asks", (app("a.reg", "reg import a.reg /reg:64", r"reg delete HKLM\SOFTWARE\Contoso /reg:64", [keyed]), {"a.reg": reg % "Contoso"})
    drivers = file_rule(r"C:\Windows\System32\drivers", "contoso.sys")
    driver = {"contoso.inf": "[Version]\r\n", "contoso.sys": b"MZ"}
    yield "driver", (app("contoso.inf", "pnputil.exe /add-driver contoso.inf /install", "pnputil.exe /delete-driver oem42.inf", [drivers]), driver)
    yield "driver-64", (app("contoso.inf", r"C:\Windows\Sysnative\pnputil.exe /add-driver contoso.inf /install", r"C:\Windows\Sysnative\pnputil.exe /delete-driver oem42.inf", [drivers]), driver)
    yield "driver-directly", (app("contoso.inf", "contoso.inf", r"C:\Windows\Sysnative\pnputil.exe /delete-driver oem42.inf", [drivers]), driver)
    yield "feature", (app("a.cab", "dism.exe /online /enable-feature /featurename:NetFx3 /quiet /norestart", r"C:\Windows\Sysnative\dism.exe /online /disable-feature /featurename:NetFx3 /quiet /norestart", [keyed]), {"a.cab": b"MSCF"})
    yield "update", (app("a.msu", "wusa.exe a.msu", "wusa.exe /uninstall /kb:5000000 /quiet /norestart", [keyed]), {"a.msu": b"MSCF"})
    yield "update-quiet", (app("a.msu", "wusa.exe a.msu /quiet /norestart", "wusa.exe /uninstall /kb:5000000 /quiet /norestart", [keyed]), {"a.msu": b"MSCF"})
    toolkit = {"Invoke-AppDeployToolkit.exe": PROGRAM, "Invoke-AppDeployToolkit.ps1": "Read-Host\r\n", "PSAppDeployToolkit/PSAppDeployToolkit.psm1": "\r\n"}
    yield "psadt4", (app("Invoke-AppDeployToolkit.exe", "Invoke-AppDeployToolkit.exe -DeploymentType Install -DeployMode Silent", "Invoke-AppDeployToolkit.exe -DeploymentType Uninstall -DeployMode Silent", [uninstall_key("Contoso")]), toolkit)
    old = {"Deploy-Application.exe": PROGRAM, "Deploy-Application.ps1": "\r\n", "AppDeployToolkit/AppDeployToolkitMain.ps1": "$x = 'HKLM:\\SOFTWARE\\x'\r\n"}
    yield "psadt3", (app("Deploy-Application.exe", 'Deploy-Application.exe -DeploymentType "Install" -DeployMode "Silent"', 'Deploy-Application.exe -DeploymentType "Uninstall" -DeployMode "Silent"', [uninstall_key("Contoso")]), old)
    yield "psadt3-ps1", (app("Deploy-Application.ps1", "powershell.exe -ExecutionPolicy Bypass .\\Deploy-Application.ps1 -DeployMode Silent", 'Deploy-Application.exe -DeploymentType "Uninstall" -DeployMode "Silent"', [uninstall_key("Contoso")]), old)
    yield "msix-directly", (app("a.msix", "a.msix", r'"C:\Program Files\Contoso\u.exe" /S', [keyed]), {"a.msix": b"PK\3\4"})
    yield "vbs", (app("a.vbs", "cscript.exe //B //NoLogo a.vbs", "a.vbs", [keyed]), {"a.vbs": "WScript.Quit 0\r\n"})
    yield "java", (app("a.jar", "java.exe -jar a.jar -q", r'"C:\Program Files\Contoso\u.exe" /S', [keyed]), {"a.jar": b"PK\3\4"})
    yield "no-rule", (app("setup.exe", "setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', []), {"setup.exe": PROGRAM})
    yield "two-rules", (app("setup.exe", "setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', [MAIN, uninstall_key("Contoso")]), {"setup.exe": PROGRAM})
    yield "rules-apart", (app("setup.exe", "setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', [MAIN, file_rule(r"C:\Program Files\Contoso", "contoso.exe", "1.0.0.0", operator="lessThan")]), {"setup.exe": PROGRAM})


COMMANDS = [
    r'powershell.exe -ExecutionPolicy Bypass -Command "New-Item HKLM:\SOFTWARE\Contoso -Force"',
    r"powershell.exe -NoExit -ExecutionPolicy Bypass -File install.ps1",
    r'powershell.exe -Command "Read-Host; exit 0"',
    r'powershell.exe -NonInteractive -Command "Get-Process; exit 0"',
    r'powershell.exe -ep bypass -file "Install Contoso.ps1"',
    r"powershell.exe -ep bypass -file Install Contoso.ps1",
    r'cmd.exe /c "setup.exe /S & reg add HKLM\SOFTWARE\Contoso /v A /d 1 /f"',
    r'cmd.exe /c "setup.exe /S && timeout /t 30"',
    r'cmd.exe /c "setup.exe /S > %TEMP%\contoso.log 2>&1"',
    r"cmd /c start /wait setup.exe /S",
    r"%comspec% /c install.cmd",
    r"C:\Windows\Sysnative\reg.exe add HKLM\SOFTWARE\Contoso /v A /d 1 /f",
    r"C:\Windows\System32\reg.exe add HKLM\SOFTWARE\Contoso /v A /d 1 /f",
    r"C:\Temp\setup.exe /S",
    r'"%ProgramFiles(x86)%\Contoso\update.exe" /S',
    r"\\server\share\setup.exe /S",
    r"schtasks.exe /create /tn Contoso /xml task.xml /f",
    r"bcdedit.exe /set testsigning on",
    r"dsregcmd.exe /leave",
    r"manage-bde.exe -on C:",
    r"robocopy.exe files C:\ProgramData\Contoso /E",
    r"copy files\* C:\ProgramData\Contoso",
    r"Start-Process setup.exe -ArgumentList /S",
    r"setup.exe /S /log=%USERPROFILE%\contoso.log",
    r"setup.exe /S /KEY=AKIAABCDEFGHIJKLMNOP",
    r"setup.exe /D=%ProgramFiles%\Contoso",
    r"setup.exe /S | more",
    r"python.exe install.py",
    r"install",
    r"ServiceUI.exe -process:explorer.exe setup.exe",
]


def command_apps():
    files = {"setup.exe": PROGRAM, "ServiceUI.exe": PROGRAM, "install.cmd": "@exit /b 0\r\n", "install.ps1": "exit 0\r\n", "Install Contoso.ps1": "exit 0\r\n",
             "install.py": "print(1)\n", "task.xml": "<Task/>", "files/a.txt": "a"}
    for number, command in enumerate(COMMANDS):
        yield f"command-{number:02}", (app("setup.exe", command, r'"C:\Program Files\Contoso\u.exe" /S', [MAIN]), files)


def long_apps():
    beside = {"contoso.msi": COMPOUND, "contoso.reg": "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso]\r\n", "setup.exe": PROGRAM, "agent.exe": PROGRAM}
    for name, text in long.POWERSHELL:
        for width, starter in [("64", POWERSHELL), ("32", POWERSHELL_32), ("32-no-file", "powershell.exe -ExecutionPolicy Bypass .\\")]:
            document, files = scripted(text, starter=starter)
            yield f"long-{name}-{width}", (document, files | beside)
        by_batch = batch("@echo off\r\npowershell.exe -NoProfile -ExecutionPolicy Bypass -File \"%~dp0run.ps1\"\r\nexit /b %ERRORLEVEL%\r\n")
        yield f"long-{name}-by-batch", (by_batch[0], by_batch[1] | {"run.ps1": text} | beside)
    for name, text in long.BATCH:
        for way, command in [("bare", "install.cmd"), ("by-cmd", "cmd.exe /c install.cmd"), ("by-64", r"C:\Windows\Sysnative\cmd.exe /c install.cmd")]:
            document, files = batch(text, command=command)
            yield f"long-cmd-{name}-{way}", (document, files | beside)
    for name, text in long.DETECTION:
        yield f"long-detect-{name}", (app("setup.exe", "setup.exe /S", r'"C:\Program Files\Contoso\u.exe" /S', [script_rule(text)]), {"setup.exe": PROGRAM})


def write(root):
    for apps in [msi_apps, program_apps, script_apps, batch_apps, other_apps, command_apps, long_apps]:
        for name, (document, files) in apps():
            folder = root / name
            folder.mkdir(parents=True)
            (folder / "app.json").write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
            for path, content in (files or {}).items():
                file = folder / "source" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content if isinstance(content, bytes) else content.encode())


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
