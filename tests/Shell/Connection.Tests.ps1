# A real connection through real NAT: 10.1.1.1 sends mail to 4.1.1.1, and nftables leads it to the proxy 194.0.22.9:9199.

Describe 'On a router with a real connection' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $addresses = '10.1.1.1', '4.1.1.1'

        function Open-Connection([int] $Port) {
            $client = [System.Net.Sockets.TcpClient]::new([ipendpoint]::Parse("10.1.1.1:$Port"))
            $clients.Add($client)
            $client.Connect([ipaddress]'4.1.1.1', 25)
        }
    }
    BeforeEach {
        Initialize-Router
        $conntrackTable.Flush()
        foreach ($address in $addresses) { ip address add $address/32 dev lo }
        nft -f "$PSScriptRoot/connection.nft"
        $listener = [System.Net.Sockets.TcpListener]::new([ipendpoint]::Parse('194.0.22.9:9199'))
        $listener.Start()
        $clients = [System.Collections.Generic.List[System.Net.Sockets.TcpClient]]::new()
        Open-Connection 10943
    }
    AfterEach {
        foreach ($client in $clients) {
            $client.LingerState = [System.Net.Sockets.LingerOption]::new($true, 0) # no TIME_WAIT keeps the port
            $client.Dispose()
        }
        $listener.Stop()
        Clear-Router
        foreach ($address in $addresses) { ip address delete $address/32 dev lo }
    }

    It 'the listing shows the connection before and after NAT' {
        $mapping = Get-NatMapping
        "$mapping" | Should -BeExactly 'Tcp 10.1.1.1:10943 -> 4.1.1.1:25, translated to 194.0.1.1:20119 -> 194.0.22.9:9199'
        "$($mapping.NatType) $($mapping.State)" | Should -BeExactly 'Both Established'
    }

    It 'filters select by prefix, port, protocol, state and kind of NAT' {
        Open-Connection 10944
        @(Get-NatMapping -OriginalSource 10.1.0.0/16 -State Established).Count | Should -Be 2
        "$((Get-NatMapping -Port 20120).OriginalSource)" | Should -BeExactly '10.1.1.1:10944'
        foreach ($filter in @{ OriginalSource = '10.2.0.0/16' }, @{ Protocol = 'Udp' }, @{ State = 'TimeWait' }, @{ NatType = 'Source' }) {
            Get-NatMapping @filter | Should -BeNullOrEmpty
        }
    }

    It 'a watch shows a connection as it is opened' {
        $new = Watch-NatMapping -OriginalSource 10.1.1.1 -Count 2 -TimeoutSeconds 60 | ForEach-Object {
            if ($_.Change -eq 'Present') { Open-Connection 10944 } else { $_ }
        }
        "$($new.Change) $($new.OriginalSource)" | Should -BeExactly 'New 10.1.1.1:10944'
    }

    It 'the figures count it' {
        $figures = Measure-NatMapping -OriginalSource 10.1.1.1
        "$($figures.ByProtocol) $($figures.ByState) $($figures.ByNatType)" | Should -BeExactly 'Tcp 1 Established 1 Both 1'
        $figures.Maximum | Should -BeGreaterThan $figures.Entries
    }

    It 'a responder says who called and whom, and agrees with the kernel' {
        $job = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
        $answer = Test-ProxyHelper @question
        "$($answer.Outcome) $($answer.OriginalSource) $($answer.OriginalDestination)" | Should -BeExactly 'Found 10.1.1.1:10943 4.1.1.1:25'
        (Get-NatMapping | Test-ProxyHelper -TimeoutSeconds 30).AgreesWithMapping | Should -Be $true
        $job.Found | Should -Be 2
    }

    It 'a removed mapping is gone' {
        Get-NatMapping | Remove-NatMapping -Confirm:$false
        Get-NatMapping | Should -BeNullOrEmpty
    }
}
