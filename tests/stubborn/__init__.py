"""An app whose job type does not stop by itself, for workers of tests; `tests.stubborn.settings` installs it."""
