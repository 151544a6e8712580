namespace ProxyHelper.TestSupport.Pair;

/// <summary>
/// Lets a router wait before it puts the entries of the other router into its kernel. Then a query certainly arrives
/// between the move of the address and the commit.
/// </summary>
/// <param name="machine">The machine of the router, whose script calls conntrackd by its name.</param>
internal sealed class PairCommitGate(PairMachine machine)
{
    private const string Gate = "/run/commit.fifo";

    private const string Close = """
        program=$(command -v conntrackd)
        cp "$program" /run/conntrackd.real
        mkfifo /run/commit.fifo
        printf '%s\n' '#!/bin/sh' '[ "$1" != -c ] || read -r _ </run/commit.fifo' \
            'exec /run/conntrackd.real "$@"' >/run/conntrackd.gate
        chmod 755 /run/conntrackd.gate
        mount --bind /run/conntrackd.gate "$program"
        """;

    /// <summary>Closes the gate.</summary>
    public void CloseGate() => machine.Run("bash", "-e", "-c", Close);

    /// <summary>Opens the gate. Returns when the script of the router has reached the commit.</summary>
    public Task OpenGateAsync() => File.WriteAllTextAsync(machine.PathOf(Gate), "commit\n", Patience.Token());
}
