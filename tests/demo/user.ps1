# The mail program of the user: connects to the mail server and reads one line.
$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/Events.ps1"

$connection = [System.Net.Sockets.TcpClient]::new([System.Net.Sockets.AddressFamily]::InterNetwork)
$connection.Connect('4.1.1.1', 25)
Send-Event user-connected "$($connection.Client.LocalEndPoint) -> $($connection.Client.RemoteEndPoint)"
$greeting = [System.IO.StreamReader]::new($connection.GetStream()).ReadLine()
$connection.Dispose()
Send-Event user-greeted $greeting
