using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ProxyHelper.PowerShell;

/// <summary>Stops the responders of this runspace when the module is removed, or imported again with -Force.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace)
        {
            RunspaceResponders.Of(runspace).StopAll();
        }
    }
}
