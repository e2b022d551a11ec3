"""One rule decides between the classifier (what people want) and the FAQ index (what is published).

The classifier gives P(intent | text). The index gives q, the calibrated probability that its best entry answers the
text. Both are evidence on the same question, and by Bayes' rule the index's evidence multiplies:

    faq           (p + u·p(out_of_scope)) · q/b          an entry answers it
    out_of_scope  (1-u)·p                 · (1-q)/(1-b)  nothing that is published answers it
    the others    p                                      the index does not know of them

then all are normalised. b is how often the best entry is right before anything is known of a text. u is the share of
what training calls out of scope that may be published since: training never saw those entries, and must not be certain.
A question about an entry published a second ago is found (p(out_of_scope) high, q high); "where is my
refund" stays refund_status although an entry on refund times is close (p high, so a factor 1/b does not matter); and a
question that no entry answers becomes out_of_scope.
"""

from typing import Dict, Optional

FAQ = "faq"
OUT_OF_SCOPE = "out_of_scope"
NOT_UNDERSTOOD = "nlu_fallback"


def weigh(intents: Dict[str, float], answered: Optional[float], base: float, unseen: float) -> Dict[str, float]:
    """The classifier's probabilities with the index's `answered` (q; None: unknown) taken into account."""
    if answered is None:
        return dict(intents)
    weighed = dict(intents)
    moved = unseen * intents.get(OUT_OF_SCOPE, 0.0)
    weighed[FAQ] = (intents.get(FAQ, 0.0) + moved) * answered / base
    weighed[OUT_OF_SCOPE] = (intents.get(OUT_OF_SCOPE, 0.0) - moved) * (1.0 - answered) / (1.0 - base)
    total = sum(weighed.values())
    return {intent: value / total for intent, value in weighed.items()} if total else dict(intents)
