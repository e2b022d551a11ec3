from tests.contracts.desks.conftest import (  # noqa: F401 - fixtures
    api_database,
    helpdesk,
    quiet_logs,
    rasa,
    rasa_url,
    settings,
    start_gateway,
    start_with_helpdesk,
)
