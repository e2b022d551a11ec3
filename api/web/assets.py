from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from common.routes import add_router

STATIC = Path(__file__).parent / "static"
HTMX = Path(str(files("django_htmx"))) / "static" / "django_htmx" / "htmx-2.min.js"

router = APIRouter(include_in_schema=False)


@router.get("/static/vendor/htmx.js")
async def htmx() -> FileResponse:
    """From the installed `django-htmx`, so that there is no copy of it in the repository."""
    return FileResponse(HTMX, media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})


def mount_assets(app: FastAPI) -> None:
    add_router(app, router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
