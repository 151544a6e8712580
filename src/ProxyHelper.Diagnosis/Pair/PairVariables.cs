using ProxyHelper.Addresses;

namespace ProxyHelper.Diagnosis.Pair;

/// <summary>
/// Represents the installed pair.conf (docs/ha), which both routers have and which names the source ports that each of
/// them assigns.
/// </summary>
/// <param name="PortsOfA">The source ports of router A, or null.</param>
/// <param name="PortsOfB">The source ports of router B, or null.</param>
internal sealed record PairVariables(PortRange? PortsOfA, PortRange? PortsOfB)
{
    /// <summary>The path that install.sh gives to the file.</summary>
    public const string InstalledPath = "/etc/proxy-helper-pair/pair.conf";

    /// <summary>Parses a text of lines of the form NAME=VALUE.</summary>
    public static PairVariables Parse(string text)
    {
        PortRange? a = null, b = null;
        foreach (string line in text.Split('\n'))
        {
            switch (line.Split('#')[0].Split('='))
            {
                case ["A_SNAT_PORTS", var value]:
                    a = ReadPorts(value);
                    break;
                case ["B_SNAT_PORTS", var value]:
                    b = ReadPorts(value);
                    break;
                default:
                    break;
            }
        }

        return new PairVariables(a, b);
    }

    private static PortRange? ReadPorts(string text) =>
        PortRange.TryParse(text.Trim().Trim('"', '\''), out PortRange range) ? range : null;
}
