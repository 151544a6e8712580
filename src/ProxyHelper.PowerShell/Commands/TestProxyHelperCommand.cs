using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security;
using ProxyHelper.Addresses;
using ProxyHelper.Client;
using ProxyHelper.Conntrack;
using ProxyHelper.Server;

namespace ProxyHelper.PowerShell.Commands;

/// <summary>Asks a helper the way smtp-gated does, and says what it answers. Works on any system.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ProxyHelper", DefaultParameterSetName = EndPointSet)]
[OutputType(typeof(HelperAnswer), typeof(bool))]
public sealed class TestProxyHelperCommand : ProxyHelperCommand
{
    private const string EndPointSet = "EndPoint";
    private const string MappingSet = "Mapping";

    private static readonly string[] _udpParameters = [nameof(Secret), nameof(SecretFile), nameof(Retries)];

    private uint _secret;

    private bool IsTcp => Transport == HelperTransport.Tcp;

    /// <summary>The helper's address or host name. The source's address unless said, as smtp-gated does.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    public string? HelperAddress { get; set; }

    /// <summary>The TCP peer as the proxy sees it, after SNAT, such as 194.0.1.1:20119.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = EndPointSet)]
    [Alias("TranslatedSource")]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public TransportEndPoint Source { get; set; }

    /// <summary>The proxy's own accepting address and port, such as 194.0.22.9:9199.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = EndPointSet)]
    [Alias("TranslatedDestination")]
    [ArgumentCompleter(typeof(EndPointCompleter))]
    public TransportEndPoint Destination { get; set; }

    /// <summary>
    /// The protocol of the connection, which rows of a file give by its name. The default is Tcp. A helper knows TCP only: a row of
    /// another protocol is an error.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = EndPointSet)]
    public IPProtocol Protocol { get; set; } = IPProtocol.Tcp;

    /// <summary>A mapping from Get-NatMapping to ask about; the answer says whether the helper agrees with it.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = EndPointSet)] // a mapping from the pipeline gives the end points by their names, too
    [Parameter(Mandatory = true, ParameterSetName = MappingSet)]
    [ValidateNotNull]
    public ConntrackEntry? Mapping { get; set; }

    /// <summary>
    /// How to ask: Udp (smtp-gated's mode remote-udp) or Tcp (its mode remote). The default is Udp. Only the proxy can ask over TCP.
    /// </summary>
    [Parameter]
    public HelperTransport Transport { get; set; }

    /// <summary>The helper's port, 1 to 65535; smtp-gated's remote_port. 114 unless said.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = ListenOptions.DefaultPort;

    /// <summary>The shared secret, a number or a SecureString that holds one; smtp-gated's remote_udp_secret. None (0) unless said. Not with -Transport Tcp.</summary>
    [Parameter]
    [Secret]
    public SecureString? Secret { get; set; }

    /// <summary>A file that holds the secret, which its owner alone may use (chmod 600). Not with -Transport Tcp.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SecretFile { get; set; }

    /// <summary>How often the query is sent in all, as smtp-gated's remote_udp_retries. 3 unless said. Not with -Transport Tcp.</summary>
    [Parameter]
    [ValidateRange(1, 100)]
    public int Retries { get; set; } = 3;

    /// <summary>How many seconds to wait after each send, over TCP in all, as smtp-gated's timeout_lookup. 5 unless said.</summary>
    [Parameter]
    [ValidateRange(0.01, 3600.0)]
    public double TimeoutSeconds { get; set; } = 5;

    /// <summary>Gives true when the connection was found (and agrees with the mapping, where one was given), else false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (IsTcp && _udpParameters.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } parameter)
        {
            Throw(Errors.ParameterNotForTcp(parameter));
        }

