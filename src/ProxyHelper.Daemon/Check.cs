using System.Net;
using ProxyHelper.Access;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.Server;

namespace ProxyHelper.Daemon;

/// <summary>Tries what a start would do, and says what is missing and how to mend it. It changes nothing, and answers nothing.</summary>
internal static class Check
{
    /// <summary>Writes what it finds, a line for each thing that it tried.</summary>
    /// <returns>Whether nothing is missing.</returns>
    public static bool Run(Settings settings)
    {
        ListenOptions options = settings.Listen;
        bool isWell = Try("the conntrack table can be asked", TryTable);
        if (settings.SecretFile is { } secretFile)
        {
            isWell &= Try($"the secret file {secretFile} can be used", () => SecretFile.Read(secretFile));
        }

        foreach (IPAddress address in options.InheritedSockets.Count > 0 ? [] : options.Addresses)
        {
            var endPoint = new IPEndPoint(address, options.Port);
            isWell &= Try($"{endPoint} can be listened on", () => QuerySocket.Open(endPoint, options.AllowAbsentAddresses).Dispose());
            if (options.TcpPort != 0)
            {
                isWell &= TryListening(new IPEndPoint(address, options.TcpPort), options.AllowAbsentAddresses);
            }
        }

        if (settings.Metrics is { } metrics)
        {
            isWell &= TryListening(metrics, allowsAbsentAddress: false);
        }

        if (settings.User is { } user)
        {
            isWell &= Try($"the user {user} is there", () => Privileges.RequireUser(user));
        }

        if (settings.PidFile is { } pidFile)
        {
            isWell &= Try($"{pidFile} can be written", () => PidFile.Create(pidFile).Dispose());
        }

        if (settings.Rules.AllowedProxies.Count == 0)
        {
            Say("note", "everybody may ask about connections to its own address: name the proxy with --allow, or let the firewall do it");
        }

        return isWell;
    }

    private static bool TryListening(IPEndPoint endPoint, bool allowsAbsentAddress) =>
        Try($"{endPoint} (TCP) can be listened on", () => ListeningSocket.Open(endPoint, allowsAbsentAddress).Dispose());

    private static void TryTable()
    {
        using ConntrackTable table = ConntrackTable.Open();
        ConntrackStatistics figures = table.ReadStatistics();
        if (figures.Entries == 0)
        {
            Say("note", "no connection is tracked here: is this the network namespace that does the NAT, and are its rules loaded?");
        }
        else if (figures.IsNearlyFull)
        {
            Say("note", $"the conntrack table is nearly full, {figures.Entries} of {figures.Maximum}: sysctl net.netfilter.nf_conntrack_max");
        }
    }

    private static bool Try(string what, Action action)
    {
        try
        {
            action();
            Say("ok", what);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Say("MISSING", $"{what}: {failure.Message.TrimEnd('.')}.{Advice.For(failure)}");
            return false;
        }
    }

    private static void Say(string state, string what) => Console.WriteLine($"{state,-8}{what}");
}
