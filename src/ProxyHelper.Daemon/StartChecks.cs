using System.Net;
using ProxyHelper.Addresses;
using ProxyHelper.Daemon.Configuration;
using ProxyHelper.Diagnosis;
using ProxyHelper.Linux;

namespace ProxyHelper.Daemon;

/// <summary>Tries the steps of a start. Nothing that another program or host can notice remains.</summary>
/// <typeparam name="TSettings">The record that holds the values of all settings.</typeparam>
/// <param name="settings">The settings.</param>
internal abstract class StartChecks<TSettings>(TSettings settings)
    where TSettings : ProcessSettings
{
    /// <summary>
    /// Gets the secret of the secret file, or null if there is no such file or it cannot be used. The checks must have
    /// run.
    /// </summary>
    public uint? Secret { get; private set; }

    /// <summary>Gets the settings.</summary>
    protected TSettings Settings { get; } = settings;

    /// <summary>Runs the checks.</summary>
    public IReadOnlyList<Finding> Run() =>
    [
        .. TrySecretFile(), .. TrySockets(), .. TryMetrics(), .. TryUser(), .. TryPidFile(), .. JudgeOwn(),
    ];

    /// <summary>Tries to bind the addresses and ports of the service.</summary>
    protected abstract IEnumerable<Finding> TrySockets();

    /// <summary>Runs the checks that only this command has.</summary>
    protected abstract IEnumerable<Finding> JudgeOwn();

    /// <summary>Receives a failure of a check.</summary>
    protected virtual void Receive(Exception failure)
    {
    }

    /// <summary>
    /// Tries to bind an address and port. The check also passes if this program runs and has the port.
    /// </summary>
    protected Finding TryBind(string check, IPEndPoint endPoint, IPProtocol protocol, bool allowsAbsentAddress)
    {
        string place = protocol == IPProtocol.Tcp ? $"{endPoint} (TCP)" : $"{endPoint}";
        return Try(
            check,
            $"{place} can be bound.",
            () => BoundSocket.TestBind(endPoint, protocol, allowsAbsentAddress),
            excuse: failure => failure is BindException { Errno: Errno.EADDRINUSE }
                && RunningDaemon.FindBySocket(endPoint, protocol) is { } process
                    ? $"proxy-helper, process {process}, has {place}."
                    : null);
    }

    /// <summary>Tries a step.</summary>
    /// <param name="check">The name of the check.</param>
    /// <param name="passed">The reason if the step succeeds.</param>
    /// <param name="action">The step.</param>
    /// <param name="advice">The action if the step fails and the failure has no advice of its own.</param>
    /// <param name="excuse">Returns the reason why a failure is no fault, or null if the failure is a fault.</param>
    protected Finding Try(
        string check,
        string passed,
        Action action,
        string advice = "Correct the cause.",
        Func<Exception, string?>? excuse = null)
    {
        try
        {
            action();
            return Finding.Passed(check, passed);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Receive(failure);
            if (excuse?.Invoke(failure) is { } reason)
            {
                return Finding.Passed(check, reason);
            }

            string known = Advice.For(failure).TrimStart();
            return Finding.Failed(check, $"{failure.Message.TrimEnd('.')}.", known.Length > 0 ? known : advice);
        }
    }

    private IEnumerable<Finding> TrySecretFile() => Settings.SecretFile is not { } path ? []
        : Settings.HasHiddenCredential
            ?
            [
                Finding.Skipped(
                    "Secret file",
                    $"{path} is a credential, which systemd shows only to the service.",
                    "To check the secret, add the file that LoadCredential= names: --secret-file FILE"),
            ]
            : [Try("Secret file", $"{path} holds a secret.", () => Secret = Settings.ReadSecret(path))];

    private IEnumerable<Finding> TryMetrics() => Settings.Metrics is { } metrics
        ? [TryBind("Metrics socket", metrics, IPProtocol.Tcp, allowsAbsentAddress: false)]
        : [];

    private IEnumerable<Finding> TryUser() => Settings.User is { } user
        ? [Try("User", $"{user} exists.", () => Privileges.RequireUser(user), "Create the user, or change --user.")]
        : [];

    private IEnumerable<Finding> TryPidFile() => Settings.PidFile is { } path
        ? [Try("PID file", $"{path} can be written.", () => PidFile.Check(path), "Change --pid-file.")]
        : [];
}