        _secret = ReadSecret(Secret, SecretFile);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Mapping is { } mapping)
        {
            if (mapping.Protocol != IPProtocol.Tcp || !IsIPv4(mapping.OriginalSource))
            {
                WriteError(Errors.MappingNotAskable(mapping.Protocol, mapping.OriginalSource, mapping.OriginalDestination, mapping));
                return;
            }

            Source = mapping.TranslatedSource;
            Destination = mapping.TranslatedDestination;
        }
        else if (Protocol != IPProtocol.Tcp)
        {
            WriteError(Errors.MappingNotAskable(Protocol, Source, Destination, $"{Protocol} {Source} -> {Destination}"));
            return;
        }

        foreach (TransportEndPoint end in new[] { Source, Destination })
        {
            if (!IsIPv4(end))
            {
                WriteError(Errors.EndPointNotIPv4(end));
                return;
            }
        }

        if (ResolveHelper() is { } helper)
        {
            if (IsTcp && helper.ToString() != Source.Address)
            {
                WriteError(Errors.HelperNotSource(helper, Source));
                return;
            }

            Ask(new IPEndPoint(helper, Port));
        }
    }

    private static bool IsIPv4(TransportEndPoint end) => end.ToIPEndPoint().AddressFamily == AddressFamily.InterNetwork;

    private static bool? Agrees(ConntrackEntry? mapping, HelperAnswer answer) => mapping is null || answer.Outcome is not (HelperOutcome.Found or HelperOutcome.NotFound)
        ? null // nobody said anything that could agree
        : answer.Outcome == HelperOutcome.Found && (answer.OriginalSource ?? mapping.OriginalSource) == mapping.OriginalSource && answer.OriginalDestination == mapping.OriginalDestination;

    private IPAddress? ResolveHelper()
    {
        if (HelperAddress is null)
        {
            return Source.ToIPEndPoint().Address;
        }

        SocketException? failure = null;
        try
        {
            if (Await(Dns.GetHostAddressesAsync(HelperAddress, AddressFamily.InterNetwork, Cancellation), $"Asking for the address of {HelperAddress}", "No answer yet", longest: null) is [var address, ..])
            {
                return address;
            }
        }
        catch (SocketException unresolved)
        {
            failure = unresolved;
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            return null;
        }

        WriteError(Errors.HelperHostNotFound(HelperAddress, failure));
        return null;
    }

    private void Ask(IPEndPoint helper)
    {
        TimeSpan longest = TimeSpan.FromSeconds(TimeoutSeconds) * (IsTcp ? 1 : Retries);
        WriteVerbose(IsTcp
            ? $"Asking {helper} over TCP about {Source} -> {Destination}, for {Seconds(longest)} at most."
            : $"Asking {helper} about {Source} -> {Destination}, up to {Retries} times in {Seconds(longest)}, {(_secret == 0 ? "without a secret" : "with a secret")}.");
        var request = new HelperRequest
        {
            Helper = helper,
            Source = Source,
            Destination = Destination,
            Secret = _secret,
            Sends = Retries,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        };
        HelperAnswer answer;
        try
        {
            Task<HelperAnswer> asking = IsTcp ? LineClient.AskAsync(request, Cancellation) : HelperClient.AskAsync(request, Cancellation);
            answer = Await(asking, $"Asking {helper}", $"No answer about {Source} -> {Destination} yet", longest);
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            return;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            WriteError(Errors.DestinationNotLocal(Destination, failure));
            return;
        }

        Tell(answer);
        answer = answer with { AgreesWithMapping = Agrees(Mapping, answer) };
        if (Quiet)
        {
            WriteObject(answer.Outcome == HelperOutcome.Found && answer.AgreesWithMapping != false);
        }
        else
        {
            WriteObject(answer);
        }
    }

    /// <summary>What a person wants to know besides the answer.</summary>
    private void Tell(HelperAnswer answer)
    {
        string from = answer.AskedFrom?.Address.ToString() ?? "nowhere";
        WriteVerbose(IsTcp
            ? $"{answer.Outcome}, asked from {from}{(answer.RoundTripTime is { } all ? $", {Seconds(all)} from the beginning" : string.Empty)}."
            : $"{answer.Outcome} after {answer.Sends} of {Retries} sends from {from}{(answer.RoundTripTime is { } time ? $", {Seconds(time)} after the last" : string.Empty)}.");
        foreach (IgnoredReply ignored in answer.IgnoredReplies)
        {
            WriteWarning($"Ignored a reply from {ignored.Sender}: its {ignored.Reason.ToString().ToLowerInvariant()} does not match the query.");
        }

        if (!Quiet && answer.Outcome == HelperOutcome.TimedOut && answer.AskedFrom?.Address is { } asker && asker.ToString() != Destination.Address)
        {
            WriteWarning($"This was asked from {asker}. A helper answers about {Destination.Address}'s connections only to that address, to its own host and to its trusted clients: ask from there, or start it with -TrustedClient {asker}.");
        }
    }
}
