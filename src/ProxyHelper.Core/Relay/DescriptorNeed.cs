namespace ProxyHelper.Relay;

/// <summary>Computes how many descriptors a relay needs for its connections, and the other way round.</summary>
internal static class DescriptorNeed
{
    private const ulong PerConnection = 2; // the connection of the router, and the connection to the target
    private const ulong Others = 256; // listeners, sockets to helpers, pipes, and the files of the process

    /// <summary>Returns the number of descriptors that a relay with this limit of connections needs.</summary>
    public static ulong Of(int maxConnections) => ((ulong)maxConnections * PerConnection) + Others;

    /// <summary>Returns the largest limit of connections for which a number of descriptors is enough.</summary>
    public static int ConnectionsWithin(ulong descriptors) => descriptors <= Others ? 0
        : (int)Math.Min((descriptors - Others) / PerConnection, RelayOptions.MostConnections);
}
