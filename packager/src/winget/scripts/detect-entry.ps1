# Detects the app by its entry among the installed programs. Prints a line and exits 0 where it is there, else exits 1.
# Written by waybill init.
$Hive = {{HIVE}}
$Entries = @(
{{ENTRIES}}
)

{{FIND}}
# Whether a version is the entry's oldest that counts, or a later one. Where the entry names none, any counts.
function Test-Found([string] $Found, [string] $Wanted) {
    if ($Wanted -eq '') { return $true }
    if ($Found -notmatch '^\s*[vV]?(\d+(?:\.\d+){0,3})') { return $false }
    $version = $Matches[1]
    if ($version -notmatch '\.') { $version = "$version.0" }
    try { return ([version] $version -ge [version] $Wanted) } catch { return $false }
}

foreach ($entry in $Entries) {
    foreach ($key in @(Get-Entry $entry)) {
        if (Test-Found ([string] $key.GetValue('DisplayVersion')) $entry.Wanted) {
            Write-Output "Found $($key.Name)"
            exit 0
        }
    }
}
exit 1
