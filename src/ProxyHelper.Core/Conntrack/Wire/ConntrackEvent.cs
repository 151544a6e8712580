using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Reads the events that ctnetlink multicasts: an entry is new, has changed or is gone.</summary>
internal static class ConntrackEvent
{
    /// <summary>The multicast group NFNLGRP_CONNTRACK_NEW (linux/netfilter/nfnetlink_compat.h).</summary>
    public const int NewGroup = 1;

    /// <summary>The multicast group NFNLGRP_CONNTRACK_UPDATE.</summary>
    public const int UpdateGroup = 2;

    /// <summary>The multicast group NFNLGRP_CONNTRACK_DESTROY.</summary>
    public const int DestroyGroup = 3;

    private const ushort EntryType = 1 << 8; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW
    private const ushort DestroyedType = EntryType | 2; // IPCTNL_MSG_CT_DELETE
    private const ushort CreateFlag = 0x400; // NLM_F_CREATE: the entry is new

    /// <summary>Returns whether a message is about an entry.</summary>
    public static bool IsEvent(in NetlinkMessage message) => message.Type is EntryType or DestroyedType;

    /// <summary>Reads an event.</summary>
    /// <returns>False if the message is malformed or is not about an entry.</returns>
    public static bool TryRead(in NetlinkMessage message, out ConntrackChangeKind kind, out ConntrackEntry? entry)
    {
        kind = message.Type == DestroyedType ? ConntrackChangeKind.Destroyed
            : (message.Flags & CreateFlag) != 0 ? ConntrackChangeKind.New
            : ConntrackChangeKind.Updated;
        entry = null;
        return IsEvent(message) && ConntrackDecoder.TryReadEntry(message.Payload, out entry);
    }
}
