# Streams the table, and says how long that took and the most memory that this process ever had. A block that counts takes time of
# its own, so a second pass counts.
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../../../ProxyHelper.psd1"
Get-NatMapping -OriginalSource 10.0.0.1 | ForEach-Object { } # compiles what a listing needs

$clock = [Diagnostics.Stopwatch]::StartNew()
Get-NatMapping | ForEach-Object { }
$clock.Stop()

$entries = 0
Get-NatMapping | ForEach-Object { $entries++ }
$peak = [IO.File]::ReadAllLines('/proc/self/status') -match '^VmHWM:' -replace '\D'
'{0} entries in {1:F0} us, peak {2} KiB' -f $entries, $clock.Elapsed.TotalMicroseconds, $peak[0]
