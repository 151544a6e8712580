using System.Net;
using CsCheck;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Protocol;
using ProxyHelper.Server;
using Xunit;

namespace ProxyHelper.Daemon.Helper;

/// <summary>Tests how texts become settings.</summary>
public sealed class HelperSettingsTests
{
    private static readonly SettingsText<HelperSettings> _text = new(HelperCommand.Instance);

    private const string Address = "address = 194.0.1.1\n";

    // Texts that are nearly configuration files reach more of the parser than random characters do.
    private static readonly Gen<string> _word = Gen.OneOf(
        Gen.OneOf([.. HelperSettingList.All.Select(setting => setting.Name)]),
        Gen.OneOf("=", " = ", "\n", "\r\n", "#", "0", "1", "114", "-1", "1e9", "NaN", "yes", "no", "address", "\0"),
        Gen.OneOf("194.0.1.1", "194.0.22.0/24", "10.1.1.1/33", "[::1]:1", "127.0.0.1:9114", ".", "..", "99999999999"),
        Gen.String);

    [Fact]
    public void Any_text_becomes_settings_or_faults() => _word.List[0, 20].Sample(
        words => _text.TryRead(string.Concat(words), [], out HelperSettings? settings, out string[] faults)
            ? settings is not null && faults.Length == 0
            : settings is null && faults.Length > 0,
        iter: 20_000);

