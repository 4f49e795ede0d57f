"""Settings of the portal, read from the environment. A missing or bad value stops the start.

Every variable is described in docs/operations.md.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def secret(name: str) -> str:
    """Read a secret of at least 40 characters; raise ImproperlyConfigured when it is shorter."""
    value: str = env.str(name)
    if len(value) < 40:
        raise ImproperlyConfigured(f"{name} must be at least 40 characters long.")
    return value


DEBUG = env.bool("DEBUG", default=False)
#: The demo serves plain HTTP on the loopback address and has no second factor; it says so aloud.
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = secret("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
if SITE_URL and not SITE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("SITE_URL must begin with http:// or https://.")
PLAIN_HTTP = DEMO or DEBUG

INSTALLED_APPS = [
    "cchc.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "import_export",
    "django_tables2",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "cchc.apps.PortalConfig",
    "units",
    "assessments",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cchc.middleware.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "assessments.views.public.remembered.StoredPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cchc.middleware.PrivatePagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cchc.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "cchc.urls"
WSGI_APPLICATION = "cchc.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cchc.context.site",
            ],
        },
    }
]

# PostgreSQL only (docs/decisions/0001). DATABASE_URL is a URL of that scheme.
DATABASES = {"default": env.db_url("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
if pool_size := env.int("DATABASE_POOL", default=0):
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"max_size": pool_size, "timeout": 20}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Failed sign-ins are counted in the cache: in the database, so that all processes share the count.
CACHES = {"default": env.cache_url("CACHE_URL", default="dbcache://cchc_cache")}
# Readers of the API are counted there too: a full cache would forget who failed to sign in.
CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 20_000)

# Accounts -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "assessments.permissions.RoleBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
#: With a second factor eight characters suffice, without one fourteen (design 10).
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=not PLAIN_HTTP)
PASSWORD_LENGTH = env.int("PASSWORD_LENGTH", default=8 if MFA_REQUIRED else 14)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "cchc.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("REAUTHENTICATION_SECONDS", default=300)
#: Five failures, then half an hour (design 10).
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key,30/30m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "CCHC"
IDLE_ACCOUNT_DAYS = env.int("IDLE_ACCOUNT_DAYS", default=400)
#: Half an hour without a request; PrivatePagesMiddleware moves the end on, at most once a minute.
SESSION_COOKIE_AGE = 30 * 60
ADMIN_IDLE_SECONDS = 15 * 60

# Web ------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
#: How many requests to the API one address may make in a minute.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=120)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "cchc.kit.receiving.CappedUploadHandler",
]
#: A workbook or a piece of evidence larger than this is refused with a sentence.
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=50 * 1024 * 1024)
#: All files of one unit's library together.
EVIDENCE_QUOTA_BYTES = env.int("EVIDENCE_QUOTA_BYTES", default=5 * 1024**3)
WORKBOOK_MAX_BYTES = env.int("WORKBOOK_MAX_BYTES", default=5 * 1024 * 1024)
#: Address of the ClamAV daemon ("host:port" or a socket path); empty: files are marked unscanned.
CLAMAV = env.str("CLAMAV", default="")

# Files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / ".static"))()
STATICFILES_DIRS = [BASE_DIR / "cchc" / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".media"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o644},  # the web server reads them
    },
}
#: Where publications are written as files for the web server; empty: the app serves them all.
SITE_FOLDER = env.str("SITE_FOLDER", default="")
#: Seconds after which a process looks again whether a publication was scheduled, before it answers
#: for a stored page from memory; 0: every request reads the database.
STORED_PAGES_SECONDS = env.float("STORED_PAGES_SECONDS", default=1.0)
FILE_UPLOAD_PERMISSIONS = 0o600
#: Folders of fonts with Times' metrics for official papers: the first that has every Vietnamese
#: letter is used, without any typst's own serif.
_FONTS = "/usr/share/fonts/truetype"
PAPER_FONTS = env.list(
    "PAPER_FONTS",
    default=[f"{_FONTS}/{name}" for name in ("liberation2", "croscore", "liberation")],
)

# Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "cchc" / "locale"]
FORMAT_MODULE_PATH = ["cchc.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# Import and export: rights are checked by permission code, not by sight of a changelist.
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False  # imported rows give rights as much as typed ones
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.MediaStorage"

# Tasks: a queue in the database, emptied by `manage.py db_worker` ------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Mail -----------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="consolemail://" if PLAIN_HTTP else "smtp://127.0.0.1:25"
)
vars().update(EMAIL_CONFIG)
#: Seconds that a mail server gets to answer.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
#: From which local hour the daily e-mails of unread messages leave.
DIGEST_HOUR = env.int("DIGEST_HOUR", default=7)
if not 0 <= DIGEST_HOUR <= 23:
    raise ImproperlyConfigured("DIGEST_HOUR must be an hour of the day, 0 to 23.")
#: Days that a read message stays in the inbox.
MESSAGE_DAYS = env.int("MESSAGE_DAYS", default=400)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("FROM_EMAIL", default="cchc@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
