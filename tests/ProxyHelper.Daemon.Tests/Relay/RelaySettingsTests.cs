using System.Net;
using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Relay;
using Xunit;

namespace ProxyHelper.Daemon.Relay;

/// <summary>Tests how texts become settings of the relay.</summary>
public sealed class RelaySettingsTests
{
    /// <summary>What no relay can do without.</summary>
    internal const string Needed = "listen = 194.0.22.9:9199\nto = unix:/run/proxy.sock\nrouter = 194.0.1.1\n";

    private static readonly SettingsText<RelaySettings> _text = new(RelayCommand.Instance);

    // Texts that are nearly configuration files reach more of the parser than random characters do.
    private static readonly Gen<string> _word = Gen.OneOf(
        Gen.OneOf([.. RelaySettingList.All.Select(setting => setting.Name)]),
        Gen.OneOf("=", " = ", "\n", "\r\n", "#", "0", "1", "114", "-1", "1e9", "NaN", "yes", "no", "v1", "\0"),
        Gen.OneOf("194.0.1.1", "194.0.22.0/24", "10.1.1.1/33", "127.0.0.1:9115", "unix:/a", "unix:", "80-90", "90-80"),
        Gen.Const(Needed),
        Gen.String);

    /// <summary>Gets a value of each setting that is not its default.</summary>
    private static readonly Dictionary<string, string> _samples = new()
    {
        ["listen"] = "194.0.22.9:9200",
        ["to"] = "127.0.0.1:3128",
        ["router"] = "194.0.2.0/24",
        ["port"] = "115",
        ["secret-file"] = "/secret",
        ["proxy-protocol"] = "v1",
        ["allow-port"] = "8000-8099",
        ["max-connections"] = "10",
        ["max-connections-per-source"] = "11",
        ["max-queries"] = "12",
        ["connect-timeout"] = "0.5",
        ["idle-timeout"] = "13",
        ["half-closed-timeout"] = "14",
        ["drain"] = "0",
        ["workers"] = "2",
        ["allow-absent-address"] = "yes",
        ["user"] = "nobody",
        ["pid-file"] = "/pid",
        ["metrics"] = "127.0.0.1:9115",
        ["verbose"] = "yes",
    };

    [Fact]
    public void Any_text_becomes_settings_or_faults() => _word.List[0, 20].Sample(
        words => _text.TryRead(string.Concat(words), [], out RelaySettings? settings, out string[] faults)
            ? settings is not null && faults.Length == 0
            : settings is null && faults.Length > 0,
        iter: 20_000);

    [Fact]
    public void Without_settings_the_defaults_of_the_library_hold()
    {
        RelaySettings settings = _text.Read(Needed);

        var options = new RelayOptions { Listen = settings.Options.Listen, Target = settings.Options.Target };
        Assert.Equal(options with { InheritedSockets = settings.Options.InheritedSockets }, settings.Options);
        Assert.Equal(new RelayRules { Routers = settings.Rules.Routers }, settings.Rules);
        Assert.Equal([IPEndPoint.Parse("194.0.22.9:9199")], settings.Options.Listen);
        Assert.Equal(RelayTarget.At("/run/proxy.sock"), settings.Options.Target);
        Assert.Equal([EndPointPattern.ParseAddresses("194.0.1.1")], settings.Rules.Routers);
    }

    [Fact]
    public void Each_setting_goes_to_its_place()
    {
        RelaySettings settings = _text.Read(
            string.Concat(_samples.Select(sample => $"{sample.Key} = {sample.Value}\n")));

        RelayOptions options = settings.Options;
        Assert.Equal([IPEndPoint.Parse("194.0.22.9:9200")], options.Listen);
        Assert.Equal(RelayTarget.At(IPEndPoint.Parse("127.0.0.1:3128")), options.Target);
        Assert.Equal((115, ProxyProtocol.V1, 2), (options.HelperPort, options.ProxyProtocol, options.Workers));
        Assert.Equal((10, 12, true), (options.MaxConnections, options.MaxQueries, options.AllowAbsentAddresses));
        RelayRules rules = settings.Rules;
        Assert.Equal([EndPointPattern.ParseAddresses("194.0.2.0/24")], rules.Routers);
        Assert.Equal([new PortRange(8000, 8099)], rules.AllowedPorts);
        Assert.Equal((11, true), (rules.MaxConnectionsPerSource, rules.LogConnections));
        Assert.Equal((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(13)), (rules.ConnectTimeout, rules.IdleTimeout));
        Assert.Equal((TimeSpan.FromSeconds(14), TimeSpan.Zero), (rules.HalfClosedTimeout, rules.DrainTime));
        Assert.Equal(("/secret", "/pid", "nobody"), (settings.SecretFile, settings.PidFile, settings.User));
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9115"), settings.Metrics);
    }

    [Fact]
    public void A_setting_that_is_not_reloaded_needs_a_restart_when_it_changes()
    {
        Assert.Equal(RelaySettingList.All.Select(setting => setting.Name).Order(), _samples.Keys.Order());
        Assert.All(RelaySettingList.All, setting =>
        {
            RelaySettings running = _text.Read(Needed);
            RelaySettings reloaded = _text.Read(Needed, $"{setting.Name}={_samples[setting.Name]}");
            string[] needs = [.. RelayCommand.Instance.FindRestartNeeds(running, reloaded)];
            Assert.Equal(setting.IsReloaded ? [] : [setting.Name], needs);
        });
    }

    [Theory]
    [InlineData("80", 80, 80)]
    [InlineData("1-65535", 1, 65535)]
    [InlineData("443-443", 443, 443)]
    public void A_port_is_a_range_of_one(string text, int first, int last) => Assert.Equal(
        [new PortRange((ushort)first, (ushort)last)], _text.Read($"{Needed}allow-port = {text}").Rules.AllowedPorts);

    [Theory]
    [InlineData("listen", "194.0.22.9", "194.0.22.9:0", "[::1]:9199", ":9199", "194.0.22.9:65536")]
    [InlineData("to", "127.0.0.1", "127.0.0.1:0", "unix:", "unix:run/a", "/run/a", "proxy:3128")]
    [InlineData("router", "router", "194.0.1.1:114", "194.0.1.1/33", "0.0.0.0", "224.0.0.1")]
    [InlineData("port", "0", "65536", "x")]
    [InlineData("proxy-protocol", "v3", "2", "V2")]
    [InlineData("allow-port", "0", "65536", "90-80", "80-", "http", "0-80")]
    [InlineData("max-connections", "0", "1000001", "-1")]
    [InlineData("max-connections-per-source", "1000001", "-1")]
    [InlineData("max-queries", "0", "100001")]
    [InlineData("connect-timeout", "0", "604801", "1s")]
    [InlineData("idle-timeout", "0", "604801")]
    [InlineData("half-closed-timeout", "0", "604801")]
    [InlineData("drain", "604801", "-1")]
    [InlineData("workers", "0", "65")]
    [InlineData("allow", "194.0.22.9")]
    [InlineData("secret", "7")]
    public void A_wrong_value_or_name_is_a_fault_of_its_line(string name, params string[] texts) =>
        Assert.All(texts, text =>
        {
            string fault = Assert.Single(_text.ReadFaults($"{Needed}{name} = {text}\n"));
            Assert.StartsWith($"{SettingsText<RelaySettings>.Path}:4: ", fault, StringComparison.Ordinal);
            Assert.EndsWith(".", fault, StringComparison.Ordinal);
        });
}
