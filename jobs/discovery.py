"""Plug-ins are found by the name of their module: the modules of `<app>/<folder>/` are imported at start-up."""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import apps
from django.utils.module_loading import module_has_submodule


def import_submodules(folder: str) -> None:
    """Import `<app>.<folder>` and the modules in it, for each installed app that has it.

    Those whose names begin with `_` are left to the modules that need them.
    """
    for app in apps.get_app_configs():
        if app.module is None or not module_has_submodule(app.module, folder):
            continue
        package = import_module(f"{app.name}.{folder}")
        for module in iter_modules(getattr(package, "__path__", [])):
            if not module.name.startswith("_"):
                import_module(f"{package.__name__}.{module.name}")
