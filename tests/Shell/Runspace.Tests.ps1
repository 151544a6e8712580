# The module in several runspaces and in thread jobs.

Describe 'In another runspace' {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"

        function New-Session {
            $runspace = [runspacefactory]::CreateRunspace()
            $runspace.Open()
            $runspace
        }

        function Invoke-In($Runspace, [string] $Body) {
            $shell = [powershell]::Create()
            $shell.Runspace = $Runspace
            $shell.AddScript("Import-Module ProxyHelper; $Body").Invoke()
        }
    }
    BeforeEach { Initialize-Router }
    AfterEach { Clear-Router }

    It 'a responder ends with its runspace, and others go on' {
        $null = Start-ProxyHelper 194.0.22.9
        $session = New-Session
        (Invoke-In $session 'Start-ProxyHelper 194.0.1.1').State | Should -Be Running
        (Test-ProxyHelper 194.0.1.1 @question).Outcome | Should -Be Found
        $session.Dispose()
        (Test-ProxyHelper 194.0.1.1 @question).Outcome | Should -Be Refused
        (Get-ProxyHelper).State | Should -Be Running
    }

    It 'a responder goes on when this session removes the module' {
        $session = New-Session
        $null = Invoke-In $session 'Start-ProxyHelper 194.0.1.1'
        Remove-Module ProxyHelper
        (Invoke-In $session 'Get-ProxyHelper').State | Should -Be Running
        Get-Job | Should -BeNullOrEmpty
        $session.Dispose()
    }

    It 'ForEach-Object -Parallel looks up mappings and asks the helper' {
        $null = Start-ProxyHelper 194.0.1.1
        $outcomes = 1..8 | ForEach-Object -ThrottleLimit 4 -Parallel {
            "$((Get-NatMapping -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199).OriginalSource)"
            "$((Test-ProxyHelper -Source 194.0.1.1:20119 -Destination 194.0.22.9:9199 -TimeoutSeconds 30).Outcome)"
        }
        $outcomes | Group-Object | ForEach-Object { "$($_.Count) $($_.Name)" } | Sort-Object | Should -Be '8 10.1.1.1:10943', '8 Found'
        (Get-ProxyHelper).Found | Should -Be 8
    }

    It 'a job has its counts where the module is not imported' {
        $job = Start-ProxyHelper 194.0.1.1
        $null = Test-ProxyHelper 194.0.1.1 @question
        1 | ForEach-Object -Parallel { ($using:job).Found } | Should -Be 1
        Start-ThreadJob { ($using:job).Found } | Receive-Job -Wait -AutoRemoveJob | Should -Be 1
        Remove-Module ProxyHelper
        $job.Found | Should -Be 1
    }

    It 'Start-ThreadJob runs a responder that ends with the job' {
        $job = Start-ThreadJob {
            $null = Start-ProxyHelper 194.0.1.1
            'started'
            Wait-Job -Name ProxyHelper
        }
        Wait-Until { $job.Output.Count }
        (Test-ProxyHelper @question).Outcome | Should -Be Found
        Get-ProxyHelper | Should -BeNullOrEmpty # it belongs to the runspace of the thread job
        $job | Stop-Job
        $job | Remove-Job -Force
        Wait-Until { (Test-ProxyHelper @question).Outcome -eq 'Refused' }
    }

    It 'Start-ThreadJob watches mappings until it is stopped' {
        $job = Start-ThreadJob { Watch-NatMapping }
        Wait-Until { $job.Output.Count -eq 2 }
        Add-Flow (New-Flow 10.1.1.4:1 4.1.1.1:25 194.0.22.9:9199 194.0.1.1:4)
        Wait-Until { $job.Output.Count -eq 3 }
        $job | Stop-Job -PassThru | Should -HaveCount 1
        $job.State | Should -Be Stopped
        "$($job.Output[2].Change) $($job.Output[2].OriginalSource)" | Should -BeExactly 'New 10.1.1.4:1'
    }
}
