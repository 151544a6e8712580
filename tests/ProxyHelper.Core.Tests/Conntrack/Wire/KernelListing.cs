using ProxyHelper.Conntrack;
using ProxyHelper.Conntrack.Wire;
using ProxyHelper.Netlink;

namespace ProxyHelper.Tests.Conntrack.Wire;

/// <summary>Counts the entries that the kernel itself returns for a filter.</summary>
internal static class KernelListing
{
    /// <summary>Returns the number of entries.</summary>
    public static int Count(ConntrackFilter filter)
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        var dump = new NetlinkDump("list", patience: 5000);
        int count = 0;
        foreach (KernelFilter part in KernelFilter.From(filter))
        {
            byte[] message = new byte[ConntrackRequest.MaximumDumpSize];
            uint sequence = socket.TakeSequence(1);
            var writer = new NetlinkWriter(message);
            ConntrackRequest.WriteDump(ref writer, sequence, part);
            dump.Begin(socket, message.AsSpan(0, writer.Length), sequence);
            while (dump.MoveNext())
            {
                count++;
            }
        }

        return count;
    }
}
