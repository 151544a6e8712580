using ProxyHelper.Mappings;

namespace ProxyHelper.PowerShell;

/// <summary>Contains the words of messages about the table of a system.</summary>
/// <param name="Row">What a row of the table is.</param>
/// <param name="Advice">How to save the table so that it can be read.</param>
internal sealed record SystemWords(string Row, string Advice)
{
    /// <summary>Returns the words for a system.</summary>
    public static SystemWords Of(NatSystem system) => system switch
    {
        NatSystem.Pf => new SystemWords(
            "a state of pf",
            "Use the output of 'pfctl -ss -vv'. Of 'pfctl -sa', use the part STATES only. Leave out the option -r, "
                + "which writes names of hosts, and -P, which writes names of services."),
        NatSystem.IPFilter => new SystemWords(
            "a session of IPFilter", "Use the output of 'ipnat -lv'. Do not use the option -d or -h."),
        NatSystem.MikroTik => new SystemWords(
            "a connection of RouterOS",
            "Use the output of '/ip firewall connection print detail without-paging', or of the same command with "
                + "terse instead of detail. Over ssh, the user name admin+cte255w prevents wrapped lines."),
        NatSystem.Cisco => new SystemWords(
            "a translation of Cisco IOS",
            "Run 'terminal length 0', and use the output of 'show ip nat translations', also with verbose or vrf "
                + "NAME."),
        NatSystem.Junos => new SystemWords(
            "a session of Junos",
            "Use the output of 'show security flow session nat | display xml | no-more', or of the same command "
                + "without display xml."),
        NatSystem.Windows => new SystemWords(
            "a session of Windows NAT",
            "Run 'Get-NetNatSession | Export-Clixml FILE' on the router, and 'Get-NatMapping -Path FILE' here."),
        _ => new SystemWords(
            "a conntrack entry",
            "Use the output of 'conntrack -L', also with '-o extended,id,ktimestamp', '-o xml' or '-o save', or of "
                + "/proc/net/nf_conntrack. 'Get-Help Get-NatMapping -Full' lists the commands of other routers. "
                + "-Format names the router."),
    };
}
