import uvicorn

from backends.sandbox.app import create_app
from backends.sandbox.settings import SandboxSettings
from common.logs import configure_logs

settings = SandboxSettings()
configure_logs("sandbox", as_json=settings.log_json, level=settings.log_level)
uvicorn.run(create_app(settings), host="127.0.0.1", port=settings.sandbox_port, log_config=None, access_log=False)
