from django.apps import AppConfig


class BrandsConfig(AppConfig):
    name = "brands"
    verbose_name = "Brands"

    def ready(self) -> None:
        from brands import checks, forgetting  # noqa: F401  (they register system checks, and what is pruned)
        from jobs.discovery import import_submodules

        import_submodules("collectors")
        import_submodules("scorers")
