# Tables of a million lines: bounded memory, a progress bar, and Ctrl+C.

Describe 'A large saved table' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $states = "$TestDrive/states.txt"
        $text = [System.Text.StringBuilder]::new()
        foreach ($high in 0..199) {
            foreach ($low in 1..50) { $null = $text.Append("all tcp 203.0.113.1:$($high * 50 + $low) (10.1.$high.${low}:40000) -> 198.51.100.9:9199       ESTABLISHED:ESTABLISHED`n") }
        }
        $part = "$text"
        foreach ($copy in 1..100) { [System.IO.File]::AppendAllText($states, $part) }
    }

    It 'is listed with the memory of one row if nothing is joined' {
        $code = "`$peak = 0; `$count = 0; Get-NatMapping -Path '$states' -Unjoined | ForEach-Object { if (++`$count % 100000 -eq 0) { `$peak = [Math]::Max(`$peak, [GC]::GetTotalMemory(`$true)) } }; `$count; `$peak"
        $count, $peak = Invoke-NewShell "Import-Module ProxyHelper; $code"
        $count | Should -Be 1000000
        [long]$peak | Should -BeLessThan 100000000
    }

    It 'is listed although a filter leaves nothing, with a progress bar' {
        $streams = [powershell]::Create()
        try {
            $null = $streams.AddScript("Import-Module ProxyHelper; Get-NatMapping -Path '$states' -Unjoined -Protocol Udp")
            $streams.Invoke() | Should -BeNullOrEmpty
            "$($streams.Streams.Progress.Activity | Select-Object -First 1)" | Should -BeLike '*states.txt*'
            $streams.Streams.Error | Should -BeNullOrEmpty
        }
        finally { $streams.Dispose() }
    }

    It 'stops at Ctrl+C: <_>' -ForEach 'Get-NatMapping -Path STATES -Unjoined', 'Get-NatMapping -Path STATES', 'Get-NatMapping -Path STATES -Source 203.0.113.1:1 -Destination 198.51.100.9:9199' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript("Import-Module ProxyHelper; 'ready'; while (`$true) { $($_.Replace('STATES', "'$states'")) }")
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $run = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
            Wait-Until { $output.Count }
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 10 # a bound on hanging
            $run.IsCompleted | Should -BeTrue
        }
        finally { $shell.Dispose() }
    }
}
