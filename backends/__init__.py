"""The retailer's systems as the assistant sees them: ports, typed models, errors, an HTTP client, a sample shop."""
