using System.Net;
using ProxyHelper.Daemon.Configuration;
using Xunit;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Tests values that have the right form, but with which no daemon can start.</summary>
public sealed class HelperSettingsCheckTests
{
    private static readonly SettingsText<HelperSettings> _text = new(HelperCommand.Instance);

    private const string Address = "address = 194.0.1.1\n";

    [Theory]
    [InlineData("tcp-port = 9114\nmetrics = 194.0.1.1:9114", 3, "tcp-port is the same port of 194.0.1.1.")]
    [InlineData("tcp-port = 9114\nmetrics = 0.0.0.0:9114", 3, "tcp-port is the same port of 0.0.0.0.")]
    [InlineData("address = 0.0.0.0", 1, "0.0.0.0 already includes 194.0.1.1.")]
    [InlineData("port = 0", 2, "Port 0 cannot receive queries.")]
    [InlineData("max-delay = 0", 2, "'0' is not above 0 and at most 60 seconds.")]
    [InlineData("max-delay = 60.5", 2, "'60.5' is not above 0 and at most 60 seconds.")]
    [InlineData("address = 127.255.255.255", 2, "No program can listen on 127.255.255.255, which is a broadcast")]
    [InlineData("metrics = 224.0.0.1:9114", 2, "No program can listen on 224.0.0.1, which is a multicast")]
    [InlineData("allow = 10.1.1.1\nallow = 127.255.255.255", 3, "127.255.255.255 is the broadcast address")]
    [InlineData("trust = 127.255.255.255", 2, "127.255.255.255 is the broadcast address")]
    [InlineData("user = root", 2, "the user has the rights of root (UID 0).")]
    [InlineData("secret = 7\nsecret-file = /secret", 2, "secret and secret-file are both set.")]
    [InlineData("secret-file = /a/./b\npid-file = /a/b", 3, "pid-file and secret-file name the same file.")]
    [InlineData("resolver-command = a\ntable = /t", 3, "table and resolver-command are both set.")]
    [InlineData("table = /t\ntable-max-age = 0.5", 3, "The maximum age of a table must be 1 second to 1 day")]
    [InlineData("table-max-age = 5", 2, "table-max-age has no effect without table.")]
    [InlineData("resolver-command = {source}", 2, "The program cannot be chosen by a placeholder.")]
    [InlineData("resolver-command =\nresolver-command = a", 3, "The command has no program.")]
    public void A_fault_names_the_line_and_is_in_the_file(string lines, int line, string message)
    {
        SettingsFault fault = _text.FindFault(Address + lines);

        string place = $"{SettingsText<HelperSettings>.Path}:{line}";
        Assert.StartsWith($"{place}: {message}", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
        Assert.True(fault.IsInFile);
    }

    [Theory]
    [InlineData("allow")]
    [InlineData("trust")]
    public void The_value_that_is_too_many_is_named(string name)
    {
        IEnumerable<string> lines = Enumerable.Range(0, 501).Select(i => $"{name} = 10.0.{i / 250}.{1 + (i % 250)}\n");

        SettingsFault fault = _text.FindFault(Address + string.Concat(lines));

        string place = $"{SettingsText<HelperSettings>.Path}:502";
        Assert.Equal($"{place}: there are more than 500 values of {name}. Use prefixes.", fault.Message);
        Assert.True(fault.IsInFile);
    }

    [Theory]
    [InlineData("max-delay=0")]
    [InlineData("metrics=224.0.0.1:9114")]
    [InlineData("allow=127.255.255.255")]
    [InlineData("user=root")]
    public void A_fault_on_the_command_line_names_the_option(string argument)
    {
        SettingsFault fault = _text.FindFault(Address, argument);

        Assert.StartsWith($"--{argument.Split('=')[0]}: ", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.IsInFile);
    }

    [Theory]
    [InlineData("tcp-port = 9114\nmetrics = 127.0.0.1:9114")]
    [InlineData("port = 9114\nmetrics = 194.0.1.1:9114")]
    [InlineData("address = 194.0.1.1")]
    [InlineData("tcp-port = 0")]
    [InlineData("max-delay = 60")]
    [InlineData("user = nobody")]
    public void What_can_start_is_no_fault(string lines) =>
        Assert.Contains(IPAddress.Parse("194.0.1.1"), _text.Read(Address + lines).Listen.Addresses);

    [Fact]
    public void Five_hundred_lines_are_read_in_their_order()
    {
        string[] proxies = [.. Enumerable.Range(0, 500).Select(i => $"10.0.{i / 250}.{1 + (i % 250)}")];

        HelperSettings settings = _text.Read(Address + string.Concat(proxies.Select(proxy => $"allow = {proxy}\n")));

        Assert.Equal(proxies, settings.Rules.AllowedProxies.Select(proxy => proxy.ToString()));
    }

    /// <summary>Reading must not cost the square of the lines: the garbage of reloads would add up.</summary>
    [Fact]
    public void Ten_times_the_lines_allocate_about_ten_times_the_memory()
    {
        long few = Allocate(50), many = Allocate(500);

        Assert.InRange(many, few, 15 * few);
    }

    private static long Allocate(int lines)
    {
        IEnumerable<string> values = Enumerable.Range(1, lines)
            .Select(i => $"allow = 10.0.{i / 250}.{1 + (i % 250)}\n");
        string text = Address + string.Concat(values);
        _text.Read(text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _text.Read(text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
