using System.Diagnostics.CodeAnalysis;
using ProxyHelper.Tables.Values;

namespace ProxyHelper.Tables.Json;

/// <summary>
/// Follows the brackets and commas around the objects of a JSON text: an array of objects, objects one after the other,
/// or several arrays.
/// </summary>
internal sealed class JsonOutline
{
    private bool _isLoose;
    private char _previous;

    /// <summary>Gets whether the end of an array is missing.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>
    /// Reads the next character outside of the objects that is not blank. A brace stands for an object.
    /// </summary>
    /// <param name="letter">The character.</param>
    /// <param name="reason">Receives why the character cannot be here.</param>
    /// <returns>False if the character cannot be here.</returns>
    public bool TryAdvance(char letter, [NotNullWhen(false)] out string? reason)
    {
        bool isAllowed = letter switch
        {
            '{' => !IsOpen || _previous is '[' or ',',
            '[' => !IsOpen,
            ',' => IsOpen && _previous == '{',
            ']' => IsOpen && _previous is '[' or '{',
            _ => false,
        };
        isAllowed |= _isLoose && IsPart(letter);
        IsOpen = (isAllowed && letter == '[') || (IsOpen && letter != ']');
        _previous = letter;
        reason = isAllowed ? null : $"'{FaultWord.Show([letter])}' cannot be here in JSON";
        return isAllowed;
    }

    /// <summary>Returns whether a character can be outside of the objects at all.</summary>
    public static bool IsPart(char letter) => letter is '{' or '[' or ',' or ']';

    /// <summary>
    /// Accepts brackets and commas in any order from now on, because an object was lost. A fault says so already.
    /// </summary>
    public void Loosen()
    {
        _isLoose = true;
        IsOpen = false;
    }
}
