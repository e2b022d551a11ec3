"""A django-helpdesk as small as it can be: what our how-to page asks a real one to have, and nothing else.

Runs in `.venv-helpdesk` (`python -m tests.helpdesk.serve`), never in the environment of the services.
"""

import os
from pathlib import Path

from tests.helpdesk import webhooks

FOLDER = Path(os.environ["HELPDESK_FOLDER"])

SECRET_KEY = "of-a-helpdesk-that-lives-as-long-as-a-test-run"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.helpdesk.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.sites",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "helpdesk",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "helpdesk.sqlite",
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody logs in with a password here
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SITE_ID = 1
USE_TZ = True
STATIC_URL = "/static/"
MEDIA_ROOT = FOLDER / "media"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING_CONFIG = None
MIGRATION_MODULES = dict.fromkeys(("auth", "contenttypes", "sessions", "admin", "sites", "authtoken", "helpdesk"))
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"]}

HELPDESK_TEAMS_MODE_ENABLED = False  # needs another package
HELPDESK_KB_ENABLED = True  # without it, its own code fails
HELPDESK_WEBHOOK_TIMEOUT = 3
HELPDESK_GET_FOLLOWUP_WEBHOOK_URLS = HELPDESK_GET_NEW_TICKET_WEBHOOK_URLS = webhooks.current
