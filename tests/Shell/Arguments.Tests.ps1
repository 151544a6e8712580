# What the cmdlets do with missing values. An empty variable must never select every mapping.

BeforeDiscovery {
    $module = (Get-Module ProxyHelper) ?? (Import-Module ProxyHelper -PassThru)
    $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
    $parameters = foreach ($command in $module.ExportedCmdlets.Values) {
        foreach ($parameter in $command.Parameters.Values) {
            if ($parameter.Name -notin $common -and -not $parameter.SwitchParameter) {
                @{ Command = $command.Name; Parameter = $parameter.Name; IsArray = $parameter.ParameterType.IsArray; Type = $parameter.ParameterType.Name }
            }
        }
    }
    $arrays = @($parameters.Where({ $_.IsArray }))
    # A line of a saved table can be empty, and so can an argument of a program.
    $withoutEmptyText = @($parameters.Where({ $_.Parameter -notin 'InputObject', 'Mapping', 'Job', 'ResolverCommand' }))
    $filters = @($arrays.Where({ $_.Command -eq 'Get-NatMapping' -and $_.Parameter -notin 'Path', 'LiteralPath', 'InputObject', 'Mapping' }))
    $counts = @{ All = $parameters.Count; Arrays = $arrays.Count }
}

Describe 'A missing value' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"

        function Assert-BindingError([scriptblock] $Body, [string] $Command, [string] $Parameter, [string] $Reason) {
            $failure = Get-Failure $Body
            $failure.Exception | Should -BeOfType ([System.Management.Automation.ParameterBindingException])
            $failure.FullyQualifiedErrorId | Should -BeLike "*,ProxyHelper.PowerShell.Commands.$($Command -replace '-')Command"
            "$failure" | Should -BeLike "*'$Parameter'*"
            "$failure" | Should -BeLike "*$Reason*"
            "$failure" | Should -Not -BeLike '*Object reference*'
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'is looked for in every parameter' -ForEach $counts {
        $All | Should -BeGreaterThan 70
        $Arrays | Should -BeGreaterThan 40
    }

    It 'is refused: <Command> -<Parameter> $null' -ForEach $parameters {
        $given = @{ $Parameter = $null }
        Assert-BindingError { & $Command @given } $Command $Parameter ($Parameter -eq 'Secret' ? 'a number' : 'null')
        $given = @{ $Parameter = [System.Management.Automation.Internal.AutomationNull]::Value }
        Assert-BindingError { & $Command @given } $Command $Parameter ''
    }

    It 'is refused: <Command> -<Parameter> with an empty text' -ForEach $withoutEmptyText {
        foreach ($text in '', '  ') {
            $given = @{ $Parameter = $text }
            Assert-BindingError { & $Command @given } $Command $Parameter ($Parameter -eq 'Secret' ? 'a number' : 'empty')
        }
    }

    It 'is refused: <Command> -<Parameter> with an empty list' -ForEach $arrays {
        foreach ($list in @(), [System.Collections.ArrayList]::new(), [System.Collections.Generic.HashSet[string]]::new(), [uint32[]]@()) {
            $given = @{ $Parameter = $list }
            Assert-BindingError { & $Command @given } $Command $Parameter 'empty'
        }
    }

    It 'is refused: <Command> -<Parameter> with a list that has null' -ForEach $arrays {
        foreach ($list in @($null), @($null, $null), @([DBNull]::Value), [object[]]@(4711, $null)) {
            $given = @{ $Parameter = $list }
            Assert-BindingError { & $Command @given } $Command $Parameter ''
        }
    }

    It 'never selects every mapping: -<Parameter>' -ForEach $filters {
        foreach ($value in @{}, [pscustomobject]@{}, [object]::new(), @($null), @(), '', $null) {
            $given = @{ $Parameter = $value }
            Get-Failure { Get-NatMapping @given | Remove-NatMapping -Confirm:$false } | Should -Not -BeNullOrEmpty
        }
        @(Get-NatMapping -IncludeUntranslated).Count | Should -Be 3
    }

    It 'never selects every mapping: -Status without a bit' {
        foreach ($status in 'None', 0, @('Assured', 'None')) {
            Assert-BindingError { Get-NatMapping -Status $status } Get-NatMapping Status 'None is no status bit'
        }
    }

    It 'never selects every mapping: <Name>' -ForEach @(
        @{ Name = 'null from the pipeline'; Command = '$null | Get-NatMapping' }
        @{ Name = 'an object without properties'; Command = '[pscustomobject]@{} | Get-NatMapping' }
        @{ Name = 'an object with other properties'; Command = '[pscustomobject]@{ Text = "x"; Name = "y" } | Get-NatMapping' }
        @{ Name = 'an empty list as an object'; Command = ', @() | Get-NatMapping' }
        @{ Name = 'ends that are null'; Command = '[pscustomobject]@{ Source = $null; Destination = $null } | Get-NatMapping' }
        @{ Name = 'original ends that are null'; Command = '[pscustomobject]@{ Protocol = "Tcp"; OriginalSource = $null; OriginalDestination = $null } | Get-NatMapping' }
        @{ Name = 'a protocol that is null'; Command = '[pscustomobject]@{ Protocol = $null; OriginalSource = "10.1.1.1:1"; OriginalDestination = "4.1.1.1:25" } | Get-NatMapping' }
        @{ Name = 'a file that is null'; Command = '[pscustomobject]@{ FullName = $null } | Get-NatMapping' }
        @{ Name = 'a mapping that is null'; Command = '@($null) | Remove-NatMapping -Confirm:$false' }
        @{ Name = 'a row to ask about that is null'; Command = '[pscustomobject]@{ TranslatedSource = $null; TranslatedDestination = $null } | Test-ProxyHelper' }
        @{ Name = 'a row with a protocol that is null'; Command = '[pscustomobject]@{ Source = "194.0.1.1:1"; Destination = "194.0.22.9:1"; Protocol = $null } | Test-ProxyHelper' }
        @{ Name = 'a helper that is null'; Command = '$null | Stop-ProxyHelper' }
    ) {
        $streams = Get-Streams ([scriptblock]::Create($Command))
        $streams.Output | Should -BeNullOrEmpty
        $streams.Error.Count | Should -Be 1
        $streams.Error.Exception | Should -BeOfType ([System.Management.Automation.ParameterBindingException])
        @(Get-NatMapping -IncludeUntranslated).Count | Should -Be 3
    }

    It 'is nothing to do if the pipeline is empty: <_>' -ForEach '@() | Get-NatMapping', '@() | Remove-NatMapping', '@() | Stop-ProxyHelper', '@() | Test-ProxyHelper' {
        $streams = Get-Streams ([scriptblock]::Create($_))
        $streams.Output | Should -BeNullOrEmpty
        $streams.Error | Should -BeNullOrEmpty
        @(Get-NatMapping -IncludeUntranslated).Count | Should -Be 3
    }
}
