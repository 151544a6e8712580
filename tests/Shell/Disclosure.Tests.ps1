# No object that can be seen has the secret in a property, or in a property of a property.

Describe 'The secret' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $secret = [uint32]3141592653
        $pattern = '3141592653|bb40e64d'
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'is in no property of a job' {
        $job = Start-ProxyHelper 194.0.1.1 -Secret $secret
        $null = Test-ProxyHelper 194.0.1.1 @shortQuestion -Secret $secret
        $null = Test-ProxyHelper 194.0.1.1 @shortQuestion -Secret 1
        Stop-ProxyHelper *
        $text = [ProxyHelper.TestSupport.ObjectText]::Of($job)
        $text.Contains('ResponderJob.Command = Start-ProxyHelper 194.0.1.1') | Should -BeTrue
        $text.Contains('with a wrong secret') | Should -BeTrue # so the streams are in the text, too
        $text | Should -Not -Match $pattern
    }

    It 'is in no property of the error about <_>' -ForEach '3141592653x', '0xbb40e64d', 31415926535L, -3141592653L, 3141592653.5 {
        foreach ($wrong in $_, (ConvertTo-SecureString ("$_") -AsPlainText)) {
            foreach ($command in { Start-ProxyHelper 194.0.1.1 -Secret $wrong }, { Test-ProxyHelper 194.0.1.1 @shortQuestion -Secret $wrong }) {
                $failure = Get-Failure $command
                $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
                [ProxyHelper.TestSupport.ObjectText]::Of($failure) | Should -Not -Match $pattern
            }
        }
    }

    It 'is in no property of another error: <_>' -ForEach @(
        'Start-ProxyHelper 192.0.2.1'
        'Start-ProxyRelay 192.0.2.1:9199 127.0.0.1:3128 194.0.1.1 -AllowedPort 80'
        "Test-ProxyHelper -Source 194.0.1.1:1 -Destination '[2001:db8::1]:25' -ErrorAction Stop"
    ) {
        [ProxyHelper.TestSupport.ObjectText]::Of((Get-Failure ([scriptblock]::Create("$_ -Secret `$secret")))) | Should -Not -Match $pattern
    }

    It 'is a SecureString for the engine of <_>, which keeps and logs bound values' -ForEach 'Start-ProxyHelper', 'Start-ProxyRelay', 'Test-ProxyHelper' {
        (Get-Command $_).Parameters['Secret'].ParameterType | Should -Be ([securestring])
    }
}
