# A router and a proxy in one network namespace: 10.1.1.1 sends mail to 4.1.1.1, and nftables leads it to the proxy, as in real life.

$script:connections = @()
$script:listener = $null

# Makes the network, and the user's connection: 10.1.1.1:10943 -> 4.1.1.1:25, seen as 194.0.1.1:20119 -> 194.0.22.9:9199.
function Initialize-Router {
    $devices = [System.Net.NetworkInformation.NetworkInterface]::GetAllNetworkInterfaces()
    Assert-That (@($devices | Where-Object NetworkInterfaceType -NE Loopback).Count -eq 0) `
        'This network has devices: scenarios change addresses and firewall rules, so they run in a network namespace of their own only (unshare -n).'
    Invoke-Tool ip link set lo up
    foreach ($address in '10.1.1.1', '4.1.1.1', '194.0.1.1', '194.0.22.9') { Invoke-Tool ip address replace $address/32 dev lo }
    Invoke-Tool ip route replace local 198.51.100.1/32 dev lo # a stranger's: routed here, but none of this machine's
    Invoke-Tool nft -f "$PSScriptRoot/router.nft"
    $script:listener = [System.Net.Sockets.TcpListener]::new([ipaddress] '194.0.22.9', 9199)
    $script:listener.Start()
    Connect-User 10943
}

# Opens a connection from a port of the user's.
function Connect-User([int] $Port) {
    $client = [System.Net.Sockets.TcpClient]::new([ipendpoint]::new([ipaddress] '10.1.1.1', $Port))
    $script:connections += $client
    $client.Connect([ipaddress] '4.1.1.1', 25)
}

# Ends what a scenario began, so that the next one can be in the same namespace.
function Clear-Router {
    Get-ProxyHelper | Stop-ProxyHelper
    Get-Job | Remove-Job -Force
    foreach ($client in $script:connections) {
        $client.Client.LingerState = [System.Net.Sockets.LingerOption]::new($true, 0) # no TIME_WAIT keeps the port
        $client.Dispose()
    }
    if ($script:listener) { $script:listener.Stop() }
    Invoke-Tool nft flush ruleset
    Get-NatMapping -IncludeUntranslated | Remove-NatMapping -Confirm:$false -ErrorAction Ignore
}

function Invoke-Tool {
    $tool, $arguments = $args
    $said = & $tool @arguments 2>&1
    Assert-That ($LASTEXITCODE -eq 0) "$tool $arguments ended with ${LASTEXITCODE}: $said"
}
