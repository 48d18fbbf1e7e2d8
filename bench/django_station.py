"""The peer of http-put: one datastream endpoint as a Django REST framework user would write it."""
import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["STATION_DATABASE"],
                           "CONN_MAX_AGE": None, "OPTIONS": {"timeout": 60}}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "DEFAULT_PERMISSION_CLASSES": [],
                    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
                    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"], "UNAUTHENTICATED_USER": None})
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402


class Datapoint(models.Model):
    feed = models.BigIntegerField()
    stream = models.CharField(max_length=255)
    at = models.DateTimeField()
    value = models.CharField(max_length=255)

    class Meta:
        app_label = "station"
        indexes = [models.Index(fields=["feed", "stream", "at"])]


class DatastreamSerializer(serializers.Serializer):
    current_value = serializers.CharField(max_length=255)

    def update(self, instance, validated_data):
        feed, stream = instance
        with transaction.atomic():
            Datapoint.objects.create(feed=feed, stream=stream, at=timezone.now(), value=validated_data["current_value"])
        return instance

    def to_representation(self, instance):
        return {}


class DatastreamView(generics.UpdateAPIView):
    serializer_class = DatastreamSerializer

    def get_object(self):
        return self.kwargs["feed"], self.kwargs["stream"]


urlpatterns = [
    path("v2/feeds/<int:feed>/datastreams/<str:stream>.json", DatastreamView.as_view()),
    path("healthz", lambda request: HttpResponse("ok")),
]


def prepare():
    with connection.schema_editor() as editor:
        editor.create_model(Datapoint)


application = get_wsgi_application()
