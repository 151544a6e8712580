using System.Diagnostics;

namespace ProxyHelper.Documents;

/// <summary>
/// Tests the C# program of docs/library.md. The project ProxyHelper.LibraryExample compiles the text of the page.
/// </summary>
public sealed class LibraryPageTests
{
    private static readonly string _program = Path.Combine(
        Document.Root, "tests/ProxyHelper.LibraryExample/bin/Release/net10.0/ProxyHelper.LibraryExample");

    [Fact]
    public void The_program_lists_looks_up_and_watches() => NetworkNamespace.Run(() =>
    {
        ConntrackFlow user = ConntrackFlow.Tcp("10.1.1.1:10943", "4.1.1.1:25", "194.0.22.9:9199", "194.0.1.1:20119");
        ConntrackFlow later = ConntrackFlow.Tcp("10.1.1.2:5000", "4.1.1.1:25");
        ConntrackFlow other = ConntrackFlow.Tcp("10.2.2.2:5000", "4.1.1.1:25");
        using ConntrackFixture table = ConntrackFixture.Open();
        table.Add(user, other);

        AssertOutput(
            ("10.1.1.1:10943 becomes 194.0.1.1:20119 (Established)", () => { }),
            ("The user is 10.1.1.1:10943.", () => { }),
            ("Present: Tcp 10.1.1.1:10943 -> 4.1.1.1:25", () => table.Add(later)),
            ("New: Tcp 10.1.1.2:5000 -> 4.1.1.1:25", () => table.Delete(later)),
            ("Destroyed: Tcp 10.1.1.2:5000 -> 4.1.1.1:25", () => { }));
    });

    [Fact]
    public void The_program_reports_that_the_router_has_no_such_connection() =>
        NetworkNamespace.Run(() => AssertOutput(("The router has no such connection.", () => { })));

    // Runs the program up to the last line, and does something after each line.
    private static void AssertOutput(params (string Line, Action Then)[] steps)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using Process program = Process.Start(new ProcessStartInfo(_program) { RedirectStandardOutput = true })!;
        try
        {
            foreach ((string line, Action then) in steps)
            {
                Assert.Equal(line, program.StandardOutput.ReadLineAsync(patience.Token).AsTask().GetAwaiter()
                    .GetResult());
                then();
            }
        }
        finally
        {
            program.Kill();
            program.WaitForExit();
        }
    }
}
