from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import CreateView


@login_required
def private(request: HttpRequest) -> HttpResponse:
    """Tell who is signed in, as plain text, so that a user's name needs no escaping."""
    text = f"Signed in as {request.user.get_username()}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


FORM = {"template_name": "form.html", "success_url": "/private/"}
urlpatterns = [
    path("accounts/login/", LoginView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("accounts/register/", CreateView.as_view(form_class=UserCreationForm, **FORM)),
    path("accounts/password/", PasswordChangeView.as_view(**FORM)),
    path("private/", private),
]
