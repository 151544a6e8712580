# Lists the table again and again until Ctrl+C, and writes a line at the first entry and at the end.
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../../../ProxyHelper.psd1"
$isWritten = $false
try {
    while ($true) {
        Get-NatMapping | ForEach-Object {
            if (-not $isWritten) {
                $isWritten = $true
                [Console]::WriteLine('streaming')
            }
        }
    }
}
finally {
    [Console]::WriteLine('stopped')
}
