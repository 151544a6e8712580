using ProxyHelper.Daemon.Configuration;
using Xunit;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Tests how arguments become settings.</summary>
public sealed class HelperCommandLineTests
{
    [Fact]
    public void Long_and_short_options_set_the_same_values()
    {
        HelperSettings settings = Read(
            "-I", "194.0.1.1", "--address=194.0.1.2", "-P", "115", "-v", "--allow-absent-address");

        Assert.Equal(2, settings.Listen.Addresses.Count);
        Assert.Equal((115, true), (settings.Listen.Port, settings.Listen.AllowAbsentAddresses));
        Assert.True(settings.Rules.LogQueries);
    }

    [Fact]
    public void Every_fault_in_the_arguments_is_reported()
    {
        var commandLine = Parse(["-I", "router", "-P", "70000"]);

        Assert.Equal(
            [
                "--address: 'router' is not an IPv4 address, such as 194.0.1.1.",
                "--port: '70000' is not a port. A port is 1 to 65535.",
            ],
            commandLine.Faults.Select(fault => fault.Message));
        Assert.All(commandLine.Faults, fault => Assert.False(fault.IsInFile));
    }

    [Theory]
    [InlineData("-x")]
    [InlineData("@file")]
    [InlineData("-P", "1", "-P", "2")]
    [InlineData("-P")]
    [InlineData("-d")]
    [InlineData("-c", "")]
    [InlineData("-p", "a\0b")]
    [InlineData("--address=")]
    [InlineData("--verbose=")]
    [InlineData("--allow", "194.0.22.9", "--allow=")]
    [InlineData("--secret-file", "")]
    public void Arguments_that_are_not_options_are_faults(params string[] arguments) =>
        Assert.Single(Parse(["-I", "194.0.1.1", .. arguments]).Faults);

    [Fact]
    public void Settings_that_do_not_fit_together_are_a_fault()
    {
        Assert.False(Parse().TryReadSettings(inheritedSockets: [], out HelperSettings? settings, out var faults));
        Assert.Null(settings);
        Assert.Single(faults);
        Assert.True(Parse().TryReadSettings(inheritedSockets: [3], out _, out _));
    }

    private static CommandLine<HelperSettings> Parse(params string[] arguments) =>
        new(HelperCommand.Instance, arguments);

    private static HelperSettings Read(params string[] arguments)
    {
        Assert.True(Parse(arguments).TryReadSettings(inheritedSockets: [], out HelperSettings? settings, out _));
        return settings!;
    }
}
