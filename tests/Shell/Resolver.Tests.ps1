# Start-ProxyHelper -Resolver: what a script may return, what it can use, and that a script that goes wrong delays nothing.

Describe 'Start-ProxyHelper -Resolver' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $mapping = @{
            Protocol = 'tcp'; OriginalSource = '10.1.1.1:10943'; OriginalDestination = '4.1.1.1:25'
            TranslatedSource = '194.0.1.1:20119'; TranslatedDestination = '194.0.22.9:9199'
        }
        function Start-Resolver([scriptblock] $Script, [hashtable] $More = @{}) {
            Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -Resolver $Script @More
        }
        function Get-Outcome { (Test-ProxyHelper 194.0.1.1 @question).Outcome }
    }
    BeforeEach { Push-Location; Initialize-Router @() } # the kernel has no entry: an answer comes from the script
    AfterEach { Clear-Router; Pop-Location }

    It 'finds <Name>' -ForEach @(
        @{ Name = 'a hashtable'; Script = { $using:mapping } }
        @{ Name = 'an object'; Script = { [pscustomobject]$using:mapping } }
        @{ Name = 'end points of .NET'; Script = {
                param($Query)
                $own = $using:mapping
                @{
                    Protocol = $Query.Protocol; OriginalSource = [ipendpoint]::Parse($own.OriginalSource); OriginalDestination = $own.OriginalDestination
                    TranslatedSource = $Query.Source; TranslatedDestination = $Query.Destination
                }
            } }
        @{ Name = 'equal mappings'; Script = { $using:mapping; $using:mapping } }
        @{ Name = 'a line of text'; Script = { $using:savedLine } }
        @{ Name = 'several lines of text'; Script = { ''; $using:savedLine -replace '20119', '20120'; $using:savedLine } }
        @{ Name = 'the output of a program'; Script = { echo $using:savedLine; sh -c 'echo note >&2' } }
        @{ Name = 'a mapping of the module'; Script = { $using:savedLine | Get-NatMapping } }
        @{ Name = 'a mapping that came from another process'; Script = {
                [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize(($using:savedLine | Get-NatMapping)))
            } }
    ) {
        $job = Start-Resolver $Script
        $found = Test-ProxyHelper 194.0.1.1 @question
        "$($found.Outcome) $($found.OriginalSource) $(Receive-Job $job *>&1)" | Should -BeLike 'Found 10.1.1.1:10943 *'
        "$($job.Found) $($job.ResolverFaults) $($job.Source)" | Should -BeExactly '1 0 a script'
    }

    It 'answers "not found" and counts <Count> if the script <Name>' -ForEach @(
        @{ Name = 'returns nothing'; Count = 'NotFound'; Script = { } }
        @{ Name = 'returns null'; Count = 'NotFound'; Script = { $null, $null } }
        @{ Name = 'returns the text of another connection'; Count = 'NotFound'; Script = { $using:savedLine -replace '20119', '20120' } }
        @{ Name = 'returns another connection'; Count = 'ResolverMismatches'; Script = { $other = $using:mapping; @{ Protocol = 'udp' } + ($other.Clone() | ForEach-Object { $_.Remove('Protocol'); $_ }) } }
        @{ Name = 'returns different users'; Count = 'ResolverAmbiguous'; Script = { $using:savedLine; $using:savedLine -replace '10.1.1.1', '10.1.1.2' } }
        @{ Name = 'returns a number'; Count = 'ResolverInvalid'; Script = { 5 } }
        @{ Name = 'returns half a mapping'; Count = 'ResolverInvalid'; Script = { @{ Protocol = 'tcp'; TranslatedSource = '194.0.1.1:20119' } } }
        @{ Name = 'returns a mapping and text'; Count = 'ResolverInvalid'; Script = { $using:mapping; $using:savedLine } }
        @{ Name = 'returns other text'; Count = 'ResolverInvalid'; Script = { 'Permission denied' } }
        @{ Name = 'throws'; Count = 'ResolverErrors'; Script = { throw 'no route' } }
        @{ Name = 'writes an error and a mapping'; Count = 'ResolverErrors'; Script = { Write-Error 'no route'; $using:mapping } }
        @{ Name = 'calls a command that is missing'; Count = 'ResolverErrors'; Script = { Get-NoSuchThing } }
        @{ Name = 'runs a program that fails'; Count = 'ResolverErrors'; Script = { sh -c 'echo no route >&2; exit 3' } }
        @{ Name = 'returns 100,000 objects'; Count = 'ResolverInvalid'; Script = { 1..100000 | ForEach-Object { $using:mapping } } }
        @{ Name = 'floods text'; Count = 'ResolverInvalid'; Script = { while ($true) { 'x' * 100 } } }
        @{ Name = 'floods its streams'; Count = 'ResolverLate'; Script = { while ($true) { Write-Warning w; Write-Information i; Write-Error e; Write-Progress p } } }
        @{ Name = 'sleeps'; Count = 'ResolverLate'; Script = { Start-Sleep 600 } }
        @{ Name = 'catches everything'; Count = 'ResolverLate'; Script = { while ($true) { try { Start-Sleep 600 } catch { } } } }
    ) {
        $job = Start-Resolver $Script
        Get-Outcome | Should -Be NotFound
        Wait-Until { $job.$Count -gt 0 }
        "$($job.Found) $($job.Queries)" | Should -BeExactly '0 1'
        if ($Count -ne 'NotFound') { Wait-Until { (Get-JobText $job) -like '*The query from*was answered "not found"*' } }
        if ($Name -match 'throws|writes|runs') { "$(Receive-Job $job -Keep *>&1)" | Should -BeLike '*no route*' }
    }

    It 'answers others while a script <Name>, and stops although it hangs' -Tag 'resolver-isolation' -ForEach @(
        @{ Name = 'sleeps'; Hang = { Start-Sleep 600 } }
        @{ Name = 'does not react'; Hang = { [System.Threading.Thread]::Sleep(20000) } }
        @{ Name = 'floods'; Hang = { while ($true) { 'x' * 100 } } }
    ) {
        $text = "param(`$Query) if (`$Query.Source.Port -ne 20119) { $Hang } else { `$using:mapping }"
        $job = Start-Resolver ([scriptblock]::Create($text)) @{ TrustedClient = '194.0.1.1' }
        $null = Get-Outcome # the first script compiles
        $before = [GC]::GetTotalMemory($true)
        foreach ($port in 1..3) { # three of four runspaces
            $null = Test-ProxyHelper 194.0.1.1 -Source "194.0.1.1:$port" -Destination 194.0.22.9:9199 -TimeoutSeconds 0.05 -Retries 1
        }
        Wait-Until { $job.Queries -eq 4 }
        $times = foreach ($i in 1..20) { (Measure-Command { Get-Outcome | Should -Be Found }).TotalMilliseconds }
        ($times | Sort-Object)[10] | Should -BeLessThan 500
        (Measure-Command { Stop-ProxyHelper -Id $job.Id }).TotalSeconds | Should -BeLessThan 5 # what hangs goes on for longer
        $job.State | Should -Be Stopped
        ([GC]::GetTotalMemory($true) - $before) / 1MB | Should -BeLessThan 100
    }

    It 'turns itself off while scripts do not stop, and on again' {
        $release = [System.Threading.ManualResetEventSlim]::new()
        $job = Start-Resolver { ($using:release).Wait(); $using:mapping } @{ MaxQueueDelay = 0.2 }
        $index = 0
        while ($job.ResolverFull -eq 0 -and $index++ -lt 60) { Get-Outcome | Should -Be NotFound }
        $job.ResolverFull | Should -BeGreaterThan 0
        "$(Receive-Job $job -Keep *>&1)" | Should -BeLike '*16 scripts do not stop*'
        $release.Set()
        Wait-Until { (Get-Outcome) -eq 'Found' }
    }

    It 'lets the shell end while a script does not stop, and <Name>' -ForEach @(
        @{ Name = 'the helper runs'; End = '' }
        @{ Name = 'the helper was stopped'; End = 'Stop-Job $job' }
        @{ Name = 'the module was removed'; End = 'Remove-Module ProxyHelper' }
    ) {
        Invoke-NewShell @"
            Import-Module ProxyHelper
            `$job = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -Resolver { [Threading.Thread]::Sleep(-1) }
            (Test-ProxyHelper 194.0.1.1 -Source $($question.Source) -Destination $($question.Destination)).Outcome
            $End
"@ | Should -Be NotFound
    }

    It 'takes no mapping for whole whose part is unknown' {
        $job = Start-Resolver { $using:mapping + @{ Part = 'Half' } }
        Get-Outcome | Should -Be NotFound
        "$(Receive-Job $job *>&1)" | Should -BeLike '*about another connection*'
    }

    It 'uses functions, aliases, modules, values and the location of the session, and nothing runs in it' {
        function Get-Inner { "$($args[0])" }
        function Get-Line($Line) { Get-Inner $Line }
        Set-Alias line Get-Line
        $router = @{ Lines = @{ Saved = $savedLine } }
        Set-Location $TestDrive
        Set-Content there.txt x
        $seen = @{}
        $id = [runspace]::DefaultRunspace.InstanceId
        $job = Start-Resolver {
            param($Query)
            ($using:seen).Text = "$(Test-Path there.txt) $([runspace]::DefaultRunspace.InstanceId -ne $using:id) $($Query.Protocol) $($Query.Source) $($Query.Destination.Port) $leaked"
            $leaked = 'leaked'
            line $using:router.Lines.Saved
        }
        foreach ($i in 1..6) { Get-Outcome | Should -Be Found }
        $seen.Text | Should -BeExactly 'True True Tcp 194.0.1.1:20119 9199 '
        $job.Found | Should -Be 6
    }

    It 'refuses a script that uses <Used>' -ForEach @(
        @{ Used = '$using:missingVariable'; Message = '*this session has no variable $missingVariable.*' }
        @{ Used = '$using:block'; Message = '*$using:block, which is a script block*' }
    ) {
        $block = { 5 }
        $null = $block
        $failure = Get-Failure { Start-Resolver ([scriptblock]::Create("& { $Used }")) }
        Assert-Error $failure ResolverVariableUnusable StartProxyHelper InvalidArgument 'Set the variable before the start'
        "$failure" | Should -BeLike $Message
        Get-Job | Should -BeNullOrEmpty
    }

    It 'refuses a module that cannot be loaded' {
        New-Item -ItemType Directory $TestDrive/Broken
        Set-Content $TestDrive/Broken/Broken.psm1 'function Get-Broken { 5 }'
        Import-Module $TestDrive/Broken
        Set-Content $TestDrive/Broken/Broken.psm1 'throw "broken module"'
        Assert-Error (Get-Failure { Start-Resolver { Get-Broken } }) ResolverNotOpened StartProxyHelper OpenError Import-Module
        Remove-Module Broken
    }

    It 'looks up in exactly one source' {
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -Path x -ResolverCommand cat }
        $failure.FullyQualifiedErrorId | Should -BeExactly 'AmbiguousParameterSet,ProxyHelper.PowerShell.Commands.StartProxyHelperCommand'
        Add-Flow ([ProxyHelper.TestSupport.RouterFixture]::UserConnection)
        $null = Start-Resolver { throw 'no route' } # the kernel has the connection, and is not asked
        Get-Outcome | Should -Be NotFound
    }
}
