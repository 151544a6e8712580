# Watch-NatMapping. The pipeline itself makes the changes that the watch shows.

Describe 'Watch-NatMapping' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'shows the present mappings and then each change' {
        $streams = Get-Streams {
            Watch-NatMapping -Protocol Tcp -Count 4 -TimeoutSeconds 60 | ForEach-Object {
                switch ($_.Change) {
                    Present { $null = conntrack -I -p tcp -s 10.1.1.9 -d 4.1.1.1 --sport 9 --dport 25 --state SYN_SENT -t 60 --src-nat 194.0.1.1 2>&1 }
                    New { $null = conntrack -U -s 10.1.1.9 --mark 5 2>&1 }
                    Updated { Get-NatMapping -OriginalSource 10.1.1.9 | Remove-NatMapping -Confirm:$false }
                }
                $_
            }
        }
        $streams.Output | ForEach-Object { "$($_.Change) $($_.OriginalSource)" } |
            Should -Be 'Present 10.1.1.1:10943', 'New 10.1.1.9:9', 'Updated 10.1.1.9:9', 'Destroyed 10.1.1.9:9'
        $streams.Error + $streams.Warning | Should -BeNullOrEmpty
    }

    It 'ends after its time, and shows connections without NAT if asked' {
        @(Watch-NatMapping -TimeoutSeconds 0).Count | Should -Be 2
        @(Watch-NatMapping -TimeoutSeconds 0 -IncludeUntranslated).Count | Should -Be 3
        @(Watch-NatMapping -Count 2).Count | Should -Be 2
    }

    It 'ends after its time although each change makes another change' {
        $mark = 0
        $changes = Watch-NatMapping -Protocol Tcp -TimeoutSeconds 0.2 | ForEach-Object { $mark++; $null = conntrack -U -s 10.1.1.1 --mark $mark 2>&1; $_.Change }
        @($changes)[0] | Should -Be Present
    }

    It 'warns about lost changes and is right afterwards' {
        Initialize-Router ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
        $alive = @{}
        $many = foreach ($port in 1..3000) { New-Flow 10.2.2.2:$port 4.1.1.53:53 4.1.1.53:53 10.2.2.2:$port -Udp }
        $streams = Get-Streams {
            Watch-NatMapping -IncludeUntranslated -ReceiveBufferSize 4KB -Count 3001 -TimeoutSeconds 60 | ForEach-Object {
                if ($_.Change -eq 'Present') { Add-Flow $many }
                if ($_.Change -ne 'Destroyed') { $alive["$($_.OriginalSource)"] = $true }
            }
        }
        $streams.Warning.Count | Should -Be 1
        $streams.Warning.Message | Should -BeLike '*-ReceiveBufferSize than 4096 bytes*'
        $alive.Count | Should -Be 3001
    }

    It 'warns at the start if the kernel sends no events, and says what is missing and what to do' {
        [System.IO.File]::WriteAllText('/proc/sys/net/netfilter/nf_conntrack_events', '0')
        try { $streams = Get-Streams { Watch-NatMapping -TimeoutSeconds 0 } }
        finally { [System.IO.File]::WriteAllText('/proc/sys/net/netfilter/nf_conntrack_events', '2') }
        $streams.Output.Count | Should -Be 2
        $streams.Warning.Count | Should -Be 1
        $streams.Warning.Message | Should -BeLike '*nf_conntrack_events is 0*missing*sysctl -w net.netfilter.nf_conntrack_events=1*'
    }

    It 'shows changes also if the kernel sends no events' {
        [System.IO.File]::WriteAllText('/proc/sys/net/netfilter/nf_conntrack_events', '0')
        try {
            $streams = Get-Streams {
                Watch-NatMapping -Protocol Tcp -Count 2 -TimeoutSeconds 60 | ForEach-Object {
                    if ($_.Change -eq 'Present') { $null = conntrack -D -s 10.1.1.1 2>&1 }
                    $_
                }
            }
        }
        finally { [System.IO.File]::WriteAllText('/proc/sys/net/netfilter/nf_conntrack_events', '2') }
        $streams.Output.Change | Should -Be Present, Destroyed
    }

    It 'warns once if the events are switched off later, also if nothing changes' {
        $off = { [System.IO.File]::WriteAllText('/proc/sys/net/netfilter/nf_conntrack_events', '0') }
        try {
            $failure = Get-Failure { Watch-NatMapping -TimeoutSeconds 60 -WarningAction Stop | ForEach-Object { & $off } }
            "$failure" | Should -BeLike '*nf_conntrack_events is 0*missing*sysctl -w net.netfilter.nf_conntrack_events=1*'
            [System.IO.File]::WriteAllText('/proc/sys/net/netfilter/nf_conntrack_events', '2')
            $streams = Get-Streams {
                Watch-NatMapping -Protocol Tcp -Count 3 -TimeoutSeconds 60 | ForEach-Object {
                    & $off
                    switch ($_.Change) {
                        Present { $null = conntrack -D -s 10.1.1.1 2>&1 }
                        Destroyed { $null = conntrack -I -p tcp -s 10.1.1.9 -d 4.1.1.1 --sport 9 --dport 25 --state SYN_SENT -t 60 --src-nat 194.0.1.1 2>&1 }
                    }
                    $_
                }
            }
        }
        finally { [System.IO.File]::WriteAllText('/proc/sys/net/netfilter/nf_conntrack_events', '2') }
        $streams.Output.Change | Should -Be Present, Destroyed, New
        $streams.Warning.Count | Should -Be 1
    }

    It 'writes no warning with the default settings of the kernel' {
        (Get-Streams { Watch-NatMapping -TimeoutSeconds 0 -ReceiveBufferSize 1GB }).Warning | Should -BeNullOrEmpty
        "$((Get-Streams { Watch-NatMapping -TimeoutSeconds 0 -Verbose }).Verbose.Message)" | Should -BeLike '*older than this watch*nf_conntrack_events*'
    }

    It 'ends with Ctrl+C at a terminal while nothing happens, and the shell can use the table again' {
        $screen = Invoke-Terminal 120 -InterruptAfter 'watching' @'
            Import-Module ProxyHelper
            try { Watch-NatMapping | ForEach-Object { if ($_.OriginalSource -eq '10.1.1.2:5353' -or ++$seen -eq 2) { [Console]::Out.Write('watching') } } }
            finally { [Console]::Out.WriteLine("`nended with $(@(Get-NatMapping).Count) mappings") }
'@
        $screen | Should -Contain 'ended with 2 mappings'
    }
}
