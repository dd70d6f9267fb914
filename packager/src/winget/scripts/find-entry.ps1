# The entries of the app among the installed programs, in both views of the registry.
function Get-Entry {
    foreach ($view in 'Registry64', 'Registry32') {
        $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey($Hive, $view)
        $root = $base.OpenSubKey('SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall')
        if ($null -eq $root) { continue }
        foreach ($entry in $Entries) {
            $names = if ($entry.Key) { @($entry.Key) } else { $root.GetSubKeyNames() }
            foreach ($name in $names) {
                $key = try { $root.OpenSubKey($name) } catch { $null }
                if ($null -eq $key) { continue }
                $isOther = ($key.GetValue('DisplayName') -ne $entry.Name) -or ($key.GetValue('Publisher') -ne $entry.Publisher)
                if (-not $entry.Key -and $isOther) { continue }
                $key
            }
        }
    }
}
