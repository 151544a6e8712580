# The mail server. It greets one client.
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/Events.ps1"

$listener = [System.Net.Sockets.TcpListener]::new([ipaddress] '4.1.1.1', 25)
$listener.Start()
Send-Event mail-listens
$connection = $listener.AcceptTcpClient()
$greeting = [System.Text.Encoding]::ASCII.GetBytes("220 mail.example says hello to $($connection.Client.RemoteEndPoint.Address)`r`n")
$connection.GetStream().Write($greeting, 0, $greeting.Length)
$connection.Dispose()
$listener.Stop()
