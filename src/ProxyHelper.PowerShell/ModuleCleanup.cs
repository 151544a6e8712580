using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ProxyHelper.PowerShell;

/// <summary>Stops this runspace's responders when the module is removed, or imported anew with -Force.</summary>
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
