# Start-ProxyHelper -Path and -ResolverCommand: a table in a file, and a program.

Describe 'Start-ProxyHelper with a table or a command' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        function Get-Outcome { (Test-ProxyHelper 194.0.1.1 @question).Outcome }
        function Set-Table([string[]] $Line) {
            Set-Content "$TestDrive/new" $Line
            Move-Item "$TestDrive/new" "$TestDrive/table [1]" -Force
        }
    }
    BeforeEach { Push-Location; Initialize-Router @() }
    AfterEach { Clear-Router; Pop-Location }

    It 'looks up in a file, and reads it again when it changes' {
        Set-Table $savedLine
        Set-Location $TestDrive
        $verbose = Get-Streams { Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -Path './table [1]' -Verbose }
        $job = $verbose.Output[0]
        "$($verbose.Verbose)" | Should -BeLike "*Connections are looked up with the table $TestDrive/table ?1?.*"
        $job.Source | Should -BeExactly "the table $TestDrive/table [1]"
        Get-Outcome | Should -Be Found
        Set-Table 'tcp 6 20 ESTABLISHED src=10.1.1.1 dst=4.1.1.1 sport=1 dport=2 src=4.1.1.1 dst=10.1.1.1 sport=2 dport=1 [ASSURED] use=1'
        Wait-Until { (Get-Outcome) -eq 'NotFound' }
        Set-Table $savedLine
        Wait-Until { (Get-Outcome) -eq 'Found' }
        [System.IO.File]::SetLastWriteTimeUtc("$TestDrive/table [1]", [datetime]::UtcNow.AddHours(-1))
        Wait-Until { (Get-Outcome) -eq 'NotFound' -and $job.ResolverTooOld -gt 0 }
        $job.StatusMessage | Should -Match ', [1-9]\d* without an answer of the resolver$'
        Wait-Until { (Get-JobText $job) -like '*The table is too old*its maximum age is 60 s*' }
    }

    It 'warns about an old table and about lines that it cannot read' {
        Set-Table $savedLine, 'broken line'
        $warning = (Get-Streams { Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -Path "$TestDrive/table [1]" }).Warning
        "$warning" | Should -BeLike '*the table has a fault: line 2*'
        Clear-Router
        Set-Table $savedLine
        [System.IO.File]::SetLastWriteTimeUtc("$TestDrive/table [1]", [datetime]::UtcNow.AddHours(-1))
        $warning = (Get-Streams { Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -Path "$TestDrive/table [1]" -MaxTableAge 9 }).Warning
        "$warning" | Should -BeLike '*Until the file is written again*'
    }

    It 'refuses a table that is missing, unreadable or given with a wrong age' {
        Assert-Error (Get-Failure { Start-ProxyHelper 194.0.1.1 -Path $TestDrive/none }) TableNotFound StartProxyHelper ObjectNotFound 'mv new table'
        Set-Content $TestDrive/other 'This is no table.'
        Assert-Error (Get-Failure { Start-ProxyHelper 194.0.1.1 -Path $TestDrive/other }) TableUnusable StartProxyHelper ReadError 'Get-NatMapping -Path'
        Assert-Error (Get-Failure { Start-ProxyHelper 194.0.1.1 -Path $TestDrive }) TableUnusable StartProxyHelper ReadError 'Get-NatMapping -Path'
        foreach ($age in 0, 0.5, 86401) {
            $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -Path $TestDrive/other -MaxTableAge $age }
            Assert-Error $failure MaxTableAgeOutOfRange StartProxyHelper InvalidArgument '-MaxTableAge 60'
        }
        Get-Job | Should -BeNullOrEmpty
    }

    It 'looks up with a program in the present location' {
        Set-Table $savedLine
        Set-Location $TestDrive
        $job = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -ResolverCommand sh, '-c', 'echo "$1 $2" >> asked; cat "table [1]"', sh, '{source}', '{destination}'
        Get-Outcome | Should -Be Found
        Get-Content $TestDrive/asked | Should -BeExactly '194.0.1.1:20119 194.0.22.9:9199'
        $job.Source | Should -BeLike "the command '*sh -c*{destination}'"
        Set-Content ./lister "#!/bin/sh`ncat 'table [1]'"
        chmod +x ./lister
        $null = Start-ProxyHelper 194.0.22.9 -Port 115 -ResolverCommand ./lister -AllowedProxy 194.0.22.9
        (Test-ProxyHelper 194.0.22.9 -Port 115 @question).Outcome | Should -Be Found
    }

    It 'kills a program that hangs when the helper stops' -Tag 'resolver-isolation', 'resolver-limits' {
        $job = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -MaxQueueDelay 60 -ResolverCommand sh, '-c', "echo `$`$ > '$TestDrive/pid'; sleep 600"
        $null = Test-ProxyHelper 194.0.1.1 @shortQuestion
        Wait-Until { Get-Content $TestDrive/pid -ErrorAction Ignore }
        $program = [int](Get-Content $TestDrive/pid)
        (Measure-Command { Stop-ProxyHelper -Id $job.Id }).TotalSeconds | Should -BeLessThan 5 # what hangs goes on for longer
        Wait-Until { -not (Get-Process -Id $program -ErrorAction Ignore) }
    }

    It 'refuses a program that does not exist' {
        Assert-Error (Get-Failure { Start-ProxyHelper 194.0.1.1 -ResolverCommand no-such-program }) ResolverCommandNotFound StartProxyHelper ObjectNotFound '-Resolver {'
        Assert-Error (Get-Failure { Start-ProxyHelper 194.0.1.1 -ResolverCommand '{source}' }) ResolverCommandInvalid StartProxyHelper InvalidArgument "'pfctl -ss'"
        Get-Job | Should -BeNullOrEmpty
    }
}
