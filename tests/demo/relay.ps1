# The administrator of the proxy's host: starts the relay, and reads its counts after the connection.
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/Events.ps1"
Import-Module "$PSScriptRoot/../../ProxyHelper.psd1"

'proxy> Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:9001 -Router 194.0.1.1 -AllowedPort 80 -MaxConnections 1000'
Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:9001 -Router 194.0.1.1 -AllowedPort 80 -MaxConnections 1000 | Out-Host
Send-Event relay-listens

Wait-Turn proxy
'proxy> Get-ProxyRelay'
Get-ProxyRelay | Out-Host
'proxy> Get-ProxyRelay | Stop-ProxyRelay'
Get-ProxyRelay | Stop-ProxyRelay
Send-Event relay-stopped
