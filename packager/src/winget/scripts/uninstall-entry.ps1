# Uninstalls the app by the command that its entry among the installed programs has. Written by waybill init.
$ErrorActionPreference = 'Stop'
$Hive = {{HIVE}}
$Entries = @(
{{ENTRIES}}
)
$Kind = {{KIND}}
$Switches = {{SWITCHES}}

{{FIND}}
# The program of a command line, and its arguments.
function Split-Line([string] $Line) {
    if ($Line -match '^\s*"([^"]+)"\s*(.*)$') { return @{ Program = $Matches[1]; Arguments = $Matches[2] } }
    if ($Line -match '^\s*(.+?\.(?:exe|com|cmd|bat))(?:\s+(.*))?$') { return @{ Program = $Matches[1]; Arguments = "$($Matches[2])" } }
    if ($Line -match '^\s*(\S+)\s*(.*)$') { return @{ Program = $Matches[1]; Arguments = $Matches[2] } }
}

# Runs a program and everything that it starts to their end, and returns its exit code.
function Invoke-Program([string] $Program, [string] $Arguments) {
    $start = @{ FilePath = $Program; Wait = $true; PassThru = $true; WindowStyle = 'Hidden' }
    if ($Arguments.Trim()) { $start.ArgumentList = $Arguments.Trim() }
    return (Start-Process @start).ExitCode
}

$code = 0
$done = @{}
foreach ($key in @($Entries | ForEach-Object { Get-Entry $_ })) {
    $quiet = [string] $key.GetValue('QuietUninstallString')
    $plain = [string] $key.GetValue('UninstallString')
    $line = if ($quiet) { $quiet } else { $plain }
    if (-not $line -or $done.ContainsKey($line)) { continue }
    $done[$line] = $true
    if ($line -match 'msiexec.*(\{[0-9A-Fa-f-]{36}\})') {
        $result = Invoke-Program 'msiexec.exe' "/x $($Matches[1]) /qn /norestart"
    } elseif ($Kind -eq 'nullsoft') {
        # The uninstaller copies itself and returns at once, unless it is told its folder; then it cannot remove itself.
        $program = (Split-Line $line).Program
        $folder = Split-Path -Parent $program
        $result = Invoke-Program $program "/S _?=$folder"
        Remove-Item -LiteralPath $program -Force -ErrorAction SilentlyContinue
        if ((Test-Path -LiteralPath $folder) -and -not (Get-ChildItem -LiteralPath $folder -Force)) {
            Remove-Item -LiteralPath $folder -Force -ErrorAction SilentlyContinue
        }
    } elseif ($Kind -eq 'inno' -and $plain) {
        $command = Split-Line $plain
        $result = Invoke-Program $command.Program "$($command.Arguments) $Switches"
    } elseif ($quiet) {
        $command = Split-Line $quiet
        $result = Invoke-Program $command.Program $command.Arguments
    } elseif ($Switches) {
        $command = Split-Line $plain
        $result = Invoke-Program $command.Program "$($command.Arguments) $Switches"
    } else {
        Write-Output "There is no silent command for $($key.Name): add its switches to this script."
        exit 1
    }
    if ($result -ne 0) { $code = $result }
}
exit $code
