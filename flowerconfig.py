"""What `celery -A config flower` reads: loopback only unless told otherwise, a password, no commands.

Staff reach it at /flower/.
"""

from django.conf import settings
from flower import urls
from flower.views.monitor import Healthcheck, Metrics
from flower.views.tasks import TasksDataTable

from config import flower_proxy

address = settings.FLOWER_ADDRESS
port = settings.FLOWER_PORT
url_prefix = "flower"
basic_auth = [":".join(flower_proxy.credentials())]
cookie_secret = flower_proxy.derived_key("cookies")
read_only = True
persistent = False


def is_served(rule):
    """The monitoring pages ask for no password, and `read_only` leaves the API's apply, send and abort open."""
    handler = rule[1] if isinstance(rule, tuple) else rule.handler_class
    return handler is TasksDataTable or not (handler in (Metrics, Healthcheck) or "post" in vars(handler))


urls.handlers[:] = filter(is_served, urls.handlers)
