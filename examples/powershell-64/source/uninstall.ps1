# Takes the key away that install.ps1 wrote.
$ErrorActionPreference = 'Stop'
$key = 'HKLM:\SOFTWARE\Waybill PowerShell 64'
if (Test-Path -Path $key) {
    Remove-Item -Path $key -Recurse
}
exit 0
