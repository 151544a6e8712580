# Lists the table, and writes the time and the peak memory of the process. A second pass counts the entries, because counting
# takes time.
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../../../ProxyHelper.psd1"
Get-NatMapping -OriginalSource 10.0.0.1 | ForEach-Object { } # compiles the code of a listing

$clock = [Diagnostics.Stopwatch]::StartNew()
Get-NatMapping | ForEach-Object { }
$clock.Stop()

$entries = 0
Get-NatMapping | ForEach-Object { $entries++ }
$peak = [IO.File]::ReadAllLines('/proc/self/status') -match '^VmHWM:' -replace '\D'
'{0} entries in {1:F0} us, peak {2} KiB' -f $entries, $clock.Elapsed.TotalMicroseconds, $peak[0]
