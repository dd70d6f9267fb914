# Installs the app's package, for all users as the system and else for the user. Packages that it depends on go into a
# folder named dependencies beside this script. Written by waybill init.
$ErrorActionPreference = 'Stop'
$Package = Join-Path $PSScriptRoot {{PACKAGE}}
$ForEverybody = {{EVERYBODY}}
$folder = Join-Path $PSScriptRoot 'dependencies'
$Dependencies = @(if (Test-Path -LiteralPath $folder) { (Get-ChildItem -LiteralPath $folder -File).FullName })
try {
    if ($ForEverybody) {
        $more = if ($Dependencies) { @{ DependencyPackagePath = $Dependencies } } else { @{} }
        Add-AppxProvisionedPackage -Online -PackagePath $Package -SkipLicense @more | Out-Null
    } else {
        $more = if ($Dependencies) { @{ DependencyPath = $Dependencies } } else { @{} }
        Add-AppxPackage -Path $Package @more
    }
} catch {
    Write-Output $_.Exception.Message
    $code = $_.Exception.HResult
    exit $(if ($code) { $code } else { 1 })
}
exit 0
