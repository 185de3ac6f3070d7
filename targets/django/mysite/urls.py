from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.urls import path


@login_required
def private(request: HttpRequest) -> HttpResponse:
    """Tell who is signed in, as plain text, so that a user's name needs no escaping."""
    text = f"Signed in as {request.user.get_username()}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


urlpatterns = [
    path("accounts/login/", LoginView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("private/", private),
]
