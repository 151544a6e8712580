# Plays smtp-gated: accepts a connection, asks the helper about it, and connects to the original server.
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/Events.ps1"
Import-Module "$PSScriptRoot/../../ProxyHelper.psd1"

$listener = [System.Net.Sockets.TcpListener]::new([ipaddress] '194.0.22.9', 9199)
$listener.Start()
Send-Event proxy-listens
$user = $listener.AcceptTcpClient()
$peer, $here = $user.Client.RemoteEndPoint, $user.Client.LocalEndPoint
Send-Event proxy-accepted "$peer -> $here"

Wait-Turn proxy
"proxy> Test-ProxyHelper $($peer.Address) -Source $peer -Destination $here"
$answer = Test-ProxyHelper $peer.Address -Source "$peer" -Destination "$here"
$answer | Out-Host
if ($answer.Outcome -ne 'Found') { throw "The helper did not find the connection: $($answer.Outcome)." }
Send-Event proxy-answered "$($answer.OriginalSource) -> $($answer.OriginalDestination)"

$server = [System.Net.Sockets.TcpClient]::new()
$server.Connect([ipendpoint]::Parse("$($answer.OriginalDestination)"))
$server.GetStream().CopyTo($user.GetStream())
$server.Dispose()
$user.Dispose()
$listener.Stop()
