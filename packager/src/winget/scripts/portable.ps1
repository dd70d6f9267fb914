# {{WHAT}} Written by waybill init.
$ErrorActionPreference = 'Stop'
$ForEverybody = {{EVERYBODY}}
$Parent = if (-not $ForEverybody) { Join-Path $env:LOCALAPPDATA 'Programs' } elseif ($env:ProgramW6432) { $env:ProgramW6432 } else { $env:ProgramFiles }
$Target = Join-Path $Parent {{FOLDER}}
# The programs, and the names by which they are called.
$Programs = @(
{{PROGRAMS}}
)
$Own = {{OWN}}

# Adds the app's folders to PATH, or takes them out. What is not expanded in it stays so.
function Edit-Path([bool] $Add) {
    $folders = @($Programs | ForEach-Object { (Split-Path -Parent (Join-Path $Target $_.File)).TrimEnd('\') } | Select-Object -Unique)
    $place = if ($ForEverybody) { 'SYSTEM\CurrentControlSet\Control\Session Manager\Environment' } else { 'Environment' }
    $hive = if ($ForEverybody) { 'LocalMachine' } else { 'CurrentUser' }
    $key = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, 'Registry64').OpenSubKey($place, $true)
    $old = [string] $key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
    $parts = @($old -split ';' | Where-Object { $_ -and ($folders -notcontains $_.TrimEnd('\')) })
    if ($Add) { $parts += $folders }
    $key.SetValue('Path', ($parts -join ';'), 'ExpandString')
    $key.Close()
}

try {
{{WORK}}
} catch {
    Write-Output $_.Exception.Message
    exit 1
}
exit 0
