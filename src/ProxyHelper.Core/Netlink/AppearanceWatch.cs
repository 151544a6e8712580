using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Linux;

namespace ProxyHelper.Netlink;

/// <summary>
/// Finds the IPv4 addresses that appear on this host. The kernel reports each change of an address to a socket. A
/// report only says that the list must be read again and compared. So a lost, a repeated or a forged report does no
/// harm, and a refreshed lifetime is not a new address. An instance belongs to one thread.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AppearanceWatch : IDisposable
{
    private const int AddressGroup = 5; // RTNLGRP_IPV4_IFADDR (linux/rtnetlink.h)
    private const int ReceiveBuffer = 64 << 10; // further reports are lost, and the socket stays ready

    private readonly AddressReader _reader;
    private readonly NetlinkSocket _reports;
    private HashSet<Known> _known = [];

    private AppearanceWatch(AddressReader reader, NetlinkSocket reports)
    {
        _reader = reader;
        _reports = reports;
    }

    /// <summary>Gets the descriptor that is ready after a change.</summary>
    public SafeHandle Reports => _reports.Handle;

    /// <summary>Gets whether the last reading failed, so that the list must be read again.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Gets whether the kernel has reported a change since the last reading.</summary>
    public bool HasReport => _reports.Wait(milliseconds: 0);

    /// <summary>Gets the addresses of this host at the start of the watch.</summary>
    public IReadOnlyList<HostAddress> AtStart { get; private set; } = [];

    /// <summary>Opens a watch in the network namespace of the calling thread.</summary>
    /// <param name="reader">The reader of the list, which stays open after the watch.</param>
    /// <exception cref="LinuxException">Thrown when the addresses cannot be read.</exception>
    public static AppearanceWatch Open(AddressReader reader)
    {
        var watch = new AppearanceWatch(reader, reader.OpenSocket(ReceiveBuffer));
        try
        {
            watch._reports.Join(AddressGroup); // before the list is read, so that no change is missed
            watch.AtStart = watch.Read();
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Reads the list again.</summary>
    /// <returns>The addresses that have appeared since the last complete reading.</returns>
    public IReadOnlyList<HostAddress> FindAppeared()
    {
        _reports.Discard(); // before the list is read, so that a later change is reported again
        IsBehind = true;
        try
        {
            IReadOnlyList<HostAddress> appeared = Read();
            IsBehind = false;
            return appeared;
        }
        catch (LinuxException)
        {
            return []; // such as a list that changed while it was read
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reports.Dispose();

    /// <summary>Reads the list, and returns the addresses that were not in the list before.</summary>
    private List<HostAddress> Read()
    {
        var all = new List<HostAddress>();
        _reader.Begin();
        while (_reader.MoveNext())
        {
            all.Add(_reader.Current);
        }

        // An address can be on several interfaces. It is new if it is on none of them since the last reading.
        HashSet<IPv4Address?> kept = [.. all.Where(one => _known.Contains(Known.From(one))).Select(one => one.Local)];
        _known = [.. all.Select(one => Known.From(one))];
        all.RemoveAll(one => one.Local is null || kept.Contains(one.Local));
        return all;
    }

    /// <summary>Identifies an address between its addition and its removal.</summary>
    private readonly record struct Known(IPv4Address? Address, uint CreatedAt)
    {
        public static Known From(HostAddress address) => new(address.Local, address.CreatedAt);
    }
}
