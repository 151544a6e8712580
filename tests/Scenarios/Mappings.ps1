# What the administrator of the router looks at.

@{
    Name  = 'The listing shows the connection before and after NAT'
    Needs = 'Router'
    Does  = {
        $mapping = Get-NatMapping
        Assert-Equal 'Tcp 10.1.1.1:10943 -> 4.1.1.1:25, seen as 194.0.1.1:20119 -> 194.0.22.9:9199' $mapping 'The mapping'
        Assert-Equal 'Both Established' "$($mapping.NatType) $($mapping.State)" 'The kind of NAT and the state'
    }
}
@{
    Name  = 'A connection is looked up by either direction'
    Needs = 'Router'
    Does  = {
        Assert-Equal '10.1.1.1:10943' (Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199).OriginalSource 'Who is behind 194.0.1.1:20119'
        Assert-Equal '194.0.1.1:20119' (Get-NatMapping -OriginalSource 10.1.1.1:10943 -OriginalDestination 4.1.1.1:25).TranslatedSource 'What 10.1.1.1:10943 is seen as'
    }
}
@{
    Name  = 'A connection that is not there is an error that names it, and the pipeline goes on'
    Needs = 'Router'
    Does  = {
        $asked = [pscustomobject]@{ Source = '194.0.1.1:1'; Destination = '194.0.22.9:9199' }, [pscustomobject]@{ Source = '194.0.1.1:20119'; Destination = '194.0.22.9:9199' }
        $found = @($asked | Get-NatMapping -ErrorVariable failures -ErrorAction SilentlyContinue)
        Assert-Equal 1 $found.Count 'The number found'
        Assert-Equal 'MappingNotFound,ProxyHelper.PowerShell.Commands.GetNatMappingCommand' $failures[0].FullyQualifiedErrorId 'The error'
        Assert-Like '*194.0.1.1:1 *' $failures[0].TargetObject 'Its target'
    }
}
@{
    Name  = 'Filters choose by prefix, port, protocol, state and kind of NAT'
    Needs = 'Router'
    Does  = {
        Connect-User 10944
        Assert-Equal 2 @(Get-NatMapping -OriginalSource 10.1.0.0/16 -State Established).Count 'The number of the users'' connections'
        Assert-Equal '10.1.1.1:10944' (Get-NatMapping -Port 20120).OriginalSource 'What uses port 20120'
        foreach ($other in @{ OriginalSource = '10.2.0.0/16' }, @{ Protocol = 'Udp' }, @{ State = 'TimeWait' }, @{ NatType = 'Source' }) {
            Assert-Equal 0 @(Get-NatMapping @other).Count "The number with $($other.Values)"
        }
    }
}
@{
    Name  = 'A watch shows what is there, and then a new connection as it is opened'
    Needs = 'Router'
    Does  = {
        $seen = foreach ($change in Watch-NatMapping -OriginalSource 10.1.1.1 -Count 1) { $change }
        Assert-Equal 'Present 10.1.1.1:10943' "$($seen.Change) $($seen.OriginalSource)" 'What is there'
        $new = Watch-NatMapping -OriginalSource 10.1.1.1 -Count 2 -TimeoutSeconds 60 | ForEach-Object {
            if ($_.Change -eq 'Present') { Connect-User 10944 } else { $_ }
        }
        Assert-Equal 'New 10.1.1.1:10944' "$($new.Change) $($new.OriginalSource)" 'What is new'
    }
}
@{
    Name  = 'The figures say what is in the table and how full it is'
    Needs = 'Router'
    Does  = {
        $figures = Measure-NatMapping -OriginalSource 10.1.1.1
        Assert-Equal 'Tcp 1, Established 1, Both 1' "$($figures.ByProtocol), $($figures.ByState), $($figures.ByNatType)" 'What is in it'
        Assert-That ($figures.Entries -ge 1 -and $figures.Maximum -gt $figures.Entries) 'It should be neither empty nor full.'
    }
}
@{
    Name  = 'A mapping is removed when it is said, not with -WhatIf'
    Needs = 'Router'
    Does  = {
        Get-NatMapping | Remove-NatMapping -WhatIf
        Assert-Equal 1 @(Get-NatMapping).Count 'The number of mappings after -WhatIf'
        $mapping = Get-NatMapping
        $removed = $mapping | Remove-NatMapping -Confirm:$false -PassThru
        Assert-Equal $mapping.Id $removed.Id 'The id of what was removed'
        Assert-Equal 0 @(Get-NatMapping).Count 'The number of mappings then'
        $failure = Get-Failure { $mapping | Remove-NatMapping -Confirm:$false }
        Assert-Equal 'MappingGone,ProxyHelper.PowerShell.Commands.RemoveNatMappingCommand' $failure.FullyQualifiedErrorId 'The error when it is removed again'
    }
}
@{
    Name  = 'The helper and the kernel are compared, and what the helper cannot know is passed over'
    Needs = 'Router'
    Does  = {
        $null = Start-ProxyHelper 194.0.1.1
        Assert-Equal 'True' (Get-NatMapping | Test-ProxyHelper -TimeoutSeconds 30).AgreesWithMapping 'Whether they agree'
        $rows = 'Udp', 'Tcp' | ForEach-Object { [pscustomobject]@{ Protocol = $_; TranslatedSource = '194.0.1.1:20119'; TranslatedDestination = '194.0.22.9:9199' } }
        $answers = @($rows | Test-ProxyHelper -TimeoutSeconds 30 -ErrorVariable failures -ErrorAction SilentlyContinue)
        Assert-Equal 'Found' $answers.Outcome 'The answers about rows of a file'
        Assert-Equal 'MappingNotAskable,ProxyHelper.PowerShell.Commands.TestProxyHelperCommand' $failures[0].FullyQualifiedErrorId 'The error about the other'
    }
}
