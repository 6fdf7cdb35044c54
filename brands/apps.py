from django.apps import AppConfig


class BrandsConfig(AppConfig):
    name = "brands"
    verbose_name = "Brands"

    def ready(self) -> None:
        from brands import checks  # noqa: F401  (registers the system checks)
        from jobs.discovery import import_submodules

        import_submodules("collectors")
        import_submodules("scorers")
