using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace ProxyHelper.Daemon;

/// <summary>Specifies what a signal requests from the running service.</summary>
internal enum ServiceRequest
{
    /// <summary>SIGHUP: read the configuration again.</summary>
    Reload,

    /// <summary>SIGUSR1: log the counters.</summary>
    LogCounters,
}

/// <summary>Receives the signals of this process. Signals during the start are kept until the service runs.</summary>
internal sealed class Signals : IDisposable
{
    private const PosixSignal UserSignal = (PosixSignal)10; // SIGUSR1 on x64 and on arm64

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ServiceRequest> _requests = Channel.CreateUnbounded<ServiceRequest>();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Starts to receive signals.</summary>
    public Signals()
    {
        On(PosixSignal.SIGTERM, _stop.Cancel);
        On(PosixSignal.SIGINT, _stop.Cancel);
        On(PosixSignal.SIGHUP, () => _requests.Writer.TryWrite(ServiceRequest.Reload));
        On(UserSignal, () => _requests.Writer.TryWrite(ServiceRequest.LogCounters));
    }

    /// <summary>Gets the token that SIGTERM and SIGINT cancel.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Gets the requests in the order of their signals.</summary>
    public ChannelReader<ServiceRequest> Requests => _requests.Reader;

    /// <summary>Ends <see cref="Requests"/>.</summary>
    public void EndRequests() => _requests.Writer.TryComplete();

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void On(PosixSignal signal, Action action) => _registrations.Add(
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true; // by default each of these signals ends the process
            action();
        }));
}
