using System.Globalization;
using System.Management.Automation.Language;
using System.Net;
using ProxyHelper.PowerShell.Commands;
using ProxyHelper.PowerShell.Resolving;
using ProxyHelper.Server;
using ProxyHelper.Sources;

namespace ProxyHelper.PowerShell;

/// <summary>Makes the command that stops a helper and starts it with the same parameters.</summary>
internal static class StartCommand
{
    /// <summary>Returns the command. It names a file for the secret and does not show the secret.</summary>
    /// <param name="job">The helper.</param>
    /// <param name="proxies">Proxies to add to the list of allowed proxies.</param>
    public static string Again(ResponderJob job, IEnumerable<IPAddress> proxies)
    {
        var defaults = new AnswerRules();
        AnswerRules rules = job.Rules;
        string addresses = Join(job.LocalEndPoints.Select(endPoint => endPoint.Address));
        int port = job.LocalEndPoints[0].Port;
        string?[] words =
        [
            $"Stop-ProxyHelper -Id {job.Id}; Start-ProxyHelper {addresses} -Port {port}",
            job.TcpEndPoints is [var tcp, ..] ? $"-TcpPort {tcp.Port}" : null,
            rules.Secret == 0 ? null : "-SecretFile FILE",
            $"-AllowedProxy {Join(rules.AllowedProxies.Cast<object>().Concat(proxies))}",
            rules.TrustedClients.Count == 0 ? null : $"-TrustedClient {Join(rules.TrustedClients)}",
            rules.MaxQueriesPerSecond == defaults.MaxQueriesPerSecond
                ? null
                : $"-MaxQueriesPerSecond {rules.MaxQueriesPerSecond}",
            rules.MaxQueueDelay == defaults.MaxQueueDelay ? null : $"-MaxQueueDelay {Seconds(rules.MaxQueueDelay)}",
            rules.FailoverGrace == defaults.FailoverGrace ? null : $"-FailoverGrace {Seconds(rules.FailoverGrace)}",
            job.Options.Workers == 1 ? null : $"-Workers {job.Options.Workers}",
            job.Options.AllowAbsentAddresses ? "-AllowAbsentAddress" : null,
            rules.IdentFormat == defaults.IdentFormat ? null : $"-IdentFormat {rules.IdentFormat}",
            job.Name == StartProxyHelperCommand.DefaultName ? null : $"-Name {Quoted(job.Name)}",
            job.PidFilePath is { } path ? $"-PidFile {Quoted(path)}" : null,
            SourceOf(job.Options.Resolver),
        ];
        return string.Join(' ', words.OfType<string>());
    }

    private static string? SourceOf(MappingResolver? resolver) => resolver switch
    {
        TableResolver table => $"-Path {Quoted(table.Path)} -MaxTableAge {Seconds(table.MaxAge)}",
        CommandResolver command => $"-ResolverCommand {Join(command.Command.Select(Quoted))}",
        ScriptResolver script => $"-Resolver {{{script.Script}}}",
        _ => null,
    };

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    private static string Join<T>(IEnumerable<T> values) => string.Join(", ", values);

    private static string Quoted(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
