# The web server. It answers one request with its own address.
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/Events.ps1"

$listener = [System.Net.Sockets.TcpListener]::new([ipaddress] '4.1.1.1', 80)
$listener.Start()
Send-Event web-listens
$connection = $listener.AcceptTcpClient()
$stream = $connection.GetStream()
$reader = [System.IO.StreamReader]::new($stream)
while ($reader.ReadLine()) { }
$page = "This is $($connection.Client.LocalEndPoint)."
$reply = "HTTP/1.1 200 OK`r`nContent-Length: $($page.Length)`r`nConnection: close`r`n`r`n$page"
$stream.Write([System.Text.Encoding]::ASCII.GetBytes($reply))
$connection.Dispose()
$listener.Stop()
