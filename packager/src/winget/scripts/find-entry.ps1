# The places of an entry of the app among the installed programs, in both views of the registry.
function Get-Entry($Entry) {
    foreach ($view in 'Registry64', 'Registry32') {
        $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey($Hive, $view)
        $root = $base.OpenSubKey('SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall')
        if ($null -eq $root) { continue }
        $names = if ($Entry.Key) { @($Entry.Key) } else { $root.GetSubKeyNames() }
        foreach ($name in $names) {
            $key = try { $root.OpenSubKey($name) } catch { $null }
            if ($null -eq $key) { continue }
            $isOther = ($key.GetValue('DisplayName') -ne $Entry.Name) -or ($key.GetValue('Publisher') -ne $Entry.Publisher)
            if (-not $Entry.Key -and $isOther) { continue }
            $key
        }
    }
}
