from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from tests.helpdesk import webhooks


def set_webhooks(request: HttpRequest) -> JsonResponse:
    """For the tests: where webhooks go from now on."""
    webhooks.addresses[:] = request.GET.getlist("to")
    return JsonResponse({})


urlpatterns = [
    path("test/webhooks/", set_webhooks),
    path("", include("helpdesk.urls")),
]
