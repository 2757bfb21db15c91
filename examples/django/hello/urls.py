import socket

import django
from django.http import HttpResponse
from django.urls import path


def home(request):
    return HttpResponse(
        "<!doctype html>\n<title>Django</title>\n"
        f"<p>Django {django.get_version()} on {socket.gethostname()}</p>\n"
    )


def healthz(request):
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [path("", home), path("healthz", healthz)]
