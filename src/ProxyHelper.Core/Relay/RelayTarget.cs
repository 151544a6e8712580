using System.Net;
using ProxyHelper.Addresses;

namespace ProxyHelper.Relay;

/// <summary>Represents the program that a relay connects to: a TCP end point, or the path of a Unix socket.</summary>
public sealed record RelayTarget
{
    /// <summary>The longest path of a Unix socket in bytes, without its NUL (sun_path in linux/un.h).</summary>
    public const int MaxPathLength = 107;

    private RelayTarget(IPEndPoint? endPoint, string? path)
    {
        EndPoint = endPoint;
        Path = path;
    }

    /// <summary>Gets the IPv4 address and port, or null if the target is a Unix socket.</summary>
    public IPEndPoint? EndPoint { get; }

    /// <summary>Gets the path of the Unix socket, or null if the target is a TCP end point.</summary>
    public string? Path { get; }

    /// <summary>Makes a target of TCP.</summary>
    public static RelayTarget At(IPEndPoint endPoint) => new(endPoint, path: null);

    /// <summary>Makes a target that is a Unix socket.</summary>
    public static RelayTarget At(string path) => new(endPoint: null, path);

    /// <summary>Reads a target such as "127.0.0.1:3128" or "unix:/run/squid.sock".</summary>
    /// <param name="text">The text.</param>
    /// <param name="target">The target.</param>
    /// <returns>Whether the text is a target.</returns>
    public static bool TryParse(string text, out RelayTarget? target)
    {
        const string prefix = "unix:";
        ArgumentNullException.ThrowIfNull(text);
        bool isPath = text.StartsWith(prefix, StringComparison.Ordinal);
        target = isPath ? FromPath(text[prefix.Length..])
            : AddressText.TryReadIPv4EndPoint(text, out IPEndPoint? endPoint) && endPoint.Port != 0 ? At(endPoint)
            : null;
        return target is not null;
    }

    /// <summary>Returns the target as text, in the form that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Path is null ? $"{EndPoint}" : $"unix:{Path}";

    private static RelayTarget? FromPath(string path) =>
        path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal)
            && System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathLength
            ? At(path)
            : null;
}
