"""Longer scripts for lint_corpus.py, in the manner of those that packagers share: logs, loops, fallbacks, relaunches."""

LOGGED = r'''<#
.SYNOPSIS
  Installs Contoso and writes a log. Press a key? No: nobody is there (no pause, no Read-Host).
#>
[CmdletBinding()]
param(
    [ValidateSet('Install', 'Uninstall')][string]$Mode = 'Install',
    [switch]$Force
)
$ErrorActionPreference = 'Stop'
$logFolder = "$env:ProgramData\Microsoft\IntuneManagementExtension\Logs"
Start-Transcript -Path "$logFolder\Contoso.log" -Append | Out-Null
function Write-Log([string]$Message) { Write-Host ("{0:u} {1}" -f (Get-Date), $Message) }
try {
    $msi = Join-Path $PSScriptRoot 'contoso.msi'
    $arguments = @('/i', "`"$msi`"", '/qn', '/norestart', '/l*v', "`"$logFolder\Contoso-msi.log`"")
    Write-Log "msiexec $($arguments -join ' ')"
    $process = Start-Process -FilePath "$env:windir\System32\msiexec.exe" -ArgumentList $arguments -Wait -PassThru -NoNewWindow
    if ($process.ExitCode -notin 0, 1641, 3010) { throw "msiexec ended with $($process.ExitCode)" }
    New-Item -Path 'HKLM:\SOFTWARE\Contoso\Packages' -Force | Out-Null
    Set-ItemProperty -Path 'HKLM:\SOFTWARE\Contoso\Packages' -Name 'Contoso' -Value '1.2.3'
    exit $process.ExitCode
}
catch {
    Write-Log "failed: $($_.Exception.Message)"
    exit 1603
}
finally { Stop-Transcript | Out-Null }
'''

RELAUNCH = r'''if ("$env:PROCESSOR_ARCHITEW6432" -ne "ARM64" -and "$env:PROCESSOR_ARCHITEW6432" -ne "") {
    if (Test-Path "$($env:WINDIR)\SysNative\WindowsPowerShell\v1.0\powershell.exe") {
        & "$($env:WINDIR)\SysNative\WindowsPowerShell\v1.0\powershell.exe" -ExecutionPolicy bypass -NoProfile -File "$PSCommandPath"
        exit $lastexitcode
    }
}
Add-WindowsCapability -Online -Name 'Language.Basic~~~de-DE~0.0.1.0'
Enable-WindowsOptionalFeature -Online -FeatureName NetFx3 -NoRestart
Copy-Item "$PSScriptRoot\settings.json" "$env:ProgramFiles\Contoso\settings.json" -Force
reg.exe add "HKLM\SOFTWARE\Contoso" /v Language /d de-DE /f | Out-Null
'''

DRIVERS = r'''$infs = Get-ChildItem -Path $PSScriptRoot -Filter *.inf -Recurse
foreach ($inf in $infs) {
    $p = Start-Process pnputil.exe -ArgumentList "/add-driver `"$($inf.FullName)`" /install" -Wait -PassThru -WindowStyle Hidden
    Write-Output "$($inf.Name): $($p.ExitCode)"
}
if (-not (Get-PrinterDriver -Name 'Contoso PCL6' -ErrorAction SilentlyContinue)) {
    Add-PrinterDriver -Name 'Contoso PCL6'
}
Add-PrinterPort -Name 'IP_10.0.0.9' -PrinterHostAddress '10.0.0.9'
Add-Printer -Name 'Contoso' -DriverName 'Contoso PCL6' -PortName 'IP_10.0.0.9'
'''

REMOVE_ALL = r'''$keys = @(
    'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*',
    'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*'
)
$apps = Get-ItemProperty $keys -ErrorAction SilentlyContinue | Where-Object { $_.DisplayName -like 'Contoso*' }
foreach ($app in $apps) {
    if ($app.UninstallString -match 'msiexec') {
        $code = $app.PSChildName
        Start-Process 'msiexec.exe' -ArgumentList "/x $code /qn /norestart" -Wait
    }
    else {
        $exe = ($app.UninstallString -split '"')[1]
        Start-Process -FilePath $exe -ArgumentList '/S' -Wait
    }
}
Remove-Item "$env:PUBLIC\Desktop\Contoso.lnk" -Force -ErrorAction SilentlyContinue
Get-ChildItem C:\Users -Directory | ForEach-Object {
    Remove-Item "$($_.FullName)\AppData\Roaming\Contoso" -Recurse -Force -Confirm:$false -ErrorAction SilentlyContinue
}
'''

