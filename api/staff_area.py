from zoneinfo import ZoneInfo

from fastapi import FastAPI

from api.curation import endpoints as curation_endpoints
from api.curation import exchange, release_endpoints, release_pages
from api.curation import pages as curation_pages
from api.curation.client import FaqClient
from api.curation.service import CurationService
from api.desk import advisor_pages, agreement_pages
from api.desk import endpoints as desk_endpoints
from api.desk import pages as desk_pages
from api.desk.customer_card import CustomerCards
from api.desk.elsewhere import elsewhere_page_router
from api.desk.service import DeskService
from api.insight.questions import endpoints as question_endpoints
from api.insight.questions import pages as question_pages
from api.insight.questions.service import QuestionService
from api.insight.questions.statistics import StatisticsService
from api.insight.reports import endpoints as report_endpoints
from api.insight.reports import pages as report_pages
from api.insight.reports.service import ReportService
from api.outbox import pages as outbox_pages
from api.services import Services
from api.staff import endpoints as staff_endpoints
from api.staff import pages as staff_pages
from api.staff.guards import install_login_redirect
from api.tickets.endpoints import webhook_router
from api.web.pages import install_page_errors
from common.routes import add_router


def install_staff_area(app: FastAPI, services: Services) -> None:
    """Logins, the desk and the studio. Call it after the problem handlers are installed."""
    app.state.staff = services.staff
    app.state.desk = DeskService(
        services.conversations,
        services.handoff,
        services.staff,
        complaints=services.complaints,
        photos=services.photos,
        post=services.outbox,
    )
    app.state.customer_cards = CustomerCards(services.commerce, services.assertions.sign)
    faq = FaqClient(services.http, services.settings.faq_url, services.settings.internal_secret)
    app.state.curation = CurationService(faq, services.commerce)
    app.state.questions = QuestionService(services.conversations, services.sorter, app.state.curation)
    zone = ZoneInfo(services.settings.timezone)
    app.state.entry_statistics = StatisticsService(services.conversations, zone)
    app.state.reports = ReportService(services.conversations, zone)
    install_login_redirect(app)
    install_page_errors(app)
    if services.tickets:
        secret = services.settings.helpdesk_webhook_secret.get_secret_value()
        add_router(app, webhook_router(services.tickets.watcher, secret))
        add_router(app, elsewhere_page_router(services.settings.helpdesk_url))
        desk_areas = []
    else:
        desk_areas = [desk_endpoints, desk_pages, agreement_pages, advisor_pages]
    for area in (
        staff_endpoints,
        staff_pages,
        *desk_areas,
        curation_endpoints,
        curation_pages,
        release_endpoints,
        release_pages,
        exchange,
        outbox_pages,
        question_endpoints,
        question_pages,
        report_endpoints,
        report_pages,
    ):
        add_router(app, area.router)
