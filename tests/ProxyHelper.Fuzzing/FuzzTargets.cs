using ProxyHelper.Fuzzing.Targets;
using ProxyHelper.Mappings;

namespace ProxyHelper.Fuzzing;

/// <summary>Lists the targets. A new target needs a line here and a corpus in the folder Corpus/NAME.</summary>
public static class FuzzTargets
{
    /// <summary>Gets all targets.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new DatagramTarget(),
        new ReplyTarget(),
        new HelperAnswersTarget(),
        new LineQueryTarget(),
        new LineReplyTarget(),
        new NetlinkMessagesTarget(),
        new NetlinkAttributesTarget(),
        new ConntrackEntryTarget(),
        new ControlDataTarget(),
        new EndPointTarget(),
        new SavedEntryTarget(),
        new ConntrackEventsTarget(),
        new TableStatisticsTarget(),
        new FirewallRulesTarget(),
        new SmtpGatedConfigurationTarget(),
        new PairFilesTarget(),
        new TableTarget("pf-table", NatSystem.Pf),
        new TableTarget("ipfilter-table", NatSystem.IPFilter),
        new TableTarget("mikrotik-table", NatSystem.MikroTik),
        new TableTarget("mikrotik-json", NatSystem.MikroTik),
        new TableTarget("cisco-table", NatSystem.Cisco),
        new TableTarget("windows-table", NatSystem.Windows),
        new TableTarget("windows-json", NatSystem.Windows),
        new TableTarget("windows-clixml", NatSystem.Windows),
        new TableTarget("junos-table", NatSystem.Junos),
        new TableTarget("conntrack-table", NatSystem.Conntrack),
    ];

    /// <summary>Returns the target with a name, or null.</summary>
    public static IFuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
