using System.Runtime.Versioning;
using ProxyHelper.Addresses;
using ProxyHelper.Conntrack;
using ProxyHelper.Linux;
using ProxyHelper.PowerShell.Commands;

namespace ProxyHelper.PowerShell;

/// <summary>Writes mappings that are found by listing the kernel's table.</summary>
/// <param name="command">The cmdlet that writes them.</param>
/// <param name="filter">The filters. A mapping that does not match them is not written.</param>
/// <param name="lookUp">Reads how full the table is.</param>
/// <param name="cancellationToken">The token that Ctrl+C cancels.</param>
[SupportedOSPlatform("linux")]
internal sealed class MappingListing(
    NatMappingFilterCommand command,
    ConntrackFilter filter,
    MappingLookUp lookUp,
    CancellationToken cancellationToken)
{
    /// <summary>Writes the connections that have both ends of a direction, in any zone.</summary>
    /// <param name="source">The source of the direction.</param>
    /// <param name="destination">The destination of the direction.</param>
    /// <param name="isOriginal">Whether the ends are those before translation.</param>
    /// <param name="protocols">The protocols. Without a protocol, each protocol is listed.</param>
    /// <exception cref="LinuxException">Thrown when the table cannot be read.</exception>
    public void WriteByEnds(
        TransportEndPoint source, TransportEndPoint destination, bool isOriginal, IReadOnlyList<IPProtocol> protocols)
    {
        if (source.AddressFamily != destination.AddressFamily)
        {
            command.WriteError(MappingErrors.MixedFamilies(source, destination));
            return;
        }

        EndPointPattern[] from = [new(source)], to = [new(destination)];
        var ends = new ConntrackFilter { Protocols = protocols, Zones = filter.Zones };
        ends = isOriginal
            ? ends with { OriginalSources = from, OriginalDestinations = to }
            : ends with { TranslatedSources = from, TranslatedDestinations = to };
        if (Write(ends, filter) == 0 && !cancellationToken.IsCancellationRequested)
        {
            var tuple = new ConntrackTuple(protocols is [var first, ..] ? first : IPProtocol.Tcp, source, destination);
            command.WriteError(
                MappingErrors.MappingNotFound(tuple, isOriginal, filter.Zones, lookUp.ReadStatistics()));
        }
    }

    /// <summary>Writes the connections that match both filters.</summary>
    /// <returns>The number of connections that match the first filter.</returns>
    /// <exception cref="LinuxException">Thrown when the table cannot be read.</exception>
    public long Write(ConntrackFilter listed, ConntrackFilter shown)
    {
        long found = 0, written = 0;
        var progress = new CountProgress(command, "Listing mappings", CountEntries);
        try
        {
            ConntrackListing listing = ConntrackTable.Enumerate(listed, progress, cancellationToken);
            command.WriteVerbose(
                $"Asking the kernel for: {listing.DescribeKernelFilter()}. The module applies the remaining filters. "
                + KernelWarnings.MissingValues());
            foreach (ConntrackEntry entry in listing)
            {
                found++;
                if (!ReferenceEquals(shown, listed) && !shown.Matches(entry))
                {
                    continue;
                }

                progress.End(); // The output itself shows progress, and a bar would disturb it.
                written++;
                command.WriteObject(entry);
            }

            progress.End();
            command.WarnOfUndecodable(listing.Undecodable);
            command.WriteVerbose(
                $"Mappings found: {written}, in {ProxyHelperCommand.Seconds(progress.Elapsed)}.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // After Ctrl+C, nobody reads the output.
        }
        catch (LinuxException failure) when (written > 0)
        {
            throw new TerminatingErrorException(Errors.ListingIncomplete(failure));
        }

        return found;
    }

    private long? CountEntries()
    {
        try
        {
            return lookUp.ReadStatistics().Entries;
        }
        catch (LinuxException)
        {
            return null; // The listing goes on without a total in its progress bar.
        }
    }
}
