using ProxyHelper.Fuzzing.Targets;

namespace ProxyHelper.Fuzzing;

/// <summary>The targets. A new one is added here, and its corpus as the folder Corpus/NAME.</summary>
public static class FuzzTargets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new DatagramTarget(),
        new ReplyTarget(),
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
    ];

    /// <summary>The target of that name, or null.</summary>
    public static IFuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
