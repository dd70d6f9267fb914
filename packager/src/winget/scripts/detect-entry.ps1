# Detects the app by its entry among the installed programs. Prints a line and exits 0 where it is there, else exits 1.
# Written by waybill init.
$Hive = {{HIVE}}
$Entries = @(
{{ENTRIES}}
)
# The oldest version that counts; empty where any does.
$Wanted = {{WANTED}}

{{FIND}}
function Test-Found([string] $Found) {
    if ($Wanted -eq '') { return $true }
    if ($Found -notmatch '^\s*[vV]?(\d+(?:\.\d+){0,3})') { return $false }
    $version = $Matches[1]
    if ($version -notmatch '\.') { $version = "$version.0" }
    try { return ([version] $version -ge [version] $Wanted) } catch { return $false }
}

foreach ($key in @(Get-Entry)) {
    if (Test-Found ([string] $key.GetValue('DisplayVersion'))) {
        Write-Output "Found $($key.Name)"
        exit 0
    }
}
exit 1
