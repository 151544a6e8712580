using System.Globalization;
using Xunit;

namespace ProxyHelper.EndToEnd.ManyRouters;

/// <summary>Represents the settings of smtp-gated that a documented set-up uses.</summary>
/// <param name="Text">The lines of smtp-gated.conf.</param>
/// <param name="Port">The port on which smtp-gated accepts.</param>
/// <param name="MaxPerHost">The largest number of connections from one address.</param>
/// <param name="MaxPerIdent">The largest number of connections of one ident.</param>
internal sealed record GatedSettings(string Text, int Port, int MaxPerHost, int MaxPerIdent)
{
    /// <summary>Reads the lines of smtp-gated.conf. The proxies of the tests ask over UDP port 114.</summary>
    public static GatedSettings Parse(string text)
    {
        Dictionary<string, string> values = text.Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries))
            .ToDictionary(line => line[0], line => line[1]);
        Assert.Equal(("remote-udp", "114"), (values["mode"], values["remote_port"]));
        return new GatedSettings(text, Number("port"), Number("max_per_host"), Number("max_per_ident"));

        int Number(string name) => int.Parse(values[name], CultureInfo.InvariantCulture);
    }
}
