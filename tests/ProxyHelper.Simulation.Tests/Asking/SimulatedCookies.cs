using ProxyHelper.Linux.Entropy;
using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Asking;

/// <summary>Makes the cookies of a world, and tells the oracle each one.</summary>
internal sealed class SimulatedCookies(World world, AskingOracle oracle) : RandomNumbers
{
    public override uint Next()
    {
        uint high = (uint)world.Chance.Below(1 << 16), low = (uint)world.Chance.Below(1 << 16);
        uint cookie = ((high << 16) | low) & world.CookieMask;
        oracle.ChooseCookie(cookie);
        return cookie;
    }
}
