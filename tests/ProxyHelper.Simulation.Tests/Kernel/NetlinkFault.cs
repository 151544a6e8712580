using ProxyHelper.Linux;
using ProxyHelper.Simulation.Network;

namespace ProxyHelper.Simulation.Kernel;

/// <summary>Contains the answers to one send, and what happens to them.</summary>
internal sealed class NetlinkAnswers(List<byte[]> now)
{
    /// <summary>Gets the datagrams that arrive at once.</summary>
    public List<byte[]> Now { get; } = now;

    /// <summary>Gets the datagrams that arrive with the next send on the same socket.</summary>
    public List<byte[]> Later { get; } = [];

    /// <summary>Gets or sets the error that a receive reports first.</summary>
    public Errno FirstError { get; set; }

    /// <summary>Gets or sets whether the look-up must fail.</summary>
    public bool IsFailure { get; set; }

    /// <summary>Gets or sets whether the next exchange on the same socket must fail.</summary>
    public bool LeavesStale { get; set; }
}

/// <summary>Changes the answers of the kernel to the requests of one send.</summary>
internal static class NetlinkFault
{
    private const int TooLong = 9000; // bytes, longer than any buffer of the helper

    /// <summary>Applies one fault.</summary>
    public static void Apply(NetlinkAnswers answers, List<byte[]> requests, World world)
    {
        int kind = world.Chance.Below(10);
        world.Trace.Add(world.Now, "netlink fault", kind);
        answers.IsFailure = kind > 2;
        if (answers.IsFailure)
        {
            Damage(answers, requests, kind, world);
            return;
        }

        byte[][] now = [.. answers.Now];
        switch (kind)
        {
            case 0: // the kernel may answer in any order
                world.Chance.Shuffle(now.AsSpan());
                break;
            case 1: // several messages in one datagram
                now = [[.. now.SelectMany(bytes => bytes)]];
                break;
            case 2:
                answers.FirstError = Errno.EINTR;
                break;
        }

        answers.Now.Clear();
        answers.Now.AddRange(now);
    }

    private static void Damage(NetlinkAnswers answers, List<byte[]> requests, int kind, World world)
    {
        List<byte[]> now = answers.Now;
        int place = world.Chance.Below(requests.Count);
        switch (kind)
        {
            case 3:
                now.RemoveRange(place, world.Chance.Between(1, now.Count - place)); // lost
                break;
            case 4:
                answers.FirstError = Errno.ENOBUFS;
                now.RemoveRange(place, now.Count - place);
                break;
            case 5:
                now[place] = NetlinkMessages.Found(
                    NetlinkMessages.SequenceOf(requests[place]), Places.AnyEntry, world.Chance, TooLong); // cut
                break;
            case 6:
                Insert(answers, place, Foreign(requests[place], world.Chance));
                break;
            case 7:
                Insert(answers, world.Chance.Between(place + 1, now.Count), now[place]); // twice
                break;
            case 8:
                now[place] = NetlinkMessages.Error(requests[place], world.Chance.Of(1, 12, 16, 22));
                break;
            default:
                answers.Later.AddRange(now[place..]); // delayed
                now.RemoveRange(place, now.Count - place);
                answers.LeavesStale = true;
                break;
        }
    }

    /// <summary>
    /// Inserts a datagram that no request expects. The last one stays unread until the next exchange.
    /// </summary>
    private static void Insert(NetlinkAnswers answers, int place, byte[] datagram)
    {
        answers.IsFailure = place < answers.Now.Count;
        answers.LeavesStale = !answers.IsFailure;
        answers.Now.Insert(place, datagram);
    }

    /// <summary>Returns an answer to a request that was made before, or never.</summary>
    private static byte[] Foreign(byte[] request, Chance chance)
    {
        uint sequence = NetlinkMessages.SequenceOf(request);
        return NetlinkMessages.Found(
            chance.Of(sequence - 1000, sequence + 1000, 0u), Places.AnyEntry, chance);
    }
}
