# Files that the module did not write, and files that are no files. Every such file stays as it is, and nothing waits for it.

Describe 'A file that the module opens' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        function Show-File([string] $Path) { (stat -c '%N %F %i %s %Y %Z' $Path) + ((Test-Path $Path -PathType Leaf) -and (stat -c %F $Path) -eq 'regular file' ? (Get-Content -Raw $Path) : '') }
    }
    BeforeEach {
        Initialize-Router
        $file = "$TestDrive/$(New-Guid)"
    }
    AfterEach { Clear-Router }

    It 'is no PID file and stays: <Reason>, made by <Command>' -ForEach @(
        @{ Reason = 'it has other content'; Command = 'echo text >$0' }
        @{ Reason = 'it is a symbolic link'; Command = 'echo 4194305 >$0.target; ln -s $0.target $0' }
        @{ Reason = 'it is a symbolic link'; Command = 'ln -s $0.target $0' }
        @{ Reason = 'it is a file with several names'; Command = 'echo 4194305 >$0.target; ln $0.target $0' }
        @{ Reason = 'it is a FIFO'; Command = 'mkfifo $0' }
        @{ Reason = 'it is a folder'; Command = 'mkdir $0' }
        @{ Reason = 'not all users can read it'; Command = 'echo 4194305 >$0; chmod 600 $0' }
    ) {
        sh -c $Command $file
        $before = Show-File $file
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -PidFile $file -WarningAction Ignore }
        Assert-Error $failure PidFileUnusable StartProxyHelper WriteError '-PidFile'
        "$failure" | Should -BeLike "*$file is not a PID file: $Reason*"
        Show-File $file | Should -BeExactly $before
        Test-Path "$file.target" | Should -Be ($Command -match 'echo.*target')
        Get-Job | Should -BeNullOrEmpty
    }

    It 'cannot be the PID file of two helpers in one session' {
        $first = Start-ProxyHelper 194.0.1.1 -PidFile $file -WarningAction Ignore
        $failure = Get-Failure { Start-ProxyHelper 194.0.22.9 -PidFile $file -Name second -WarningAction Ignore }
        Assert-Error $failure PidFileShared StartProxyHelper ResourceBusy "Stop-ProxyHelper -Id $($first.Id)"
        "$failure" | Should -BeLike "*'ProxyHelper' of this session (job $($first.Id))*"
        Get-Content $file | Should -Be $PID
        $first | Stop-ProxyHelper
        Test-Path $file | Should -BeFalse
        (Start-ProxyHelper 194.0.22.9 -PidFile $file -WarningAction Ignore).State | Should -Be Running
    }

    It 'is the secret file under another name and is no PID file' {
        sh -c 'mkdir -p $0/real; ln -s real $0/alias; umask 077; echo 4194999 >$0/real/s' $file
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -SecretFile $file/real/s -PidFile $file/alias/s -WarningAction Ignore }
        Assert-Error $failure PidFileUnusable StartProxyHelper WriteError '-PidFile'
        "$failure" | Should -BeLike '*is the secret file*'
        Get-Content $file/real/s | Should -Be 4194999
        Get-Job | Should -BeNullOrEmpty
    }

    It 'is an old PID file and is replaced' {
        Set-Content $file 4194305
        $job = Start-ProxyHelper 194.0.1.1 -PidFile $file -WarningAction Ignore
        Get-Content $file | Should -Be $PID
        $job | Stop-ProxyHelper
        Test-Path $file | Should -BeFalse
    }

    It 'is a FIFO and is refused at once by <_>' -ForEach @(
        'Start-ProxyHelper 194.0.1.1 -WarningAction Ignore -SecretFile $file'
        'Test-ProxyHelper @question -SecretFile $file'
        'Get-NatMapping -Path $file'
    ) {
        mkfifo -m 600 $file
        "$(Get-Failure ([scriptblock]::Create($_)))" | Should -BeLike "*$file is a FIFO, not a regular file*"
    }

    It 'holds a secret that a user in its access list can read, and is refused' {
        Set-Content $file 12345
        chmod 600 $file
        setfacl -m u:nobody:r $file
        $failure = Get-Failure { Start-ProxyHelper 194.0.1.1 -SecretFile $file -WarningAction Ignore }
        Assert-Error $failure SecretFileUnsafe StartProxyHelper SecurityError "chmod 600 $file"
        "$failure" | Should -BeLike '*the user with the number 65534 can read or change it*'
        & sh -c $failure.ErrorDetails.RecommendedAction.Split("'")[1]
        (Start-ProxyHelper 194.0.1.1 -SecretFile $file -WarningAction Ignore).State | Should -Be Running
    }
}
