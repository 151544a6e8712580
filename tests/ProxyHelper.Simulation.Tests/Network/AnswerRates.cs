using ProxyHelper.Simulation.Kernel;

namespace ProxyHelper.Simulation.Network;

/// <summary>Counts the replies to each sender, and objects to more than the rules allow.</summary>
internal sealed class AnswerRates
{
    private readonly Dictionary<uint, int> _answers = [];
    private SimulatedRules? _rules;
    private TimeSpan _since;

    /// <summary>Records a reply.</summary>
    /// <param name="receiver">The address of the receiver.</param>
    /// <param name="rules">The rules of the batch.</param>
    /// <param name="newest">The rules in force, by which the next batch is answered.</param>
    /// <param name="now">The true time.</param>
    public void Answer(uint receiver, SimulatedRules rules, SimulatedRules newest, TimeSpan now)
    {
        if (!ReferenceEquals(rules, newest) || rules.Rate == 0 || Places.Local.Contains(receiver))
        {
            return;
        }

        if (!ReferenceEquals(rules, _rules))
        {
            (_rules, _since) = (rules, now);
            _answers.Clear();
        }

        int answers = _answers[receiver] = _answers.GetValueOrDefault(receiver) + 1;
        double most = rules.Rate * (1 + (now - _since + rules.MaxAge).TotalSeconds);
        Violation.If(answers > most + 1, $"the sender {receiver:x8} is answered too often: {answers} times");
    }
}
