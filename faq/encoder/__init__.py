"""Sentence vectors: the port, its implementations, and the export that the serving one runs."""
