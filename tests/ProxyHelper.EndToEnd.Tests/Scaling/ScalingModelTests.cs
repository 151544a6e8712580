using ProxyHelper.Benchmarks.Scaling;
using Xunit;

namespace ProxyHelper.EndToEnd.Scaling;

/// <summary>Tests the model of docs/scaling.md: what follows from a load, and settings that are large enough.</summary>
public sealed class ScalingModelTests
{
    /// <summary>Gets numbers of connections a second, from an idle router to the largest table.</summary>
    public static TheoryData<double> Loads => [0, 0.001, 1, 99, 728, 729, 5_555, 5_556, 55_555.5];

    [Fact]
    public void An_entry_lives_as_long_as_its_connection_and_the_time_wait()
    {
        var site = new Site { Routers = 10, Connections = 1000, Duration = 30, TimeWait = 120, OtherEntries = 500 };

        Assert.Equal((100 * 150) + 500, new ScalingModel(site).Entries);
    }

    [Fact]
    public void A_part_of_an_entry_counts_as_an_entry() =>
        Assert.Equal(1, new ScalingModel(new Site { Routers = 1000, Connections = 1, Duration = 1 }).Entries);

    [Fact]
    public void A_fraction_that_binary_numbers_cannot_hold_adds_no_entry()
    {
        var site = new Site { Connections = 100, Duration = 0.1, TimeWait = 0.2 };

        Assert.Equal(30, new ScalingModel(site).Entries);
    }

    [Theory]
    [InlineData(31_744, 1, 1)]
    [InlineData(31_745, 1, 2)]
    [InlineData(31_745, 2, 1)]
    [InlineData(0, 1, 1)]
    public void An_SNAT_address_has_a_port_for_each_connection_to_a_proxy(int entries, int proxies, int addresses)
    {
        var site = new Site { Proxies = proxies, Connections = entries, Duration = 1, TimeWait = 0, OtherEntries = 9 };

        Assert.Equal(addresses, new ScalingModel(site).SnatAddresses);
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void Settings_have_room_for_all_entries_and_are_powers_of_two(double connections)
    {
        var model = new ScalingModel(new Site { Connections = connections });

        Assert.True(model.TableLimit >= 2 * model.Entries, "nf_conntrack_max");
        Assert.True(model.Buckets >= model.Entries, "nf_conntrack_buckets");
        Assert.True(model.HashLimit >= model.TableLimit, "HashLimit");
        Assert.True(model.HashSize * 8 >= model.Entries, "HashSize");
        Assert.True(model.ResendQueueSize >= model.Entries, "ResendQueueSize");
        Assert.All(
            [model.TableLimit, model.Buckets, model.HashLimit, model.HashSize, model.ResendQueueSize],
            setting => Assert.True(long.IsPow2(setting) && setting <= int.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void No_worker_needs_more_than_half_of_a_processor_and_no_worker_is_too_many(double connections)
    {
        var model = new ScalingModel(new Site { Connections = connections });

        Assert.InRange(model.HelperPercent / model.Workers, 0, 50);
        Assert.True(model.Workers == 1 || model.HelperPercent / (model.Workers - 1) > 50);
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void The_rate_limit_is_twice_the_load_of_a_proxy_but_never_below_the_default(double connections)
    {
        var model = new ScalingModel(new Site { Connections = connections, Proxies = 2 });

        Assert.InRange(model.Rate, Math.Max(10_000, connections), 1_000_000);
    }

    [Theory]
    [InlineData(0, 60, 100)] // no site sets a limit of 0
    [InlineData(1, 1, 100)] // the mean of two connections is no limit for a burst
    [InlineData(1, 60, 120)]
    [InlineData(100, 60, 12_000)]
    public void The_limit_of_smtp_gated_has_room_for_a_burst(int connections, int duration, long expected)
    {
        var site = new Site { Connections = connections, Duration = duration, TimeWait = 1 };

        Assert.Equal(expected, new ScalingModel(site).MaxPerHost);
    }

    [Fact]
    public void More_routers_share_the_entries_and_the_time_of_a_commit_and_not_the_sum()
    {
        var one = new ScalingModel(new Site { Routers = 1, Connections = 50_000 });
        var ten = new ScalingModel(new Site { Routers = 10, Connections = 50_000 });

        Assert.Equal(one.Entries, 10 * ten.Entries);
        Assert.Equal(one.CommitSeconds, 10 * ten.CommitSeconds, tolerance: 1e-9);
        Assert.Equal(one.AllQueriesPerSecond, ten.AllQueriesPerSecond);
        Assert.Equal(one.PairsNeeded, ten.PairsNeeded);
    }

    [Fact]
    public void The_page_has_the_constants_of_the_program()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "scaling.md"));
        string table = page.Split("| constant | value |")[1].Split("\n\n")[0];
        FormattableString[] expected =
        [
            $"{ScalingConstants.KernelBytes} bytes", $"{ScalingConstants.BucketBytes} bytes",
            $"{ScalingConstants.ActiveBytes} bytes", $"{ScalingConstants.StandbyBytes} bytes",
            $"{ScalingConstants.HelperMebibytes} MiB", $"{ScalingConstants.QueryMicroseconds} µs",
            $"{ScalingConstants.ConnectionBytes} bytes in {ScalingConstants.ConnectionPackets} packets",
            $"{ScalingConstants.ActiveMicroseconds} µs", $"{ScalingConstants.StandbyMicroseconds} µs",
            $"{ScalingConstants.ResyncBytes} bytes in 0.06 packets", // the model does not use the packets
            $"{ScalingConstants.ResyncMicroseconds} µs", $"{ScalingConstants.CommitMicroseconds} µs",
        ];

        Assert.Equal(
            expected.Select(FormattableString.Invariant),
            table.Split('\n').Skip(2).Select(row => row.Split('|')[2].Trim()));
    }

    [Fact]
    public void Only_sizes_that_were_measured_are_marked_as_measured()
    {
        var largest = new ScalingModel(new Site { OtherEntries = 1_000_000, Connections = 0 });
        var larger = new ScalingModel(new Site { OtherEntries = 1_000_001, Connections = 0 });

        Assert.True(largest.IsMeasured);
        Assert.False(larger.IsMeasured);
    }
}
