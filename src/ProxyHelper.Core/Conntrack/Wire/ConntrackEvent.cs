using ProxyHelper.Netlink;

namespace ProxyHelper.Conntrack.Wire;

/// <summary>Reads what the kernel tells those who listen: an entry that is new, has changed or has gone.</summary>
internal static class ConntrackEvent
{
    /// <summary>NFNLGRP_CONNTRACK_NEW, _UPDATE and _DESTROY (linux/netfilter/nfnetlink_compat.h): the groups to join.</summary>
    public const int NewGroup = 1, UpdateGroup = 2, DestroyGroup = 3;

    private const ushort EntryType = 1 << 8; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW
    private const ushort DestroyedType = EntryType | 2; // IPCTNL_MSG_CT_DELETE
    private const ushort CreateFlag = 0x400; // NLM_F_CREATE: the entry is new

    /// <summary>Reads a message.</summary>
    /// <returns>False when it tells of no entry, or is malformed.</returns>
    public static bool TryRead(in NetlinkMessage message, out ConntrackChangeKind kind, out ConntrackEntry? entry)
    {
        kind = message.Type == DestroyedType ? ConntrackChangeKind.Destroyed
            : (message.Flags & CreateFlag) != 0 ? ConntrackChangeKind.New
            : ConntrackChangeKind.Updated;
        entry = null;
        return message.Type is EntryType or DestroyedType && ConntrackDecoder.TryReadEntry(message.Payload, out entry);
    }
}
