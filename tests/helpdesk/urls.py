from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import include, path, reverse

from tests.helpdesk import webhooks


def set_webhooks(request: HttpRequest) -> JsonResponse:
    """For the tests: where webhooks go from now on."""
    webhooks.addresses[:] = request.GET.getlist("to")
    return JsonResponse({})


def merge(request: HttpRequest) -> HttpResponse:
    """For the tests: what a person does on the page for it, which has no API.

    The page fails at the end, for want of a submitter's address, when it has done everything else.
    """
    browser = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    browser.force_login(User.objects.get(username="nora"))
    tickets, into = request.GET.getlist("tickets"), request.GET["into"]
    page = f"{reverse('helpdesk:merge_tickets')}?{urlencode({'tickets': tickets}, doseq=True)}"
    return browser.post(page, {"chosen_ticket": into})


urlpatterns = [
    path("test/merge/", merge),
    path("test/webhooks/", set_webhooks),
    path("", include("helpdesk.urls")),
]
