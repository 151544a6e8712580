using System.Runtime.CompilerServices;

namespace ProxyHelper.Tests.Conntrack.Wire;

/// <summary>Messages that a real kernel wrote, in the folder Captures, with what they say beside them.</summary>
internal static class Capture
{
    public static string[] Names { get; } = ["tcp-source-and-destination-nat", "udp-ipv6-zone-and-mark", "icmp-source-nat"];

    /// <summary>The bytes of a message behind its netlink header.</summary>
    public static byte[] Read(string name) => Bytes.Of(File.ReadAllText(Path.Combine(Folder(), $"{name}.hex")));

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Captures");
}
