"""One rule decides between the classifier (what people want) and the FAQ index (what is published).

The classifier gives P(intent | text). The index gives q, the calibrated probability that its best entry answers the
text. Both are evidence on the same question, and by Bayes' rule the index's evidence multiplies:

    faq           (p + u·p(out_of_scope)) · q/b          an entry answers it
    out_of_scope  (1-u)·p                 · (1-q)/(1-b)  nothing that is published answers it
    the others    p · ((1-w) + w·(1-q)/(1-b))            most of them are about nothing that is published

then all are normalised. b is how often the best entry is right before anything is known of a text. u is the share of
what training calls out of scope that may be published since: training never saw those entries, and must not be certain.
w is how far a skill's messages are like what no entry answers: with 0.75 the odds of `faq` against the others are what
is found among the examples (q above 0.9 is seven times as frequent with questions for the FAQ, below 0.35 a third as).

A question about an entry published a second ago is found (p(out_of_scope) high, q high); "where is my refund" stays
refund_status although an entry on refund times is close (p so high that the factor does not matter); a visitor who asks
how refunds are paid gets the entry; and a question that no entry answers becomes out_of_scope.
"""

from typing import Dict, Optional

FAQ = "faq"
OUT_OF_SCOPE = "out_of_scope"
NOT_UNDERSTOOD = "nlu_fallback"


def weigh(
    intents: Dict[str, float], answered: Optional[float], base: float, unseen: float, own: float
) -> Dict[str, float]:
    """The classifier's probabilities with the index's `answered` (q; None: unknown) taken into account; `own` is w."""
    if answered is None:
        return dict(intents)
    asked, unasked = answered / base, (1.0 - answered) / (1.0 - base)
    weighed = {intent: value * (1.0 - own + own * unasked) for intent, value in intents.items()}
    moved = unseen * intents.get(OUT_OF_SCOPE, 0.0)
    weighed[FAQ] = (intents.get(FAQ, 0.0) + moved) * asked
    weighed[OUT_OF_SCOPE] = (intents.get(OUT_OF_SCOPE, 0.0) - moved) * unasked
    total = sum(weighed.values())
    return {intent: value / total for intent, value in weighed.items()} if total else dict(intents)
