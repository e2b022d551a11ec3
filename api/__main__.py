from api.app import create_app
from api.server import serve
from api.settings import ApiSettings
from common.logs import configure_logs


def main() -> None:
    settings = ApiSettings()
    configure_logs("api", as_json=settings.log_json, level=settings.log_level)
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
