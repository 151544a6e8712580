using ProxyHelper.Linux;

namespace ProxyHelper.Tests.Server;

/// <summary>Represents the clock of a host whose addresses were added an hour before the test added them.</summary>
internal class LateBootClock : LinuxClock
{
    public override TimeSpan Running => base.Running + TimeSpan.FromHours(1);
}
