using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ProxyHelper.PowerShell;

/// <summary>
/// Stops the helpers and relays of this runspace when the module is removed, or imported again with -Force.
/// </summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace)
        {
            RunspaceJobs.Of(runspace).StopAll();
        }
    }
}
