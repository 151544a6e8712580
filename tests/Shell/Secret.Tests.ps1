# The secret: how it is given, and that nothing shows it.

Describe 'The secret' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $number = '3405691582' # 0xcafebabe

        function Set-SecretFile([string] $Text, [string] $Mode = '600') {
            Remove-Item "$TestDrive/secret" -Force -ErrorAction Ignore
            Set-Content "$TestDrive/secret" $Text -NoNewline
            chmod $Mode "$TestDrive/secret"
            "$TestDrive/secret"
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'can be given as <_>' -ForEach @(
        '-Secret 3405691582'
        "-Secret '3405691582'"
        '-Secret ([uint32]3405691582)'
        "-Secret (ConvertTo-SecureString '3405691582' -AsPlainText)"
        '-SecretFile $file'
        '-SecretFile ./secret'
        '-SecretFile secret'
        '-SecretFile ../here/secret'
        '-SecretFile ~/secret'
    ) {
        $here = New-Item "$TestDrive/here" -ItemType Directory -Force
        $file = Set-SecretFile $number
        Copy-Item $file $here
        chmod 600 "$here/secret"
        $provider = (Get-Location).Provider
        $homeFolder = $provider.Home
        Push-Location $here
        try {
            $provider.Home = "$here"
            $null = & ([scriptblock]::Create("Start-ProxyHelper 194.0.1.1 $_"))
            (& ([scriptblock]::Create("Test-ProxyHelper @question $_"))).Outcome | Should -Be Found
            (Test-ProxyHelper @question -Secret 3405691582).Outcome | Should -Be Found
        }
        finally {
            $provider.Home = $homeFolder
            Pop-Location
        }
    }

    It 'is not repeated by the error about <_>' -Tag 'hidden-secret' -ForEach @(
        '-Secret 0xcafebabez'
        '-Secret 3405691582x'
        '-Secret 34056915820'
        '-Secret -3405691582'
        '-Secret 3405691582.5'
        '-Secret $null'
        '-Secret @(3405691582, 3405691582)'
    ) {
        foreach ($command in 'Start-ProxyHelper 194.0.1.1', 'Test-ProxyHelper @question') {
            $failure = Get-Failure ([scriptblock]::Create("$command $_"))
            "$failure" | Should -BeLike '*The secret is a number from 0 to 4294967295*'
            "$($failure.Exception) $failure $($failure.TargetObject) $($failure.CategoryInfo)" | Should -Not -Match '3405691582|cafebabe'
        }
    }

    It 'is refused from a file that others can read' -Tag 'hidden-secret' {
        $file = Set-SecretFile $number 440
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -SecretFile $file }
        Assert-Error $failure SecretFileUnsafe StartProxyHelper SecurityError "chmod 600 $file"
        $failure.TargetObject | Should -Be $file
        Get-Job | Should -BeNullOrEmpty
    }

    It 'is not repeated by the error about a file with "<_>"' -ForEach '', 'secret 3405691582' {
        $file = Set-SecretFile $_
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -SecretFile $file }
        Assert-Error $failure SecretFileUnusable StartProxyHelper ReadError 'umask 077'
        "$($failure.Exception)" | Should -Not -Match $number
    }

    It 'cannot come from a file that is not there' {
        $failure = Get-Failure { Test-ProxyHelper @question -SecretFile /nowhere/secret }
        Assert-Error $failure SecretFileNotFound TestProxyHelper ObjectNotFound 'install -D -m 600'
        "$failure" | Should -BeLike '*/nowhere/secret*'
    }

    It 'cannot be given twice' {
        $file = Set-SecretFile $number
        Assert-Error (Get-Failure { Start-ProxyHelper 194.0.1.1 -Secret 1 -SecretFile $file }) SecretGivenTwice StartProxyHelper InvalidArgument 'only one of these parameters'
    }

    It 'gets no reply if it is wrong, and is shown nowhere' -Tag 'hidden-secret' {
        $job = Start-ProxyHelper 194.0.1.1 -Secret $number
        $answer = Test-ProxyHelper @shortQuestion -Secret 3405691581
        $answer.Outcome | Should -Be TimedOut
        Wait-Until { $job.WrongSecret -eq 1 }
        (Test-ProxyHelper @question -Secret $number).Outcome | Should -Be Found
        $shown = & {
            $job | Format-List * | Out-String
            $job | Out-String
            Get-Job | Format-List * | Out-String
            Receive-Job $job -Keep 3>&1
            Stop-ProxyHelper ProxyHelper -PassThru | Format-List * | Out-String
        }
        "$shown" | Should -BeLike '*194.0.1.1:114*'
        "$shown" | Should -Not -Match '340569158|cafebab'
    }
}
