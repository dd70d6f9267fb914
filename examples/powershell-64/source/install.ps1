# Writes one registry value in the view of this PowerShell; app.json starts the 64-bit one.
$ErrorActionPreference = 'Stop'
if (-not [Environment]::Is64BitProcess) {
    Write-Output 'This is a 32-bit PowerShell: start it by way of Sysnative.'
    exit 1603
}
$key = 'HKLM:\SOFTWARE\Waybill PowerShell 64'
New-Item -Path $key -Force | Out-Null
Set-ItemProperty -Path $key -Name 'Version' -Value '1.0.0'
exit 0
