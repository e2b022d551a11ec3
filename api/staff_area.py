from fastapi import FastAPI

from api.desk import endpoints as desk_endpoints
from api.desk import pages as desk_pages
from api.desk.customer_card import CustomerCards
from api.desk.service import DeskService
from api.services import Services
from api.staff import endpoints as staff_endpoints
from api.staff import pages as staff_pages
from api.staff.guards import install_login_redirect
from api.web.pages import install_page_errors


def install_staff_area(app: FastAPI, services: Services) -> None:
    """Logins and the desk. Call it after the problem handlers are installed."""
    app.state.staff = services.staff
    app.state.desk = DeskService(services.conversations, services.handoff, services.staff)
    app.state.customer_cards = CustomerCards(services.commerce, services.assertions.sign)
    install_login_redirect(app)
    install_page_errors(app)
    for area in (staff_endpoints, staff_pages, desk_endpoints, desk_pages):
        app.include_router(area.router)
