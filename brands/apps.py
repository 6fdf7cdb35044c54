from django.apps import AppConfig


class BrandsConfig(AppConfig):
    name = "brands"
    verbose_name = "Brands"

    def ready(self) -> None:
        from brands import alerts, checks, forgetting  # noqa: F401  (system checks, what is watched and what is pruned)
        from jobs.discovery import import_submodules

        import_submodules("collectors")
        import_submodules("scorers")
