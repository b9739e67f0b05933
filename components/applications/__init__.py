"""Applications: the product's own services, all of one model and all from settings."""

from components.applications.application import Application
from components.applications.check import check
from components.applications.component import Applications
from components.applications.settings import ApplicationsSettings
from components.applications.stores import check_stores
from components.applications.workloads import application_workloads, grants

__all__ = [
    "Application",
    "Applications",
    "ApplicationsSettings",
    "application_workloads",
    "check",
    "check_stores",
    "grants",
]
