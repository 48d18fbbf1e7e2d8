"""The peer of rest: the Station API of examples/weatherstation-web as a Django REST framework user writes it."""
import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench-bench-bench-bench-bench-bench-bench-bench-bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "rest_framework"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.middleware.clickjacking.XFrameOptionsMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]}}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["STATION_DATABASE"],
                           "CONN_MAX_AGE": None, "OPTIONS": {"timeout": 60}}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    REST_FRAMEWORK={"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"], "PAGE_SIZE": 10,
                    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination"})
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework import routers, serializers, viewsets  # noqa: E402


class Station(models.Model):
    name = models.CharField(max_length=10)
    timestamp = models.CharField(max_length=10)
    temperature = models.CharField(max_length=5)
    lat = models.CharField(max_length=10)
    lon = models.CharField(max_length=10)

    class Meta:
        app_label = "myapp"


class StationSerializer(serializers.HyperlinkedModelSerializer):
    class Meta:
        model = Station
        fields = ("url", "name", "timestamp", "temperature", "lat", "lon")


class StationViewSet(viewsets.ModelViewSet):
    queryset = Station.objects.order_by("id")
    serializer_class = StationSerializer


router = routers.DefaultRouter()
router.register("station", StationViewSet)
urlpatterns = [
    path("", include(router.urls)),
    path("api-auth/", include("rest_framework.urls")),
    path("healthz", lambda request: HttpResponse("ok")),
]


def prepare(user, password, stations):
    from django.contrib.auth.models import User
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Station)
    User.objects.create_superuser(user, password=password)
    Station.objects.bulk_create(Station(**station) for station in stations)


application = get_wsgi_application()
