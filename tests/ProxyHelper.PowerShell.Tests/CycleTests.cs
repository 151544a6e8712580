using ProxyHelper.TestSupport;

namespace ProxyHelper.PowerShell.Tests;

/// <summary>A responder started and stopped a thousand times, in a process that does nothing else.</summary>
public sealed class CycleTests
{
    // A descriptor, thread or job that each round left behind would be counted a thousand times.
    private const string Script = """
        param($Manifest)
        $ErrorActionPreference = 'Stop'
        Import-Module $Manifest
        function Get-Leftover { '{0} jobs, {1} descriptors, {2} threads named ProxyHelper' -f @(Get-Job).Count, @([IO.Directory]::GetFileSystemEntries('/proc/self/fd').Where({ [IO.FileInfo]::new($_).LinkTarget -match '^(socket|anon_inode):' })).Count,
            @([IO.Directory]::GetDirectories('/proc/self/task').Where({ [IO.File]::ReadAllText("$_/comm").Trim() -eq 'ProxyHelper' })).Count }
        function Invoke-Cycle($Round) {
            $job = Start-ProxyHelper 194.0.1.1 -Name "round$Round" -Workers (1 + $Round % 2)
            switch ($Round % 4) {
                0 { Stop-ProxyHelper $job.Name; Remove-Job $job }
                1 { Stop-Job $job; Remove-Job $job }
                2 { Remove-Job $job -Force }
                3 { Import-Module $Manifest -Force; Remove-Job -Name $job.Name }
            }
        }
        foreach ($round in 1..8) { Invoke-Cycle $round }
        [GC]::Collect(); [GC]::WaitForPendingFinalizers()
        "before: $(Get-Leftover)"
        foreach ($round in 1..1000) { Invoke-Cycle $round }
        [GC]::Collect(); [GC]::WaitForPendingFinalizers()
        "after: $(Get-Leftover)"
        """;

    [Fact]
    public void A_thousand_starts_and_stops_leave_nothing() => ClassicRouter.Run(_ =>
    {
        string folder = Directory.CreateTempSubdirectory("proxy-helper-").FullName;
        try
        {
            string script = Path.Combine(folder, "cycles.ps1");
            File.WriteAllText(script, Script);

            string[] lines = Tool.Run(Path.Combine(AppContext.BaseDirectory, "ProxyHelper.EngineHost"), script, EngineSession.ManifestPath).Trim().Split('\n');

            Assert.StartsWith("before: 0 jobs,", lines[0], StringComparison.Ordinal);
            Assert.EndsWith(" 0 threads named ProxyHelper", lines[0], StringComparison.Ordinal);
            Assert.Equal(lines[0].Replace("before", "after", StringComparison.Ordinal), lines[1]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    });
}
