# What the Tab key offers.

Describe 'Completion' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'offers "<Offered>" after "<Typed>"' -ForEach @(
        @{ Typed = 'Start-ProxyHelper '; Offered = '127.0.0.1 194.0.1.1 194.0.22.9 0.0.0.0' }
        @{ Typed = 'Start-ProxyHelper -BindAddress 194.0.2'; Offered = '194.0.22.9' }
        @{ Typed = 'Start-ProxyHelper 194.0.1.1 -IdentFormat E'; Offered = 'Endpoint' }
        @{ Typed = 'Start-ProxyHelper 194.0.1.1 -AllowedProxy 194'; Offered = '194.0.22.9' }
        @{ Typed = 'Start-ProxyHelper 194.0.1.1 -TrustedClient 194.0.22.9'; Offered = '194.0.22.9' }
        @{ Typed = 'Test-ProxyHelper '; Offered = '127.0.0.1 194.0.1.1 194.0.22.9' }
        @{ Typed = 'Test-ProxyHelper -Destination 194'; Offered = '194.0.22.9:9199' }
        @{ Typed = 'Test-ProxyHelperSetup '; Offered = '127.0.0.1 194.0.1.1 194.0.22.9' }
        @{ Typed = 'Test-ProxyHelperSetup -Role '; Offered = 'Proxy Relay Router' }
        @{ Typed = 'Start-ProxyRelay 194.0.2'; Offered = '194.0.22.9:' }
        @{ Typed = 'Start-ProxyRelay -Listen 0'; Offered = '0.0.0.0:' }
        @{ Typed = 'Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -ProxyProtocol '; Offered = 'None V1 V2' }
        @{ Typed = 'Get-ProxyRelay | Where-Object Not'; Offered = 'NotFound NotRouter' }
        @{ Typed = 'Test-ProxyHelperSetup -Proxy 194'; Offered = '194.0.22.9:9199' }
        @{ Typed = 'Get-NatMapping -OriginalSource '; Offered = '10.1.1.1 10.1.1.2 10.1.1.3' }
        @{ Typed = 'Get-NatMapping -OriginalSource 10.1.1.2'; Offered = '10.1.1.2:5353' }
        @{ Typed = 'Get-NatMapping -OriginalSource 11'; Offered = '' }
        @{ Typed = 'Get-NatMapping -TranslatedDestination 194'; Offered = '194.0.22.9' }
        @{ Typed = 'Get-NatMapping -TranslatedDestination 194.0.22.9:'; Offered = '194.0.22.9:9199' }
        @{ Typed = 'Watch-NatMapping -OriginalDestination 4.1.1.5'; Offered = '4.1.1.53' }
        @{ Typed = 'Get-NatMapping -Source 194'; Offered = '194.0.1.1:5353 194.0.1.1:20119' }
        @{ Typed = 'Get-NatMapping -Protocol Ud'; Offered = 'Udp UdpLite' }
        @{ Typed = 'Get-NatMapping -State Est'; Offered = 'Established' }
        @{ Typed = 'Get-NatMapping -Status As'; Offered = 'Assured' }
        @{ Typed = 'Get-NatMapping -NatType So'; Offered = 'Source' }
        @{ Typed = 'Get-NatMapping -Zone '; Offered = '0' }
        @{ Typed = 'Get-NatMapping -Port '; Offered = '22 25 53' }
        @{ Typed = 'Get-NatMapping -Port 5'; Offered = '53' }
        @{ Typed = 'Measure-NatMapping -Mark '; Offered = '0' }
        @{ Typed = 'Get-ProxyHelper | Where-Object Wr'; Offered = 'WrongSecret' }
        @{ Typed = 'Get-ProxyHelper | Sort-Object Fo'; Offered = 'Found' }
        @{ Typed = '(Get-ProxyHelper).NotA'; Offered = 'NotAllowed' }
    ) {
        "$(Get-Completion $Typed)" | Should -BeExactly $Offered
    }

    It 'quotes IPv6 end points as the shell needs it' {
        Initialize-Router (New-Flow '[2001:db8::1]:1025' '[2001:db8::2]:25' '[2001:db8::3]:9199' '[2001:db8::4]:20119')
        Get-Completion 'Get-NatMapping -Source ' | Should -BeExactly "'[2001:db8::4]:20119'"
        Get-Completion 'Get-NatMapping -Source 2001:db8' | Should -BeExactly "'[2001:db8::4]:20119'"
        Get-Completion 'Get-NatMapping -OriginalSource 2001:' | Should -BeExactly '2001:db8::1'
        Get-Completion 'Get-NatMapping -OriginalSource 2001:db8::1' | Should -BeExactly "'[2001:db8::1]:1025'"
    }

    It 'offers names and ids of running responders' {
        Get-Completion 'Stop-ProxyHelper -Id ' | Should -BeNullOrEmpty
        $first = (Start-ProxyHelper 194.0.1.1).Id
        $second = (Start-ProxyHelper 194.0.22.9 -Name 'second one').Id
        Get-Completion 'Stop-ProxyHelper ' | Should -BeExactly 'ProxyHelper', "'second one'"
        Get-Completion 'Get-ProxyHelper -Name sec' | Should -BeExactly "'second one'"
        Get-Completion 'Get-ProxyHelper -Id ' | Should -BeExactly "$first", "$second"
        Stop-ProxyHelper ProxyHelper
        Get-Completion 'Stop-ProxyHelper ' | Should -BeExactly "'second one'"
    }

    It 'offers names and ids of running relays, and no helpers' {
        $null = Start-ProxyHelper 194.0.1.1
        $relay = (Start-ProxyRelay 194.0.22.9:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80 -MaxConnections 100).Id
        Get-Completion 'Stop-ProxyRelay ' | Should -BeExactly ProxyRelay
        Get-Completion 'Get-ProxyRelay -Id ' | Should -BeExactly "$relay"
        Get-Completion 'Stop-ProxyHelper ' | Should -BeExactly ProxyHelper
    }

    It 'offers the gateway as the router of a relay' {
        ip link add gateway type veth peer name other
        ip address add 192.0.2.9/24 dev gateway
        ip link set gateway up
        ip route add default via 192.0.2.1
        try { Get-Completion 'Start-ProxyRelay -Router ' | Should -BeExactly 192.0.2.1 }
        finally { ip link delete gateway }
    }

    It 'offers at most 100 of many values' {
        Initialize-Router (1..200 | ForEach-Object { New-Flow 10.1.1.1:$_ 10.1.1.2:$_ 10.1.1.2:$_ 10.1.1.1:$_ -Udp })
        @(Get-Completion 'Get-NatMapping -Port ').Count | Should -Be 100
        @(Get-Completion 'Get-NatMapping -Id ').Count | Should -Be 100
    }

    It 'offers nothing without CAP_NET_ADMIN, and writes no error' {
        Invoke-WithoutCapability NetAdmin @'
            foreach ($typed in 'Get-NatMapping -Id ', 'Get-NatMapping -OriginalSource 10') {
                [System.Management.Automation.CommandCompletion]::CompleteInput($typed, $typed.Length, $null).CompletionMatches
            }
            $Error
'@ | Should -BeNullOrEmpty
    }
}
