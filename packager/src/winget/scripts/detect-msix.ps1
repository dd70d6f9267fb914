# Detects the app's package. Prints a line and exits 0 where it is there, else exits 1. Written by waybill init.
$Family = {{FAMILY}}
$ForEverybody = {{EVERYBODY}}
# The oldest version that counts; empty where any does.
$Wanted = {{WANTED}}

$found = @(if ($ForEverybody) {
    Get-AppxProvisionedPackage -Online | Where-Object { "$($_.DisplayName)_$($_.PublisherId)" -eq $Family }
    Get-AppxPackage -AllUsers | Where-Object { $_.PackageFamilyName -eq $Family }
} else {
    Get-AppxPackage | Where-Object { $_.PackageFamilyName -eq $Family }
})
foreach ($package in $found) {
    if ($Wanted -eq '' -or [version] $package.Version -ge [version] $Wanted) {
        Write-Output "Found $Family $($package.Version)"
        exit 0
    }
}
exit 1
