# What ConvertTo-Json makes of the objects of the module.

Describe 'A duration in JSON' {
    BeforeAll { . "$PSScriptRoot/Support.ps1" }
    BeforeEach {
        Initialize-Router
        $null = Start-ProxyHelper 194.0.1.1 -AllowedProxy 194.0.22.9
        $null = Test-ProxyHelper @question # makes a latency
    }
    AfterEach { Clear-Router }

    It 'is also a number: <Number> of <Command>' -ForEach @(
        @{ Command = 'Get-ProxyHelper'; Number = 'UptimeSeconds'; Duration = 'Uptime'; Unit = 'TotalSeconds' }
        @{ Command = 'Get-ProxyHelper'; Number = 'MedianMilliseconds'; Duration = 'MedianLatency'; Unit = 'TotalMilliseconds' }
        @{ Command = 'Get-NatMapping -Port 25'; Number = 'TimeoutSeconds'; Duration = 'Timeout'; Unit = 'TotalSeconds' }
        @{ Command = 'Watch-NatMapping -Port 25 -Count 1'; Number = 'TimeoutSeconds'; Duration = 'Timeout'; Unit = 'TotalSeconds' }
        @{ Command = 'Test-ProxyHelper @question'; Number = 'RoundTripSeconds'; Duration = 'RoundTripTime'; Unit = 'TotalSeconds' }
    ) {
        Wait-Until { (Get-ProxyHelper).MedianLatency }
        $object = & ([scriptblock]::Create($Command))
        $read = $object | ConvertTo-Json -Depth 2 -WarningAction Ignore | ConvertFrom-Json
        $read.$Number | Should -BeOfType double
        # The time of a running helper goes on between two readings.
        [Math]::Abs($read.$Number - $read.$Duration.$Unit) | Should -BeLessThan 60
        $read.$Number | Should -BeGreaterThan 0
    }

    It 'has a number for each TimeSpan of <_>' -ForEach 'Get-ProxyHelper', 'Get-NatMapping -Port 25', 'Test-ProxyHelper @question', 'Measure-NatMapping', 'Test-ProxyHelperSetup 194.0.1.1' {
        $objects = & ([scriptblock]::Create($_))
        $properties = ($objects | Select-Object -First 1).GetType().GetProperties()
        foreach ($property in $properties | Where-Object { "$($_.PropertyType)" -match 'timespan' }) {
            $start = $property.Name -creplace 'Latency$|Time$'
            $properties.Name | Where-Object { $_ -match "^$start(Seconds|Milliseconds)$" } | Should -Not -BeNullOrEmpty -Because $property.Name
        }
        $objects | Should -Not -BeNullOrEmpty
    }
}
