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

# The list of the files that are installed. Its name tells the version, and what no list names is not the app's.
$List = {{LIST}}
$Pending = 'waybill-files.txt'

# The files of this package and the names by which programs are called, relative to the folder.
function Get-PackageFile {
    $root = $PSScriptRoot.TrimEnd('\')
    $names = @(Get-ChildItem -LiteralPath $root -Recurse -File -Force | ForEach-Object { $_.FullName.Substring($root.Length + 1) })
    # A list of the package's own making would name files for removal.
    $names | Where-Object { ($Own -notcontains $_) -and ($_ -notlike 'waybill-files*.txt') }
    foreach ($program in $Programs) { if ($program.Alias) { Get-CalledName $program } }
}

# The name by which a program is called, relative to the folder.
function Get-CalledName($Program) {
    $folder = Split-Path -Parent $Program.File
    if ($folder) { return "$folder\$($Program.Alias).exe" }
    return "$($Program.Alias).exe"
}

# The lists in the folder, and the files that they name. A name that leads out of the folder is nobody's.
function Get-ListedFile {
    if (-not (Test-Path -LiteralPath $Target)) { return }
    foreach ($file in @(Get-ChildItem -LiteralPath $Target -Filter 'waybill-files*.txt' -File -Force)) {
        Get-Content -LiteralPath $file.FullName -Encoding UTF8 | Where-Object { $_ -and ($_ -notmatch '(^|[\\/])\.\.([\\/]|$)|^[\\/]|:') }
        $file.Name
    }
}

# Removes files of the folder, and the folders that are empty then.
function Remove-File($Names) {
    foreach ($name in @($Names)) {
        if (-not $name) { continue }
        $file = [IO.Path]::GetFullPath((Join-Path $Target $name))
        if (-not $file.StartsWith("$Target\", 'OrdinalIgnoreCase')) { continue }
        if (Test-Path -LiteralPath $file -PathType Leaf) { Remove-Item -LiteralPath $file -Force }
        $folder = Split-Path -Parent $file
        while ($folder.Length -ge $Target.Length -and (Test-Path -LiteralPath $folder) -and -not (Get-ChildItem -LiteralPath $folder -Force)) {
            Remove-Item -LiteralPath $folder -Force
            $folder = Split-Path -Parent $folder
        }
    }
}

# Adds the folders of the programs to PATH, or takes them out; those of other listed files go. What is not expanded in
# PATH stays so.
function Edit-Path([bool] $Add, $Listed) {
    $folders = @($Programs | ForEach-Object { (Split-Path -Parent (Join-Path $Target $_.File)).TrimEnd('\') } | Select-Object -Unique)
    $former = @($Listed | Where-Object { $_ } | ForEach-Object { (Split-Path -Parent (Join-Path $Target $_)).TrimEnd('\') } | Select-Object -Unique)
    $place = if ($ForEverybody) { 'SYSTEM\CurrentControlSet\Control\Session Manager\Environment' } else { 'Environment' }
    $hive = if ($ForEverybody) { 'LocalMachine' } else { 'CurrentUser' }
    $key = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, 'Registry64').OpenSubKey($place, $true)
    $old = [string] $key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
    $parts = @($old -split ';' | Where-Object { $_ -and ($folders -notcontains $_.TrimEnd('\')) -and ($former -notcontains $_.TrimEnd('\')) })
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
