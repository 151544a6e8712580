using System.Runtime.CompilerServices;

namespace ProxyHelper.Tests.Conntrack.Wire;

/// <summary>Reads messages of a real kernel from the folder Captures. Each file also explains its message.</summary>
internal static class Capture
{
    public static string[] Names { get; } =
        ["tcp-source-and-destination-nat", "udp-ipv6-zone-and-mark", "icmp-source-nat"];

    /// <summary>Returns the bytes of a message after its netlink header.</summary>
    public static byte[] Read(string name) => Bytes.Of(File.ReadAllText(Path.Combine(Folder(), $"{name}.hex")));

    private static string Folder([CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Captures");
}
