# Runs the module's responder until the benchmark ends the process.
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../../../ProxyHelper.psd1"
Start-ProxyHelper -BindAddress 194.0.1.1 -MaxQueriesPerSecond 0 | Out-Null
'Listening on UDP 194.0.1.1:114.'
Wait-Job -Name ProxyHelper | Out-Null
