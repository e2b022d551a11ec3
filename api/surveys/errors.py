"""What can be wrong with feedback; each answers 422 with its `code`.

Problem
├── UnknownReference   `ref` is no FAQ answer, or no survey of this kind, of this conversation
└── ReferenceMissing   a thumb has to say which answer it is for
"""

from common.problems import Problem


class UnknownReference(Problem):
    def __init__(self) -> None:
        super().__init__(422, "unknown_ref", "There is nothing under this number that could be rated like this.")


class ReferenceMissing(Problem):
    def __init__(self) -> None:
        super().__init__(422, "ref_missing", "Say which answer it is about: `ref` is the message's `seq`.")
