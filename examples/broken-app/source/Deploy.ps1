# Installs or removes Contoso Notes: program files beside this script, settings in the registry.
param(
    [ValidateSet('Install', 'Uninstall')] [string] $Mode = 'Install',
    [string] $LicenceKey
)
$ErrorActionPreference = 'Stop'
$target = Join-Path $env:ProgramFiles 'Contoso Notes'
$settings = 'HKLM:\SOFTWARE\Contoso\Notes'

if ($Mode -eq 'Install') {
    New-Item -ItemType Directory -Force -Path $target | Out-Null
    Copy-Item -Recurse -Force -Path (Join-Path $PSScriptRoot 'files\*') -Destination $target
    New-Item -Force -Path $settings | Out-Null
    Set-ItemProperty -Path $settings -Name 'LicenceKey' -Value $LicenceKey
}
else {
    Remove-Item -Recurse -Force -Path $target -ErrorAction SilentlyContinue
    Remove-Item -Recurse -Force -Path $settings -ErrorAction SilentlyContinue
}
exit 0
