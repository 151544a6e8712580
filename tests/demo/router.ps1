# The administrator of the router: lists the mapping, starts the helper, reads its counts after the query, and stops it.
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/Events.ps1"
Import-Module "$PSScriptRoot/../../ProxyHelper.psd1"

'router> Get-NatMapping'
Get-NatMapping | Out-Host
'router> Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9'
Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 | Out-Host
Send-Event router-listens

Wait-Turn router
'router> Get-ProxyHelper'
Get-ProxyHelper | Out-Host
Send-Event router-counted

Wait-Turn router
'router> Get-ProxyHelper | Stop-ProxyHelper'
Get-ProxyHelper | Stop-ProxyHelper
Send-Event router-stopped