WINGET = r'''param([Parameter(Mandatory)][string]$Id)
$ErrorActionPreference = 'Stop'
$folder = Resolve-Path 'C:\Program Files\WindowsApps\Microsoft.DesktopAppInstaller_*_x64__8wekyb3d8bbwe' | Sort-Object | Select-Object -Last 1
if (-not $folder) { Write-Error 'winget is not there'; exit 1 }
Set-Location $folder
.\winget.exe install --id $Id --exact --silent --scope machine --accept-package-agreements --accept-source-agreements
exit $LASTEXITCODE
'''

FONTS = r'''$fonts = (New-Object -ComObject Shell.Application).Namespace(0x14)
Get-ChildItem -Path "$PSScriptRoot\*" -Include *.ttf, *.otf | ForEach-Object {
    Copy-Item $_.FullName "$env:windir\Fonts\$($_.Name)" -Force
    New-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Fonts' -Name "$($_.BaseName) (TrueType)" -PropertyType String -Value $_.Name -Force | Out-Null
}
'''

WALLPAPER = r'''$target = 'C:\ProgramData\Contoso'
New-Item -ItemType Directory -Path $target -Force | Out-Null
Copy-Item "$PSScriptRoot\wallpaper.jpg" $target -Force
$csp = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\PersonalizationCSP'
if (-not (Test-Path $csp)) { New-Item $csp -Force | Out-Null }
Set-ItemProperty $csp -Name DesktopImagePath -Value "$target\wallpaper.jpg"
'''

QUESTION = r'''Add-Type -AssemblyName System.Windows.Forms
$answer = [System.Windows.Forms.MessageBox]::Show('Close Contoso?', 'Contoso', 'YesNo')
if ($answer -eq 'No') { exit 1618 }
Get-Process contoso -ErrorAction SilentlyContinue | Stop-Process -Force
Start-Process "$PSScriptRoot\setup.exe" -ArgumentList '/S' -Wait
'''

JOIN = r'''$user = 'contoso\join'
$pass = ConvertTo-SecureString -String 'Winter2026!' -AsPlainText -Force
$credential = New-Object System.Management.Automation.PSCredential($user, $pass)
New-PSDrive -Name X -PSProvider FileSystem -Root '\\server\share' -Credential $credential | Out-Null
'''

SECRET_ELSEWHERE = r'''$secret = Get-AzKeyVaultSecret -VaultName contoso -Name agent -AsPlainText
$passwordFile = 'C:\ProgramData\Contoso\password.dat'
$tokenUrl = 'https://login.contoso.example/token'
$apiKeyName = 'CONTOSO_API_KEY'
Start-Process "$PSScriptRoot\agent.exe" -ArgumentList "/S /TOKEN=$secret" -Wait
'''

CMD_LOGGED = r'''@echo off
setlocal EnableDelayedExpansion
set LOG=%SystemDrive%\Windows\Temp\contoso.log
echo %DATE% %TIME% start >> "%LOG%"
pushd "%~dp0"
taskkill /f /im contoso.exe >nul 2>&1
if exist "C:\Program Files\Contoso\contoso.exe" (
    "C:\Program Files\Contoso\uninstall.exe" /S
    timeout /t 15 /nobreak >nul
)
start "" /wait msiexec.exe /i "%~dp0contoso.msi" TRANSFORMS="%~dp0contoso.mst" /qn /norestart /l*v "%LOG%.msi"
set RC=!ERRORLEVEL!
if not "%RC%"=="0" if not "%RC%"=="3010" goto failed
reg add "HKLM\SOFTWARE\Policies\Contoso" /v AutoUpdate /t REG_DWORD /d 0 /f >> "%LOG%"
icacls "C:\ProgramData\Contoso" /grant *S-1-5-32-545:(OI)(CI)M /T >> "%LOG%"
popd
exit /b %RC%
:failed
echo failed with %RC% >> "%LOG%"
exit /b %RC%
'''