    [Fact]
    public void Without_settings_the_defaults_hold()
    {
        HelperSettings settings = _text.Read(Address);

        Assert.Equal([IPAddress.Parse("194.0.1.1")], settings.Listen.Addresses);
        ListenOptions listen = settings.Listen;
        Assert.Equal((114, 0, 1, false), (listen.Port, listen.TcpPort, listen.Workers, listen.AllowAbsentAddresses));
        AnswerRules rules = settings.Rules;
        Assert.Equal((0u, 10_000), (rules.Secret, rules.MaxQueriesPerSecond));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)), (rules.MaxQueueDelay, rules.FailoverGrace));
        Assert.Equal((IdentFormat.Address, false), (rules.IdentFormat, rules.LogQueries));
        Assert.Empty(rules.AllowedProxies);
        Assert.Empty(rules.TrustedClients);
        Assert.Equal((null, null, null), (settings.SecretFile, settings.PidFile, settings.User));
        Assert.Null(settings.Metrics);
        Assert.Equal((true, TimeSpan.FromMinutes(1)), (settings.UsesKernel, settings.TableMaxAge));
    }

    [Fact]
    public void The_words_of_a_command_stay_as_they_are_written()
    {
        HelperSettings settings = _text.Read(
            $"{Address}resolver-command = ssh\nresolver-command = a  b = \"c\" #d\nresolver-command =\n");

        Assert.Equal(["ssh", "a  b = \"c\" #d", ""], settings.ResolverCommand);
        Assert.False(settings.UsesKernel);
    }

    [Fact]
    public void The_words_on_the_command_line_replace_those_in_the_file()
    {
        HelperSettings settings = _text.Read(
            $"{Address}resolver-command = ssh\n", "resolver-command=cat", "resolver-command=-n");

        Assert.Equal(["cat", "-n"], settings.ResolverCommand);
    }

    [Theory]
    [InlineData("table = /nowhere/states", "--table: There is no file /nowhere/states.")]
    [InlineData("resolver-command = /nowhere/ssh", "--resolver-command: There is no program '/nowhere/ssh'.")]
    public void A_missing_source_names_the_option(string line, string message)
    {
        HelperSettings settings = _text.Read($"{Address}{line}\n");

        Assert.Equal(message, Assert.Throws<IOException>(settings.OpenResolver).Message);
    }

    [Fact]
    public void A_missing_secret_file_names_the_option_and_the_next_step()
    {
        HelperSettings settings = _text.Read($"{Address}\nsecret-file = /nowhere/secret");

        string message = Assert.Throws<IOException>(settings.ReadRules).Message;

        Assert.StartsWith("--secret-file: there is no file '/nowhere/secret'. ", message, StringComparison.Ordinal);
        Assert.Contains(" run install -D -m 600 /dev/stdin /nowhere/secret and ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_setting_goes_to_its_place()
    {
        HelperSettings settings = _text.Read(LinesWithout("secret", "table", "table-max-age"));
        HelperSettings other = _text.Read(LinesWithout("secret-file", "resolver-command"));
        AnswerRules withSecret = other.Rules;

        Assert.Equal([IPAddress.Parse("194.0.1.2")], settings.Listen.Addresses);
        ListenOptions listen = settings.Listen;
        Assert.Equal((115, 116, 2, true), (listen.Port, listen.TcpPort, listen.Workers, listen.AllowAbsentAddresses));
        AnswerRules rules = settings.Rules;
        Assert.Equal((7u, 0), (withSecret.Secret, rules.MaxQueriesPerSecond));
        Assert.Equal((TimeSpan.FromSeconds(0.5), TimeSpan.Zero), (rules.MaxQueueDelay, rules.FailoverGrace));
        Assert.Equal((IdentFormat.None, true), (rules.IdentFormat, rules.LogQueries));
        Assert.Equal([EndPointPattern.ParseAddresses("194.0.22.0/24")], rules.AllowedProxies);
        Assert.Equal([EndPointPattern.ParseAddresses("10.0.0.0/8")], rules.TrustedClients);
        Assert.Equal(("/secret", "/pid", "nobody"), (settings.SecretFile, settings.PidFile, settings.User));
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9114"), settings.Metrics);
        Assert.Equal(["ssh"], settings.ResolverCommand);
        Assert.Equal(("/table", TimeSpan.FromSeconds(5)), (other.Table, other.TableMaxAge));
    }

    [Fact]
    public void A_repeated_setting_has_all_values_of_the_file_unless_the_command_line_has_one()
    {
        const string file = Address + "allow = 10.9.9.9\nallow = 194.0.22.0/24\n";

        Assert.Equal(2, _text.Read(file).Rules.AllowedProxies.Count);
        HelperSettings overridden = _text.Read(file, "allow=10.1.1.1");
        Assert.Equal([EndPointPattern.ParseAddresses("10.1.1.1")], overridden.Rules.AllowedProxies);
    }

    [Theory]
    [InlineData("address", "1", "194.0.1", "010.0.0.1", "194.0.1.1\0", "2001:db8::1", "")]
    [InlineData("port", "0x72", "+114", "114 5", "65536", "１１４")]
    [InlineData("secret", "-1", "4294967296", "1\0")]
    [InlineData("rate", "1000001", "1e3", "-1")]
    [InlineData("max-delay", "NaN", "Infinity", "1e1", "-1", "1\0", ".", "0x1", "99999999999999999999")]
    [InlineData("failover-grace", "60.1", "-1", "1e1", "NaN", "off", "")]
    [InlineData("workers", "0", "65", "two")]
    [InlineData("peer-ports", "32768", "65535-32768", "0-5", "1-65536", "1-2-3", "-1-2", "1 - 2", "")]
    [InlineData("metrics", "9114", "127.0.0.1", "127.0.0.1:0", "[::1]:9114", "1:9114")]
    [InlineData("allow", "194.0.22.9/33", "194.0.22.9/24", "proxy", "1")]
    [InlineData("ident", "Address", "0", "")]
    [InlineData("verbose", "true", "1", "")]
    [InlineData("user", "")]
    public void A_value_that_does_not_have_the_exact_form_is_a_fault(string name, params string[] texts) =>
        Assert.All(texts, text =>
        {
            string fault = Assert.Single(_text.ReadFaults($"{Address}{name} = {text}\n"));
            Assert.StartsWith($"{SettingsText<HelperSettings>.Path}:2: ", fault, StringComparison.Ordinal);
        });

    [Fact]
    public void A_fault_in_the_secret_does_not_repeat_the_text()
    {
        string fault = Assert.Single(_text.ReadFaults($"{Address}secret = 3405691582x"));

        Assert.DoesNotContain("3405691582", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_is_not_reloaded_needs_a_restart_when_it_changes()
    {
        Assert.Equal(HelperSettingList.All.Select(setting => setting.Name).Order(), _samples.Keys.Order());
        Assert.All(HelperSettingList.All, setting =>
        {
            string file = setting.Name == "table-max-age" ? $"{Address}table = /table\n" : Address;
            HelperSettings running = _text.Read(file);
            HelperSettings reloaded = _text.Read(file, $"{setting.Name}={_samples[setting.Name]}");
            string[] needs = [.. HelperCommand.Instance.FindRestartNeeds(running, reloaded)];
            Assert.Equal(setting.IsReloaded ? [] : [setting.Name], needs);
        });
    }

    // Only one of secret and secret-file, and of resolver-command and table, can be set.
    private static string LinesWithout(params string[] names) => string.Join(
        '\n', _samples.Where(sample => !names.Contains(sample.Key)).Select(sample => $"{sample.Key} = {sample.Value}"));

    /// <summary>Gets a value of each setting that is not its default.</summary>
    private static readonly Dictionary<string, string> _samples = new()
    {
        ["address"] = "194.0.1.2",
        ["port"] = "115",
        ["tcp-port"] = "116",
        ["secret"] = "7",
        ["secret-file"] = "/secret",
        ["allow"] = "194.0.22.0/24",
        ["trust"] = "10.0.0.0/8",
        ["ident"] = "none",
        ["rate"] = "0",
        ["max-delay"] = ".5",
        ["failover-grace"] = "0",
        ["workers"] = "2",
        ["allow-absent-address"] = "yes",
        ["resolver-command"] = "ssh",
        ["table"] = "/table",
        ["table-max-age"] = "5",
        ["user"] = "nobody",
        ["pid-file"] = "/pid",
        ["metrics"] = "127.0.0.1:9114",
        ["peer-ports"] = "32768-65535",
        ["verbose"] = "yes",
    };
}
