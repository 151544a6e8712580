namespace ProxyHelper.Benchmarks.Scaling.Measuring;

/// <summary>
/// Represents a failover pair: two routers in namespaces of their own, a synchronization link, and a conntrackd on each
/// router. There is no keepalived, because the measurement gives conntrackd its commands.
/// </summary>
internal sealed class RouterPair : IDisposable
{
    private const string Link = "sync";
    private const string ActiveAddress = "10.255.0.1", StandbyAddress = "10.255.0.2";

    private readonly string _folder = Directory.CreateTempSubdirectory("proxy-helper-scaling-").FullName;
    private readonly Stack<IDisposable> _parts = new();

    /// <summary>Creates the pair.</summary>
    /// <param name="addresses">The addresses of the router and of the proxy, which both hosts have.</param>
    public RouterPair(IReadOnlyList<string> addresses)
    {
        var hosts = HostNetwork.Open();
        _parts.Push(hosts);
        try
        {
            ActiveHost = AddHost(hosts, "active", addresses);
            StandbyHost = AddHost(hosts, "standby", addresses);
            HostNetwork.Connect(ActiveHost, Link, StandbyHost, Link);
            ActiveHost.AddAddress($"{ActiveAddress}/24", Link);
            StandbyHost.AddAddress($"{StandbyAddress}/24", Link);
            Active = Start(ActiveHost, ActiveAddress, StandbyAddress);
            Standby = Start(StandbyHost, StandbyAddress, ActiveAddress);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets the host of the active router.</summary>
    public NetworkHost ActiveHost { get; }

    /// <summary>Gets the host of the standby router.</summary>
    public NetworkHost StandbyHost { get; }

    /// <summary>Gets conntrackd on the active router.</summary>
    public Conntrackd Active { get; }

    /// <summary>Gets conntrackd on the standby router.</summary>
    public Conntrackd Standby { get; }

    /// <summary>Gets the traffic of the synchronization link up to now.</summary>
    public SyncCounters Traffic => SyncCounters.Read(ActiveHost, Link);

    /// <summary>Removes everything. If a part cannot be removed, the others are.</summary>
    public void Dispose()
    {
        if (!_parts.TryPop(out IDisposable? part))
        {
            Directory.Delete(_folder, recursive: true);
            return;
        }

        try
        {
            part.Dispose();
        }
        finally
        {
            Dispose();
        }
    }

    private NetworkHost AddHost(HostNetwork hosts, string role, IReadOnlyList<string> addresses)
    {
        NetworkHost host = hosts.AddHost(role);
        _parts.Push(new FilledTable(host));
        foreach (string address in addresses)
        {
            host.AddAddress($"{address}/32", "lo");
        }

        return host;
    }

    private Conntrackd Start(NetworkHost host, string address, string peer)
    {
        string configuration = Path.Combine(_folder, $"{host.Name}.conf");
        File.WriteAllText(configuration, Configuration(Path.Combine(_folder, host.Name), address, peer));
        var conntrackd = new Conntrackd(host, configuration);
        _parts.Push(conntrackd);
        return conntrackd;
    }

    // The limits and buffers of docs/scaling.md for 1,000,000 entries.
    private static string Configuration(string files, string address, string peer) => $$"""
        Sync {
            Mode FTFW {
                ResendQueueSize 1048576
                DisableExternalCache no
            }
            UDP {
                IPv4_address {{address}}
                IPv4_Destination_Address {{peer}}
                Port 3780
                Interface {{Link}}
                SndSocketBuffer 8388608
                RcvSocketBuffer 8388608
                Checksum on
            }
        }
        General {
            Systemd off
            HashSize 262144
            HashLimit 2097152
            LogFile off
            LockFile {{files}}.lock
            UNIX {
                Path {{files}}.ctl
            }
            NetlinkBufferSize 8388608
            NetlinkBufferSizeMaxGrowth 134217728
            Filter From Kernelspace {
                Protocol Accept {
                    TCP
                }
                Address Ignore {
                    IPv4_address 127.0.0.1
                    IPv4_address {{ActiveAddress}}
                    IPv4_address {{StandbyAddress}}
                }
            }
        }
        """;

    private sealed class FilledTable(NetworkHost host) : IDisposable
    {
        // The kernel has one hash table. The entries leave it now, not when the namespace is cleared.
        public void Dispose() => host.Run(() =>
        {
            using ConntrackFixture table = ConntrackFixture.Open();
            table.Flush();
        });
    }
}
