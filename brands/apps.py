from django.apps import AppConfig


class BrandsConfig(AppConfig):
    name = "brands"
    verbose_name = "Brands"

    def ready(self) -> None:
        from brands import alerts, checks, forgetting, narrating  # noqa: F401  (what registers itself)
        from jobs.discovery import import_submodules

        import_submodules("collectors")
        import_submodules("scorers")
