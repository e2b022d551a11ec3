import logging

import uvicorn

from actions.app import create_app
from actions.settings import ActionSettings
from common.logs import configure_logs


def main() -> None:
    settings = ActionSettings()
    configure_logs("actions", as_json=settings.log_json, level=settings.log_level)
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)  # a line for each action at every start
    uvicorn.run(
        create_app(settings),
        host="127.0.0.1",
        port=settings.actions_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
