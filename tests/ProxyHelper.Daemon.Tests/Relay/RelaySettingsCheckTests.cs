using ProxyHelper.Daemon.Configuration;
using Xunit;

namespace ProxyHelper.Daemon.Relay;

/// <summary>Tests values that have the right form, but with which no relay can start.</summary>
public sealed class RelaySettingsCheckTests
{
    private const string Needed = RelaySettingsTests.Needed;

    private static readonly SettingsText<RelaySettings> _text = new(RelayCommand.Instance);

    [Theory]
    [InlineData("listen = 194.0.22.9:9199", 4, "194.0.22.9:9199 overlaps with 194.0.22.9:9199.")]
    [InlineData("listen = 0.0.0.0:9199", 4, "0.0.0.0:9199 overlaps with 194.0.22.9:9199.")]
    [InlineData("listen = 224.0.0.1:9199", 4, "No program can listen on 224.0.0.1, which is a multicast")]
    [InlineData("listen = 9199", 4, "'9199' is not an IPv4 address and port, such as 194.0.22.9:9199.")]
    [InlineData("metrics = 9115", 4, "'9115' is not an IPv4 address and port, such as 127.0.0.1:9114.")]
    [InlineData("metrics = 194.0.22.9:9199", 4, "194.0.22.9:9199 is an address and port of 'listen'.")]
    [InlineData("metrics = 0.0.0.0:9199", 4, "0.0.0.0:9199 is an address and port of 'listen'.")]
    [InlineData("router = 127.255.255.255", 4, "127.255.255.255 is the broadcast address")]
    [InlineData("user = root", 4, "the user has the rights of root (UID 0).")]
    [InlineData("secret-file = /a/./b\npid-file = /a/b", 5, "pid-file and secret-file name the same file.")]
    public void A_fault_names_the_line_and_is_in_the_file(string lines, int line, string message)
    {
        SettingsFault fault = _text.FindFault(Needed + lines);

        string place = $"{SettingsText<RelaySettings>.Path}:{line}";
        Assert.StartsWith($"{place}: {message}", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
        Assert.True(fault.IsInFile);
    }

    [Theory]
    [InlineData("listen = 127.0.0.1:9199\nto = 127.0.0.1:9199\nrouter = 194.0.1.1")]
    [InlineData("listen = 0.0.0.0:9199\nto = 127.0.0.1:9199\nrouter = 194.0.1.1")]
    public void A_target_that_is_the_relay_itself_is_a_fault(string text)
    {
        SettingsFault fault = _text.FindFault(text);

        string message = "127.0.0.1:9199 is an address and port of 'listen': the relay would connect to itself.";
        Assert.Equal($"{SettingsText<RelaySettings>.Path}:2: {message}", fault.Message);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    public void A_target_that_no_program_can_be_is_a_fault(string address)
    {
        SettingsFault fault = _text.FindFault($"listen = 194.0.22.9:9199\nto = {address}:80\nrouter = 194.0.1.1");

        string message = $"no program can have the address {address}. Use another one, such as 127.0.0.1.";
        Assert.Equal($"{SettingsText<RelaySettings>.Path}:2: {message}", fault.Message);
    }

    [Theory]
    [InlineData("listen")]
    [InlineData("to")]
    [InlineData("router")]
    public void What_is_missing_is_named_with_an_example_for_the_command_line_and_the_file(string name)
    {
        string rest = string.Concat(
            Needed.Split('\n').Where(line => !line.StartsWith($"{name} ", StringComparison.Ordinal))
                .Select(line => $"{line}\n"));

        SettingsFault fault = _text.FindFault(rest);

        Assert.StartsWith($"'{name}' is missing: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"'--{name} ", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"'{name} = ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inherited_sockets_replace_the_address()
    {
        var commandLine = new CommandLine<RelaySettings>(
            RelayCommand.Instance, ["--to", "unix:/a", "--router", "194.0.1.1"]);

        Assert.False(commandLine.TryReadSettings(inheritedSockets: [], out _, out _));
        Assert.True(commandLine.TryReadSettings(inheritedSockets: [3], out RelaySettings? settings, out _));
        Assert.Equal([3], settings.Options.InheritedSockets);
    }

    [Theory]
    [InlineData("router", "10.0.{0}.{1}", "prefixes")]
    [InlineData("allow-port", "{2}", "ranges")]
    public void The_value_that_is_too_many_is_named(string name, string form, string advice)
    {
        IEnumerable<string> lines = Enumerable.Range(0, 501)
            .Select(i => $"{name} = {string.Format(null, form, i / 250, 1 + (i % 250), i + 1)}\n");

        SettingsFault fault = _text.FindFault($"listen = 194.0.22.9:9199\nto = unix:/a\n{(name == "router"
            ? string.Empty : "router = 194.0.1.1\n")}{string.Concat(lines)}");

        Assert.EndsWith(
            $": there are more than 500 values of {name}. Use {advice}.", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-x")]
    [InlineData("relay")]
    [InlineData("--allow", "194.0.22.9")]
    [InlineData("--to", "unix:/a")]
    [InlineData("--allow-port=")]
    [InlineData("-d")]
    public void Arguments_that_are_not_options_are_faults(params string[] arguments) => Assert.Single(
        new CommandLine<RelaySettings>(RelayCommand.Instance, ["--to", "unix:/b", .. arguments]).Faults);
}
