"""Tickets: the list is in ``ticket_list``, a ticket's page in ``ticket_page``, what people do in ``casework``."""

from flask import Blueprint

from console.views import casework, ticket_list, ticket_page

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")
casework.register(blueprint)
ticket_page.register(blueprint)
ticket_list.register(blueprint)
