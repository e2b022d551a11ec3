"""Sets up the helpdesk in HELPDESK_FOLDER, says in one line of JSON where it is, and serves until it is ended.

`{"url", "queue", "accounts": {name: {"id", "token"}}}`; `aftercare` is the account that the gateway has.
"""

import json
import os
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django

ACCOUNTS = ("aftercare", "nora", "sam")


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


def set_up() -> dict[str, object]:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from helpdesk.models import Queue
    from rest_framework.authtoken.models import Token

    call_command("migrate", run_syncdb=True, verbosity=0)
    queue = Queue.objects.create(title="Customer service", slug="service")
    accounts = {}
    for name in ACCOUNTS:
        user = User.objects.create(username=name, email=f"{name}@helpdesk.example", is_staff=True)
        accounts[name] = {"id": user.pk, "token": Token.objects.create(user=user).key}
    return {"queue": queue.pk, "accounts": accounts}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.helpdesk.settings")
    django.setup()
    from django.core.wsgi import get_wsgi_application

    known = set_up()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), Server, Quiet)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.server_port}", **known}) + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
