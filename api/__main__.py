import uvicorn

from api.app import create_app
from api.settings import ApiSettings
from common.logs import configure_logs

SHUTDOWN_SECONDS = 3  # for open long polls and streams; their clients come back


def main() -> None:
    settings = ApiSettings()
    configure_logs("api", as_json=settings.log_json, level=settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=16 * 1024,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


if __name__ == "__main__":
    main()
