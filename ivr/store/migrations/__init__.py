"""Alembic's steps from an empty database to this version; shipped as package data."""
