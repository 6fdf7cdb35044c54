"""Running the operator's own scripts: which may run, with which arguments, and how nothing of them is left."""
