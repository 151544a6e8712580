# The module as it is met first: what is in it, what Tab and errors say.

@{
    Name  = 'The module exports the cmdlets that its manifest names, and no aliases, functions or variables'
    Needs = 'Nothing'
    Does  = {
        $module = Get-Module ProxyHelper
        Assert-Equal 'Cmdlet' @($module.ExportedCommands.Values.CommandType)[0] 'What the module exports'
        Assert-Equal $module.ExportedCmdlets.Count $module.ExportedCommands.Count 'The number of commands'
        Assert-Equal 0 ($module.ExportedAliases.Count + $module.ExportedVariables.Count) 'The number of aliases and variables'
        foreach ($name in 'Get-NatMapping', 'Start-ProxyHelper', 'Stop-ProxyHelper', 'Get-ProxyHelper', 'Test-ProxyHelper') {
            Assert-That $module.ExportedCmdlets.ContainsKey($name) "$name is missing."
        }
    }
}
@{
    Name  = 'An end point that does not parse is told with an example of one that does'
    Needs = 'Nothing'
    Does  = {
        foreach ($text in '194.0.1.1', '25', '194.0.1.1:99999', '2001:db8::1:25') {
            $failure = Get-Failure { Get-NatMapping -Source $text -Destination 194.0.22.9:9199 }
            Assert-Equal 'CannotConvertArgumentNoMessage,ProxyHelper.PowerShell.Commands.GetNatMappingCommand' $failure.FullyQualifiedErrorId "The error about $text"
            Assert-Like '*such as 194.0.1.1:20119*' $failure.Exception.Message 'It'
        }
    }
}
@{
    Name  = 'A prefix with bits set behind it is refused, with the one that was meant'
    Needs = 'Nothing'
    Does  = {
        $failure = Get-Failure { Start-ProxyHelper 127.0.0.1 -AllowedProxy 194.0.22.9/24 }
        Assert-Like '*Did you mean 194.0.22.0/24, or the one address?*' $failure.Exception.Message 'The error'
        Assert-That ($null -eq (Get-ProxyHelper)) 'A responder was started.'
    }
}
@{
    Name  = '-WhatIf starts nothing'
    Needs = 'Nothing'
    Does  = {
        Assert-That ($null -eq (Start-ProxyHelper 127.0.0.1 -WhatIf)) 'Something was put out.'
        Assert-That ($null -eq (Get-ProxyHelper)) 'A responder was started.'
    }
}
@{
    Name  = 'The Tab key offers local addresses, running responders and live end points'
    Needs = 'Router'
    Does  = {
        Assert-Equal '194.0.1.1 194.0.22.9' (Get-Completion 'Start-ProxyHelper -BindAddress 194') 'What is offered to listen on'
        $null = Start-ProxyHelper 194.0.1.1 -Name mail
        Assert-Equal 'mail' (Get-Completion 'Stop-ProxyHelper ') 'What is offered to stop'
        Assert-Equal '10.1.1.1:10943' (Get-Completion 'Get-NatMapping -OriginalSource 10.1.1.1') 'What is offered of 10.1.1.1'
        Assert-Equal '194.0.1.1:20119' (Get-Completion 'Test-ProxyHelper -Source 194') 'What is offered to ask about'
    }
}
