# What -Verbose writes.

Describe 'With -Verbose' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It '<Command> writes "<Text>"' -ForEach @(
        @{ Command = 'Get-NatMapping -Protocol Tcp -OriginalSource 10.1.1.1'; Text = 'Asking the kernel for: IPv4, protocol Tcp, original source 10.1.1.1.' }
        @{
            Command = 'Get-NatMapping -Protocol Tcp -OriginalDestination :25 -Zone 7'
            Text    = 'Asking the kernel for: IPv4, protocol Tcp, original destination :25, zone 7; then IPv6, protocol Tcp, original destination :25, zone 7.'
        }
        @{ Command = 'Get-NatMapping -OriginalSource 10.1.0.0/16'; Text = 'Asking the kernel for: IPv4.' } # the module compares prefixes
        @{ Command = 'Get-NatMapping -Mark 0x10/0xff -Status Assured'; Text = 'Asking the kernel for: mark 0x10/0xff, status Assured.' }
        @{ Command = 'Get-NatMapping'; Text = 'Mappings found: 2,' }
        @{ Command = 'Get-NatMapping'; Text = 'does not count packets and bytes (net.netfilter.nf_conntrack_acct is 0)' }
        @{
            Command = 'Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199'
            Text    = 'Looking up Tcp 194.0.1.1:20119 -> 194.0.22.9:9199 in zone 0, by the translated ends.'
        }
        @{ Command = 'Measure-NatMapping'; Text = 'Mappings counted: 3,' }
        @{ Command = 'Get-NatMapping | Remove-NatMapping -Confirm:$false'; Text = 'Mappings removed: 2,' }
        @{ Command = 'Watch-NatMapping -TimeoutSeconds 0'; Text = 'waiting for changes for 0 s. Ctrl+C ends the watch.' }
        @{
            Command = 'Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -Secret 4711'
            Text    = 'May ask about own connections: 194.0.22.9. May ask about every connection: this host. Secret: yes. Rate: 10000 queries a second per source.'
        }
        @{
            Command = 'Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199'
            Text    = 'Asking 194.0.1.1:114 about 194.0.1.1:20119 -> 194.0.22.9:9199, up to 3 times in 15.000 s, without a secret.'
        }
        @{ Command = 'Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199'; Text = 'Refused after 1 of 3 sends, asked from 194.0.22.9.' }
    ) {
        $streams = Get-Streams ([scriptblock]::Create("`$VerbosePreference = 'Continue'; $Command"))
        "$($streams.Verbose.Message)" | Should -BeLike "*$([WildcardPattern]::Escape($Text))*"
        "$($streams.Verbose.Message)" | Should -Not -Match 4711
    }
}
