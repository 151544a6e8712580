# Streams the table over and over until Ctrl+C; says when it is at it, and when it has ended.
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../../../ProxyHelper.psd1"
$isTold = $false
try {
    while ($true) {
        Get-NatMapping | ForEach-Object {
            if (-not $isTold) {
                $isTold = $true
                [Console]::WriteLine('streaming')
            }
        }
    }
}
finally {
    [Console]::WriteLine('stopped')
}
