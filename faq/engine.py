from faq.encoder.batching import BatchingEncoder
from faq.index.index import Index


class Engine:
    """The encoder and the index that is live now. `index` is replaced as a whole."""

    def __init__(self, encoder: BatchingEncoder, index: Index) -> None:
        self.encoder = encoder
        self.index = index
