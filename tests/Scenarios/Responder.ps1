# A helper on the router, and whoever asks it.

$question = @{ Source = '194.0.1.1:20119'; Destination = '194.0.22.9:9199'; TimeoutSeconds = 30 }
$silence = @{ Retries = 1; TimeoutSeconds = 0.2 }

@{
    Name  = 'A responder tells the proxy who called and whom, and counts it'
    Needs = 'Router'
    Does  = {
        $responder = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
        Assert-Equal 'Running' $responder.State 'The state of what was started'
        $answer = Test-ProxyHelper @question
        Assert-Equal 'Found' $answer.Outcome 'The outcome'
        Assert-Equal '10.1.1.1:10943' $answer.OriginalSource 'Who called'
        Assert-Equal '4.1.1.1:25' $answer.OriginalDestination 'Who was called'
        Assert-Equal '10.1.1.1' $answer.Ident 'The name to log'
        $counted = Get-ProxyHelper $responder.Name
        Assert-Equal '1 1 0' "$($counted.Queries) $($counted.Found) $($counted.NotFound)" 'Its counts of queries, found and not found'
        Assert-Equal $responder.InstanceId (Get-ProxyHelper -Id $responder.Id).InstanceId 'The responder with that id'
    }
}
@{
    Name  = 'About a connection that is not there it says so'
    Needs = 'Router'
    Does  = {
        $responder = Start-ProxyHelper 194.0.1.1
        $answer = Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 30
        Assert-Equal 'NotFound' $answer.Outcome 'The outcome'
        Assert-Equal 1 $responder.NotFound 'How often that was answered'
        Assert-Equal 'False' (Test-ProxyHelper -Source 194.0.1.1:1 -Destination 194.0.22.9:9199 -TimeoutSeconds 30 -Quiet) 'The answer with -Quiet'
    }
}
@{
    Name  = 'Over TCP, as smtp-gated asks in its mode remote, it tells the same, and both ways count together'
    Needs = 'Router'
    Does  = {
        $responder = Start-ProxyHelper 194.0.1.1 -TcpPort 114
        $answer = Test-ProxyHelper -Transport Tcp @question
        Assert-Equal 'Found' $answer.Outcome 'The outcome'
        Assert-Equal '4.1.1.1:25 for 10.1.1.1' "$($answer.OriginalDestination) for $($answer.Ident)" 'Who was called, and for whom'
        $null = Test-ProxyHelper @question
        Assert-Equal '2 2' "$($responder.Queries) $($responder.Found)" 'Its counts of queries and found'
    }
}
@{
    Name  = 'A stranger gets no answer, and the administrator learns who it was'
    Needs = 'Router'
    Does  = {
        $responder = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
        $answer = Test-ProxyHelper 194.0.1.1 -Source 194.0.1.1:20119 -Destination 198.51.100.1:25 @silence
        Assert-Equal 'TimedOut' $answer.Outcome 'The outcome'
        Assert-Equal '198.51.100.1' $answer.AskedFrom.Address 'The address that asked'
        Wait-Until { $responder.NotAllowed -eq 1 } 'The question is not counted as not allowed.'
        Assert-Equal 0 $responder.Found 'The count of found'
        Wait-Until { $responder.Warning.Count } 'There is no warning.'
        $told = Receive-Job $responder -Keep 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
        Assert-Like '*198.51.100.1*not among the allowed proxies*' $told 'The warning'
    }
}
@{
    Name  = 'That nobody listens is a result, not an error'
    Needs = 'Router'
    Does  = { Assert-Equal 'Refused' (Test-ProxyHelper @question).Outcome 'The outcome' }
}
@{
    Name  = 'A second responder on the port is refused, and the first goes on'
    Needs = 'Router'
    Does  = {
        $null = Start-ProxyHelper 194.0.1.1
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 }
        Assert-Equal 'AddressInUse,ProxyHelper.PowerShell.Commands.StartProxyHelperCommand' $failure.FullyQualifiedErrorId 'The error'
        Assert-Equal '194.0.1.1:114' $failure.TargetObject 'Its target'
        Assert-Like '*Get-ProxyHelper*' $failure.ErrorDetails.RecommendedAction 'The next step'
        Assert-Equal 'Found' (Test-ProxyHelper @question).Outcome 'What the first one answers'
    }
}
@{
    Name  = 'A responder that was stopped gives its port back'
    Needs = 'Router'
    Does  = {
        $stopped = Start-ProxyHelper 194.0.1.1 | Stop-ProxyHelper -PassThru
        Assert-Equal 'Stopped' $stopped.State 'Its state'
        Assert-Equal 'Refused' (Test-ProxyHelper @question).Outcome 'The answer then'
        Assert-Equal 'Running' (Start-ProxyHelper 194.0.1.1).State 'The state of the next one'
        Stop-ProxyHelper ProxyHelper -WhatIf
        Assert-Equal 'Found' (Test-ProxyHelper @question).Outcome 'The answer after -WhatIf'
    }
}
@{
    Name  = 'A secret file that others may read is refused, one that they may not is used, and its secret is shown nowhere'
    Needs = 'Router'
    Does  = {
        $file = "$folder/secret"
        [System.IO.File]::WriteAllText($file, '3141592653')
        Invoke-Tool chmod 644 $file
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -SecretFile $file }
        Assert-Equal 'SecretFileUnsafe,ProxyHelper.PowerShell.Commands.StartProxyHelperCommand' $failure.FullyQualifiedErrorId 'The error'
        Assert-Equal "chmod 600 $file" $failure.ErrorDetails.RecommendedAction 'The next step'
        Invoke-Tool chmod 600 $file
        $responder = Start-ProxyHelper 194.0.1.1 -SecretFile $file
        Assert-Equal 'Found' (Test-ProxyHelper @question -SecretFile $file).Outcome 'The answer with the secret'
        Assert-Equal 'TimedOut' (Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -Secret 1 @silence).Outcome 'The answer with another'
        Wait-Until { $responder.WrongSecret -eq 1 } 'The wrong secret is not counted.'
        $shown = "$failure $($responder.Command) $($responder.StatusMessage) $(Receive-Job $responder -Keep 3>&1)"
        Assert-That ($shown -notmatch '3141592653') 'The secret is shown.'
    }
}
@{
    Name  = 'A responder ends with the module'
    Needs = 'Router'
    Does  = {
        $null = Start-ProxyHelper 194.0.1.1
        Remove-Module ProxyHelper
        Import-Module $Module
        Assert-Equal 'Refused' (Test-ProxyHelper @question).Outcome 'The answer then'
    }
}
