# Removes the app's package. Written by waybill init.
$ErrorActionPreference = 'Stop'
$Family = {{FAMILY}}
$ForEverybody = {{EVERYBODY}}
try {
    if ($ForEverybody) {
        Get-AppxProvisionedPackage -Online |
            Where-Object { "$($_.DisplayName)_$($_.PublisherId)" -eq $Family } |
            ForEach-Object { Remove-AppxProvisionedPackage -Online -PackageName $_.PackageName | Out-Null }
        Get-AppxPackage -AllUsers | Where-Object { $_.PackageFamilyName -eq $Family } | Remove-AppxPackage -AllUsers
    } else {
        Get-AppxPackage | Where-Object { $_.PackageFamilyName -eq $Family } | Remove-AppxPackage
    }
} catch {
    Write-Output $_.Exception.Message
    $code = $_.Exception.HResult
    exit $(if ($code) { $code } else { 1 })
}
exit 0
