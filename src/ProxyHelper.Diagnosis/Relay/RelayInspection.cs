using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using static ProxyHelper.Diagnosis.GuardedCheck;

namespace ProxyHelper.Diagnosis.Relay;

/// <summary>
/// Checks what a relay needs: its routers, their helpers, its target, and the limit of open files. The checks run in
/// the network namespace of the calling thread. An inspection changes nothing, and a check that fails does not stop the
/// next one.
/// </summary>
public sealed class RelayInspection
{
    private readonly RelaySetup _setup;
    private readonly RelayWords _words;
    private readonly CancellationToken _cancellationToken;

    private RelayInspection(RelaySetup setup, RelayWords words, CancellationToken cancellationToken)
    {
        _setup = setup;
        _words = words;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Runs the checks. Each check runs when its finding is read.</summary>
    /// <param name="setup">The set-up of the relay.</param>
    /// <param name="words">The words of the program that shows the findings.</param>
    /// <param name="cancellationToken">Stops the inspection.</param>
    /// <exception cref="OperationCanceledException">Thrown when the caller stopped the inspection.</exception>
    public static IEnumerable<Finding> Run(RelaySetup setup, RelayWords words, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(words);
        return new RelayInspection(setup, words, cancellationToken).Run();
    }

    private IEnumerable<Finding> Run()
    {
        if (!OperatingSystem.IsLinux())
        {
            return
            [
                Finding.Failed(
                    CheckNames.Host,
                    $"This is {RuntimeInformation.OSDescription}. A relay needs Linux.",
                    "Run the relay on the host of the proxy."),
            ];
        }

        return RunOnLinux();
    }

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> RunOnLinux() => JudgeHost()
        .Concat(JudgeRouters())
        .Concat(Guard(CheckNames.Target, () => new TargetCheck(_setup, _words).Judge(_cancellationToken)))
        .Concat(Guard(CheckNames.Descriptors, JudgeDescriptors))
        .Concat(Guard(CheckNames.DestinationNat, () => [JudgeRules()]));

    [SupportedOSPlatform("linux")]
    private IEnumerable<Finding> JudgeDescriptors() => DescriptorCheck.Judge(_setup, _words);

    /// <summary>Returns the finding about the DNAT rule, which only the router can read.</summary>
    private Finding JudgeRules() => Finding.Skipped(
        CheckNames.DestinationNat,
        "The rules of the router cannot be read on this host. A DNAT rule without a condition on the interface or " +
        "the source also translates the connections of the proxy, and leads them back to the relay.",
        _words.CheckRouter(FindAccepting()));

    /// <summary>Returns the address and port that the router translates to, as far as they are known.</summary>
    private IPEndPoint? FindAccepting() => _setup switch
    {
        { Listen: [var first, ..] } when !first.Address.Equals(IPAddress.Any) => first,
        { Listen: [var all, ..] } when _setup.FindOwnAddress() is { } own => new IPEndPoint(own, all.Port),
        _ => null,
    };

    private static IEnumerable<Finding> JudgeHost() =>
        [Finding.Passed(CheckNames.Host, "This host is checked as the host of the relay.")];

    private IEnumerable<Finding> JudgeRouters() => _setup.Routers.Count == 0
        ? [Finding.Skipped(CheckNames.Router, "The address of the router is not known.", _words.GiveRouter)]
        : _setup.Routers.SelectMany(router =>
            Guard(CheckNames.Router, () => new RouterCheck(_setup, _words).Judge(router, _cancellationToken)));
}