CMD_ASKS = r'''@echo off
title Contoso setup
net session >nul 2>&1
if %errorlevel% neq 0 (
    echo Please run this as administrator.
    pause
    exit /b 1
)
setup.exe /S
reg import contoso.reg
echo Done.
pause
'''

CMD_BITS = r'''@echo off
if "%PROCESSOR_ARCHITEW6432%"=="AMD64" (
    %SystemRoot%\Sysnative\cmd.exe /c "%~f0" %*
    exit /b %ERRORLEVEL%
)
pnputil.exe /add-driver "%~dp0contoso.inf" /install
reg add HKLM\SOFTWARE\Contoso /v Driver /d 1 /f
'''

CMD_MIXED = r'''@ECHO OFF
REM pause is not used here, set /p neither
CD /D "%~dp0"
IF NOT EXIST "%ProgramData%\Contoso" MD "%ProgramData%\Contoso"
XCOPY /Y /E /I ".\Files" "%ProgramData%\Contoso" >NUL
REGSVR32 /S "%ProgramData%\Contoso\contoso.dll"
SCHTASKS /Create /TN "Contoso" /XML contoso.xml /F
POWERSHELL -NoProfile -ExecutionPolicy Bypass -Command "Get-AppxPackage -AllUsers *contoso* | Remove-AppxPackage -AllUsers"
FOR /F "tokens=2 delims==" %%G IN ('wmic os get Caption /value') DO SET OS=%%G
CHOICE /C X /N /T 3 /D X >NUL
EXIT /B 0
'''

DETECT_VERSION = r'''$path = "$env:ProgramFiles\Contoso\contoso.exe"
$wanted = [version]'1.2.3.0'
if (-not (Test-Path $path)) { exit 1 }
$found = [version](Get-Item $path).VersionInfo.FileVersionRaw
if ($found -ge $wanted) {
    Write-Output "Contoso $found"
    exit 0
}
exit 1
'''

DETECT_SERVICE = r'''try {
    $service = Get-Service -Name 'ContosoAgent' -ErrorAction Stop
    if ($service.Status -eq 'Running') {
        Write-Host 'running'
        exit 0
    }
}
catch { }
exit 1
'''

DETECT_APPX = r'''$package = Get-AppxProvisionedPackage -Online | Where-Object { $_.DisplayName -eq 'Contoso.App' }
if ($package) { Write-Host "Found $($package.Version)"; exit 0 } else { Write-Host 'not found'; exit 1 }
'''

DETECT_USERS = r'''$found = $false
foreach ($profile in Get-ChildItem 'C:\Users' -Directory) {
    if (Test-Path "$($profile.FullName)\AppData\Local\Contoso\contoso.exe") { $found = $true }
}
if ($found) { Write-Output 'found'; exit 0 }
exit 1
'''

DETECT_HIVE = r'''if ((Get-ItemProperty 'HKCU:\SOFTWARE\Contoso' -ErrorAction SilentlyContinue).Version -ge 1) { Write-Output 'found'; exit 0 }
exit 1
'''

# Name, text, and whether the 32-bit PowerShell starts it too.
POWERSHELL = [("logged", LOGGED), ("relaunch", RELAUNCH), ("drivers", DRIVERS), ("remove-all", REMOVE_ALL), ("winget", WINGET),
              ("fonts", FONTS), ("wallpaper", WALLPAPER), ("question", QUESTION), ("join", JOIN),
              ("secret-elsewhere", SECRET_ELSEWHERE)]
BATCH = [("logged", CMD_LOGGED), ("asks", CMD_ASKS), ("bits", CMD_BITS), ("mixed", CMD_MIXED)]
DETECTION = [("version", DETECT_VERSION), ("service", DETECT_SERVICE), ("appx", DETECT_APPX), ("users", DETECT_USERS),
             ("hive", DETECT_HIVE)]
