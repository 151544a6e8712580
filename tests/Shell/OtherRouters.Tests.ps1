# The functions of docs/other-routers.md, with a program in the place of ssh. The tests of the whole product ask a MikroTik router.

Describe 'A function of the page for other routers' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"

        # Puts a program in the place of ssh. It notes its arguments, and writes the text and has the exit status that a test chose.
        $folder = [System.IO.Directory]::CreateTempSubdirectory('proxy-helper-router-').FullName
        Set-Content "$folder/ssh" @(
            '#!/bin/sh'
            "printf '%s\n' `"`$@`" >'$folder/arguments'"
            "cat '$folder/output'"
            "echo 'a note of ssh' >&2"
            "exit `"`$(cat '$folder/status')`""
        )
        chmod 700 "$folder/ssh"
        $path = $env:PATH
        $env:PATH = "${folder}:$path"

        $page = Get-Content "$PSScriptRoot/../../docs/other-routers.md" -Raw
        $module = [regex]::Match($page, '(?s)```powershell\n(# Runs a command on a router, .*?)```').Groups[1].Value
        Set-Content "$folder/Resolvers.psm1" $module
        Import-Module "$folder/Resolvers.psm1"
        $query = [ProxyHelper.Mappings.MappingQuery]::new('Tcp', '194.0.1.1:20119', '194.0.22.9:9199')

        function Set-Router([string[]] $Output, [int] $Status = 0) {
            Set-Content "$folder/output" $Output
            Set-Content "$folder/status" $Status
            Remove-Item "$folder/arguments" -ErrorAction Ignore
        }

        # Looks the query up in the text that a function returned, as a helper does.
        function Find-InText($Text) {
            $reader = [System.IO.StringReader]::new(($Text -join "`n") + "`n")
            [ProxyHelper.Tables.NatTable]::Read($reader).Find([ref]$query)
        }

        $texts = @{
            Pf        = @(
                'all tcp 194.0.22.9:9199 (4.1.1.1:25) <- 10.1.1.1:10943       ESTABLISHED:ESTABLISHED'
                'all tcp 194.0.1.1:20119 (10.1.1.1:10943) -> 194.0.22.9:9199       ESTABLISHED:ESTABLISHED'
            )
            Conntrack = $savedLine
            Cisco     = 'tcp 194.0.1.1:20119    10.1.1.1:10943    4.1.1.1:25    194.0.22.9:9199'
            IPFilter  = @(
                'List of active MAP/Redirect filters:'
                'rdr em1 0.0.0.0/0 port 25 -> 194.0.22.9 port 9199 tcp'
                ''
                'List of active sessions:'
                'RDR 194.0.22.9      9199  <- -> 4.1.1.1         25    [10.1.1.1 10943] tcp'
                'MAP 10.1.1.1        10943 <- -> 194.0.1.1       20119 [194.0.22.9 9199] tcp'
            )
            Junos     = @(
                'Session ID: 5, Policy name: mail/4, Timeout: 1790, Valid'
                '  In: 10.1.1.1/10943 --> 4.1.1.1/25;tcp, If: ge-0/0/1.0, Pkts: 4, Bytes: 240'
                '  Out: 194.0.22.9/9199 --> 194.0.1.1/20119;tcp, If: ge-0/0/0.0, Pkts: 4, Bytes: 240'
                'Total sessions: 1'
            )
        }
    }
    AfterAll {
        $env:PATH = $path
        Get-Module Resolvers | Remove-Module
        Remove-Item $folder -Recurse -Force
    }

    It 'returns a text in which the connection is found, by one command without text of a user: <Name>' -ForEach @(
        @{ Name = 'Pf'; Command = 'pfctl -ss' }
        @{ Name = 'IPFilter'; Command = 'ipnat -lv' }
        @{ Name = 'Conntrack'; Command = 'conntrack -L -p tcp --reply-dst 194.0.1.1 --reply-port-dst 20119 --reply-src 194.0.22.9 --reply-port-src 9199' }
        @{ Name = 'Cisco'; Command = 'show ip nat translations tcp | include _194\.0\.1\.1:20119_' }
        @{ Name = 'Junos'; Command = 'show security flow session nat protocol tcp | display xml | no-more' }
    ) {
        Set-Router $texts[$Name]
        $answer = Find-InText (& "Find-${Name}Mapping" helper@router.example $query)
        "$($answer.Reason) $($answer.Mapping.OriginalSource) $($answer.Mapping.OriginalDestination)" | Should -BeExactly 'Found 10.1.1.1:10943 4.1.1.1:25'
        Get-Content "$folder/arguments" | Should -BeExactly '-n', '-o', 'BatchMode=yes', '--', 'helper@router.example', $Command
    }

    It 'fails if the router does not answer: <_>' -ForEach 'Pf', 'IPFilter', 'Conntrack', 'Cisco', 'Junos' {
        Set-Router $texts[$_] -Status 255
        "$(Get-Failure { & "Find-${_}Mapping" helper@router.example $query })" | Should -BeLike '*on helper@router.example ended with exit status 255: a note of ssh'
    }

    It 'says why a MikroTik router cannot be reached' {
        $credential = [pscredential]::new('helper', (ConvertTo-SecureString 'secret' -AsPlainText))
        Initialize-Router @()
        try { "$(Get-Failure { Find-MikroTikMapping 127.0.0.1:9 $credential $query })" | Should -BeLike '*refused*' }
        finally { Clear-Router }
        "$(Get-Failure { Find-MikroTikMapping 127.0.0.1:9 $null $query })" | Should -BeLike '*Credential*'
    }

    It 'refuses ends that are no addresses and ports, before it starts a program: <_>' -Tag 'safe-commands' -ForEach '1.1.1.1:25;reboot', '$(reboot):1', '1.1.1.1:25 -o x', '010.1.1.1:25' {
        Set-Router $texts.Pf
        $other = [pscustomobject]@{ Protocol = 'Tcp'; Source = $_; Destination = '194.0.22.9:9199' }
        foreach ($name in 'Pf', 'Conntrack', 'Cisco') { Get-Failure { & "Find-${name}Mapping" router $other } | Should -Not -BeNullOrEmpty }
        { [ProxyHelper.Mappings.MappingQuery]::new('Tcp', $_, '194.0.22.9:9199') } | Should -Throw
        Test-Path "$folder/arguments" | Should -BeFalse
    }

    It 'takes no router for an option of ssh' -Tag 'safe-commands' {
        Set-Router $texts.Pf
        $null = Find-PfMapping '-oProxyCommand=reboot' $query
        (Get-Content "$folder/arguments")[3..4] | Should -BeExactly '--', '-oProxyCommand=reboot'
    }

    It 'asks Windows over a session that stays open' {
        $sessions = foreach ($port in 20118, 20119) {
            [pscustomobject]@{
                NatName = 'nat'; Protocol = 6; CreationTime = 'today'
                InternalSourceAddress = '10.1.1.1'; InternalSourcePort = 10943; InternalDestinationAddress = '4.1.1.1'; InternalDestinationPort = 25
                ExternalSourceAddress = '194.0.1.1'; ExternalSourcePort = $port; ExternalDestinationAddress = '194.0.22.9'; ExternalDestinationPort = 9199
            }
        }
        $global:windowsSessions, $global:openings = $sessions, 0
        function global:New-PSSession($HostName) { $global:openings++; [pscustomobject]@{ State = 'Opened'; HostName = $HostName } }
        function global:Get-NetNatSession { $global:windowsSessions }
        function global:Invoke-Command($Session, $ArgumentList, $ScriptBlock) { & ([scriptblock]::Create("$ScriptBlock")) @ArgumentList }
        try {
            foreach ($time in 1, 2) {
                $answer = Find-InText (Find-WindowsMapping router.example $query)
                "$($answer.Reason) $($answer.Mapping.OriginalSource) $($answer.Mapping.OriginalDestination)" | Should -BeExactly 'Found 10.1.1.1:10943 4.1.1.1:25'
            }
            $openings | Should -Be 1
            $global:windowsSessions = $sessions[0]
            Find-WindowsMapping router.example $query | Should -BeNullOrEmpty
        }
        finally {
            Remove-Item Function:New-PSSession, Function:Get-NetNatSession, Function:Invoke-Command
            Remove-Variable windowsSessions, openings -Scope Global
        }
    }

    It 'starts a helper as the page says, whose answer is correct: <_>' -ForEach '-Resolver', '-ResolverCommand' {
        $option = $_
        Initialize-Router
        $conntrackTable.Flush()
        Set-Router $texts.Pf
        $line = [regex]::Matches($page, "(?m)^Start-ProxyHelper 10\.1\.1\.253 .*(?<=$option )(?:'ssh'|\{.*Find-Pf).*$").Value
        @($line).Count | Should -Be 1
        $start = $line -replace '^Start-ProxyHelper 10\.1\.1\.253', 'Start-ProxyHelper 194.0.1.1'
        try {
            $job = & ([scriptblock]::Create($start))
            $answer = Test-ProxyHelper @question
            "$($answer.Outcome) $($answer.OriginalSource) $($answer.OriginalDestination)" | Should -BeExactly 'Found 10.1.1.1:10943 4.1.1.1:25'
            $job.Found | Should -Be 1
        }
        finally { Clear-Router }
    }

    It 'shows by hand what a resolver returns, in a new shell' {
        Set-Router $texts.Pf
        $import = [regex]::Match($page, '`(Import-Module ProxyHelper, [^`]*)`').Groups[1].Value
        $block = [regex]::Match($page, '(?s)```powershell\n(\$query = .*?)```').Groups[1].Value.TrimEnd()
        $body = "$import`n$block".Replace('/etc/proxy-helper/Resolvers.psm1', "$folder/Resolvers.psm1")
        Invoke-NewShell "$body | ForEach-Object { `"`$(`$_.OriginalSource)`" }" | Should -BeExactly '10.1.1.1:10943'
    }

    It 'answers in a new shell that loads the functions before the module' {
        Initialize-Router
        $conntrackTable.Flush()
        Set-Router $texts.Pf
        try {
            Invoke-NewShell @"
                Import-Module '$folder/Resolvers.psm1'
                `$null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9 -MaxQueueDelay 0:1:0 -Resolver {
                    param(`$Query) Find-PfMapping helper@router.example `$Query
                }
                "`$((Test-ProxyHelper -Source $($question.Source) -Destination $($question.Destination) -TimeoutSeconds 30).OriginalSource)"
"@ | Should -BeExactly '10.1.1.1:10943'
        }
        finally { Clear-Router }
    }
}
