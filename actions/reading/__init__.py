"""Finding a customer's choice in a customer's words. Pure functions; the language's own words are in `en.yml`."""
