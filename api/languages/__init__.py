"""In which language a conversation goes on: detected from the first messages, or chosen, and remembered."""
